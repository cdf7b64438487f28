import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matrixone.demo.embedding import DIMENSION, Embedder

TEXTS = [
    "Compress data and return the compressed bytes.",
    "Decompress data that was compressed before.",
    "Read rows from a CSV file.",
    "Write rows to a CSV file.",
    "Sleep for some seconds.",
    "Serialize an object to a JSON string.",
]


@pytest.fixture
def embedder():
    return Embedder().learn(TEXTS)


@given(st.lists(st.text(), max_size=5))
def test_vectors_have_length_one_or_are_zero(texts):
    vectors = Embedder().learn(texts).embed_all(texts)
    assert vectors.shape == (len(texts), DIMENSION)
    assert vectors.dtype == np.float32
    assert np.isfinite(vectors).all()
    for length in np.linalg.norm(vectors, axis=1):
        assert length == 0 or length == pytest.approx(1, abs=1e-5)


@given(st.text())
def test_one_text_is_embedded_as_among_others(text):
    embedder = Embedder().learn(TEXTS)
    assert (embedder.embed(text) == embedder.embed_all(["other", text])[1]).all()


@pytest.mark.parametrize(
    ("query", "expected"),
    [("compressing", 0), ("reading a csv", 2), ("csv writer", 3), ("sleeping seconds", 4), ("objectToJSON", 5)],
)
def test_the_nearest_text_shares_words_or_parts_of_them(embedder, query, expected):
    distances = np.linalg.norm(embedder.embed_all(TEXTS) - embedder.embed(query), axis=1)
    assert int(np.argmin(distances)) == expected


def test_case_and_compounds_do_not_matter(embedder):
    assert (embedder.embed("parseDates") == embedder.embed("PARSE_dates")).all()


def test_rare_words_count_more():
    embedder = Embedder().learn(["common word"] * 50 + ["common zebra"])
    query, plain, rare = embedder.embed_all(["common zebra", "common", "zebra"])
    assert query @ rare > query @ plain


def test_vectors_are_the_same_in_another_process():
    program = (
        "from matrixone.demo.embedding import Embedder;"
        "print(Embedder(16).learn(['a word', 'and others']).embed('words of others').tolist())"
    )
    shown = {
        subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True
        ).stdout
        for seed in ("1", "2")
    }
    assert len(shown) == 1


def test_the_dimension_can_be_chosen():
    assert Embedder(512).embed("text").shape == (512,)
