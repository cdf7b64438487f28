"""Two states of one rich set of tables."""

from __future__ import annotations

import enum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    UniqueConstraint,
    text,
    types,
)
from sqlalchemy.dialects import mysql

from matrixone.dialect.types import DATALINK
from matrixone.fulltext import FulltextIndex
from matrixone.vector import HnswVectorIndex, IvfVectorIndex, Vectorf32, Vectorf64


class Color(enum.Enum):
    RED = 1
    GREEN = 2


def first() -> MetaData:
    metadata = MetaData()
    Table(
        "authors",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("name", types.String(50), nullable=False, comment="it's a 'name'"),
        Column("email", types.String(50), unique=True),
        Column("country", types.String(2), server_default="de"),
        Column("number", Integer, server_default=text("7")),
        UniqueConstraint("country", "number", name="Once"),
        CheckConstraint("number > 0", name="positive"),
        Index("IX_Name", "name"),
        comment="who writes; it's 100% theirs",
    )
    Table(
        "books",
        metadata,
        Column("id", BigInteger, primary_key=True),
        Column("author_id", ForeignKey("authors.id", name="fk_author", ondelete="CASCADE"), index=True),
        Column("editor_id", ForeignKey("authors.id", ondelete="RESTRICT", onupdate="NO ACTION")),
        Column("previous_id", BigInteger),
        ForeignKeyConstraint(["previous_id"], ["books.id"], name="fk_previous"),
    )
    Table(
        "documents",
        metadata,
        Column("id", BigInteger, primary_key=True),
        Column("body", types.Text, nullable=False),
        Column("title", types.String(100)),
        Column("v", Vectorf32(3)),
        Column("w", Vectorf64(4)),
        IvfVectorIndex("near", "v", lists=2),
        HnswVectorIndex("graph", "w", m=8, op_type="vector_cosine_ops"),
        FulltextIndex("words", ["body", "title"]),
    )
    Table("kinds", metadata, *kinds(), Column("removed", Vectorf32(8), comment="later"))
    sorted_rows(metadata)
    Table(
        "parts",
        metadata,
        Column("id", Integer, primary_key=True, autoincrement=False),
        matrixone_partition_by="hash(id) partitions 2",
    )
    return metadata


def sorted_rows(metadata: MetaData) -> None:
    # Never altered: when the server rewrites a table it doubles quotes in defaults and drops backslashes of comments.
    quoted = Column("quoted", types.String(30), server_default="it's", comment="a \\ backslash")
    Table("sorted_rows", metadata, Column("a", Integer), Column("B", Integer), quoted, matrixone_cluster_by=["B", "a"])


def kinds() -> list[Column]:
    return [
        Column("id", types.Uuid, primary_key=True),
        Column("big", types.BigInteger, server_default="5"),
        Column("binary", types.LargeBinary),
        Column("bit", mysql.BIT),
        Column("blob", mysql.LONGBLOB),
        Column("char", types.CHAR),
        Column("clock", types.DateTime, server_default=text("now()")),
        Column(
            "clock6", mysql.DATETIME(fsp=6), server_default=text("CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6)")
        ),
        Column("computed", types.Integer, Computed("big + 1", persisted=True)),
        Column("date", types.Date, server_default="2020-01-01"),
        Column("decimal", types.Numeric),
        Column("decimal2", types.Numeric(12)),
        Column("double", types.Double),
        Column("enum", types.Enum("a", "it's")),
        Column("enum2", types.Enum(Color)),
        Column("enum3", types.Enum("x", "yy", native_enum=False)),
        Column("flag", types.Boolean, nullable=False, server_default=text("true")),
        Column("flag2", types.Boolean, server_default="1"),
        Column("float", types.Float),
        Column("float2", types.Float(53)),
        Column("generated", types.UUID, server_default=text("uuid()")),
        Column("integer11", mysql.INTEGER(11)),
        Column("interval", types.Interval),
        Column("json", types.JSON),
        Column("link", DATALINK),
        Column("long", mysql.LONGTEXT),
        Column("medium", mysql.MEDIUMINT),
        Column("money", types.Numeric(10, 2), server_default="0.50"),
        Column("pickled", types.PickleType),
        Column("real", types.REAL),
        Column("set", mysql.SET("x", "y")),
        Column("small", types.SmallInteger),
        Column("stamp", types.TIMESTAMP, server_default=text("CURRENT_TIMESTAMP")),
        Column("text", types.Text),
        Column("time", types.Time),
        Column("tiny", mysql.TINYINT(1)),
        Column("unicode", types.Unicode(20, collation="utf8mb4_bin")),
        Column("unsigned", mysql.BIGINT(20, unsigned=True)),
        Column("words", types.String(30), server_default=text("concat('A', 'b')")),
        Column("year", mysql.YEAR),
    ]


def second() -> MetaData:
    """The first, after all kinds of changes."""
    metadata = MetaData()
    Table(
        "authors",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("name", types.String(80), comment="another"),
        Column("email", types.String(50), nullable=False, server_default="nobody"),
        Column("country", types.String(2)),
        Column("number", BigInteger, server_default=text("8")),
        Column("born", types.Date),
        Column("face", Vectorf32(16)),
        UniqueConstraint("number", name="other"),
        CheckConstraint("number > 0", name="positive"),
        Index("IX_Name", "name", "country", unique=True),
        comment="changed",
    )
    Table(
        "books",
        metadata,
        Column("id", BigInteger, primary_key=True),
        Column("author_id", ForeignKey("authors.id", name="fk_author", ondelete="SET NULL"), index=True),
        Column("editor_id", Integer),
        Column("previous_id", BigInteger),
        ForeignKeyConstraint(["previous_id"], ["books.id"], name="fk_previous"),
    )
    Table(
        "documents",
        metadata,
        Column("id", BigInteger, primary_key=True),
        Column("body", types.Text, nullable=False),
        Column("title", types.String(100)),
        Column("v", Vectorf32(3)),
        Column("w", Vectorf64(4)),
        IvfVectorIndex("near", "v", lists=4, op_type="vector_cosine_ops"),
        HnswVectorIndex("graph", "w", m=16, op_type="vector_cosine_ops"),
        FulltextIndex("words", ["body", "title"], parser="ngram"),
    )
    Table("kinds", metadata, *kinds())
    Table(
        "added", metadata, Column("id", Integer, primary_key=True), Column("v", Vectorf32(2)), IvfVectorIndex("iv", "v")
    )
    sorted_rows(metadata)
    return metadata
