"""What a real server answered, recorded in ``tests/truth``: the dialect knows its tables and names its errors."""

from __future__ import annotations

import re

import pymysql
import pytest
from pymysql.err import raise_mysql_exception
from sqlalchemy import MetaData, Table, exc, types

from matrixone.dialect.show_create import ShowCreateTableParser
from matrixone.exceptions import InternalError, OperationalError, QueryError, translate
from tests.truth.cases import HERE, recorded

AREAS = sorted(path.stem for path in (HERE / "recorded").glob("*.jsonl"))
UNKNOWN_TYPES = frozenset({"geometry", "point"})  # SQLAlchemy warns of them
COLUMN = re.compile(r"^  `((?:[^`]|``)+)` ", re.MULTILINE)
KIND = re.compile(r"no such|not found|(does not|doesn't|not) exist|already exists|not supported|Duplicate entry")


def answers(*areas):
    """Statements and answers, those to the same cases with other names and types included."""
    for area in areas:
        for kind in ("recorded", "varied"):
            for case in recorded(HERE / kind / f"{area}.jsonl"):
                for step in case.steps:
                    if isinstance(step.get("expect"), dict):
                        yield step.get("sql", ""), step["expect"]


def printed_tables(*areas):
    """Every definition that SHOW CREATE TABLE printed, once."""
    rows = (row for _, answer in answers(*areas) for row in shown(answer))
    return sorted({definition for _, definition, *_ in rows if definition.startswith("CREATE TABLE")})


def shown(answer):
    is_definition = [name for name, *_ in answer.get("columns", ())] == ["Table", "Create Table"]
    return answer["rows"] if is_definition else ()


@pytest.mark.parametrize("definition", printed_tables(*AREAS))
def test_printed_tables_are_understood(dialect, definition):
    if any(f" {name}" in definition for name in UNKNOWN_TYPES):
        pytest.skip("a type the dialect does not know")
    state = ShowCreateTableParser(dialect.name, dialect.ischema_names).parse(definition)
    assert [column["name"] for column in state.columns] == [
        name.replace("``", "`") for name in COLUMN.findall(definition)
    ]
    assert not [column for column in state.columns if isinstance(column["type"], types.NullType)]
    named = re.findall(r"(?m)^ +(?:UNIQUE |FULLTEXT )?(?:KEY )?`(\w+)` ?(?:\(|USING)", definition)
    assert {key["name"] for key in state.keys} >= set(named)


@pytest.mark.parametrize("definition", printed_tables("ddl_reflection", "types", "dml", "queries"))
def test_printed_tables_are_made_again(engine, definition):
    """As the server printed it, and again as the dialect writes what it reflected."""
    if "FOREIGN KEY" in definition:
        pytest.skip("refers to a table of its case")
    if "PROPERTIES" in definition:
        pytest.skip("the dialect has no PROPERTIES")
    if (by := re.search(r"partition by \w+ \(`(\w+)`\)", definition)) and by[1] not in COLUMN.findall(definition):
        pytest.skip("the server prints the old name of a renamed column")
    name = re.match(r"CREATE TABLE `(.+?)` \(", definition)[1]
    with engine.connect() as connection:
        connection.exec_driver_sql("SET experimental_hnsw_index = 1")
        connection.exec_driver_sql(definition.replace("%", "%%"))
        try:
            table = Table(name, MetaData(), autoload_with=connection)
            before = lines(connection, name)
            table.drop(connection)
            table.create(connection)
            assert lines(connection, name) == before
        finally:
            connection.exec_driver_sql(f"DROP TABLE IF EXISTS `{name}`")


def lines(connection, name):
    """The lines of a definition; the order of its keys says nothing."""
    printed = connection.exec_driver_sql(f"SHOW CREATE TABLE `{name}`").one()[1]
    return sorted(line.rstrip(",") for line in printed.splitlines())


def recorded_errors():
    """Every error of the recordings: number, SQLSTATE, text."""
    errors = {tuple(answer["error"]) for _, answer in answers(*AREAS) if "error" in answer}
    return sorted(errors, key=repr)


def as_the_driver_raises_it(number, state, message):
    packet = b"\xff" + number.to_bytes(2, "little") + (f"#{state}" if state else "").encode() + message.encode()
    with pytest.raises(pymysql.err.MySQLError) as caught:
        raise_mysql_exception(packet)
    return exc.DBAPIError.instance("SELECT 1", (), caught.value, pymysql.err.MySQLError)


def test_every_error_has_its_number_and_first_line():
    for number, state, message in recorded_errors():
        error = translate(as_the_driver_raises_it(number or 0, state, message))
        assert isinstance(error, QueryError)
        assert error.errno == (number or 0)
        assert "\n" not in str(error)


def test_an_error_that_says_what_it_is_is_no_operational_one():
    """Only what the server could not do now is an OperationalError."""
    vague = [
        (number, message)
        for number, state, message in recorded_errors()
        if KIND.search(message)
        and type(translate(as_the_driver_raises_it(number or 0, state, message))) in {OperationalError, InternalError}
        and number not in {1017, 1045}  # files and logins
        and not message.startswith("internal error: panic")
    ]
    assert vague == []
