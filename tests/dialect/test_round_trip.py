"""What was reflected and is created elsewhere is reflected the same: nothing is lost, nothing is made up."""

from __future__ import annotations

import os
import re
import string
import uuid

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import (
    CheckConstraint,
    Column,
    Computed,
    ForeignKeyConstraint,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    Sequence,
    Table,
    UniqueConstraint,
    inspect,
    text,
    types,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.schema import CreateTable, DropTable

from matrixone.dialect.types import DATALINK
from matrixone.fulltext import FulltextIndex
from matrixone.vector import HnswVectorIndex, IvfVectorIndex, Vectorf32, Vectorf64
from matrixone.vector.types import Vectorbf16, Vectorf16, Vectorint8, Vectoruint8


def described(connection, name, schema=None):
    """All that is reflected of a table, with types as they are written."""
    inspector = inspect(connection)

    def written(column):
        return {**column, "type": column["type"].compile(connection.dialect)}

    return {
        "columns": [written(column) for column in inspector.get_columns(name, schema)],
        "key": inspector.get_pk_constraint(name, schema),
        "unique": inspector.get_unique_constraints(name, schema),
        "foreign": inspector.get_foreign_keys(name, schema),
        "checks": inspector.get_check_constraints(name, schema),
        "indexes": inspector.get_indexes(name, schema),
        "comment": inspector.get_table_comment(name, schema),
        "options": inspector.get_table_options(name, schema),
    }


def recreated(connection, name):
    """Create from what was reflected, after dropping what was there; what is then reflected."""
    table = Table(name, MetaData(), autoload_with=connection)
    table.drop(connection)
    table.create(connection)
    return described(connection, name)


QUOTABLE = st.text(st.sampled_from(string.ascii_letters + string.digits + " '\"`%:;,.()\\ü語\n\t-#/*_@{}"), max_size=20)
COMMENTS = QUOTABLE.filter(lambda comment: comment and not re.search(r"\\('|$)", comment))
VALUES = QUOTABLE.filter(lambda value: "," not in value and "\\" not in value).map(str.strip)
PLAIN = [
    types.BigInteger(),
    types.Boolean(),
    types.Date(),
    types.JSON(),
    types.LargeBinary(),
    types.Numeric(38, 10),
    types.SmallInteger(),
    types.String(30),
    types.Text(),
    types.UUID(),
    mysql.BINARY(3),
    mysql.BIT(5),
    mysql.CHAR(4),
    mysql.DATETIME(fsp=6),
    mysql.DOUBLE(),
    mysql.FLOAT(10, 2),
    mysql.INTEGER(unsigned=True),
    mysql.TIME(fsp=3),
    mysql.TIMESTAMP(fsp=6),
    mysql.TINYINT(unsigned=True),
    mysql.VARBINARY(6),
    mysql.YEAR(),
    DATALINK(),
    Vectorf32(3),
    Vectorf64(2),
    Vectorbf16(2),
    Vectorf16(2),
    Vectorint8(2),
    Vectoruint8(2),
]
LISTED = st.lists(VALUES.filter(bool), min_size=1, max_size=3, unique_by=str.lower)
DEFAULTS = [
    (types.Boolean(), text("true")),
    (types.DateTime(), text("now()")),
    (types.Double(), text("(rand())")),
    (types.Integer(), "7"),
    (types.Integer(), text("-7")),
    (types.Integer(), text("(1 + 2)")),
    (types.Numeric(10, 2), text("1.5")),
    (types.String(40), text("(concat('it''s', 'a\\\\b'))")),
    (types.UUID(), text("(uuid())")),
    (mysql.BIT(3), text("0b101")),
    (mysql.DATETIME(fsp=6), text("current_timestamp(6) ON UPDATE current_timestamp(6)")),
    (mysql.TIMESTAMP(), text("CURRENT_TIMESTAMP")),
]
NAMES = ["a", "B", "order", "two words", "tick`s", 'quo"te', "semi;colon", "com,ma", "br(ack", "ümläut", "per%cent"]


@st.composite
def columns(draw):
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=5, unique=True))
    made = []
    for name in names:
        options = {"comment": draw(st.none() | COMMENTS), "nullable": draw(st.booleans())}
        match draw(st.sampled_from(["plain", "default", "text", "enum"])):
            case "plain":
                type_ = draw(st.sampled_from(PLAIN))
                # SQLAlchemy 2.0 would let a DECIMAL count.
                counts = False if isinstance(type_, types.Numeric) else "auto"
                made.append(Column(name, type_, autoincrement=counts, **options))
            case "default":
                type_, default = draw(st.sampled_from(DEFAULTS))
                made.append(Column(name, type_, server_default=default, **options))
            case "text":
                made.append(Column(name, types.String(40), server_default=draw(QUOTABLE), **options))
            case "enum":
                kind, values = draw(st.sampled_from([mysql.ENUM, mysql.SET])), draw(LISTED)
                made.append(Column(name, kind(*map(str.lower, values) if kind is mysql.SET else values), **options))
    return made


@st.composite
def tables(draw):
    parts = draw(columns())
    small = [part.name for part in parts if isinstance(part.type, types.Integer | types.Date | types.Numeric)]
    listed = draw(st.lists(st.sampled_from(small), unique=True, max_size=2)) if small else []
    if listed:
        kind = draw(st.sampled_from([PrimaryKeyConstraint, UniqueConstraint, lambda *names, **_: Index("ix", *names)]))
        parts.append(kind(*listed, name="named"))
    # A CHECK is refused on a column that counts.
    free = [name for name in small if name not in listed]
    if free and draw(st.booleans()):
        parts.append(CheckConstraint(Column(free[0]).is_not(None), name="checked"))
    return Table("t", MetaData(), *parts, comment=draw(st.none() | COMMENTS))


@settings(
    max_examples=8 if os.environ.get("MATRIXONE_TEST_URL") else 25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(tables())
def test_any_table(engine, table):
    with engine.connect() as connection:
        connection.execute(DropTable(table, if_exists=True))
        connection.execute(CreateTable(table))
        for index in table.indexes:
            index.create(connection)
        first = described(connection, "t")
        assert [column["name"] for column in first["columns"]] == [column.name for column in table.columns]
        assert [column["comment"] for column in first["columns"]] == [column.comment for column in table.columns]
        assert first["comment"] == {"text": table.comment}
        assert recreated(connection, "t") == first


INDEXES = [
    Index("plain", "n"),
    Index("two", "n", "s", matrixone_comment="a note"),
    Index("short", "s", matrixone_length={"s": 3}),
    Index("only", "s", unique=True, matrixone_length={"s": 3}),
    FulltextIndex("words", "s"),
    FulltextIndex("ngrams", ["s", "t"], parser="ngram", comment="a note"),
    FulltextIndex("values", "j", parser="json_value"),
    FulltextIndex("later", "t", matrixone_with={"async": True}),
    IvfVectorIndex("near", "v"),
    IvfVectorIndex("cosine", "v", lists=3, op_type="vector_cosine_ops", comment="a note"),
    Index(
        "all_of_it",
        "v",
        matrixone_using="ivfflat",
        matrixone_with={
            "lists": 4,
            "op_type": "vector_l2_ops",
            "include": ["n", "s"],
            "quantization": "int8",
        },
    ),
    Index(
        "kmeans",
        "v",
        matrixone_using="ivfflat",
        matrixone_with={"lists": 2, "kmeans_train_percent": 30, "kmeans_max_iteration": 10, "op_type": "vector_l2_ops"},
    ),
    Index(
        "rebuilt",
        "v",
        matrixone_using="ivfflat",
        matrixone_with={
            "lists": 2,
            "op_type": "vector_l2_ops",
            "async": True,
            "auto_update": True,
            "day": 2,
            "hour": 3,
        },
    ),
    HnswVectorIndex("graph", "w", m=10, ef_construction=30, ef_search=40, op_type="vector_ip_ops"),
    HnswVectorIndex("small_graph", "w", comment="a note"),
]


CLASSES = {"ivfflat": IvfVectorIndex, "hnsw": HnswVectorIndex}


@pytest.mark.parametrize("index", INDEXES, ids=lambda index: index.name)
def test_every_kind_of_index(hnsw_engine, index):
    name = f"i_{uuid.uuid4().hex[:12]}"
    model = Table(
        name,
        MetaData(),
        Column("id", types.BigInteger, primary_key=True, autoincrement=False),
        Column("n", types.Integer),
        Column("s", types.String(30)),
        Column("t", types.Text),
        Column("j", types.JSON),
        Column("v", Vectorf32(3)),
        Column("w", Vectorf32(3)),
    )
    made = Index(index.name, *map(model.c.get, index._pending_colargs), unique=index.unique, **index.dialect_kwargs)
    with hnsw_engine.connect() as connection:
        model.create(connection)
        first = described(connection, name)
        loaded = Table(name, MetaData(), autoload_with=connection)
        (found,) = loaded.indexes
        assert type(found) is CLASSES.get(index.dialect_kwargs.get("matrixone_using"), type(index))
        assert recreated(connection, name) == first
        made.drop(connection)


def test_foreign_keys_checks_and_computed_columns(engine, other_database):
    metadata = MetaData()
    Table(
        "parents", metadata, Column("a", types.Integer, primary_key=True), Column("b", types.Integer, primary_key=True)
    )
    Table("parents", metadata, Column("id", types.Integer, primary_key=True), schema=other_database)
    Table(
        "children",
        metadata,
        Column("id", types.Integer, primary_key=True),
        Column("b", types.Integer),
        Column("a", types.Integer),
        Column("elsewhere", types.Integer),
        Column("up", types.Integer),
        Column("double_a", types.Integer, Computed("a * 2", persisted=True)),
        Column("words", types.String(40), Computed("concat('x;,', a)", persisted=False), comment="computed"),
        ForeignKeyConstraint(["a", "b"], ["parents.a", "parents.b"], name="both", ondelete="CASCADE"),
        ForeignKeyConstraint(["elsewhere"], [f"{other_database}.parents.id"], name="far", onupdate="SET NULL"),
        ForeignKeyConstraint(["up"], ["children.id"], name="self_referring"),
        CheckConstraint("a > 0 and words <> '''); ('", name="positive"),
        CheckConstraint("b in (1, 2, 3)"),
    )
    metadata.create_all(engine)
    try:
        with engine.connect() as connection:
            first = described(connection, "children")
            assert [
                (key["name"], key["constrained_columns"], key["referred_schema"], key["options"])
                for key in first["foreign"]
            ] == [
                ("both", ["a", "b"], None, {"ondelete": "CASCADE"}),
                ("far", ["elsewhere"], other_database, {"onupdate": "SET NULL"}),
                ("self_referring", ["up"], None, {}),
            ]
            assert [column["computed"]["persisted"] for column in first["columns"][-2:]] == [True, False]
            assert len(first["checks"]) == 2
            assert recreated(connection, "children") == first
    finally:
        metadata.drop_all(engine)


@pytest.mark.parametrize(
    "options",
    [
        {"matrixone_cluster_by": ["B", "a"]},
        {"matrixone_partition_by": "hash(a) partitions 4"},
        {"matrixone_partition_by": "key(a) partitions 3"},
        {
            "matrixone_partition_by": "range(a) (partition p0 values less than (10), partition p1 values less than maxvalue)"
        },
        {"matrixone_partition_by": "list(a) (partition p0 values in (1, 2), partition p1 values in (3))"},
    ],
    ids=["cluster", "hash", "key", "range", "list"],
)
def test_options_of_a_table(engine, options):
    columns = Column("a", types.Integer), Column("B", types.Integer)
    table = Table("sorted_rows", MetaData(), *columns, comment="first (b", **options)
    with engine.connect() as connection:
        table.create(connection)
        first = described(connection, "sorted_rows")
        assert list(first["options"]) == list(options)
        assert recreated(connection, "sorted_rows") == first
        table.drop(connection)


def test_a_sequence_as_default(engine):
    numbers = Sequence("numbers_of_rows", start=10)
    table = Table(
        "numbered",
        MetaData(),
        Column("id", types.BigInteger, server_default=numbers.next_value(), primary_key=True, autoincrement=False),
        Column("again", types.BigInteger, server_default=text("nextval('numbers_of_rows')")),
        Column("x", types.Integer),
    )
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        numbers.create(connection)
        table.create(connection)
        first = described(connection, "numbered")
        assert "nextval('numbers_of_rows')" in first["columns"][0]["default"]
        assert recreated(connection, "numbered") == first
        connection.execute(table.insert().values(x=1))
        assert connection.execute(table.select()).one() == (10, 11, 1)
        table.drop(connection)
        numbers.drop(connection)
