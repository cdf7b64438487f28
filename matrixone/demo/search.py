"""Three ways to find a docstring: by the nearest vectors, by its words, and by both."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

from sqlalchemy import select

from matrixone.demo.models import Docstring

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from matrixone.session import Session

__all__ = ["best", "matching", "nearest"]

_CANDIDATES = 100
_DAMPING = 60  # of reciprocal rank fusion: how little the first places differ
# Natural language mode would take several words for a phrase.
_MATCHING = """
SELECT id FROM docstrings WHERE MATCH(name, text) AGAINST(? IN BOOLEAN MODE)
ORDER BY MATCH(name, text) AGAINST(? IN BOOLEAN MODE) DESC, id LIMIT ?
"""


def nearest(session: Session, vector: NDArray[np.float32], limit: int) -> list[Docstring]:
    """Find the docstrings nearest to a vector: the vector index serves exactly this form of query."""
    distance = Docstring.embedding.l2_distance(vector)
    return list(session.scalars(select(Docstring).order_by(distance).limit(limit)))


def matching(session: Session, query: str, limit: int) -> list[Docstring]:
    """Find the docstrings that hold all words of a query, or longer forms of them."""
    words = _boolean_search(query)
    if not words:
        return []
    return _of_numbers(session, session.scalars(_MATCHING, (words, words, limit)).all())


def best(session: Session, query: str, vector: NDArray[np.float32], limit: int) -> list[Docstring]:
    """Find what both searches rank high (reciprocal rank fusion)."""
    scores: defaultdict[Docstring, float] = defaultdict(float)
    for found in (nearest(session, vector, _CANDIDATES), matching(session, query, _CANDIDATES)):
        for rank, docstring in enumerate(found, 1):
            scores[docstring] += 1 / (_DAMPING + rank)
    return sorted(scores, key=scores.__getitem__, reverse=True)[:limit]


def _boolean_search(query: str) -> str:
    """Ask for every word, in longer forms too: ``dates`` becomes ``+date*``."""
    words = re.findall(r"\w+", query.lower())
    return " ".join(f"+{word.removesuffix('s') or word}*" for word in words)


def _of_numbers(session: Session, numbers: Sequence[int]) -> list[Docstring]:
    found = {
        docstring.id: docstring for docstring in session.scalars(select(Docstring).where(Docstring.id.in_(numbers)))
    }
    return [found[number] for number in numbers]
