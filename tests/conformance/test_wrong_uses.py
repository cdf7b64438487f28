"""Wrong uses of statements and queries fail with the reason, and nothing is sent."""

from __future__ import annotations

import datetime as dt
import re
from math import inf, nan

import numpy as np
import pytest
import sqlalchemy.exc
from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    and_,
    delete,
    event,
    func,
    insert,
    not_,
    or_,
    update,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, aliased, mapped_column  # noqa: TC002 - the mapper reads Mapped at run time
from sqlalchemy.schema import CreateIndex

import matrixone
from matrixone.dialect.hints import with_mo_ts, with_snapshot, with_timestamp
from matrixone.fulltext import FulltextIndex, boolean_match, natural_match
from matrixone.vector import (
    HnswVectorIndex,
    IvfVectorIndex,
    Vectorf32,
    Vectorint8,
    cosine_distance,
    l2_distance,
    most_similar,
    with_rank,
    within_distance,
)

from .faces import entered, got

select = matrixone.select


class Base(DeclarativeBase):
    pass


class Doc(Base):
    __tablename__ = "docs"
    __table_args__ = (FulltextIndex("words", ["title", "body"]),)
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(String(20))
    body: Mapped[str] = mapped_column(String(20))
    remark: Mapped[str] = mapped_column(String(20))
    v: Mapped[list[float]] = mapped_column(Vectorf32(2))
    w: Mapped[list[float]] = mapped_column(Vectorf32(3))
    small: Mapped[list[int]] = mapped_column(Vectorint8(2))


class Note(Base):
    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(String(20))


docs = Doc.__table__
FOUND = natural_match(Doc.title, Doc.body, query="red")
NEAR = [1, 1]


def nearest(near=NEAR):
    return select(Doc.id).order_by(Doc.v.l2_distance(near)).limit(1)


VECTORS = {
    "a list of the wrong length": (lambda: nearest([1, 2, 3]), "expected a vector of 2 dimensions, not 3"),
    "an empty list": (lambda: nearest([]), "at least one dimension"),
    "an array of the wrong length": (lambda: nearest(np.zeros(5)), "2 dimensions, not 5"),
    "a matrix": (lambda: nearest(np.zeros((2, 2))), "not a vector"),
    "not a number": (lambda: nearest([1, nan]), "element 2 is nan"),
    "an infinity": (lambda: nearest([-inf, 1]), "element 1 is -inf"),
    "a number too large": (lambda: nearest([1e39, 1]), "element 1"),
    "a text": (lambda: nearest("[1, 2, 3]"), "2 dimensions, not 3"),
    "another text": (lambda: nearest("near"), "not the text of a vector"),
    "a number": (lambda: nearest(3), "sequence of numbers"),
    "texts": (lambda: nearest(["a", "b"]), "not a vector"),
    "an inserted vector": (lambda: insert(Doc).values(id=1, v=[1]), "2 dimensions, not 1"),
    "an inserted fraction": (lambda: insert(Doc).values(id=1, small=[1.5, 1]), "whole number"),
    "an updated vector": (lambda: update(Doc).values(v=[1, inf]), "element 2 is inf"),
    "a vector in a condition": (lambda: delete(Doc).where(Doc.v == [1, 2, 3]), "2 dimensions, not 3"),
    "columns of two lengths": (lambda: select(Doc.v.l2_distance(Doc.w)), "2 and of 3 dimensions"),
    "aliases of two lengths": (lambda: select(cosine_distance(docs.c.w, aliased(Doc).v)), "3 and of 2 dimensions"),
    "a text for a column of texts": (lambda: select(l2_distance(Doc.title, "near")), "not the text of a vector"),
    "a column of days": (lambda: select(Doc.v.l2_distance(func.now())), "no vector"),
    "a column of numbers": (lambda: select(most_similar(Doc.id, [1, 2])), "no vector"),
    "an unknown distance": (lambda: select(most_similar(Doc.v, NEAR, "l7")), "l7"),
    "a distance that is none": (lambda: select(within_distance(Doc.v, NEAR, nan)), "finite"),
    "a dimension that is none": (lambda: Vectorf32(0), "1 to 65535"),
    "a dimension too large": (lambda: Vectorf32(65536), "1 to 65535"),
    "a dimension with a fraction": (lambda: Vectorf32(2.5), "1 to 65535"),
    "a dimension as text": (lambda: Vectorf32("3"), "1 to 65535"),
}

RANKS = {
    "a rank without LIMIT": (lambda: with_rank(nearest().limit(None), "exact"), "follows a LIMIT"),
    "a rank without order": (lambda: with_rank(select(Doc).limit(1), "exact"), "order of a distance"),
    "a rank of another order": (lambda: with_rank(select(Doc).order_by(Doc.id).limit(1), "pre"), "order of a distance"),
    "an unknown rank": (lambda: with_rank(nearest(), "best"), "best.*exact"),
    "two ranks": (lambda: with_rank(with_rank(nearest(), "pre"), "post"), "already"),
    "a ranked change": (lambda: with_rank(update(Doc), "pre"), "SELECT"),
    "a rank of the past": (lambda: with_rank(nearest(), "pre").with_snapshot("s"), "knows the present only"),
}

SEARCHES = {
    "MATCH over columns without an index": (lambda: select(Doc).where(natural_match(Doc.title, query="a")), "exactly"),
    "MATCH over one column too many": (
        lambda: select(Doc).where(boolean_match(Doc.title, Doc.body, Doc.remark, query="a")),
        "title, body",
    ),
    "SQLAlchemy's MATCH": (lambda: select(Doc).where(Doc.title.match("a")), "exactly"),
    "MATCH over two tables": (lambda: select(Doc).where(natural_match(Doc.title, Note.text, query="a")), "one table"),
    "MATCH over numbers": (lambda: select(Note).where(natural_match(Note.id, query="a")), "no text"),
    "MATCH over a vector": (lambda: select(keyless).where(natural_match(keyless.c.v, query="a")), "no text"),
    "MATCH without a column": (lambda: natural_match(query="a"), "columns of an index"),
    "MATCH without a word": (lambda: natural_match(Doc.title, Doc.body, query="!?"), "needs a word"),
    "MATCH without a term": (lambda: select(Doc).where(boolean_match(Doc.title, Doc.body)), "no terms yet"),
    "operators without a word": (lambda: boolean_match(Doc.title, Doc.body, query="++a"), "operator"),
    "MATCH below OR": (lambda: select(Doc).where(or_(and_(FOUND, Doc.id > 1), Doc.id == 9)), r"matches\(\)"),
    "MATCH compared": (lambda: select(Doc).where(FOUND > 0.5), r"score\(\)"),
    "MATCH below NOT": (lambda: select(Doc).where(not_(and_(FOUND, Doc.id > 1))), r"matches\(\)"),
    "a change by MATCH below OR": (lambda: delete(Doc).where(or_(and_(FOUND, Doc.id > 1), Doc.id == 9)), "matches"),
    "a score without a key": (lambda: select(natural_match(keyless.c.body, query="a")), "leaves out the rows"),
    "words of the past": (lambda: select(Doc).where(FOUND).with_snapshot("s"), "clone the snapshot"),
}

TIMES = {
    "two snapshots": (lambda: select(Doc).with_snapshot("a").with_snapshot("b"), "at one time"),
    "two snapshots on one table": (lambda: with_snapshot(with_snapshot(Doc, "a"), "b"), "at one time"),
    "a snapshot and a moment": (
        lambda: select(Doc, snapshot="a").as_of(dt.datetime(2026, 1, 1, tzinfo=dt.UTC)),
        "at one time",
    ),
    "a moment and a snapshot": (
        lambda: with_snapshot(with_timestamp(docs, dt.datetime(2026, 1, 1, tzinfo=dt.UTC)), "a"),
        "at one time",
    ),
    "a moment without a zone": (lambda: select(Doc).as_of(dt.datetime(2026, 1, 1)), "time zone"),  # noqa: DTZ001 - the mistake
    "a moment as text": (lambda: select(Doc).as_of("2026-01-01 00:00:00"), "datetime"),
    "a moment as a number": (lambda: with_mo_ts(select(Doc), "soon"), "nanoseconds"),
    "a moment before 1970": (lambda: with_mo_ts(select(Doc), -1), "nanoseconds"),
    "a snapshot without a name": (lambda: select(Doc).with_snapshot(""), "name"),
    "a snapshot that is a number": (lambda: select(Doc).with_snapshot(3), "name"),
    "a change of the past": (lambda: with_snapshot(update(Doc), "a"), "read at another time"),
    "a lock in the past": (lambda: select(Doc).with_for_update().with_snapshot("a"), "locked"),
}


QUERIES = {
    "no columns": (lambda query: query().all(), "nothing to select"),
    "no columns to choose": (lambda query: query(Doc).select().all(), "nothing to select"),
    "too few values": (lambda query: query(Doc).filter("id = ? AND title = ?", 1), "2 placeholders, 1 values"),
    "too many values": (lambda query: query(Doc).filter("id = 1", 1), "0 placeholders, 1 values"),
    "a value that is none": (lambda query: query(Doc).filter("id = ?", object()), "nothing was sent"),
    "a number that is none": (lambda query: query(Doc).filter("id = ?", nan), "nan"),
    "values of an expression": (lambda query: query(Doc).filter(Doc.id > 1, 2), "text"),
    "a list for IN": (lambda query: query(Doc).filter("id IN ?", [1, 2]), "logical_in"),
    "a text for IN": (lambda query: query(Doc).logical_in(Doc.id, "12"), "IN"),
    "an unknown attribute": (lambda query: query(Doc).filter_by(nothing=1), "nothing"),
    "an unknown attribute to set": (lambda query: query(Doc).update(nothing=1).execute(), "nothing"),
    "nothing to set": (lambda query: query(Doc).update(), "values"),
    "a limit below nothing": (lambda query: query(Doc).limit(-1), "whole number"),
    "a limit with a fraction": (lambda query: query(Doc).limit(1.5), "whole number"),
    "a limit as text": (lambda query: query(Doc).limit("3"), "whole number"),
    "a limit that is a truth": (lambda query: query(Doc).limit(True), "whole number"),
    "an offset below nothing": (lambda query: query(Doc).limit(1).offset(-1), "whole number"),
    "a chunk of nothing": (lambda query: query(Doc).iterate(0), "one or more"),
    "chunks of a fraction": (lambda query: query(Doc).yield_per(1.5), "one or more"),
    "a table that is none": (lambda query: query(Doc).join("docs; DROP TABLE x"), "name of a table"),
    "an alias too late": (lambda query: query(Doc).filter(Doc.id > 1).alias("d"), "before"),
    "a union of two times": (lambda query: query(Doc.id).union(query(Doc.id).snapshot("s")), "one snapshot"),
    "a union of two widths": (lambda query: query(Doc.id).union(query(Doc.id, Doc.title)).all(), "columns"),
    "a change of a join": (lambda query: query(Doc).join(Note, Note.id == Doc.id).delete(), r"join\(\)"),
    "a change of the past": (lambda query: query(Doc, snapshot="s").delete(), "present"),
    "a change of a column": (lambda query: query(func.max(Doc.id)).delete(), "one mapped class"),
    "rows of a change": (lambda query: query(Doc).update(title="x").all(), "execute"),
    "a snapshot without a name": (lambda query: query(Doc, snapshot="").all(), "name"),
    "a vector of the wrong length": (lambda query: query(Doc).filter(Doc.v == [1]).all(), "2 dimensions"),
}


keyless = Table("keyless", MetaData(), Column("body", String(20)), Column("v", Vectorf32(2)))


def index_on(column, index):
    columns = (Column("id", BigInteger, primary_key=True), Column("n", Integer), Column("body", String(20)), column)
    Table("t", MetaData(), *columns, index)
    return CreateIndex(index)


V = Column("v", Vectorf32(3))


def hnsw_by_int():
    index = HnswVectorIndex("i", "v")
    Table("t", MetaData(), Column("id", Integer, primary_key=True), V._copy(), index)
    return CreateIndex(index)


def fulltext_without_key():
    index = FulltextIndex("i", "body")
    Table("t", MetaData(), Column("body", String(20)), index)
    return CreateIndex(index)


def fulltext_of_child():
    index = FulltextIndex("i", "body")
    key = Column("id", Integer, ForeignKey("docs.id"), primary_key=True)
    Table("t", MetaData(), key, Column("body", String(20)), index)
    return CreateIndex(index)


INDEXES = {
    "an unknown op_type": (lambda: IvfVectorIndex("i", "v", op_type="vector_l7_ops"), "vector_l7_ops"),
    "an op_type of another server": (lambda: HnswVectorIndex("i", "v", op_type="vector_l2"), "vector_l2"),
    "no clusters": (lambda: IvfVectorIndex("i", "v", lists=0), "lists"),
    "no neighbours": (lambda: HnswVectorIndex("i", "v", m=0), "m"),
    "an unknown quantization": (lambda: IvfVectorIndex("i", "v", quantization="int3"), "int3"),
    "a vector index of text": (lambda: index_on(V._copy(), IvfVectorIndex("i", "body")), "no vector"),
    "an HNSW index without its key": (hnsw_by_int, "BIGINT"),
    "a full-text index of numbers": (lambda: index_on(V._copy(), FulltextIndex("i", "n")), "no text"),
    "a full-text index without columns": (lambda: FulltextIndex("i", []), "needs a column"),
    "an unknown parser": (lambda: FulltextIndex("i", "body", parser="latin"), "latin"),
    "a full-text index without a key": (fulltext_without_key, "primary key"),
    "a full-text index with a foreign key": (fulltext_of_child, "foreign key"),
}


STATEMENTS = {"vectors": VECTORS, "ranks": RANKS, "searches": SEARCHES, "times": TIMES, "indexes": INDEXES}
WRONG = (
    matrixone.MatrixOneError,
    sqlalchemy.exc.ArgumentError,
    sqlalchemy.exc.CompileError,
    sqlalchemy.exc.InvalidRequestError,
    ValueError,
)


@pytest.fixture(params=["sync", "async"])
def face(request, client, async_client):
    return client if request.param == "sync" else async_client


@pytest.fixture
def sent(face):
    """What reaches the server, without the transaction's own statements."""
    statements = []
    engine = face.get_sqlalchemy_engine()

    @event.listens_for(getattr(engine, "sync_engine", engine), "before_cursor_execute")
    def keep(_connection, _cursor, statement, _parameters, _context, _many):
        statements.append(statement)

    return statements


async def reason_of(run):
    """What is said of a wrong use."""
    try:
        await got(run())
    except WRONG as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - reported as what it is
        return f"no reason, but {error!r}"
    return "no error"


@pytest.mark.parametrize("uses", STATEMENTS.values(), ids=STATEMENTS)
async def test_statements(face, sent, uses):
    wrong = {}
    async with entered(face.session()) as session:
        for execute in (session.execute, face.execute):
            for name, (build, reason) in uses.items():
                said = await reason_of(lambda build=build, execute=execute: execute(build()))
                if not re.search(reason, said):
                    wrong[name] = said
    assert wrong == {}
    assert sent == []


async def test_queries(face, sent):
    wrong = {}
    async with entered(face.session()) as session:
        for query in (session.query, face.query):
            for name, (use, reason) in QUERIES.items():
                said = await reason_of(lambda use=use, query=query: use(query))
                if not re.search(reason, said):
                    wrong[name] = said
    assert wrong == {}
    assert sent == []
