"""An inverted index in memory, brought up to date by each search.

Every stored row has an id and the moment it was written, and the pair never stands for other text. So one index serves
all sessions: a search reads the pairs it can see, adds those that are new, and counts only those.
"""

from __future__ import annotations

import json
import math
import threading
from bisect import bisect_left
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from matrixone_lite.engine.fulltext.patterns import parse_boolean, phrase_of
from matrixone_lite.engine.fulltext.tokens import document_tokens, pattern_tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from matrixone_lite.engine.fulltext.patterns import Part, Word
    from matrixone_lite.engine.storage import Connection

Row = tuple[int, int]
"""A row's id and the moment it was written."""
Found = dict[Row, int]
"""How often something occurs in each row."""
Scores = dict[Row, float]

_K1: Final = 1.5
_B: Final = 0.75


@dataclass(slots=True)
class _Words:
    """The postings: for each word the rows that have it, with the places."""

    postings: dict[str, dict[Row, list[int]]] = field(default_factory=lambda: defaultdict(dict))
    lengths: dict[Row, int] = field(default_factory=dict)
    ordered: list[str] = field(default_factory=list)

    def add(self, row: Row, words: Iterable[tuple[str, int]]) -> None:
        count = 0
        for word, place in words:
            self.postings[word].setdefault(row, []).append(place)
            count += 1
        self.lengths[row] = count

    def remove(self, rows: set[Row]) -> None:
        for posting in self.postings.values():
            for row in rows & posting.keys():
                del posting[row]
        for row in rows:
            del self.lengths[row]

    def beginning_with(self, prefix: str) -> list[str]:
        if len(self.ordered) != len(self.postings):
            self.ordered = sorted(self.postings)
        start = bisect_left(self.ordered, prefix)
        end = start
        while end < len(self.ordered) and self.ordered[end].startswith(prefix):
            end += 1
        return self.ordered[start:end]


class FulltextIndex:
    """The index of some columns of one stored table.

    :param physical: the SQLite table
    :param columns: the SQLite columns
    :param parser: name of the parser; None for the default
    """

    def __init__(self, physical: str, columns: tuple[str, ...], parser: str | None) -> None:
        self._physical = physical
        self._columns = columns
        self._parser = parser
        self._words = _Words()
        self._mutex = threading.Lock()

    def search(self, connection: Connection, pattern: str, mode: str, algorithm: str) -> dict[int, float]:
        """Find rows.

        :param connection: whose view of the table counts
        :param mode: ``boolean``, or anything else for natural language
        :param algorithm: ``BM25`` in any case, or anything else for TF-IDF
        :return: score by row id
        """
        with self._mutex:
            visible = {row for row in self._refresh(connection) if self._words.lengths[row]}
            search = _Search(self._words, visible, bm25=algorithm.upper() == "BM25")
            scores = search.boolean(pattern) if mode == "boolean" else search.natural(pattern)
        return {row[0]: score for row, score in scores.items()}

    def _refresh(self, connection: Connection) -> set[Row]:
        present = " OR ".join(f"{column} IS NOT NULL" for column in self._columns)
        pairs = connection.run(f"SELECT _id, _ts FROM {self._physical} WHERE {present}")
        visible = {(identity, ts) for identity, ts in pairs}
        stale = self._words.lengths.keys() - visible
        if len(stale) > len(visible):
            self._words.remove(stale)
        missing = visible - self._words.lengths.keys()
        if missing:
            self._add(connection, missing)
        return visible

    def _add(self, connection: Connection, missing: set[Row]) -> None:
        listed = ", ".join(self._columns)
        ids = json.dumps([identity for identity, _ in missing])
        sql = f"SELECT _id, _ts, {listed} FROM {self._physical} WHERE _id IN (SELECT value FROM json_each(?))"
        for identity, ts, *values in connection.run(sql, (ids,)):
            texts = [str(value) for value in values if value is not None]
            self._words.add((identity, ts), document_tokens(texts, self._parser))


class _Search:
    """One search: which rows count, and how they are scored."""

    def __init__(self, words: _Words, visible: set[Row], *, bm25: bool) -> None:
        self._words = words
        self._visible = visible
        self._bm25 = bm25
        total = sum(words.lengths[row] for row in visible)
        self._average = total / len(visible) if visible else 0.0

    # --- finding -----------------------------------------------------------------------------------------------------

    def _places(self, word: str, *, prefix: bool) -> Mapping[Row, list[int]]:
        if not prefix:
            posting = self._words.postings.get(word, {})
            return {row: posting[row] for row in posting.keys() & self._visible}
        merged: dict[Row, list[int]] = defaultdict(list)
        for one in self._words.beginning_with(word):
            for row, places in self._words.postings[one].items():
                if row in self._visible:
                    merged[row] += places
        return merged

    def _word(self, word: str, *, prefix: bool) -> Found:
        return {row: len(places) for row, places in self._places(word, prefix=prefix).items()}

    def _phrase(self, text: str, split: Callable[[str], list[tuple[str, int, bool]]] = pattern_tokens) -> Found:
        parts = split(text)
        if not parts:
            return {}
        first, start, prefix = parts[0]
        candidates = {row: set(places) for row, places in self._places(first, prefix=prefix).items()}
        for word, offset, is_prefix in parts[1:]:
            places = self._places(word, prefix=is_prefix)
            distance = offset - start
            candidates = {
                row: {place for place in starts if place + distance in places[row]}
                for row, starts in candidates.items()
                if row in places
            }
        return {row: len(starts) for row, starts in candidates.items() if starts}

    # --- scoring -----------------------------------------------------------------------------------------------------

    def _score(self, found: Found, weight: float = 1.0) -> Scores:
        if not found:
            return {}
        rarity = math.log10(len(self._visible) / len(found)) ** 2
        return {row: weight * rarity * self._frequency(row, count) for row, count in found.items()}

    def _frequency(self, row: Row, count: int) -> float:
        if not self._bm25:
            return float(count)
        length = self._words.lengths[row] / self._average
        return count * (_K1 + 1) / (count + _K1 * (1 - _B + _B * length))

    # --- modes -------------------------------------------------------------------------------------------------------

    def natural(self, pattern: str) -> Scores:
        """Natural language: the whole pattern as a phrase."""
        return self._score(self._phrase(pattern))

    def boolean(self, pattern: str) -> Scores:
        """Boolean mode: words that must, may or must not occur.

        The first required part, or all required words together, is the anchor: how rare anything else is counts among
        the rows of the anchor, and as often as the anchor occurs in a row.
        """
        phrase = phrase_of(pattern)
        if phrase is not None:
            words = _plain_words(phrase)
            return self._score(dict.fromkeys(self._phrase(phrase, _plain_words), 1), len(words))
        parts = parse_boolean(pattern)
        required = [part for part in parts if part.required]
        anchor, scores, others = self._anchor(required)
        for part in others:
            more = self._best(part, anchor)
            scores = {row: scores[row] + more[row] for row in scores.keys() & more.keys()}
        for part in parts:
            if part.required is None:
                scores = self._with_optional(scores, part, anchor)
        excluded = [word for part in parts if part.required is False for word in part.words]
        gone = {row for word in excluded for row in self._rows(word)}
        return {row: score for row, score in scores.items() if row not in gone}

    def _anchor(self, required: list[Part]) -> tuple[Found | None, Scores, list[Part]]:
        """The rows of the anchor, their scores and the required parts that are left."""
        words = [part for part in required if part.is_plain_word]
        if len(words) > 1:
            anchor = None
            for part in words:
                anchor = _joined(anchor, self._rows(part.words[0]))
            return anchor, self._score(anchor or {}), [part for part in required if not part.is_plain_word]
        if not required:
            return None, {}, []
        first, *others = required
        rows: Counter[Row] = Counter()
        for word in first.words:
            rows.update(self._rows(word))
        return rows, self._best(first, None), others

    def _with_optional(self, scores: Scores, part: Part, anchor: Found | None) -> Scores:
        """Scores with those of a part that may occur.

        A group without operator takes the place of all before it. Beside required parts, only what > or < stands before
        adds rows.
        """
        more = self._best(part, anchor)
        if part.is_plain_group:
            return more
        adds_rows = anchor is None or part.operator in {">", "<"}
        rows = scores.keys() | more.keys() if adds_rows else scores.keys()
        return {row: scores.get(row, 0.0) + more.get(row, 0.0) for row in rows}

    def _best(self, part: Part, anchor: Found | None) -> Scores:
        """Each row's score for the word of a part that has the highest there."""
        best: Scores = {}
        for word in part.words:
            for row, score in self._score(_joined(anchor, self._rows(word)), word.weight).items():
                best[row] = max(score, best.get(row, score))
        return best

    def _rows(self, word: Word) -> Found:
        """The rows with a word, counted once a row unless it is the beginning of words."""
        if word.prefix:
            return self._word(word.text, prefix=True)
        return dict.fromkeys(self._phrase(word.text), 1)


def _joined(anchor: Found | None, rows: Found) -> Found:
    """The rows of both, each as often as the one for every time of the other."""
    if anchor is None:
        return rows
    return {row: anchor[row] * rows[row] for row in anchor.keys() & rows.keys()}


def _plain_words(phrase: str) -> list[tuple[str, int, bool]]:
    """The words between blanks, whatever they consist of."""
    found = []
    offset = 0
    for word in phrase.lower().split(" "):
        if word:
            found.append((word, offset, False))
        offset += len(word) + 1
    return found
