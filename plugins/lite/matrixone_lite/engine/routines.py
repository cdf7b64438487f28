"""Functions users define in SQL: a call is replaced by the body, with its arguments in the places of ``$1``, ``$2``."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Never

from matrixone_lite.engine.api import Done
from matrixone_lite.engine.dispatch import handles
from matrixone_lite.engine.errors import ServerError, invalid_input, unsupported
from matrixone_lite.engine.functions import registry
from matrixone_lite.engine.infoschema import varchar
from matrixone_lite.engine.namespace import current_database
from matrixone_lite.engine.reflect import timestamp_text
from matrixone_lite.engine.system import system_table
from matrixone_lite.engine.types import JSON, TEXT, TIMESTAMP, UINT
from matrixone_lite.engine.walk import has_aggregate, transform, walk
from matrixone_lite.sql import ast, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from matrixone_lite.engine.bound import Bound
    from matrixone_lite.engine.catalog import Catalog
    from matrixone_lite.engine.session import LiteSession

CHARSET: Final = ("utf8mb4", "utf8mb4_0900_ai_ci", "utf8mb4_0900_ai_ci")
"""Character set and collations every function has."""

_MARK: Final = re.compile(r"""('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|\$([0-9]+)""", re.DOTALL)
_ARGUMENT: Final = re.compile(r"\$(\d+)", re.ASCII)
_NAME: Final = varchar(5000)
_BEGINS_QUERY: Final = re.compile(r"\s*(select|with|values)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Routine:
    """A function; parameters are names and types, ``created`` is in nanoseconds since 1970."""

    id: int
    name: str
    database: str
    parameters: tuple[tuple[str, str], ...]
    result: str
    body: str
    definer: str
    owner: int
    created: int
    sql_mode: str


@handles(ast.CreateFunction)
def create_function(session: LiteSession, statement: ast.CreateFunction) -> Done:
    """CREATE FUNCTION; OR REPLACE replaces nothing, as on the server."""
    database = current_database(session, statement.name.database)
    account, name = session.principal.account_id, statement.name.name.lower()
    if session.catalog.object("function", account, name) is not None:
        raise ServerError(1062, f"Duplicate entry '{name}' for key 'name'")
    routine = Routine(
        session.catalog.next_id(),
        name,
        database.name,
        tuple((parameter, _shown(type_)) for parameter, type_ in statement.parameters),
        _shown(statement.result),
        statement.body,
        session.principal.user,
        session.principal.role_id,
        session.store.now(),
        session.variables.text("sql_mode"),
    )
    session.catalog.put_object("function", account, name, routine)
    return Done()


@handles(ast.DropFunction)
def drop_function(session: LiteSession, statement: ast.DropFunction) -> Done:
    """DROP FUNCTION."""
    database = current_database(session, statement.name.database)
    account, name = session.principal.account_id, statement.name.name.lower()
    found: Routine | None = session.catalog.object("function", account, name)
    types = [_shown(type_) for type_ in statement.parameters]
    if found is not None and found.database == database.name and [shown for _, shown in found.parameters] == types:
        session.catalog.drop_object("function", account, name)
    elif not statement.if_exists:
        raise ServerError(1122, f"function {name} doesn't exist")
    return Done()


@handles(ast.Call)
def call(session: LiteSession, statement: ast.Call) -> Never:
    """CALL of a procedure, of which there is none."""
    current_database(session, statement.name.database)
    raise ServerError(1122, f"function {statement.name.name} doesn't exist")


def _shown(type_: ast.DataType) -> str:
    return f"{type_.name} unsigned" if type_.unsigned else type_.name


def drop_functions(catalog: Catalog, account: int, database: str) -> None:
    """Drop the functions of a database."""
    for routine in functions_of(catalog, account):
        if routine.database == database:
            catalog.drop_object("function", account, routine.name)


def functions_of(catalog: Catalog, account: int) -> list[Routine]:
    """The functions of an account, the oldest first."""
    found: list[Routine] = catalog.objects("function", account)
    return sorted(found, key=lambda routine: routine.id)


def refuse_functions(session: LiteSession, exprs: Iterable[ast.Expr]) -> None:
    """Error 20301 for a function of a user in an expression that is part of a table's definition."""
    for node in (node for expr in exprs for node in walk(expr)):
        if isinstance(node, ast.Function) and not registry.known(node.name) and find(session, node.name):
            raise invalid_input(f"function '{node.name}' is not allowed in this expression")


# --- calls -----------------------------------------------------------------------------------------------------------


def find(session: LiteSession, name: str) -> Routine | None:
    """The function of that name in the current database."""
    found: Routine | None = session.catalog.object("function", session.principal.account_id, name)
    return found if found is not None and found.database == session.chosen_database else None


def check_count(routine: Routine, arguments: Sequence[Bound]) -> None:
    """Error 20301 for another number of arguments than the function has."""
    if len(arguments) != len(routine.parameters):
        kinds = ", ".join(argument.kind.value.lower() for argument in arguments)
        raise invalid_input(f"No matching function for call to {routine.name}({kinds})")


def expanded(routine: Routine, arguments: Sequence[ast.Expr]) -> ast.Expr:
    """What a call stands for.

    :raises ServerError: 1105 for a body that is no SQL, 20301 for a ``$`` without argument, 20105 for what is refused
    """
    body = _parsed(routine)
    if isinstance(body, ast.Subquery) and any(
        isinstance(node, ast.Column) for argument in arguments for node in walk(argument)
    ):
        raise unsupported("functions that are queries, of columns")
    if not isinstance(body, ast.Subquery) and has_aggregate(body):
        raise unsupported("functions that aggregate")

    def put(node: ast.Node) -> ast.Node | None:
        mark = _ARGUMENT.fullmatch(node.name) if isinstance(node, ast.Column) and node.table is None else None
        if mark is None:
            return None
        number = int(mark[1])
        if not 0 < number <= len(arguments):
            raise invalid_input(f"column ${mark[1]} does not exist")
        return ast.Parenthesized(arguments[number - 1])

    changed = transform(body, put)
    return changed if isinstance(changed, ast.Expr) else body


def _parsed(routine: Routine) -> ast.Expr:
    text = _MARK.sub(lambda match: match[1] or f"`${match[2]}`", routine.body)
    is_query = _BEGINS_QUERY.match(text) is not None
    try:
        statement = parse(text if is_query else f"select {text}")[0]
    except ServerError as error:
        raise ServerError(1105, error.message.removeprefix("SQL parser error: ").replace("`$", "$")) from None
    if is_query and isinstance(statement, ast.Query):
        return ast.Subquery(statement)
    if not isinstance(statement, ast.Select):
        raise unsupported(f"the body of the function {routine.name}")
    return statement.items[0].expr  # the server, too, looks at nothing behind it


# --- listing ---------------------------------------------------------------------------------------------------------


@system_table(
    "mo_catalog",
    "mo_user_defined_function",
    (
        ("function_id", UINT),
        ("name", varchar(100)),
        ("owner", UINT),
        ("args", JSON),
        ("rettype", varchar(20)),
        ("body", TEXT),
        ("language", varchar(20)),
        ("db", varchar(100)),
        ("definer", varchar(50)),
        ("modified_time", TIMESTAMP),
        ("created_time", TIMESTAMP),
        ("type", varchar(10)),
        ("security_type", varchar(10)),
        ("comment", _NAME),
        ("character_set_client", varchar(64)),
        ("collation_connection", varchar(64)),
        ("database_collation", varchar(64)),
        ("sql_mode", _NAME),
    ),
)
def mo_user_defined_function(session: LiteSession) -> Iterator[tuple[Any, ...]]:
    """The functions of the account."""
    for one in functions_of(session.catalog, session.principal.account_id):
        made = timestamp_text(one.created)
        parameters = json.dumps([{"name": name, "type": type_} for name, type_ in one.parameters])
        about = (one.id, one.name, one.owner, parameters, one.result, one.body, "sql", one.database, one.definer)
        yield *about, made, made, "FUNCTION", "DEFINER", "", *CHARSET, one.sql_mode
