"""Tables from dictionaries: type texts are passed on, but stay inside their column."""

from __future__ import annotations

import pytest
from sqlalchemy import Integer, Numeric, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column  # noqa: TC002 - the mapper reads Mapped at run time

from matrixone import tables
from matrixone.dialect.pymysql import MatrixOneDialect_pymysql
from matrixone.exceptions import ConfigurationError, InvalidNameError
from matrixone.vector import Vectorf32


def compiled(element):
    return str(element.compile(dialect=MatrixOneDialect_pymysql()))


def test_type_texts_and_sqlalchemy_types():
    statement = tables.create_table(
        "d.t",
        {
            "id": "int primary key",
            "name": "varchar(20) not null default ')'",
            "v": "vecf32(384)",
            "price": Numeric(10, 2),
            "n": Integer,
            "label": String(5),
            "w": Vectorf32(3),
            "kind": "enum('a,b', ';')",
        },
        comment="it's",
    )
    assert compiled(statement) == (
        "CREATE TABLE `d`.`t` (`id` int primary key, `name` varchar(20) not null default ')', `v` vecf32(384), "
        "`price` NUMERIC(10, 2), `n` INTEGER, `label` VARCHAR(5), `w` vecf32(3), `kind` enum('a,b', ';')) COMMENT 'it''s'"
    )


def test_primary_key_and_if_not_exists():
    statement = tables.create_table("t", {"a": "int", "b": "int"}, primary_key=["a", "b"], if_not_exists=True)
    assert compiled(statement) == "CREATE TABLE IF NOT EXISTS `t` (`a` int, `b` int, PRIMARY KEY (`a`, `b`))"


@pytest.mark.parametrize(
    "text", ["", "  ", "int)", "int, b int", "int; DROP TABLE t", "int) -- ", "varchar(20", "int(1)) x"]
)
def test_a_type_text_stays_inside_its_column(text):
    with pytest.raises(ConfigurationError, match="is not a type with modifiers"):
        tables.create_table("t", {"a": text})


@pytest.mark.parametrize(("columns", "options"), [({}, {}), ({"a": "int"}, {"primary_key": "b"})])
def test_impossible_tables(columns, options):
    with pytest.raises(ConfigurationError):
        tables.create_table("t", columns, **options)


class Base(DeclarativeBase):
    pass


class Doc(Base):
    __tablename__ = "docs"
    __table_args__ = ({"schema": "d.b"},)
    id: Mapped[int] = mapped_column(primary_key=True)


def test_the_parts_of_a_name():
    assert tables.table_parts("t") == ("t",)
    assert tables.table_parts("`a.b`.c") == ("a.b", "c")
    assert tables.table_parts(Doc) == tables.table_parts(Doc.__table__) == ("d.b", "docs")
    for wrong in ("a.b.c", "", "`open", "x" * 65, "a ", "a.\n"):
        with pytest.raises(InvalidNameError):
            tables.table_parts(wrong)
    with pytest.raises(ConfigurationError):
        tables.table_parts(int)


@pytest.mark.parametrize("name", ["", "a" * 65, "t\n"])
def test_impossible_names(name):
    with pytest.raises(InvalidNameError):
        tables.create_table(name, {"a": "int"})
    with pytest.raises(InvalidNameError):
        tables.create_table("t", {name: "int"})


def test_vector_indexes_take_the_alter_form():
    first, second = tables.vector_indexes(
        "d.t",
        [
            {"name": "i", "column": "v", "type": "ivfflat", "params": {"lists": 4, "op_type": "vector_cosine_ops"}},
            {"name": "h", "column": "v", "type": "hnsw"},
        ],
    )
    assert compiled(first).startswith("ALTER TABLE d.t ADD INDEX i USING ivfflat (v)")
    assert compiled(second).startswith("ALTER TABLE d.t ADD INDEX h USING hnsw (v)")


@pytest.mark.parametrize(
    "description",
    [
        {},
        {"name": "i"},
        {"name": "i", "column": "v", "type": "btree"},
        {"name": "i", "column": "v", "params": {"op_type": "x"}},
    ],
)
def test_impossible_indexes(description):
    with pytest.raises(ConfigurationError, match="vector index"):
        tables.vector_indexes("t", [description])
