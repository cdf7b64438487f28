"""MATCH in queries: where an index answers it, and where nothing can."""

from __future__ import annotations

import itertools
import threading
from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine import types
from matrixone_lite.engine.errors import argument_outside_prepared, internal, not_supported, syntax_error
from matrixone_lite.engine.fulltext.index import FulltextIndex
from matrixone_lite.engine.storage import UserFunction
from matrixone_lite.engine.vectors import single
from matrixone_lite.engine.walk import children, has_aggregate, walk
from matrixone_lite.sql import ast
from matrixone_lite.sql.lexer import MANUAL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matrixone_lite.engine.binder import Binder
    from matrixone_lite.engine.bound import Bound
    from matrixone_lite.engine.catalog import Index, Table
    from matrixone_lite.engine.context import Context
    from matrixone_lite.engine.scope import Scope
    from matrixone_lite.engine.session import LiteSession
    from matrixone_lite.engine.types import Value

    Block = ast.Select | ast.Update | ast.Delete

_EXPRESSIONS: Final = ("items", "assignments", "where", "group_by", "having", "order_by")
"""What expressions a query or statement has beside those of its FROM."""
_NO_INDEX: Final = (
    "MATCH() AGAINST() function cannot be replaced by FULLTEXT INDEX and full table scan with fulltext search is not "
    "supported yet."
)


class Searches:
    """The indexes of all sessions of an engine, and the results the running statements look scores up in."""

    def __init__(self) -> None:
        self._indexes: dict[tuple[str, tuple[str, ...], str | None], FulltextIndex] = {}
        self._mutex = threading.Lock()

    def index(self, physical: str, columns: tuple[str, ...], parser: str | None) -> FulltextIndex:
        """The index of these columns, made when it is first asked for."""
        key = (physical, columns, parser)
        with self._mutex:
            if key not in self._indexes:
                self._indexes[key] = FulltextIndex(*key)
            return self._indexes[key]


def _raise(*_values: Any) -> Value:
    raise not_supported(_NO_INDEX)


def _look_up(context: Context, number: int, identity: int) -> Value:
    scores: dict[int, float] = context.session.search_results[number]
    score = scores.get(identity)
    return None if score is None else single(score)


_WITHOUT_INDEX: Final = UserFunction("match_without_index", _raise, deterministic=False)
_SCORE: Final = UserFunction("match_score", _look_up, deterministic=False, context=True)
_numbers = itertools.count()


def conjuncts(condition: ast.Expr | None) -> Iterator[ast.Expr]:
    """The conditions AND joins."""
    match condition:
        case ast.Binary("and", left, right):
            yield from conjuncts(left)
            yield from conjuncts(right)
        case ast.Parenthesized(operand):
            yield from conjuncts(operand)
        case ast.Expr():
            yield condition


def allow(binder: Binder, block: Block, *exprs: ast.Expr | None, nested: bool = False) -> None:
    """Let the MATCH among these expressions, and those a condition joins with AND, be answered by an index.

    :param block: the SELECT, UPDATE or DELETE they stand in
    :param nested: it is a subquery of an expression
    """
    matches = [id(one) for expr in exprs for one in conjuncts(expr) if isinstance(one, ast.Match)]
    if matches and _hides_index(block, nested=nested):
        binder.hidden_matches.update(matches)
    binder.searchable.update(matches)


def _hides_index(block: Block, *, nested: bool) -> bool:
    """Whether the server finds no index: beside a subquery that reads a table, and where a subquery aggregates."""
    if isinstance(block.target if isinstance(block, ast.Update) else block.source, ast.Join):
        return False
    if nested and isinstance(block, ast.Select):
        grouped = block.distinct or block.group_by is not None
        if grouped or any(has_aggregate(item) for item in block.items):
            return True
    parts = [part for name in _EXPRESSIONS for part in _as_nodes(getattr(block, name, None))]
    below = [child for part in parts for node in walk(part) for child in children(node)]
    return any(isinstance(child, ast.Query) and not _is_constant(child) for child in below)


def _as_nodes(value: object) -> Sequence[ast.Node]:
    return [value] if isinstance(value, ast.Node) else value if isinstance(value, tuple) else []


def _is_constant(query: ast.Query) -> bool:
    match query:
        case ast.Select(source=None) | ast.Select(source=ast.Table(name=ast.Name(name="dual"))):
            return True
    return False


def refusal_of_filters(binder: Binder, condition: ast.Expr | None, scope: Scope) -> list[str]:
    """What refuses a condition on the score of a derived table: to the server it is one on MATCH itself."""
    for one in conjuncts(condition) if binder.scores else ():
        found = [scope.find(node) for node in walk(one) if isinstance(node, ast.Column)]
        texts = {bound.sql for bound in found if bound is not None}
        if texts & binder.scores and len({text.partition(".")[0] for text in texts}) == 1:
            return [binder.call(_WITHOUT_INDEX, types.FLOAT).sql]
    return []


def bind_match(binder: Binder, match: ast.Match, scope: Scope) -> Bound:
    """Bind MATCH to its score, NULL in rows that do not match.

    :raises ServerError: 20101 for query expansion; 20105 comes when a row is read that no index can score
    """
    if match.mode.endswith("expansion"):
        raise internal("Query Expansion mode not supported")
    columns = [binder.bind(column, scope) for column in match.columns]
    handle = columns[0].sql.partition(".")[0]
    table = next((source.table for source in scope.sources if source.handle == handle), None)
    index = None if table is None or id(match) not in binder.searchable else _index_of(table, match, columns)
    if table is None or index is None:
        return binder.call(_WITHOUT_INDEX, types.FLOAT, *(column.sql for column in columns))
    if id(match) in binder.hidden_matches:
        return binder.call(_WITHOUT_INDEX, types.FLOAT, binder.parameters.add(_refusal(table)))
    number = binder.parameters.add(_search(table, index, match))
    return binder.call(_SCORE, types.FLOAT, number, f"{handle}._id")


def _index_of(table: Table, match: ast.Match, columns: list[Bound]) -> Index | None:
    if any(column.origin is None or column.origin.table is not table for column in columns):
        return None
    wanted = {column.name.lower() for column in match.columns}
    for index in table.indexes:
        if index.kind == "fulltext" and {name.lower() for name in index.columns} == wanted:
            return index
    return None


def _refusal(table: Table) -> Any:
    """What refuses the statement each time it runs, unless the table has no rows."""

    def late(session: LiteSession) -> Value:
        return _raise() if session.connection.run(f"SELECT 1 FROM {table.physical} LIMIT 1") else None

    return late


def _search(table: Table, index: Index, match: ast.Match) -> Any:
    """What runs the search each time the statement runs, and returns the number its result is found by."""
    number = next(_numbers)
    columns = tuple(table.by_name[name.lower()].physical for name in index.columns)

    def late(session: LiteSession) -> Value:
        pattern = match.pattern
        if isinstance(pattern, ast.Parameter) and pattern.index >= len(session.arguments):
            raise argument_outside_prepared()
        text = session.arguments[pattern.index][0] if isinstance(pattern, ast.Parameter) else _text(pattern)
        if text is None or text == "":
            raise syntax_error(f"{MANUAL}SQL syntax error: AGAINST('pattern') pattern is empty.")
        found = session.engine.searches.index(table.physical, columns, index.parser)
        algorithm = session.variables.text("ft_relevancy_algorithm")
        session.search_results[number] = found.search(session.connection, str(text), match.mode, algorithm)
        return number

    return late


def _text(pattern: ast.Expr) -> str:
    return str(pattern.value) if isinstance(pattern, ast.Literal) else ""
