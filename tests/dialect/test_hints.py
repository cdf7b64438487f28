from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import (
    Column,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    delete,
    exc,
    insert,
    literal_column,
    select,
    table,
    union_all,
    update,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import DeclarativeBase, Mapped, joinedload, mapped_column, relationship  # noqa: TC002 - the mapper reads Mapped at run time

from matrixone.dialect.hints import with_mo_ts, with_snapshot, with_timestamp
from matrixone.vector import Vectorf32, l2_distance


class Base(DeclarativeBase):
    pass


class Author(Base):
    __tablename__ = "authors"
    id: Mapped[int] = mapped_column(primary_key=True)
    books: Mapped[list[Book]] = relationship()


class Book(Base):
    __tablename__ = "books"
    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("authors.id"))


documents = Table(
    "documents",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("title", String(20)),
    Column("v", Vectorf32(1)),
)


def test_names_of_snapshots_are_stored_in_lower_case(sql):
    assert "{SNAPSHOT = 'daily'}" in sql(with_snapshot(select(documents.c.id), "Daily"))


def test_hint_stands_between_table_and_alias(sql):
    shown = sql(with_snapshot(select(documents.alias("d").c.id), "before"))
    assert shown == "SELECT d.id FROM documents {SNAPSHOT = 'before'} AS d"


def test_every_table_of_a_statement_is_hinted(sql):
    inner = select(Book.author_id).where(Book.id > 1)
    statement = select(Author.id).join(Author.books).where(Author.id.in_(inner))
    shown = sql(with_snapshot(statement, "s"))
    assert shown.count("{SNAPSHOT = 's'}") == 3
    assert "FROM authors {SNAPSHOT = 's'} INNER JOIN books {SNAPSHOT = 's'} ON" in shown
    assert "FROM books {SNAPSHOT = 's'} WHERE" in shown


def test_eager_loads_and_their_subqueries_are_hinted(sql):
    shown = sql(with_snapshot(select(Author).options(joinedload(Author.books)).limit(2), "s"))
    assert "FROM authors {SNAPSHOT = 's'} LIMIT" in shown
    assert "books {SNAPSHOT = 's'} AS books_1" in shown


def test_ctes_and_unions_are_hinted(sql):
    cte = select(documents.c.id).cte("c")
    assert "FROM documents {SNAPSHOT = 's'}) SELECT" in sql(with_snapshot(select(cte), "s"))
    both = union_all(select(documents.c.id), select(documents.alias("d").c.id))
    assert sql(with_snapshot(both, "s")).count("{SNAPSHOT = 's'}") == 2


def test_an_inner_hint_is_stronger_than_that_around_it(sql):
    inner = with_snapshot(select(Book.author_id), "inner")
    shown = sql(with_snapshot(select(Author.id).where(Author.id.in_(inner)), "outer"))
    assert "FROM authors {SNAPSHOT = 'outer'}" in shown
    assert "FROM books {SNAPSHOT = 'inner'}" in shown


def test_what_comes_after_a_hinted_part_is_not_hinted(sql):
    shown = sql(union_all(with_snapshot(select(documents.c.id), "s"), select(documents.c.id)))
    assert shown.count("SNAPSHOT") == 1
    assert shown.endswith("FROM documents")


def test_one_table_or_class_can_be_hinted_alone(sql):
    then = with_snapshot(Author, "s")
    shown = sql(select(then.c.id, Author.id).join(Author, then.c.id == Author.id))
    assert "FROM authors {SNAPSHOT = 's'} AS authors_1 INNER JOIN authors ON" in shown
    old = with_snapshot(documents, "s")
    assert "FROM documents {SNAPSHOT = 's'} AS documents_1" in sql(select(old.c.id))


def test_tables_of_one_name_keep_their_aliases_behind_the_hint(sql):
    there, here = table("t", Column("id"), schema="other"), table("t", Column("id"))
    shown = sql(with_snapshot(select(there.c.id, here.c.id).join(here, there.c.id == here.c.id), "s"))
    assert "other.t {SNAPSHOT = 's'} INNER JOIN t {SNAPSHOT = 's'} AS t_1 ON" in shown


@pytest.mark.parametrize(
    ("name", "literal"),
    [("it's", "'it''s'"), ("back\\slash", "'back\\\\slash'"), ("per%cent", "'per%%cent'"), ("a'} --", "'a''} --'")],
)
def test_names_are_quoted(sql, name, literal):
    assert f"{{SNAPSHOT = {literal}}}" in sql(with_snapshot(select(documents.c.id), name))


def test_moments(sql):
    assert "{MO_TS = 1700000000000000001}" in sql(with_mo_ts(select(documents.c.id), 1700000000000000001))
    noon = datetime(2026, 1, 1, 13, 0, 0, 5, tzinfo=timezone(timedelta(hours=1)))
    assert "{TIMESTAMP = '2026-01-01 12:00:00.000005'}" in sql(with_timestamp(select(documents.c.id), noon))
    with pytest.raises(exc.ArgumentError, match="time zone"):
        with_timestamp(select(documents.c.id), noon.replace(tzinfo=None))


@pytest.mark.parametrize(
    "order", [lambda near: near, lambda near: near.label("d"), lambda _: "d", lambda _: text_key()]
)
def test_the_nearest_of_the_past_are_not_looked_up_in_the_index_of_today(sql, order):
    near = l2_distance(documents.c.v, [1])
    statement = select(documents.c.id, near.label("d")).order_by(order(near)).limit(3)
    assert sql(with_snapshot(statement, "s")).endswith("LIMIT %s BY RANK WITH OPTION 'mode=force'")
    assert "BY RANK" not in sql(statement)
    assert "BY RANK" not in sql(with_snapshot(select(documents.c.id).order_by(documents.c.id).limit(3), "s"))


def text_key():
    return literal_column("cosine_distance(v, '[1]')")


def test_full_text_search_in_the_past_is_refused(sql):
    found = select(documents.c.id).where(mysql.match(documents.c.title, against="fox"))
    assert "MATCH (documents.title) AGAINST" in sql(found)
    for search in (found, select(documents.c.title.match("fox"))):
        with pytest.raises(exc.CompileError, match="clone"):
            sql(with_snapshot(search, "s"))


def test_insert_from_select_reads_the_past_and_writes_the_present(sql):
    shown = sql(insert(documents).from_select(["id"], with_snapshot(select(documents.c.id), "s")))
    assert shown == "INSERT INTO documents (id) SELECT documents.id FROM documents {SNAPSHOT = 's'}"


def test_t6_targets_of_changes_are_never_hinted(sql):
    old = with_snapshot(select(documents.c.id), "s").scalar_subquery()
    assert sql(update(documents).values(title="x").where(documents.c.id.in_(old))).startswith("UPDATE documents SET")
    assert sql(delete(documents).where(documents.c.id.in_(old))).startswith("DELETE FROM documents WHERE")


@pytest.mark.parametrize("change", [update, delete])
def test_t6_a_change_cannot_take_part_in_the_past(sql, change):
    with pytest.raises(exc.ArgumentError, match="subject table"):
        change(with_snapshot(documents, "s"))
    then = with_snapshot(documents, "s")
    statement = change(documents).where(documents.c.id == then.c.id)
    with pytest.raises(exc.CompileError, match="not changed"):
        sql(statement.values(title="x") if change is update else statement)


@pytest.mark.skipif(not hasattr(select(documents), "into"), reason="CREATE TABLE AS comes with SQLAlchemy 2.1")
def test_t18_no_table_is_made_of_a_snapshot(sql):
    for old in (with_snapshot(select(documents), "s"), select(with_snapshot(documents, "s"))):
        with pytest.raises(exc.CompileError, match="clone the table"):
            sql(old.into("copied"))
    assert sql(with_mo_ts(select(documents.c.id), 7).into("copied")).endswith("FROM documents {MO_TS = 7}")


def test_statements_and_other_things_that_cannot_travel_are_refused():
    for target in (update(documents), delete(documents), insert(documents), "documents", 3):
        with pytest.raises(exc.ArgumentError, match="read at another time"):
            with_snapshot(target, "s")
    with pytest.raises(exc.ArgumentError, match="name"):
        with_snapshot(select(documents), "")


def test_statements_with_different_hints_do_not_share_a_cache_entry():
    def key(statement):
        return statement._generate_cache_key()

    plain = select(documents.c.id)
    assert key(with_snapshot(plain, "a")) == key(with_snapshot(plain, "a"))
    assert key(with_snapshot(plain, "a")) != key(with_snapshot(plain, "b"))
    assert key(with_snapshot(plain, "a")) != key(plain)
    assert key(select(with_snapshot(documents, "a"))) != key(select(with_snapshot(documents, "b")))


@pytest.mark.parametrize("statement", [with_snapshot(select(documents), "s"), select(with_snapshot(documents, "s"))])
def test_another_dialect_refuses_rather_than_reading_the_present(statement):
    other = create_engine("mysql+pymysql://").dialect
    with pytest.raises(exc.UnsupportedCompilationError):
        statement.compile(dialect=other)


def test_now_is_a_moment(sql):
    assert "{TIMESTAMP = '20" in sql(with_timestamp(select(documents.c.id), datetime.now(UTC)))
