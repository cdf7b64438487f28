"""The plan of a statement, and which kinds of index it uses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from sqlalchemy.sql import coercions, roles

from matrixone.dialect.explain import Explain, explain_words
from matrixone.exceptions import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

IndexKind: TypeAlias = Literal["ivf", "hnsw", "fulltext", "secondary"]

# A line begins with the step; what a user wrote, line breaks included, stands behind "Filter Cond:" and the like.
_STEP = re.compile(r"\s*(?:->\s+)?(Table Function|Index Table Scan)(?:\[\d+\])? on (\S+)")
_FUNCTIONS: Mapping[str, IndexKind] = {
    "ivf_search": "ivf",
    "hnsw_search": "hnsw",
    "fulltext_index_scan": "fulltext",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What the server would do, or did, to run a statement; ``str()`` of it is the text.

    Args:
        lines: The lines of EXPLAIN, as the server sent them.
    """

    lines: tuple[str, ...]

    @property
    def indexes(self) -> frozenset[IndexKind]:
        """The kinds of index used: ``ivf``, ``hnsw``, ``fulltext``, ``secondary`` (unique ones included).

        A look-up by primary key is none of them. The plans of ``matrixone.lite`` are those of SQLite and name none.
        """
        return frozenset[IndexKind](kind for kind in map(_kind, self.lines) if kind is not None)

    @property
    def uses_index(self) -> bool:
        """Whether there is an index of any kind among :attr:`indexes`."""
        return bool(self.indexes)

    def __str__(self) -> str:
        return "\n".join(self.lines)


def explain(executor: Any, statement: Any, params: Any, *, analyze: bool, verbose: bool) -> Plan:
    """Ask through a session or a client; see :meth:`Queries.explain <matrixone.queries.Queries.explain>`."""
    if isinstance(statement, str):
        explained: Any = f"{explain_words(analyze=analyze, verbose=verbose)} {statement}"
    else:
        explained = Explain(_element(statement), analyze=analyze, verbose=verbose)
    result = executor.execute(explained, params)
    if len(result.keys()) != 1:
        raise ConfigurationError("the server describes a table by EXPLAIN and its name; a plan needs a statement")
    return Plan(tuple(result.scalars()))


def _element(statement: Any) -> Any:
    from matrixone.query_builder import QueryBuilder

    if isinstance(statement, QueryBuilder):
        return statement._runnable()
    return coercions.expect(roles.StatementRole, statement)


def _kind(line: str) -> IndexKind | None:
    step = _STEP.match(line)
    if step is None:
        return None
    return "secondary" if step[1] == "Index Table Scan" else _FUNCTIONS.get(step[2])
