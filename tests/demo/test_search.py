import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matrixone.demo.corpus import Entry
from matrixone.demo.embedding import Embedder
from matrixone.demo.models import Base, Docstring
from matrixone.demo.search import best, matching, nearest
from matrixone.demo.workspace import open_workspace

ENTRIES = [
    Entry("bz2", "compress", "function", "Compress a block of data."),
    Entry("bz2", "decompress", "function", "Decompress a block of data."),
    Entry("csv", "reader", "function", "Read rows of comma-separated values."),
    Entry("csv", "csv", "module", "Comma-separated values."),
    Entry("email.utils", "parsedate", "function", "Convert a date to a tuple."),
    Entry("time", "sleep", "function", "Delay for some seconds."),
]
EMBEDDER = Embedder().learn([entry.subject for entry in ENTRIES])


@pytest.fixture(scope="module")
def session(matrixone_url):
    with open_workspace(matrixone_url) as workspace:
        workspace.client.create_all(Base)
        with workspace.client.session() as session:
            vectors = EMBEDDER.embed_all([entry.subject for entry in ENTRIES])
            for number, (entry, vector) in enumerate(zip(ENTRIES, vectors, strict=True), 1):
                fields = {"module": entry.module, "name": entry.name, "kind": entry.kind, "text": entry.text}
                session.add(Docstring(id=number, embedding=vector.tolist(), **fields))
            session.commit()
            yield session


def names(found):
    return [docstring.full_name for docstring in found]


def test_nearest_come_first(session):
    assert names(nearest(session, EMBEDDER.embed("compressing"), 2)) == ["bz2.compress", "bz2.decompress"]
    assert len(nearest(session, EMBEDDER.embed("compressing"), 100)) == len(ENTRIES)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("separated values", {"csv.reader", "csv"}),
        ("SEPARATED value", {"csv.reader", "csv"}),
        ("reader values", {"csv.reader"}),
        ("dates parse", {"email.utils.parsedate"}),
        ("nowhere values", set()),
        ("", set()),
        ("+-*\"'()<>~@", set()),
    ],
)
def test_matching_holds_all_words(session, query, found):
    assert set(names(matching(session, query, 10))) == found


def test_best_unites_both(session):
    query = "parse dates"
    assert names(best(session, query, EMBEDDER.embed(query), 1)) == ["email.utils.parsedate"]
    assert len(best(session, query, EMBEDDER.embed(query), 3)) == 3


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50)
@given(st.text(max_size=60))
def test_any_query_is_searched(session, query):
    assert len(best(session, query, EMBEDDER.embed(query), 3)) == 3
