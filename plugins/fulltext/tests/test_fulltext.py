"""What becomes of full-text indexes and searches on a server."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matrixone_fulltext import FulltextIndexInfo, FulltextWarning
from sqlalchemy import Column, Integer, String, Text
from sqlalchemy.orm import declarative_base

from matrixone import Client
from matrixone.exceptions import ConfigurationError, FulltextError, InvalidNameError, QueryError
from matrixone.fulltext import boolean_match, natural_match

Base = declarative_base()


class Doc(Base):
    __tablename__ = "docs"
    id = Column(Integer, primary_key=True)
    title = Column(String(50))
    body = Column(Text)


ROWS = [
    {"id": 1, "title": "Red", "body": "apple apple"},
    {"id": 2, "title": "Green", "body": "pear"},
    {"id": 3, "title": "Blue", "body": "apple pear"},
    {"id": 4, "title": "", "body": None},
]
BOTH = ["title", "body"]


@pytest.fixture
def bare(matrixone_client):
    matrixone_client.create_table(Doc).batch_insert(Doc, ROWS)
    return matrixone_client


@pytest.fixture
def docs(bare):
    bare.fulltext_index.create(Doc, "ft", BOTH)
    return bare


def ids(rows):
    return [row["id"] for row in rows]


def test_indexes_and_chaining(bare, matrixone_database):
    manager = bare.fulltext_index
    assert manager.create("docs", "Words", "title", parser="ngram", asynchronous=True) is manager
    assert manager.create(f"{matrixone_database}.docs", name="ft", columns=("body", "title")) is manager
    ft, words = manager.list()
    assert manager.list(Doc) == manager.list("DOCS") == [ft, words]
    assert words == FulltextIndexInfo("words", "docs", ("title",), "ngram", True, words.hidden_table)
    assert ft == FulltextIndexInfo("ft", "docs", ("body", "title"), None, False, ft.hidden_table)
    assert ft.hidden_table.startswith("__mo_index_")
    assert manager.list("nosuch") == []
    assert manager.drop(Doc, "WORDS").drop("docs", "ft") is manager
    assert manager.list() == []


def test_an_index_is_part_of_the_transaction(bare):
    with bare.session() as session:
        assert session.fulltext_index.create(Doc, "ft", BOTH) is session.fulltext_index
        assert [index.name for index in session.fulltext_index.list()] == ["ft"]
        assert ids(session.fulltext_index.search(Doc, BOTH, "apple")) == [1, 3]
        session.rollback()
    assert bare.fulltext_index.list() == []
    bare.fulltext_index.create(Doc, "ft", BOTH)
    with bare.session() as session:
        session.fulltext_index.drop(Doc, "ft")
        assert session.fulltext_index.list() == []
        session.rollback()
    assert [index.name for index in bare.fulltext_index.list()] == ["ft"]


def test_the_best_first(docs):
    found = docs.fulltext_index.search("docs", BOTH, "APPLE")
    assert ids(found) == [1, 3]
    assert found[0] == {**ROWS[0], "score": found[0]["score"]}
    assert found[0]["score"] > found[1]["score"] > 0
    assert ids(docs.fulltext_index.search(Doc, ["body", "title"], "apple", limit=1, offset=1)) == [3]
    assert [*docs.fulltext_index.search(Doc, BOTH, "pear", select_columns=["title"], limit=None)[0]] == [
        "title",
        "score",
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [("+apple -pear", [1]), ("red blue", [1, 3]), ("+appl*", [1, 3]), ('"apple pear"', [3]), ("+(red green)", [1, 2])],
)
def test_boolean_searches(docs, query, expected):
    assert sorted(ids(docs.fulltext_index.search(Doc, BOTH, query, mode="boolean"))) == expected


def test_conditions(docs):
    search = docs.fulltext_index.search
    assert ids(search("docs", BOTH, "apple", where="id > ? OR title = ?", where_params=[2, "x"])) == [3]
    assert ids(search(Doc, BOTH, "apple", where=(Doc.id == 1) | (Doc.id == 2))) == [1]
    assert search(Doc, BOTH, "apple", where="title = ?", where_params=["' OR 1=1 -- "]) == []
    with pytest.raises(ConfigurationError):
        search(Doc, BOTH, "apple", where=Doc.id == 1, where_params=[1])
    with pytest.raises(QueryError):
        search(Doc, BOTH, "apple", where="id = ?")


@pytest.mark.parametrize("table", ["docs", Doc])
def test_t15_scores_that_keep_the_rows(docs, table):
    found = docs.fulltext_index.search(table, BOTH, "apple", all_rows=True, select_columns=["id"])
    assert ids(found[:2]) == [1, 3]
    assert found[0]["score"] > found[1]["score"] > 0
    assert sorted(ids(found)) == [1, 2, 3, 4]
    assert {row["score"] for row in found[2:]} == {0}
    few = docs.fulltext_index.search(table, BOTH, "apple", all_rows=True, where="id > ?", where_params=[1], limit=2)
    assert few[0]["id"] == 3
    assert len(few) == 2


def test_t15_scores_that_keep_the_rows_with_a_key_of_two_columns(matrixone_client):
    matrixone_client.create_table("pairs", {"a": "int", "b": "int", "body": "text", "n": "int"}, primary_key=["a", "b"])
    matrixone_client.batch_insert("pairs", [{"a": 1, "b": b, "body": f"word{b}", "n": 0} for b in range(3)])
    matrixone_client.fulltext_index.create("pairs", "ft", "body")
    found = matrixone_client.fulltext_index.search("pairs", "body", "word1", all_rows=True, select_columns=["b", "n"])
    assert found[0]["b"] == 1
    assert [row["score"] > 0 for row in found] == [True, False, False]
    with pytest.raises(FulltextError, match="no table"):
        matrixone_client.fulltext_index.search("nosuch", "body", "x", all_rows=True)


def test_t15_queries_of_a_session(docs):
    with docs.session() as session:
        match = natural_match(Doc.title, Doc.body, query="apple")
        assert [doc.id for doc in session.query(Doc).where(match).order_by(match.desc())] == [1, 3]
        scored = (
            session.query(Doc.id, match.label("score"))
            .where(
                match,
            )
            .order_by("score DESC")
            .all()
        )
        assert [row.id for row in scored] == [1, 3]
        assert isinstance(scored[0].score, float)
        every = session.query(Doc, match.score().label("score")).order_by(match.score().desc()).all()
        assert [(doc.id, score > 0) for doc, score in every[:2]] == [(1, True), (3, True)]
        assert sorted(doc.id for doc, score in every[2:] if score == 0) == [2, 4]
        boolean = boolean_match("title", Doc.body, query="+apple -red")
        assert session.query(Doc.id).where(boolean).scalar() == 3
        assert session.query(Doc.id).where(match.score() == 0).count() == 2


def test_t15_several_words_are_a_phrase(docs):
    search = docs.fulltext_index.search
    assert ids(search(Doc, BOTH, "apple pear")) == [3]
    assert search(Doc, BOTH, "pear apple") == []
    assert ids(search(Doc, BOTH, "+pear +apple", mode="boolean")) == [3]


def test_a_missing_index_is_named(docs):
    with pytest.raises(FulltextError, match=r"exactly title of docs; there are: ft \(title, body\)") as caught:
        docs.fulltext_index.search(Doc, "title", "apple")
    assert caught.value.errno == 20105
    docs.fulltext_index.drop(Doc, "ft")
    with docs.session() as session:
        session.insert("docs", {"id": 9})
        with pytest.raises(FulltextError, match="there are: none"):
            session.fulltext_index.search("docs", BOTH, "apple")
        assert session.query(Doc).count() == 5


def test_t9_no_index_where_no_row_could_be_inserted_any_more(bare):
    bare.create_table("parents", {"id": "int primary key"})
    for table, parent in (("children", "parents"), ("trees", "trees")):
        bare.execute(
            f"CREATE TABLE {table} (id INT PRIMARY KEY, up INT, body TEXT, FOREIGN KEY (up) REFERENCES {parent} (id))"
        )
    with pytest.raises(FulltextError, match=r"refers to .*\.parents"):
        bare.fulltext_index.create("children", "ft", "body")
    assert bare.fulltext_index.list() == []
    bare.fulltext_index.create("trees", "ft", "body")
    bare.insert("trees", {"id": 1, "body": "oak"})
    assert ids(bare.fulltext_index.search("trees", "body", "oak")) == [1]


def test_errors_of_the_server(docs):
    manager = docs.fulltext_index
    docs.create_table("keyless", {"body": "text"})
    for call in (
        lambda: manager.create("nosuch", "f", "body"),
        lambda: manager.create(Doc, "f", "nosuch"),
        lambda: manager.create(Doc, "f", "id"),
        lambda: manager.create(Doc, "ft", "body"),
        lambda: manager.create(Doc, "f", BOTH),
        lambda: manager.create("keyless", "f", "body"),
        lambda: manager.drop(Doc, "nosuch"),
        lambda: manager.drop("nosuch", "ft"),
    ):
        with pytest.raises(FulltextError):
            call()
    with pytest.raises(QueryError):
        manager.search("nosuch", "body", "apple")


def test_arguments_that_cannot_work(docs):
    manager = docs.fulltext_index
    for call in (
        lambda: manager.create(Doc, "f", "body", parser="default"),
        lambda: manager.create(Doc, "f", "body", "BM26"),
        lambda: manager.search(Doc, BOTH, "apple", limit=0),
        lambda: manager.search(Doc, BOTH, "apple", offset=-1),
        lambda: manager.search(Doc, BOTH, "apple", mode="query expansion mode"),
    ):
        with pytest.raises(ValueError):
            call()
    for query, mode in (
        ("", "natural"),
        ("!!!", "natural"),
        ("", "boolean"),
        ("++red", "boolean"),
        ('+" red', "boolean"),
    ):
        with pytest.raises(ConfigurationError):
            manager.search(Doc, BOTH, query, mode=mode)


@pytest.mark.parametrize("name", ["a b", 'a"b', "a`b", "%s", ":x", "a;b", "select", "中" * 64, "1", "a'b", "a\\b"])
def test_hostile_names_of_indexes(docs, name):
    manager = docs.fulltext_index
    try:
        manager.create(Doc, name, "title")
    except ConfigurationError:
        assert set(name) & set("'\\")
        return
    assert {index.name for index in manager.list()} == {"ft", name}
    manager.drop(Doc, name)


@pytest.mark.parametrize(
    "query", ["it's", '"say x"', "a\\b", "50% off", "a:b ?", "x;--", "😀 word", "a\0b", "word" * 99]
)
@pytest.mark.parametrize("mode", ["natural", "boolean"])
def test_hostile_queries(docs, query, mode):
    assert docs.fulltext_index.search(Doc, BOTH, query, mode=mode) == []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.text(max_size=12))
def test_any_text_is_a_search_or_refused_before_it_is_sent(docs, query):
    try:
        natural_match("title", query=query)
    except ConfigurationError:
        return
    assert all(row["score"] >= 0 for row in docs.fulltext_index.search(Doc, BOTH, query))


def test_names_that_need_quotes(matrixone_client):
    matrixone_client.create_table("order by", {"id": "int primary key", "body": "text", "select": "int"})
    matrixone_client.insert("order by", {"id": 1, "body": "word", "select": 5})
    matrixone_client.fulltext_index.create("order by", "ft", "body")
    search = matrixone_client.fulltext_index.search
    for all_rows in (False, True):
        (found,) = search("order by", "body", "word", select_columns=["select"], all_rows=all_rows)
        assert found["select"] == 5
    with pytest.raises(InvalidNameError):
        matrixone_client.fulltext_index.create("x" * 65, "ft", "body")


def test_a_score_of_its_own(matrixone_client):
    matrixone_client.create_table("scored", {"id": "int primary key", "body": "text", "score": "int"})
    matrixone_client.insert("scored", {"id": 1, "body": "word", "score": 5})
    matrixone_client.fulltext_index.create("scored", "ft", "body")
    for all_rows in (False, True):
        with pytest.raises(ConfigurationError, match="of its own"):
            matrixone_client.fulltext_index.search("scored", "body", "word", all_rows=all_rows)
    assert ids(matrixone_client.fulltext_index.search("scored", "body", "word", select_columns=["id"])) == [1]


def test_switches(docs):
    manager = docs.fulltext_index
    assert manager.enable_fulltext() is manager
    with pytest.warns(FulltextWarning, match="stays on"):
        assert manager.disable_fulltext() is manager
    assert ids(manager.search(Doc, BOTH, "apple")) == [1, 3]
    with pytest.warns(FulltextWarning, match="ft_relevancy_algorithm"):
        manager.create(Doc, "title_only", "title", algorithm="BM25")
    assert {index.name for index in manager.list(Doc)} == {"ft", "title_only"}


async def test_asynchronously(bare, matrixone_async_client):
    async with matrixone_async_client as client:
        async with client.session() as session:
            manager = session.fulltext_index
            assert await (await manager.enable_fulltext()).create(Doc, "ft", BOTH) is manager
            assert ids(await manager.search(Doc, BOTH, "apple")) == [1, 3]
            with pytest.raises(FulltextError, match="ft"):
                await manager.search(Doc, "title", "apple")
            await session.rollback()
        assert await client.fulltext_index.list() == []
        await client.fulltext_index.create("docs", "ft", BOTH)
        found = await client.fulltext_index.search("docs", BOTH, "+pear", mode="boolean", all_rows=True)
        assert sorted(ids(found)) == [1, 2, 3, 4]
        with pytest.warns(FulltextWarning):
            await client.fulltext_index.disable_fulltext()
        await client.fulltext_index.drop("docs", "ft")
        assert await client.fulltext_index.list(Doc) == []


def test_the_algorithm_is_a_variable_of_the_session(docs, matrixone_url, matrixone_database):
    (score,) = (row["score"] for row in docs.fulltext_index.search(Doc, BOTH, "pear", where=Doc.id == 2))
    variables = {"ft_relevancy_algorithm": "BM25"}
    with Client(url=matrixone_url, database=matrixone_database, session_variables=variables) as client:
        (other,) = (row["score"] for row in client.fulltext_index.search(Doc, BOTH, "pear", where=Doc.id == 2))
    assert other > 0
    assert abs(other - score) > 0.001
