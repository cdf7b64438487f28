"""Texts as vectors, without a model: hashed words and letter sequences, weighted by how rare they are."""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING, Self
from zlib import crc32

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

__all__ = ["DIMENSION", "Embedder"]

DIMENSION = 256
_BUCKETS = 1 << 18
_GRAM = 4
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


class Embedder:
    """Turns texts into unit vectors; texts that share words, or parts of words, are near each other.

    Feature hashing: each word, and each run of four letters in it, adds to one dimension chosen by its CRC-32, with a
    sign chosen by the same number. The weight of a feature falls with the number of texts it was seen in.

    Args:
        dimension: Length of the vectors.
    """

    def __init__(self, dimension: int = DIMENSION) -> None:
        self.dimension = dimension
        self._rarity = np.ones(_BUCKETS, dtype=np.float32)

    def learn(self, texts: Sequence[str]) -> Self:
        """Weigh the features by the texts they occur in; returns the embedder."""
        seen = np.zeros(_BUCKETS, dtype=np.int64)
        for text in texts:
            seen[[number % _BUCKETS for number in set(_features(text))]] += 1
        self._rarity = np.log((1 + len(texts)) / (1 + seen)).astype(np.float32)
        return self

    def embed(self, text: str) -> NDArray[np.float32]:
        """The vector of one text; all zeros if it has no word."""
        vector: NDArray[np.float32] = self.embed_all([text])[0]
        return vector

    def embed_all(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The vectors of texts, one a row."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            self._add_features(vectors[row], text)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        np.divide(vectors, lengths, out=vectors, where=lengths > 0)
        return vectors

    def _add_features(self, vector: NDArray[np.float32], text: str) -> None:
        counts = Counter(_features(text))
        if not counts:
            return
        numbers = np.fromiter(counts.keys(), dtype=np.int64, count=len(counts))
        weights = np.sqrt(np.fromiter(counts.values(), dtype=np.float32, count=len(counts)))
        signs = np.where(numbers >> 31 & 1, 1.0, -1.0)
        np.add.at(vector, numbers % self.dimension, weights * signs * self._rarity[numbers % _BUCKETS])


def _features(text: str) -> Iterator[int]:
    """Number the words of a text and their parts; ``parseDates`` has the words of ``parse dates``."""
    for word in _WORD.findall(text):
        yield from _parts(word.lower())


@lru_cache(maxsize=1 << 16)
def _parts(word: str) -> tuple[int, ...]:
    framed = f"<{_singular(word)}>"
    grams = [framed[start : start + _GRAM] for start in range(len(framed) - _GRAM + 1)]
    return tuple(crc32(part.encode()) for part in (framed, *grams))


def _singular(word: str) -> str:
    return word[:-1] if len(word) > _GRAM and word.endswith("s") and not word.endswith("ss") else word
