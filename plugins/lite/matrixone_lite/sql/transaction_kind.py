"""How each kind of statement treats an open transaction."""

from __future__ import annotations

from enum import Enum


class Treatment(Enum):
    """What happens to a statement in one state of the session."""

    JOIN = "joins the open transaction, or opens one under autocommit=0"
    OWN = "commits on its own; the open transaction is neither seen nor touched"
    OWN_OPEN = "commits on its own and leaves the session inside a transaction"
    OWN_CLOSED = "commits on its own and leaves no transaction open"
    COMMITS = "commits the open transaction, then runs"
    NOTHING = "runs outside any transaction"
    REFUSED_UNCLASSIFIED = "unclassified statement appears in uncommitted transaction"
    REFUSED_ADMINISTRATIVE = "administrative command is unsupported in transactions"
    REFUSED_DDL = "Only CREATE of DDL is supported in transactions"
    REFUSED_BRANCH = "DATA BRANCH MERGE/PICK is not supported in transactions"


class TransactionKind(Enum):
    """Treatment after BEGIN, as first statement under autocommit=0, and as a later one there.

    A statement outside any transaction under autocommit=1 always runs and commits.
    """

    JOIN = (Treatment.JOIN, Treatment.JOIN, Treatment.JOIN)
    ANYWHERE = (Treatment.NOTHING, Treatment.NOTHING, Treatment.NOTHING)
    RENAME_TABLE = (Treatment.REFUSED_DDL, Treatment.JOIN, Treatment.REFUSED_DDL)
    SEQUENCE = (Treatment.REFUSED_DDL, Treatment.OWN_CLOSED, Treatment.COMMITS)
    ALTER_SEQUENCE = (Treatment.REFUSED_UNCLASSIFIED, Treatment.JOIN, Treatment.REFUSED_UNCLASSIFIED)
    COPY = (Treatment.JOIN, Treatment.OWN_OPEN, Treatment.OWN)
    BRANCH_MERGE = (Treatment.JOIN, Treatment.REFUSED_BRANCH, Treatment.REFUSED_BRANCH)
    BRANCH_PICK = (Treatment.REFUSED_BRANCH, Treatment.REFUSED_BRANCH, Treatment.REFUSED_BRANCH)
    UNCLASSIFIED = (Treatment.REFUSED_UNCLASSIFIED, Treatment.OWN_OPEN, Treatment.REFUSED_UNCLASSIFIED)
    ADMINISTRATIVE = (Treatment.REFUSED_ADMINISTRATIVE, Treatment.OWN_CLOSED, Treatment.REFUSED_ADMINISTRATIVE)
    COMMITS = (Treatment.COMMITS, Treatment.OWN_CLOSED, Treatment.COMMITS)
    BEGIN = (Treatment.COMMITS, Treatment.COMMITS, Treatment.COMMITS)

    @property
    def after_begin(self) -> Treatment:
        """Treatment inside a transaction opened by BEGIN."""
        return self.value[0]

    @property
    def first_without_autocommit(self) -> Treatment:
        """Treatment under autocommit=0 while no transaction is open."""
        return self.value[1]

    @property
    def later_without_autocommit(self) -> Treatment:
        """Treatment inside a transaction that autocommit=0 opened."""
        return self.value[2]
