"""Tables, their indexes and rows, made and read back on a server."""

from __future__ import annotations

import array
import decimal
import warnings

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Integer,
    MetaData,
    Numeric,
    Sequence,
    String,
    Table,
    UniqueConstraint,
    column,
    delete,
    exc,
    func,
    insert,
    inspect,
    select,
    types,
    update,
    values,
)
from sqlalchemy.dialects.mysql import insert as mysql_insert
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,  # noqa: TC002 - the mapper reads it at run time
    Session,
    joinedload,
    mapped_column,
    relationship,
    selectinload,
    subqueryload,
)

from matrixone.dialect.hints import with_snapshot
from matrixone.fulltext import FulltextIndex
from matrixone.vector import HnswVectorIndex, IvfVectorIndex, Vectorf32, Vectorf64


class Base(DeclarativeBase):
    pass


class Author(Base):
    __tablename__ = "authors"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(20), unique=True)
    books: Mapped[list[Book]] = relationship(order_by="Book.id")


class Book(Base):
    __tablename__ = "books"
    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("authors.id", name="fk_author"))
    order: Mapped[str | None] = mapped_column(String(20), server_default="plain")


class Document(Base):
    __tablename__ = "documents"
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    body: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(20), server_default="new")
    single: Mapped[list[float] | None] = mapped_column(Vectorf32(3))
    double: Mapped[list[float] | None] = mapped_column(Vectorf64(2))
    __table_args__ = (
        IvfVectorIndex("iv", single, lists=2, op_type="vector_l2_ops"),
        FulltextIndex("ft", [body], parser="ngram"),
    )


# Without an index: building one, the server panics at elements whose square is too large for 32 bits.
class Point(Base):
    __tablename__ = "points"
    id: Mapped[int] = mapped_column(primary_key=True)
    single: Mapped[list[float]] = mapped_column(Vectorf32(3))
    double: Mapped[list[float]] = mapped_column(Vectorf64(2))


@pytest.fixture
def tables(engine):
    Base.metadata.create_all(engine)
    yield engine
    Base.metadata.drop_all(engine)


@pytest.fixture
def session(tables):
    with Session(tables) as session:
        yield session


def test_tables_and_their_columns(tables):
    inspector = inspect(tables)
    assert inspector.get_table_names() == ["authors", "books", "documents", "points"]
    assert inspector.get_pk_constraint("books")["constrained_columns"] == ["id"]
    columns = {column["name"]: column for column in inspector.get_columns("documents")}
    assert list(columns) == ["id", "body", "state", "single", "double"]
    assert isinstance(columns["single"]["type"], Vectorf32)
    assert columns["single"]["type"].dimension == 3
    assert isinstance(columns["double"]["type"], Vectorf64)
    assert columns["id"]["autoincrement"] is True
    assert columns["body"]["nullable"] is False
    assert columns["state"]["default"] == "'new'"


def test_indexes_are_real_and_come_back_as_they_were_made(tables):
    indexes = {index["name"]: index for index in inspect(tables).get_indexes("documents")}
    assert set(indexes) == {"ft", "iv"}
    assert indexes["ft"]["column_names"] == ["body"]
    assert indexes["ft"]["dialect_options"] == {"matrixone_prefix": "FULLTEXT", "matrixone_with_parser": "ngram"}
    assert indexes["iv"]["dialect_options"] == {
        "matrixone_using": "ivfflat",
        "matrixone_with": {"lists": 2, "op_type": "vector_l2_ops"},
    }


def test_foreign_and_unique_keys(tables):
    (foreign,) = inspect(tables).get_foreign_keys("books")
    assert foreign["name"] == "fk_author"
    assert (foreign["constrained_columns"], foreign["referred_table"]) == (["author_id"], "authors")
    assert foreign["options"] == {}
    (unique,) = inspect(tables).get_unique_constraints("authors")
    assert unique["column_names"] == ["name"]


def test_a_reflected_database_can_be_made_again(tables):
    reflected = MetaData()
    reflected.reflect(tables)
    before = {name: inspect(tables).get_indexes(name) for name in reflected.tables}
    reflected.drop_all(tables)
    assert inspect(tables).get_table_names() == []
    reflected.create_all(tables)
    assert {name: inspect(tables).get_indexes(name) for name in reflected.tables} == before


def test_indexes_are_dropped_and_made_alone(tables):
    (index,) = [index for index in Document.__table__.indexes if index.name == "iv"]
    index.drop(tables)
    assert [found["name"] for found in inspect(tables).get_indexes("documents")] == ["ft"]
    index.create(tables)
    index.create(tables, checkfirst=True)
    assert inspect(tables).has_index("documents", "iv")


def test_has_table(tables):
    inspector = inspect(tables)
    assert inspector.has_table("BOOKS")
    assert not inspector.has_table("no_such_table")
    assert not inspector.has_table("books", schema="no_such_database")
    with pytest.raises(exc.NoSuchTableError):
        inspector.get_columns("no_such_table")


def test_system_databases_are_hidden(tables):
    names = inspect(tables).get_schema_names()
    assert tables.url.database in names
    assert not {"mo_catalog", "mysql", "information_schema", "system"} & set(names)


def test_an_hnsw_index(engine):
    table = Table(
        "graph",
        MetaData(),
        Column("id", BigInteger, primary_key=True, autoincrement=False),
        Column("v", Vectorf32(3)),
        HnswVectorIndex("hn", "v", m=16, ef_construction=64, ef_search=32),
    )
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("SET experimental_hnsw_index = 1")
        table.create(connection)
        (index,) = inspect(connection).get_indexes("graph")
        table.drop(connection)
    assert index["dialect_options"] == {
        "matrixone_using": "hnsw",
        "matrixone_with": {"m": 16, "ef_construction": 64, "ef_search": 32, "op_type": "vector_l2_ops"},
    }


def test_types_of_the_server_alone(engine):
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TABLE kinds (u UUID PRIMARY KEY, b BOOL DEFAULT true, d DATALINK, n INT UNSIGNED, "
            "v VECINT8(2), w VECBF16(4), t TEXT COMMENT 'it''s') COMMENT 'all kinds'"
        )
    try:
        found = {column["name"]: column for column in inspect(engine).get_columns("kinds")}
        assert isinstance(found["u"]["type"], types.UUID)
        assert isinstance(found["b"]["type"], Boolean)
        assert found["n"]["type"].unsigned
        assert [str(found[name]["type"]) for name in ("d", "v", "w")] == ["datalink", "vecint8(2)", "vecbf16(4)"]
        assert found["t"]["comment"] == "it's"
        assert inspect(engine).get_table_comment("kinds") == {"text": "all kinds"}
    finally:
        with engine.begin() as connection:
            connection.exec_driver_sql("DROP TABLE kinds")


def test_views(tables):
    with tables.begin() as connection:
        connection.exec_driver_sql(
            "CREATE VIEW shelf AS SELECT id, `order` AS o, 1.5 AS price, cast(id AS UNSIGNED) AS big FROM books"
        )
    try:
        inspector = inspect(tables)
        assert inspector.get_view_names() == ["shelf"]
        assert "shelf" not in inspector.get_table_names()
        columns = {column["name"]: column["type"] for column in inspector.get_columns("shelf")}
        assert isinstance(columns["id"], Integer)
        assert (columns["o"].length, columns["big"].unsigned) == (20, True)
        assert isinstance(columns["price"], Numeric)
        assert "from books" in inspector.get_view_definition("shelf").lower()
    finally:
        with tables.begin() as connection:
            connection.exec_driver_sql("DROP VIEW shelf")


def test_names_with_blanks_backticks_and_reserved_words(engine):
    table = Table("select", MetaData(), Column("back`tick", Integer, primary_key=True), Column("Two Words", String(9)))
    table.create(engine)
    try:
        with engine.begin() as connection:
            connection.execute(insert(table).values({"back`tick": 1, "Two Words": "x"}))
            assert connection.execute(select(table)).all() == [(1, "x")]
        assert [column["name"] for column in inspect(engine).get_columns("select")] == ["back`tick", "Two Words"]
        assert inspect(engine).get_pk_constraint("select")["constrained_columns"] == ["back`tick"]
    finally:
        table.drop(engine)


def test_generated_keys_and_defaults_come_back(session):
    books = [Book(order=f"b{number}") for number in range(5)]
    session.add_all(books)
    session.flush()
    assert [book.id for book in books] == [1, 2, 3, 4, 5]
    plain = Book()
    session.add(plain)
    session.flush()
    assert (plain.id, plain.order) == (6, "plain")


def test_keys_are_right_in_a_table_with_a_full_text_index(session):
    first, second = Document(body="red fox"), Document(body="brown dog")
    session.add(first)
    session.flush()
    session.add(second)
    session.flush()
    stored = session.execute(select(Document.id, Document.body).order_by(Document.id)).all()
    assert stored == [(first.id, "red fox"), (second.id, "brown dog")]
    assert (second.id, second.state) == (2, "new")


def test_many_keys_come_back_in_the_order_of_their_rows(session):
    statement = insert(Book).returning(Book.id, sort_by_parameter_order=True)
    keys = session.execute(statement, [{"order": f"b{number}"} for number in range(2500)]).scalars().all()
    assert keys == sorted(keys)
    names = dict(session.execute(select(Book.id, Book.order)).all())
    assert [names[key] for key in keys] == [f"b{number}" for number in range(2500)]


def test_returning_of_update_and_delete(session):
    session.add_all([Document(body=body) for body in ("a", "b", "c")])
    session.flush()
    changed = session.execute(update(Document).where(Document.id > 1).values(state="old").returning(Document.id))
    assert sorted(changed.scalars()) == [2, 3]
    gone = session.execute(delete(Document).where(Document.id == 3).returning(Document.body)).scalars().all()
    assert gone == ["c"]


def test_deleting_by_a_condition_python_cannot_evaluate(session):
    session.add(Author(id=1, name="a", books=[Book(), Book()]))
    session.flush()
    session.execute(delete(Book).where(func.length(Book.order) > 1))
    assert session.scalar(select(func.count()).select_from(Book)) == 0


def test_on_duplicate_key_update(session):
    session.execute(insert(Author).values(id=1, name="a"))
    statement = mysql_insert(Book).values(id=1, order="first")
    session.execute(statement)
    session.execute(statement.on_duplicate_key_update(order=statement.inserted.order + "x"))
    assert session.scalar(select(Book.order)) == "firstx"
    session.execute(insert(Author).prefix_with("IGNORE").values(id=1, name="b"))
    assert session.scalar(select(Author.name)) == "a"


def test_a_sequence_as_key(engine):
    metadata = MetaData()
    sequence = Sequence("tickets", start=5, increment=5, metadata=metadata)
    table = Table("queue", metadata, Column("id", Integer, sequence, primary_key=True), Column("n", Integer))
    autocommit = engine.execution_options(isolation_level="AUTOCOMMIT")
    metadata.create_all(autocommit)
    try:
        with autocommit.connect() as connection:
            assert connection.scalar(sequence) == 5
            assert connection.execute(select(sequence.next_value())).scalar() == 10
            assert connection.execute(insert(table).values(n=1)).inserted_primary_key == (15,)
            inspector = inspect(connection)
            assert (inspector.get_sequence_names(), inspector.has_sequence("TICKETS")) == (["tickets"], True)
            assert inspector.get_table_names() == ["queue"]
    finally:
        metadata.drop_all(autocommit)


@pytest.mark.parametrize("kind", [list, tuple, lambda v: array.array("f", v), lambda v: np.array(v, dtype="float32")])
def test_vectors_go_in_as_any_sequence_and_come_out_as_lists(session, kind):
    session.add(Document(body="x", single=kind([0.5, -1.25, 3.0]), double=kind([1.0, 2.0])))
    session.commit()
    stored = session.execute(select(Document.single, Document.double)).one()
    assert stored == ([0.5, -1.25, 3.0], [1.0, 2.0])


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    single=st.lists(
        st.floats(width=32, allow_nan=False, allow_infinity=False, allow_subnormal=False), min_size=3, max_size=3
    ),
    double=st.lists(st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False), min_size=2, max_size=2),
)
def test_vectors_come_back_as_they_were(session, single, double):
    session.rollback()
    session.execute(insert(Point).values(single=single, double=double))
    stored = session.execute(select(Point.single, Point.double)).one()
    assert np.array(stored.single, dtype="float32").tolist() == single
    assert stored.double == double


@pytest.mark.parametrize("bad", [[1.0, 2.0], [1.0, 2.0, float("nan")], [1.0, 2.0, float("inf")], "[1]", {1: 2}])
def test_wrong_vectors_are_refused_before_anything_is_sent(session, sent, bad):
    before = len(sent)
    with pytest.raises(exc.StatementError):
        session.execute(insert(Document).values(body="x", single=bad))
    assert not [statement for statement in sent[before:] if "INSERT" in statement]


def test_distances(session):
    session.add_all([Document(body=str(n), single=[n, 0, 0], double=[n, 1]) for n in range(1, 6)])
    session.add(Document(body="none"))
    session.flush()
    near = select(Document.body).where(Document.single.is_not(None)).order_by(Document.single.l2_distance([3, 0, 0]))
    assert session.scalars(near.limit(1)).one() == "3"
    row = session.execute(
        select(
            Document.single.l2_distance([0, 0, 4]).label("l2"),
            Document.single.l2_distance_sq((0, 0, 4)).label("squared"),
            Document.single.inner_product([2, 0, 0]).label("inner"),
            Document.single.cosine_similarity(np.array([1, 0, 0])).label("similarity"),
            Document.single.cosine_distance(Document.single).label("cosine"),
        ).where(Document.body == "3")
    ).one()
    assert row.l2 == pytest.approx(5)
    assert row.squared == pytest.approx(25)
    assert row.inner == pytest.approx(-6)
    assert row.similarity == pytest.approx(1)
    assert row.cosine == pytest.approx(0, abs=1e-6)


@pytest.fixture
def snapshot(tables, root):
    """A snapshot of two authors and their books, of which one author and all books are gone today."""
    with Session(tables) as session:
        session.add_all([Author(id=1, name="a", books=[Book(), Book()]), Author(id=2, name="it's")])
        session.commit()
    name = f"s_{tables.url.database}"
    with root.connect() as connection:
        connection.exec_driver_sql(f"CREATE SNAPSHOT {name} FOR DATABASE {tables.url.database}")
    with Session(tables) as session:
        session.execute(delete(Book))
        session.execute(delete(Author).where(Author.id == 2))
        session.commit()
    yield name
    with root.connect() as connection:
        connection.exec_driver_sql(f"DROP SNAPSHOT {name}")


def test_reading_at_a_snapshot(session, snapshot):
    assert session.scalars(select(Author.id)).all() == [1]
    assert session.scalars(with_snapshot(select(Author.id), snapshot).order_by(Author.id)).all() == [1, 2]
    assert session.scalars(select(Author.id)).all() == [1]
    then = with_snapshot(Author, snapshot)
    lost = select(then.c.name).outerjoin(Author, Author.id == then.c.id).where(Author.id.is_(None))
    assert session.scalars(lost).all() == ["it's"]
    with pytest.raises(exc.DBAPIError):
        session.execute(with_snapshot(select(Author), "no_such_snapshot"))


def test_the_nearest_vectors_at_a_snapshot(tables, root):
    with Session(tables) as session:
        session.add_all([Document(id=n, body="x", single=[n, 0, 0]) for n in range(1, 5)])
        session.commit()
    name = f"v_{tables.url.database}"
    with root.connect() as connection:
        connection.exec_driver_sql(f"CREATE SNAPSHOT {name} FOR DATABASE {tables.url.database}")
    try:
        with Session(tables) as session:
            session.execute(delete(Document).where(Document.id < 4))
            session.commit()
            nearest = select(Document.id).order_by(Document.single.l2_distance([1, 0, 0])).limit(2)
            assert session.scalars(with_snapshot(nearest, name)).all() == [1, 2]
            assert session.scalars(nearest).all() == [4]
    finally:
        with root.connect() as connection:
            connection.exec_driver_sql(f"DROP SNAPSHOT {name}")


@pytest.mark.parametrize("load", [selectinload, joinedload, subqueryload])
def test_eager_relationships_are_read_at_the_snapshot_of_their_object(session, snapshot, load):
    statement = select(Author).options(load(Author.books)).where(Author.id == 1)
    then = session.scalars(with_snapshot(statement, snapshot)).unique().one()
    now = session.scalars(statement).unique().one()
    assert (len(then.books), len(now.books)) == (2, 0)


def test_objects_of_the_past_and_of_the_present_are_apart(session, snapshot):
    now = session.get(Author, 1)
    now.name = "renamed"
    session.flush()
    then = session.scalars(with_snapshot(select(Author), snapshot).where(Author.id == 1)).one()
    again = session.scalars(select(Author).where(Author.id == 1)).one()
    assert (now.name, then.name, again) == ("renamed", "a", now)
    assert then.books == []
    assert session.scalars(with_snapshot(select(Author), snapshot).where(Author.id == 1)).one() is then


def test_numbers_keep_their_kind(engine):
    table = Table("amounts", MetaData(), Column("a", Numeric(10, 2)), Column("b", Boolean), Column("c", BigInteger))
    table.create(engine)
    try:
        with engine.begin() as connection, warnings.catch_warnings():
            warnings.simplefilter("error")
            connection.execute(insert(table).values(a=decimal.Decimal("1.50"), b=True, c=2**62))
            assert connection.execute(select(table)).one() == (decimal.Decimal("1.50"), True, 2**62)
    finally:
        table.drop(engine)


def test_options_and_comments_of_a_table(engine):
    metadata = MetaData()
    Table(
        "sorted_rows",
        metadata,
        Column("a", Integer, comment="two\nlines; it's"),
        Column("b", Integer),
        comment="100% 'quoted'",
        matrixone_cluster_by=["a", "b"],
    )
    Table(
        "parts",
        metadata,
        Column("id", Integer, primary_key=True, autoincrement=False),
        matrixone_partition_by="HASH(id) PARTITIONS 2",
    )
    metadata.create_all(engine)
    try:
        inspector = inspect(engine)
        assert inspector.get_table_comment("sorted_rows") == {"text": "100% 'quoted'"}
        assert inspector.get_columns("sorted_rows")[0]["comment"] == "two\nlines; it's"
        assert inspector.get_table_options("sorted_rows")["matrixone_cluster_by"] == ["a", "b"]
        assert "hash" in inspector.get_table_options("parts")["matrixone_partition_by"].lower()
        assert inspector.get_table_names() == ["parts", "sorted_rows"]
    finally:
        metadata.drop_all(engine)


def test_inserts_without_values_and_sorting_of_nulls(session):
    session.execute(insert(Book).values())
    session.execute(insert(Book.__table__), [{"order": None}, {"order": "a"}])
    assert session.scalars(select(Book.order).order_by(Book.order.nulls_last())).all() == ["a", "plain", None]
    assert session.scalars(select(Book.order).order_by(Book.order.desc().nulls_first())).all() == [None, "plain", "a"]


def test_unique_constraints_keep_their_names(engine):
    table = Table(
        "passports",
        MetaData(),
        Column("id", Integer, primary_key=True),
        Column("country", String(2)),
        Column("number", Integer),
        UniqueConstraint("country", "number", name="one_of_a_kind"),
    )
    with engine.begin() as connection:
        table.create(connection)
        (constraint,) = inspect(connection).get_unique_constraints("passports")
    assert (constraint["name"], constraint["column_names"]) == ("one_of_a_kind", ["country", "number"])


def test_rows_written_in_the_query_are_a_table(engine):
    rows = values(column("id", Integer), column("name", String), name="people").data([(1, "ann"), (2, "bob")])
    with engine.connect() as connection:
        assert connection.execute(select(rows.c.name).where(rows.c.id > 1)).all() == [("bob",)]


@pytest.mark.parametrize("flag", [True, False, None])
def test_booleans_within_json(engine, flag):
    documents = Table("documents", MetaData(), Column("id", Integer, primary_key=True), Column("body", types.JSON))
    with engine.begin() as connection:
        documents.create(connection, checkfirst=True)
        connection.execute(delete(documents))
        connection.execute(insert(documents).values(id=1, body={"flag": flag}))
        assert connection.execute(select(documents.c.body["flag"].as_boolean())).scalar_one() is flag
