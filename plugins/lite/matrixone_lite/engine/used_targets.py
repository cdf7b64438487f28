"""What is changed cannot be read by the subqueries that say which rows change, or how: error 1093."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matrixone_lite.engine.errors import ServerError
from matrixone_lite.engine.walk import children, walk
from matrixone_lite.sql import ast

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from matrixone_lite.engine.session import LiteSession

_NONE: frozenset[int] = frozenset()


def named_tables(reference: ast.TableRef | None) -> list[ast.Table]:
    """The tables that FROM names itself: those of derived tables are not among them."""
    match reference:
        case ast.Table():
            return [reference]
        case ast.Join():
            return named_tables(reference.left) + named_tables(reference.right)
        case _:
            return []


def name_of(table: ast.Table) -> str:
    """What columns say to mean a table of FROM."""
    return (table.alias or table.name.name).lower()


class UsedTargets:
    """Looks through the subqueries of an UPDATE or DELETE.

    Derived tables, common tables and views may read what is changed: they are computed before.

    :param targets: the ids of the tables that are changed, each with the name by which a subquery may refer to its row:
        the server lets such a subquery of an UPDATE read the table
    """

    def __init__(self, session: LiteSession, targets: Mapping[int, str | None]) -> None:
        self._session = session
        self._targets = targets

    def refuse_in(self, statement: ast.Update | ast.Delete) -> None:
        """Raise 1093 if a subquery reads a target."""
        hidden = _common_names(statement.with_)
        for query in _subqueries(statement):
            self._refuse_in_query(query, hidden, _NONE)

    def _refuse_in_query(self, query: ast.Query, hidden: frozenset[str], allowed: frozenset[int]) -> None:
        match query:
            case ast.Select():
                self._refuse_in_select(query, hidden | _common_names(query.with_), allowed)
            case ast.SetOperation():
                for side in (query.left, query.right):
                    self._refuse_in_query(side, hidden | _common_names(query.with_), allowed)

    def _refuse_in_select(self, select: ast.Select, hidden: frozenset[str], allowed: frozenset[int]) -> None:
        tables = named_tables(select.source)
        meant = {one.table.lower() for one in walk(select) if isinstance(one, ast.Column) and one.table is not None}
        meant -= {name_of(table) for table in tables}
        allowed |= {target for target, name in self._targets.items() if name in meant}
        for table in tables:
            if table.name.database is not None or table.name.name.lower() not in hidden:
                self._refuse_table(table.name, allowed)
        for query in _subqueries(select):
            self._refuse_in_query(query, hidden, _NONE)

    def _refuse_table(self, name: ast.Name, allowed: frozenset[int]) -> None:
        if name.database is None and not self._session.database:
            return
        _, table = self._session.find_table(name) or (None, None)
        identity = getattr(table, "id", None)  # tables that the server computes have none
        if identity in self._targets and identity not in allowed:
            raise ServerError(1093, f"You can't specify target table '{name.name.lower()}' for update in FROM clause")


def _common_names(with_: ast.With | None) -> frozenset[str]:
    return frozenset() if with_ is None else frozenset(table.name.lower() for table in with_.tables)


def _subqueries(node: ast.Node) -> Iterator[ast.Query]:
    """The queries that stand for values in a statement or query, but for those within them."""
    for one in walk(node):
        if not isinstance(one, ast.DerivedTable | ast.CommonTable):
            yield from (child for child in children(one) if isinstance(child, ast.Query))
