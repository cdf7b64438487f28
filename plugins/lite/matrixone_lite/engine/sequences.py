"""Sequences: tables of one row that ``nextval`` moves on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from matrixone_lite.engine import physical, types
from matrixone_lite.engine.api import Done
from matrixone_lite.engine.catalog import Column, Table
from matrixone_lite.engine.changes import Writer
from matrixone_lite.engine.ddl import remove, taken, writable_database
from matrixone_lite.engine.dispatch import handles
from matrixone_lite.engine.errors import ServerError, internal, invalid_input, no_such_table
from matrixone_lite.engine.namespace import current_database
from matrixone_lite.engine.types import RANGES, Kind
from matrixone_lite.sql import ast

if TYPE_CHECKING:
    from matrixone_lite.engine.changes import Values
    from matrixone_lite.engine.session import LiteSession

_LAST, _LEAST, _MOST, _START, _STEP, _CYCLE, _CALLED = range(7)
_NAMES: Final = ("last_seq_num", "min_value", "max_value", "start_value", "increment_value")


@handles(ast.CreateSequence)
def create_sequence(session: LiteSession, statement: ast.CreateSequence) -> Done:
    """CREATE SEQUENCE."""
    database = writable_database(session, statement.name, "create sequence")
    name = statement.name.name.lower()
    if taken(session, database, name):
        if statement.if_not_exists:
            return Done()
        raise ServerError(1050, f"table {name} already exists")
    type_ = types.BIGINT if statement.type is None else types.from_name(statement.type)
    if type_.kind not in {Kind.SMALLINT, Kind.INT, Kind.BIGINT, Kind.USMALLINT, Kind.UINT, Kind.UBIGINT}:
        raise ServerError(20105, f"not supported: sequence of type {type_.kind.value}")
    step = 1 if statement.increment is None else statement.increment
    row = _checked(_first_row(statement, type_.kind, step))
    columns = [Column(n, column, type_, nullable=False) for n, column in enumerate(_NAMES, 1)]
    columns += [Column(n, column, types.BOOL, nullable=False) for n, column in enumerate(("cycle", "is_called"), 6)]
    number = session.catalog.next_id()
    table = Table(
        number,
        database.id,
        name,
        number,
        "sequence",
        tuple(columns),
        created=session.store.now(),
        attributes={"type": type_.kind.value},
    )
    physical.create_storage(session, table)
    session.catalog.add_table(table)
    Writer(session, table).insert([row])
    return Done()


def _first_row(statement: ast.CreateSequence, kind: Kind, step: int) -> Values:
    _, lowest, highest = RANGES[kind]
    least, most = (1, highest) if step > 0 else (lowest, -1)
    least = least if statement.minimum is None else statement.minimum
    most = most if statement.maximum is None else statement.maximum
    start = statement.start
    if start is None:
        start = least if step > 0 else most
    return [start, least, most, start, step, int(bool(statement.cycle)), 0]


def _checked(row: Values) -> Values:
    if row[_STEP] == 0:
        raise invalid_input("Increment value for sequence must not be 0")
    if not row[_LEAST] < row[_MOST]:
        raise invalid_input(f"Max value of sequence must be bigger than min value of it: {row[_MOST]} {row[_LEAST]}")
    if not row[_LEAST] <= row[_START] <= row[_MOST]:
        raise invalid_input(f"Start value for sequence must between minvalue and maxvalue: {row[_START]}")
    return row


@handles(ast.AlterSequence)
def alter_sequence(session: LiteSession, statement: ast.AlterSequence) -> Done:
    """ALTER SEQUENCE; its type stays."""
    table = _find(session, statement.name, missing_ok=statement.if_exists)
    if table is None:
        return Done()
    identity, old = _state(session, table)
    new = list(old)
    given = {
        _STEP: statement.increment,
        _LEAST: statement.minimum,
        _MOST: statement.maximum,
        _START: statement.start,
        _CYCLE: statement.cycle,
    }
    for position, value in given.items():
        if value is not None:
            new[position] = int(value)
    if statement.start is not None:
        new[_LAST], new[_CALLED] = statement.start, 0
    Writer(session, table).update([(identity, old, _checked(new))])
    return Done()


@handles(ast.DropSequence)
def drop_sequence(session: LiteSession, statement: ast.DropSequence) -> Done:
    """DROP SEQUENCE."""
    for name in statement.names:
        table = _find(session, name, missing_ok=statement.if_exists)
        if table is not None:
            remove(session, table)
    return Done()


def next_value(session: LiteSession, name: str) -> int:
    """Move a sequence on and return its new value.

    :raises ServerError: 1146 when there is none, 20101 at its end
    """
    table = _required(session, name)
    identity, old = _state(session, table)
    value = old[_LAST] + old[_STEP] if old[_CALLED] else old[_LAST]
    if not old[_LEAST] <= value <= old[_MOST]:
        if not old[_CYCLE]:
            raise internal(f"Reached {'maximum' if old[_STEP] > 0 else 'minimum'} value of sequence {table.name}")
        value = old[_LEAST] if old[_STEP] > 0 else old[_MOST]
    _store(session, table, identity, old, value, called=1)
    session.sequence_values[table.id] = session.last_sequence_value = value
    return int(value)


def set_value(session: LiteSession, name: str, value: int) -> int:
    """Set the value a sequence has reached; a sequence never used goes on with the value itself."""
    table = _required(session, name)
    identity, old = _state(session, table)
    if not old[_LEAST] <= value <= old[_MOST]:
        raise internal(f"setval: value {value} is out of bounds for sequence {table.name}")
    _store(session, table, identity, old, value, called=old[_CALLED])
    session.sequence_values[table.id] = session.last_sequence_value = value
    return value


def current_value(session: LiteSession, name: str) -> int:
    """What ``nextval`` gave this session last for a sequence."""
    table = _required(session, name)
    if table.id not in session.sequence_values:
        raise internal(f"currval of sequence '{table.name}' is not yet defined in this session")
    return session.sequence_values[table.id]


def last_value(session: LiteSession) -> int:
    """What ``nextval`` gave this session last."""
    if session.last_sequence_value is None:
        raise internal("lastval is not yet defined in this session")
    return session.last_sequence_value


def _find(session: LiteSession, name: ast.Name, *, missing_ok: bool = False) -> Table | None:
    database = current_database(session, name.database)
    table = session.catalog.permanent_table(database.id, name.name)
    if table is not None and table.kind == "sequence":
        return table
    if missing_ok:
        return None
    raise no_such_table(database.name, name.name.lower())


def _required(session: LiteSession, name: str) -> Table:
    table = _find(session, ast.Name(name))
    if table is None:
        raise no_such_table(session.database, name)
    return table


def _state(session: LiteSession, table: Table) -> tuple[int, Values]:
    names = ", ".join(column.physical for column in table.columns)
    sql = f"SELECT _id, {names} FROM {table.physical}"
    identity, *row = session.connection.run(sql)[0]
    return identity, row


def _store(session: LiteSession, table: Table, identity: int, old: Values, value: int, *, called: int) -> None:
    new = list(old)
    new[_LAST], new[_CALLED] = value, called
    Writer(session, table).update([(identity, old, new)])
