"""What the server takes of a column or table and does not keep is refused before it is sent; all else comes back."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, exc, inspect, types
from sqlalchemy.dialects import mysql
from sqlalchemy.schema import CreateTable, SetColumnComment, SetTableComment

from matrixone.exceptions import ConfigurationError

few = settings(
    max_examples=15 if os.environ.get("MATRIXONE_TEST_URL") else 60,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
HARD = st.text(st.sampled_from("aAbB,\\' \"`%:ü"), min_size=1, max_size=4)


class Tags(types.TypeDecorator):
    impl = mysql.SET
    cache_ok = True


REFUSED = {
    "comma": (mysql.ENUM("a,b", "c"), "comma in 'a,b' of ENUM"),
    "comma_of_generic": (types.Enum("a,b", "c"), "comma in 'a,b' of ENUM"),
    "comma_of_set": (mysql.SET("a,b"), "comma in 'a,b' of SET"),
    "comma_of_decorated": (Tags("a,b"), "comma in 'a,b' of SET"),
    "case": (mysql.ENUM("a", "A"), "does not tell 'A' of ENUM from 'a'"),
    "case_of_set": (mysql.SET("a", "A"), "does not tell 'A' of SET from 'a'"),
    "backslash": (mysql.ENUM("a\\b"), "loses the backslash"),
    "backslash_of_set": (mysql.SET("a\\b"), "loses the backslash"),
    "capital_of_set": (mysql.SET("Red"), "'Red' of SET in lower case"),
    "blank_of_set": (mysql.SET("a ", "b"), "drops the blank at the end of 'a '"),
}


def table_of(*columns, **options):
    return Table("kept", MetaData(), Column("id", Integer, autoincrement=False, primary_key=True), *columns, **options)


@pytest.mark.parametrize("case", REFUSED)
def test_values_that_are_not_kept(dialect, case):
    type_, reason = REFUSED[case]
    with pytest.raises(exc.CompileError, match=f"column 'v' cannot be created: .*{reason}"):
        CreateTable(table_of(Column("v", type_))).compile(dialect=dialect)


@pytest.mark.parametrize("comment", ["ends\\", "a\\'b", "\\\\"])
def test_comments_that_make_the_table_unreadable(dialect, comment):
    column = Column("v", Integer, comment=comment)
    described = table_of(column), table_of(comment=comment)
    statements = [*map(CreateTable, described), SetTableComment(described[1]), SetColumnComment(column)]
    for statement in statements:
        with pytest.raises(exc.CompileError, match=r"comment of (column 'v'|table 'kept') .* backslash"):
            statement.compile(dialect=dialect)


def test_tables_made_of_dictionaries(client):
    with pytest.raises(ConfigurationError, match="comment of table 'kept'"):
        client.create_table("kept", {"id": "int"}, comment="ends\\")
    with pytest.raises(exc.CompileError, match="comma"):
        client.create_table("kept", {"v": mysql.ENUM("a,b")})
    assert client.execute("SHOW TABLES").all() == []


@few
@given(st.sampled_from([mysql.ENUM, mysql.SET]), st.lists(HARD, min_size=1, max_size=3, unique=True))
def test_values_are_refused_or_kept(engine, kind, values):
    table = table_of(Column("v", kind(*values)))
    with engine.connect() as connection:
        try:
            table.create(connection)
        except exc.CompileError:
            return
        rows = [value if kind is mysql.ENUM else {value} for value in values]
        connection.execute(table.insert(), [{"id": n, "v": row} for n, row in enumerate(rows)])
        assert connection.scalars(table.select().with_only_columns(table.c.v).order_by(table.c.id)).all() == rows
        reflected = inspect(connection).get_columns("kept")[1]["type"]
        assert list(reflected.enums if kind is mysql.ENUM else reflected.values) == values
        connection.exec_driver_sql("ALTER TABLE kept DROP COLUMN id")
        table.drop(connection)


@few
@given(HARD, HARD)
def test_comments_are_refused_or_kept(engine, of_column, of_table):
    table = table_of(Column("v", Integer, comment=of_column), comment=of_table)
    with engine.connect() as connection:
        try:
            table.create(connection)
        except exc.CompileError:
            return
        assert inspect(connection).get_columns("kept")[1]["comment"] == of_column
        assert inspect(connection).get_table_comment("kept")["text"] == of_table
        table.drop(connection)


def test_what_the_server_makes_of_them(engine):
    """The reasons for the rules: where one of these fails, a rule can go."""
    with engine.connect() as connection:
        sql = connection.exec_driver_sql
        sql("CREATE TABLE lists (c enum('a,b'), d enum('a', 'A'), e set('x ', 'y'), f set('Z'))")
        sql("INSERT INTO lists VALUES ('b', 'A', 'x ', 'z')")
        assert sql("SELECT * FROM lists").one() == ("b", "a", "x", "Z")
        shown = sql("SHOW CREATE TABLE lists").one()[1]
        assert "`c` enum('a','b')" in shown
        assert "`f` set('z')" in shown
        for definition, reason in [
            ("set('a', 'A')", "duplicate set member"),
            ("set('a,b')", 'set member "a,b" contains'),
        ]:
            with pytest.raises(exc.DBAPIError, match=reason):
                sql(f"CREATE TABLE sets (v {definition})")
        for number, definition in enumerate([r"v int comment 'ends\\'", r"v int comment 'a\\''b'", r"v enum('a\\')"]):
            sql(f"CREATE TABLE unreadable{number} ({definition})")
            with pytest.raises(exc.DBAPIError, match="1105"):
                sql(f"SHOW CREATE TABLE unreadable{number}")
