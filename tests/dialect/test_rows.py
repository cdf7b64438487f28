"""Rows written and read back on a server."""

from __future__ import annotations

import decimal
import warnings

import pytest
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Integer,
    MetaData,
    Numeric,
    Sequence,
    String,
    Table,
    column,
    delete,
    func,
    insert,
    inspect,
    select,
    types,
    update,
    values,
)
from sqlalchemy.dialects.mysql import insert as mysql_insert

from .models import Author, Book, Document


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


def test_inserts_without_values_and_sorting_of_nulls(session):
    session.execute(insert(Book).values())
    session.execute(insert(Book.__table__), [{"order": None}, {"order": "a"}])
    assert session.scalars(select(Book.order).order_by(Book.order.nulls_last())).all() == ["a", "plain", None]
    assert session.scalars(select(Book.order).order_by(Book.order.desc().nulls_first())).all() == [None, "plain", "a"]


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
