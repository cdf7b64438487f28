"""Keys and indexes, in CREATE TABLE, ALTER TABLE and CREATE INDEX."""

from __future__ import annotations

from typing import Final

from matrixone_lite.sql import ast
from matrixone_lite.sql.outfile import OutFileParser

_ALGORITHMS: Final = ("btree", "hash", "rtree", "bsi", "ivfflat", "hnsw", "ivfpq", "cagra", "master")
_NUMBERS: Final = frozenset(
    (
        "lists",
        "m",
        "ef_construction",
        "ef_search",
        "max_index_capacity",
        "kmeans_train_percent",
        "kmeans_max_iteration",
        "bits_per_code",
        "intermediate_graph_degree",
        "graph_degree",
        "itopk_size",
    ),
)
_TEXTS: Final = frozenset(("op_type", "quantization", "comment", "distribution_mode"))
_SCHEDULE: Final = frozenset(("day", "hour", "key_block_size"))
_FLAGS: Final[dict[str, tuple[str, bool]]] = {
    "visible": ("visible", True),
    "invisible": ("visible", False),
    "async": ("async", True),
    "force_sync": ("force_sync", True),
}
_Option = tuple[str, str | int | bool | tuple[str, ...]]


class IndexParser(OutFileParser):
    """Reads definitions of indexes."""

    def index_definition(self, constraint: str | None = None) -> ast.Index:
        """``PRIMARY KEY | UNIQUE | INDEX | FULLTEXT …`` inside a table definition."""
        kind = self._index_kind()
        if_not_exists = self.if_not_exists()
        name = constraint
        using = None
        if self.words[self.at] not in ("(", "using", "type"):
            name = self.identifier()
        if self.accept_any("using", "type"):
            using = self._algorithm()
        columns = self.index_columns()
        return self._finish_index(kind, name, using, columns, if_not_exists=if_not_exists)

    def _index_kind(self) -> ast.IndexKind:
        word = self.expect_any("primary", "unique", "index", "key", "fulltext")
        if word == "primary":
            self.expect("key")
            return ast.IndexKind.PRIMARY
        if word == "unique":
            self.accept_any("index", "key")
            return ast.IndexKind.UNIQUE
        if word == "fulltext":
            self.accept_any("index", "key")
            return ast.IndexKind.FULLTEXT
        return ast.IndexKind.PLAIN

    def create_index(self) -> ast.CreateIndex:
        """``CREATE [UNIQUE | FULLTEXT] INDEX``, behind CREATE."""
        word = self.accept_any("unique", "fulltext", "spatial")
        self.expect("index")
        kind = {"unique": ast.IndexKind.UNIQUE, "fulltext": ast.IndexKind.FULLTEXT}.get(word or "", ast.IndexKind.PLAIN)
        name = self.identifier()
        using = self._algorithm() if self.accept_any("using", "type") else None
        self.expect("on")
        table = self.name()
        columns = self.index_columns()
        return ast.CreateIndex(table, self._finish_index(kind, name, using, columns))

    def _algorithm(self) -> str:
        return self.expect_any(*_ALGORITHMS)

    def index_columns(self) -> tuple[ast.IndexColumn, ...]:
        """``(column [(length)] [ASC | DESC], …)``."""
        self.expect("(")
        columns = [self._index_column()]
        while self.accept(","):
            columns.append(self._index_column())
        self.expect(")")
        return tuple(columns)

    def _index_column(self) -> ast.IndexColumn:
        if self.words[self.at] == "(":
            expr = self.expression()
            return ast.IndexColumn(None, None, self.accept_any("asc", "desc") == "desc", expr)
        name = self.column_reference().name
        length = None
        if self.accept("("):
            length = self.integer()
            self.expect(")")
        return ast.IndexColumn(name, length, self.accept_any("asc", "desc") == "desc")

    def _finish_index(
        self,
        kind: ast.IndexKind,
        name: str | None,
        using: str | None,
        columns: tuple[ast.IndexColumn, ...],
        *,
        if_not_exists: bool = False,
    ) -> ast.Index:
        options: list[_Option] = []
        parser = None
        while True:
            if kind is ast.IndexKind.FULLTEXT and self.accept("with"):
                self.expect("parser")
                parser = self.identifier().lower()
                continue
            if using is None and self.accept("using"):
                using = self._algorithm()
                continue
            option = self.index_option()
            if option is None:
                return ast.Index(kind, columns, name, using, parser, tuple(options), if_not_exists)
            options.append(option)

    def index_option(self) -> _Option | None:
        """One option of an index, None when none follows."""
        word = self.words[self.at]
        if word in _NUMBERS or word in _SCHEDULE:
            return self._number_option(word)
        if word in _TEXTS:
            self.at += 1
            return (word, self.string())
        if word in _FLAGS:
            self.at += 1
            return _FLAGS[word]
        if self.accept("include"):
            return ("include", self.identifiers_in_parentheses())
        if self.accept("auto_update"):
            self.expect("=")
            return ("auto_update", self.expect_any("true", "false") == "true")
        return None

    def _number_option(self, word: str) -> _Option:
        self.at += 1
        self.accept("=")
        value = self.integer()
        if value == 0 and word in _NUMBERS:
            raise self.error_behind(f"{word.upper()} should be greater than 0")
        return (word, value)
