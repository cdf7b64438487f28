"""Partitions: every row lies in the same SQLite table; which partition it belongs to is computed from its values."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from matrixone_lite.engine.errors import internal, invalid_input
from matrixone_lite.engine.rows import RowFunction
from matrixone_lite.engine.walk import transform, walk
from matrixone_lite.sql import ast, parse
from matrixone_lite.sql.naming import definition

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from matrixone_lite.engine.catalog import Table
    from matrixone_lite.engine.session import LiteSession


def attributes(partitioning: ast.Partitioning) -> dict[str, Any]:
    """What a table keeps of its partitioning."""
    if partitioning.method.startswith("range") and len(partitioning.exprs) > 1:
        raise internal("RANGE PARTITIONING can only have one parameter")
    names = tuple(partition.name for partition in partitioning.partitions)
    if partitioning.by_values:
        shown = ", ".join(map(definition, partitioning.exprs))
        partitioning = replace(partitioning, head=f"partition by {partitioning.method} ({shown})")
    else:
        names = names or tuple(f"p{n}" for n in range(partitioning.count or 1))
    return {"partitioning": partitioning.text, "partitions": names}


def check_columns(partitioning: ast.Partitioning, names: Collection[str]) -> None:
    """Error 20301 for a column that the table does not have."""
    for expr in partitioning.exprs:
        for node in walk(expr):
            if isinstance(node, ast.Column) and node.name.lower() not in names:
                raise invalid_input(f"column {node.name.lower()} does not exist")


def of(table: Table) -> ast.Partitioning | None:
    """How a table is partitioned."""
    text = table.attributes.get("partitioning")
    return _parsed(text) if text else None


@lru_cache(maxsize=256)
def _parsed(text: str) -> ast.Partitioning | None:
    (statement,) = parse(f"CREATE TABLE x (x int) {text}")
    return statement.partitioning if isinstance(statement, ast.CreateTable) else None


def without(table: Table, partitioning: ast.Partitioning, left: Sequence[ast.Partition]) -> dict[str, Any]:
    """What a table keeps when some partitions are dropped: what was in their ranges finds no other place."""
    changed = attributes(replace(partitioning, partitions=tuple(left)))
    return changed | {"once_partitioned": table.attributes.get("once_partitioned", partitioning.text)}


def renamed(table: Table, old: str, new: str) -> dict[str, Any]:
    """What a table keeps when a column is renamed; its partitioning is shown with the old name, as on the server."""
    if "partitioning" not in table.attributes:
        return {}
    names: dict[str, str] = table.attributes.get("partitioned_by", {})
    current = {name: new.lower() if now == old.lower() else now for name, now in names.items()}
    return {"partitioned_by": current if old.lower() in names.values() else {**current, old.lower(): new.lower()}}


def check_copyable(table: Table) -> None:
    """Error 20301 where the server cannot make the table anew: its partitioning has the old name of a column."""
    for name, now in table.attributes.get("partitioned_by", {}).items():
        if name != now and any(node == ast.Column(name) for expr in _exprs(table) for node in walk(expr)):
            raise invalid_input(f"column {name} does not exist")


def _exprs(table: Table) -> Sequence[ast.Expr]:
    partitioning = of(table)
    return () if partitioning is None else partitioning.exprs


class Placement:
    """Tells the partition of rows of a table that is partitioned by range or list."""

    def __init__(self, session: LiteSession, table: Table, partitioning: ast.Partitioning) -> None:
        once = _parsed(table.attributes["once_partitioned"]) if "once_partitioned" in table.attributes else None
        ranges = list(dict.fromkeys([*(once.partitions if once else ()), *partitioning.partitions]))
        places = [partitioning.partitions.index(one) if one in partitioning.partitions else None for one in ranges]
        value = transform(partitioning.exprs[0], _with_new_names(table))
        found = [
            ast.When(_condition(partitioning, value, one), _number(place))
            for one, place in zip(ranges, places, strict=True)
        ]
        self._place = RowFunction(session, table, [ast.Case(None, tuple(found)) if found else _number(None)], [None])

    def of(self, row: Sequence[Any]) -> int | None:
        """The position of a row's partition among all."""
        place: int | None = self._place(row)[0]
        return place

    def check(self, rows: Sequence[Sequence[Any]]) -> None:
        """Error 20301 when a row belongs nowhere."""
        if any(self.of(row) is None for row in rows):
            raise invalid_input("Table has no partition for value from column_list")


def placement(session: LiteSession, table: Table) -> Placement | None:
    """How rows of a table are placed; None where any row has a place."""
    partitioning = of(table)
    if partitioning is None or not partitioning.by_values:
        return None
    return Placement(session, table, partitioning)


def _number(value: int | None) -> ast.Literal:
    if value is None:
        return ast.Literal(ast.LiteralKind.NULL, None, "null")
    return ast.Literal(ast.LiteralKind.INTEGER, value, str(value))


def _with_new_names(table: Table) -> Callable[[ast.Node], ast.Node | None]:
    names: dict[str, str] = table.attributes.get("partitioned_by", {})

    def change(node: ast.Node) -> ast.Node | None:
        if isinstance(node, ast.Column) and node.name.lower() in names:
            return ast.Column(names[node.name.lower()])
        return None

    return change


def _condition(partitioning: ast.Partitioning, value: Any, partition: ast.Partition) -> ast.Expr:
    if partitioning.method.startswith("list"):
        return ast.InList(value, partition.values)
    if not partition.values:
        return ast.Is(value, "null", negated=True)
    return ast.Binary("<", value, partition.values[0])
