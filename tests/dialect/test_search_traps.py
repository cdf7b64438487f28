"""The server's traps around searches, as SELECTs walk into them: T5 (the past), T10 (bytes), T15 (scores)."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    MetaData,
    String,
    Table,
    and_,
    case,
    exc,
    func,
    literal_column,
    or_,
    select,
    text,
    union_all,
)
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,  # noqa: TC002 - the mapper reads it at run time
    Session,
    aliased,
    joinedload,
    mapped_column,
    relationship,
)

from matrixone.dialect.hints import with_snapshot
from matrixone.exceptions import ConfigurationError
from matrixone.fulltext import FulltextIndex, boolean_match, natural_match
from matrixone.query import Query
from matrixone.vector import IvfVectorIndex, Vectorf32, l2_distance
from matrixone.vector.rank import with_rank


class Base(DeclarativeBase):
    pass


class Doc(Base):
    __tablename__ = "trap_docs"
    __table_args__ = (FulltextIndex("words", "body"), IvfVectorIndex("near", "v", lists=1))
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    body: Mapped[str] = mapped_column(String(40))
    v: Mapped[list[float]] = mapped_column(Vectorf32(2))
    notes: Mapped[list[Note]] = relationship()


class Special(Doc):
    __tablename__ = "trap_special"
    id: Mapped[int] = mapped_column(ForeignKey("trap_docs.id", name="fk_doc"), primary_key=True)


class Note(Base):
    __tablename__ = "trap_notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    doc_id: Mapped[int] = mapped_column(ForeignKey("trap_docs.id", name="fk_note"))


docs = Doc.__table__
NEAR = [1, 1]
APPLE = natural_match(Doc.body, query="apple")
PEAR = natural_match(Doc.body, query="pear")


@pytest.fixture
def filled(engine):
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        words = ["apple", "pear", "apple pie"]
        session.add_all([Doc(id=n, body=word, v=[n, n]) for n, word in enumerate(words, 1)])
        session.commit()
    yield engine
    Base.metadata.drop_all(engine)


@pytest.fixture
def before(filled, root):
    """A snapshot of a time when there was one more document, the nearest."""
    name = f"t5_{uuid.uuid4().hex[:12]}"
    with root.connect() as connection:
        connection.exec_driver_sql(f"CREATE SNAPSHOT {name} FOR DATABASE {filled.url.database}")
    with filled.begin() as connection:
        connection.execute(docs.delete().where(docs.c.id == 1))
    yield name
    with root.connect() as connection:
        connection.exec_driver_sql(f"DROP SNAPSHOT {name}")


def then(table, name="s"):
    return with_snapshot(table, name)


def nearest(source):
    return select(source.c.id).order_by(l2_distance(source.c.v, NEAR)).limit(2)


PASTS = {
    "statement": lambda name: then(nearest(docs), name),
    "table": lambda name: nearest(then(docs, name)),
    "class": lambda name: select(aliased(Doc, then(docs, name)).id).order_by(text("l2_distance(v, '[1,1]')")).limit(2),
    "subquery": lambda name: nearest(then(select(docs), name).subquery()),
    "subquery of the past": lambda name: then(nearest(select(docs).subquery()), name),
    "cte": lambda name: nearest(then(select(docs), name).cte()),
    "distance in a subquery": lambda name: ordered_outside(then(docs, name)),
    "distance in a subquery of the past": lambda name: then(ordered_outside(docs), name),
    "mapped": lambda name: then(select(Doc.id).order_by(Doc.v.l2_distance(NEAR)).limit(2), name),
    "mapped subquery": lambda name: nearest(then(select(Doc), name).subquery()),
    "union": lambda name: nearest(union_all(then(select(docs), name), select(docs).where(docs.c.id > 9)).subquery()),
    "join": lambda name: joined(then(docs, name)),
}


def ordered_outside(source):
    inner = select(source.c.id, l2_distance(source.c.v, NEAR).label("far")).subquery()
    return select(inner.c.id).order_by(inner.c.far).limit(2)


def joined(source):
    left = source.outerjoin(docs, docs.c.id == source.c.id)
    return select(source.c.id).select_from(left).order_by(l2_distance(source.c.v, NEAR)).limit(2)


@pytest.mark.parametrize("past", PASTS.values(), ids=PASTS)
def test_t5_the_nearest_of_the_past(filled, before, past):
    with filled.connect() as connection:
        assert connection.execute(past(before)).scalars().all() == [1, 2]
        assert connection.execute(nearest(docs)).scalars().all() == [2, 3]


@pytest.mark.parametrize("past", PASTS.values(), ids=PASTS)
def test_t5_no_index_is_named_for_a_search_of_the_past(sql, past):
    assert sql(past("s")).endswith("BY RANK WITH OPTION 'mode=force'")
    with pytest.raises(exc.CompileError, match="knows the present only"):
        sql(with_rank(past("s"), "pre"))


def test_t5_what_is_no_search_of_the_past_is_left_alone(sql):
    old = then(docs)
    for statement in (nearest(docs), select(old.c.id).order_by(old.c.id).limit(2), select(old.c.v).limit(2)):
        assert "BY RANK" not in sql(statement)


@pytest.mark.parametrize(
    "search",
    [
        lambda: select(Doc.id).order_by(Doc.v.l2_distance(NEAR)),
        lambda: select(Doc).order_by(Doc.v.l2_distance(NEAR)),
        lambda: select(Doc, Doc.v.l2_distance(NEAR).label("far")).order_by("far"),
        lambda: select(docs.c.id).order_by(docs.c.v.l2_distance(NEAR)),
        lambda: select(docs.c.id).order_by(text("l2_distance(v, '[1,1]')")),
    ],
)
def test_the_mode_of_a_search_is_never_lost(sql, search):
    assert sql(with_rank(search().limit(2), "pre")).endswith("LIMIT %s BY RANK WITH OPTION 'mode=pre'")
    inside = with_rank(search().limit(2), "pre").subquery()
    assert sql(select(inside.c.id).limit(1)).endswith("BY RANK WITH OPTION 'mode=pre') AS anon_1 LIMIT %s")


def test_the_mode_of_a_query(filled):
    with Session(filled) as session:
        nearest_first = Query(session, Doc).order_by(Doc.v.l2_distance(NEAR)).limit(2)
        ranked = nearest_first.with_rank("exact")
        assert ranked.to_sql().endswith("LIMIT 2 BY RANK WITH OPTION 'mode=force'")
        assert "BY RANK" not in nearest_first.to_sql()
        assert [doc.id for doc in ranked.all()] == [1, 2]
        assert (ranked.count(), ranked.exists(), ranked.first().id) == (2, True, 1)
        with pytest.raises(exc.InvalidRequestError, match="with_rank"):
            ranked.delete()
        with pytest.raises(exc.CompileError, match="order of a distance"):
            Query(session, Doc).limit(2).with_rank("exact").all()


@pytest.mark.parametrize(
    ("search", "reason"),
    [
        (lambda: select(Doc).order_by(Doc.id).limit(2), "order of a distance"),
        (lambda: select(Doc.v.l2_distance(NEAR)).limit(2), "order of a distance"),
        (lambda: select(Doc).order_by(Doc.v.l2_distance(NEAR)), "LIMIT"),
        (lambda: select(Doc).where(Doc.v.l2_distance(NEAR) < 1), "LIMIT"),
        (
            lambda: select(Doc).options(joinedload(Doc.notes)).order_by(Doc.v.l2_distance(NEAR)).limit(2),
            "selectinload",
        ),
    ],
)
def test_a_mode_without_its_search_is_refused(sql, search, reason):
    with pytest.raises(exc.CompileError, match=reason):
        sql(with_rank(search(), "exact"))


@pytest.mark.parametrize(
    "past",
    [
        lambda: select(then(docs).c.id).where(natural_match(then(docs).c.body, query="apple")),
        lambda: in_alias(aliased(Doc, then(docs))),
        lambda: select(in_alias(aliased(Doc, then(docs))).subquery().c.id),
        lambda: then(select(docs.c.id).where(APPLE)),
        lambda: then(select(Doc, APPLE.score())),
        lambda: then(select(Doc).where(APPLE.matches())),
        lambda: select(then(docs).c.id).where(natural_match("body", query="apple")),
        lambda: select(then(docs).c.id).where(mysql.match(then(docs).c.body, against="apple")),
        lambda: Query(None, Doc, snapshot="s").where(APPLE)._select(),
    ],
)
def test_t5_words_of_the_past_cannot_be_searched(sql, past):
    with pytest.raises(exc.CompileError, match="clone"):
        sql(past())


def in_alias(old):
    return select(old.id).where(natural_match(old.body, query="apple"))


SCORED = {
    "column": lambda: select(Doc.id, APPLE.label("score")).order_by(Doc.id),
    "object": lambda: select(Doc.id, APPLE).order_by(Doc.id),
    "filter": lambda: select(Doc.id, boolean_match(Doc.body).must("apple").label("score")).order_by(Doc.id),
    "table": lambda: select(docs.c.id, natural_match(docs.c.body, query="apple")).order_by(docs.c.id),
    "names": lambda: select(Doc.id, natural_match("body", query="apple").label("score")).order_by(Doc.id),
    "alias": lambda: scored_alias(aliased(Doc)),
}


def scored_alias(alias):
    return select(alias.id, natural_match(alias.body, query="apple")).order_by(alias.id)


@pytest.mark.parametrize("build", SCORED.values(), ids=SCORED)
def test_t15_scores_among_the_columns_leave_out_no_row(filled, build):
    with Session(filled) as session:
        assert [(row[0], row[1] > 0) for row in session.execute(build())] == [(1, True), (2, False), (3, True)]
        [(score, kind)] = {(row[1], type(row[1])) for row in session.execute(build()) if row[0] == 2}
        assert (score, kind) == (0.0, float)


def test_t15_an_order_by_score_leaves_out_no_row(filled):
    with Session(filled) as session:
        assert session.scalars(select(Doc.id).order_by(APPLE.desc(), Doc.id)).all() == [1, 3, 2]
        assert session.scalars(select(Doc.id).order_by(case((Doc.id == 2, 9), else_=APPLE).desc(), Doc.id)).first() == 2
        assert session.scalar(select(func.count()).select_from(select(Doc.id, APPLE).subquery())) == 3


def test_t15_a_search_that_is_a_condition_is_scored_by_the_index(sql, filled):
    found = select(Doc.id, APPLE.label("score")).where(and_(Doc.id > 0, APPLE)).order_by(APPLE.desc())
    match = "MATCH (trap_docs.body) AGAINST (%s IN NATURAL LANGUAGE MODE)"
    assert sql(found) == (
        f"SELECT trap_docs.id, {match} AS score FROM trap_docs WHERE trap_docs.id > %s AND {match} ORDER BY {match} DESC"
    )
    with Session(filled) as session:
        assert sorted(session.scalars(found)) == [1, 3]


def test_t15_the_score_of_another_search_than_the_condition(filled):
    with Session(filled) as session:
        both = natural_match(Doc.body, query="pie")
        rows = session.execute(select(Doc.id, both).where(APPLE).order_by(Doc.id)).all()
        assert [(row[0], row[1] > 0) for row in rows] == [(1, False), (3, True)]
        # Equal as statements, not as values: the compiled form of one must not be used for the other.
        for query in ("apple", "pear", "apple"):
            again = natural_match(Doc.body, query=query)
            rows = session.execute(select(Doc.id, again).where(natural_match(Doc.body, query="pear"))).all()
            assert [(row[0], row[1] > 0) for row in rows] == [(2, query == "pear")]


@pytest.mark.parametrize(
    "build",
    [
        lambda: select(natural_match("body", query="apple")),
        lambda: select(literal_column("id"), natural_match("body", query="apple")).select_from(text("trap_docs")),
        lambda: select(mysql.match(docs.c.body, against="apple")),
        lambda: select(natural_match(keyless.c.body, query="apple")),
        lambda: select(natural_match("body", query="apple")).select_from(docs.join(keyless, keyless.c.body != "")),
    ],
)
def test_t15_a_score_that_would_leave_out_rows_is_refused(sql, build):
    with pytest.raises((exc.CompileError, ConfigurationError), match="leaves out the rows"):
        sql(build())


keyless = Table("keyless", MetaData(), Column("body", String(20)))


def test_t15_searches_of_unions_and_subqueries(filled):
    parts = union_all(select(Doc.id).where(APPLE), select(Doc.id).where(PEAR))
    with Session(filled) as session:
        assert sorted(session.scalars(parts)) == [1, 2, 3]
        inner = select(Doc.id, APPLE.label("score")).subquery()
        assert session.scalars(select(inner.c.id).where(inner.c.score == 0)).all() == [2]
        assert sorted(session.scalars(select(Doc.id).where(or_(APPLE, PEAR)))) == [1, 2, 3]


def test_a_search_in_the_order_of_a_union_is_left_to_the_server(sql):
    both = union_all(select(Doc.id), select(Doc.id)).order_by(APPLE)
    assert sql(both).endswith("ORDER BY MATCH (body) AGAINST (%s IN NATURAL LANGUAGE MODE)")


def test_searches_by_subclasses_and_their_tables(sql):
    scored = select(Special.id, natural_match(Special.body, query="apple"))
    assert "FROM trap_docs AS trap_docs_1 WHERE trap_docs_1.id = trap_docs.id)" in sql(scored)


def test_the_match_of_sqlalchemy_finds_rows(filled):
    with Session(filled) as session:
        assert sorted(session.scalars(select(Doc.id).where(Doc.body.match("apple")))) == [1, 3]
        assert session.scalars(select(Doc.id).where(mysql.match(Doc.body, against="pear"))).all() == [2]


def test_t15_scores_of_the_query_builder(filled):
    with Session(filled) as session:
        scored = Query(session, Doc, APPLE.label("score")).order_by("score DESC", Doc.id).all()
        assert [(doc.id, score > 0) for doc, score in scored] == [(1, True), (3, True), (2, False)]
        found = Query(session, Doc.id, APPLE.label("score")).filter(APPLE).all()
        assert sorted(row.id for row in found) == [1, 3]
        assert Query(session, Doc.id, APPLE).count() == 3


def test_a_search_in_brackets_finds_words_that_every_row_has(filled):
    with Session(filled) as session:
        session.execute(docs.update().values(body="apple"))
        session.commit()
        found = Query(session, Doc.id).where("MATCH(body) AGAINST(?)", "apple")
        assert sorted(row.id for row in found.all()) == [1, 2, 3]
        assert sorted(row.id for row in found.where("id > ?", 1).all()) == [2, 3]
        scores = text("SELECT (MATCH(body) AGAINST('apple')) FROM trap_docs WHERE (MATCH(body) AGAINST('apple'))")
        assert session.scalars(scores).all() == [0, 0, 0]
