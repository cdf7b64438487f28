from __future__ import annotations

import pytest
from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, MetaData, String, Table, exc, inspect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column  # noqa: TC002 - the mapper reads Mapped at run time
from sqlalchemy.schema import CreateIndex, DropIndex

from matrixone.fulltext import FulltextIndex
from matrixone.vector import HnswVectorIndex, IvfVectorIndex, Vectorf32


def table_with(*indexes):
    return Table(
        "docs",
        MetaData(),
        Column("id", BigInteger, primary_key=True),
        Column("order", String(20)),
        Column("v", Vectorf32(3)),
        *indexes,
    )


def created(index, dialect):
    (attached,) = table_with(index).indexes
    return str(CreateIndex(attached).compile(dialect=dialect))


@pytest.mark.parametrize(
    ("index", "expected"),
    [
        (lambda: Index("ix", "order"), "INDEX ix (`order`)"),
        (lambda: Index("ix", "order", unique=True), "UNIQUE INDEX ix (`order`)"),
        (lambda: Index("ix", "id", "order", mysql_length={"order": 5}), "INDEX ix (id, `order`(5))"),
        (lambda: Index("ft", "order", mysql_prefix="FULLTEXT"), "FULLTEXT INDEX ft (`order`)"),
        (lambda: FulltextIndex("ft", ["order"]), "FULLTEXT INDEX ft (`order`)"),
        (lambda: FulltextIndex("ft", "order", parser="ngram"), "FULLTEXT INDEX ft (`order`) WITH PARSER ngram"),
        (lambda: IvfVectorIndex("iv", "v"), "INDEX iv USING ivfflat (v) OP_TYPE 'vector_l2_ops'"),
        (
            lambda: IvfVectorIndex("iv", "v", lists=4, op_type="vector_cosine_ops"),
            "INDEX iv USING ivfflat (v) LISTS 4 OP_TYPE 'vector_cosine_ops'",
        ),
        (
            lambda: HnswVectorIndex("h", "v", m=16, ef_construction=64, ef_search=32, op_type="vector_ip_ops"),
            "INDEX h USING hnsw (v) M 16 EF_CONSTRUCTION 64 EF_SEARCH 32 OP_TYPE 'vector_ip_ops'",
        ),
    ],
)
def test_t1_indexes_are_added_by_alter_table(dialect, index, expected):
    assert created(index(), dialect) == f"ALTER TABLE docs ADD {expected}"


def test_t2_indexes_are_dropped_by_alter_table(dialect):
    (index,) = table_with(Index("ix", "order")).indexes
    assert str(DropIndex(index).compile(dialect=dialect)) == "ALTER TABLE docs DROP INDEX ix"


def test_temporary_tables_take_and_lose_their_indexes(engine):
    table = Table(
        "short_lived",
        MetaData(),
        Column("id", BigInteger, primary_key=True),
        Column("n", String(9)),
        FulltextIndex("ft", "n"),
        prefixes=["TEMPORARY"],
    )
    index = Index("ix", table.c.n)
    with engine.begin() as connection:
        table.create(connection)
        assert {found["name"] for found in inspect(connection).get_indexes("short_lived")} == {"ix", "ft"}
        index.drop(connection)
        assert [found["name"] for found in inspect(connection).get_indexes("short_lived")] == ["ft"]


def test_conditions_the_server_ignores_are_refused(dialect):
    (index,) = table_with(Index("ix", "order")).indexes
    with pytest.raises(exc.CompileError, match="checkfirst"):
        CreateIndex(index, if_not_exists=True).compile(dialect=dialect)
    with pytest.raises(exc.CompileError, match="checkfirst"):
        DropIndex(index, if_exists=True).compile(dialect=dialect)


def test_a_copied_table_keeps_its_kind_of_index(dialect):
    (index,) = table_with(IvfVectorIndex("iv", "v", lists=4)).to_metadata(MetaData()).indexes
    assert "USING ivfflat (v) LISTS 4" in str(CreateIndex(index).compile(dialect=dialect))


def test_indexes_of_mapped_classes(dialect):
    class Base(DeclarativeBase):
        pass

    class Doc(Base):
        __tablename__ = "docs"
        id: Mapped[int] = mapped_column(primary_key=True)
        title: Mapped[str] = mapped_column(String(20))
        v: Mapped[list[float]] = mapped_column(Vectorf32(3))
        __table_args__ = (IvfVectorIndex("iv", v, lists=2), FulltextIndex("ft", [title]))

    shown = {str(CreateIndex(index).compile(dialect=dialect)) for index in Doc.__table__.indexes}
    assert shown == {
        "ALTER TABLE docs ADD INDEX iv USING ivfflat (v) LISTS 2 OP_TYPE 'vector_l2_ops'",
        "ALTER TABLE docs ADD FULLTEXT INDEX ft (title)",
    }


@pytest.mark.parametrize("index", [lambda: IvfVectorIndex("i", "v"), lambda: FulltextIndex("i", "title")])
def test_an_index_that_would_stop_inserts_is_refused(dialect, index):
    def table(target):
        columns = Column("id", Integer, primary_key=True), Column("title", String(9)), Column("v", Vectorf32(2))
        return Table("t", MetaData(), *columns, Column("other", ForeignKey(target)), index())

    (refused,) = table("others.id").indexes
    with pytest.raises(exc.CompileError, match="inserted"):
        CreateIndex(refused).compile(dialect=dialect)
    (allowed,) = table("t.id").indexes
    assert "ADD" in str(CreateIndex(allowed).compile(dialect=dialect))


@pytest.mark.parametrize(
    "index",
    [
        lambda: IvfVectorIndex("i", "v", lists=0),
        lambda: IvfVectorIndex("i", "v", op_type="vector_l1_ops"),
        lambda: HnswVectorIndex("i", "v", m=-1),
        lambda: HnswVectorIndex("i", "v", op_type="VECTOR_L2_OPS"),
        lambda: FulltextIndex("i", []),
        lambda: FulltextIndex("i", "order", parser="default"),
    ],
)
def test_arguments_the_server_would_misread_are_refused(index):
    with pytest.raises(ValueError):
        index()


@pytest.mark.parametrize(
    "options",
    [
        {"matrixone_using": "btree) --"},
        {"matrixone_prefix": "SPATIAL"},
        {"matrixone_with_parser": "ngram COMMENT 'x'", "matrixone_prefix": "FULLTEXT"},
        {"matrixone_using": "ivfflat", "matrixone_with": {"lists) --": 1}},
    ],
)
def test_options_cannot_carry_other_sql(dialect, options):
    with pytest.raises(exc.CompileError):
        created(Index("i", "v", **options), dialect)
