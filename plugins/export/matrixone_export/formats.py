"""How rows are written: separated values, JSON objects a line, or Parquet."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, TypedDict

from matrixone.exceptions import ConfigurationError
from matrixone.sql import EMPTY, SQL, Identifier, Literal, joined

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

_SIZE = re.compile(r"0*[1-9]\d*[kmg]?", re.IGNORECASE | re.ASCII)
_ESCAPE = "\\"


class OptionError(ConfigurationError, ValueError):
    """An option no file can have; nothing was sent."""


class ExportFormat(enum.StrEnum):
    """What is in a file, by the server's names."""

    CSV = "csv"
    JSONLINE = "jsonline"
    PARQUET = "parquet"


class CsvOptions(TypedDict, total=False):
    """How separated values are written; see :class:`Csv`."""

    sep: str
    delimiter: str
    quotechar: str | None
    lineterminator: str
    header: bool
    force_quote: Sequence[str]
    split_size: int | str | None


@dataclass(frozen=True, slots=True)
class Csv:
    r"""Separated values, one row a line; NULL is ``\N``, and a backslash in a text is doubled.

    Args:
        sep: Between fields.
        quotechar: Around texts, doubled inside of them. None for ``"``, empty for none: then a text that holds a
            separator or the end of a line cannot be told from two fields or rows.
        lineterminator: Behind each row.
        header: The first line names the columns. In each file, if there are several.
        force_quote: Columns that are quoted whatever their type. The server finds only those in lower case.
        split_size: Size of a file in bytes, or as ``"10k"``, ``"64m"``, ``"1g"``; a file that reaches it is followed by
            another. The server looks only now and then: files are larger, and the first may hold no rows.

    Raises:
        OptionError: An option no file can have, or one that could not be read back.
    """

    format: ClassVar = ExportFormat.CSV

    sep: str = ","
    quotechar: str | None = None
    lineterminator: str = "\n"
    header: bool = False
    force_quote: tuple[str, ...] = ()
    split_size: int | str | None = None

    def __post_init__(self) -> None:
        quote = self._quote
        if len(quote) > 1 or not quote.isascii() or quote in (_ESCAPE, "\n", "\r"):
            raise OptionError(f"quotechar is one ASCII character and no backslash, not {quote!r}")
        if not self.sep or not self.lineterminator:
            raise OptionError("sep and lineterminator have at least one character")
        if _ESCAPE in self.sep + self.lineterminator or (quote and quote in self.sep + self.lineterminator):
            raise OptionError(f"neither sep nor lineterminator holds a backslash or the quotechar {quote!r}")
        if self.sep in self.lineterminator or self.lineterminator in self.sep:
            raise OptionError(f"sep {self.sep!r} and lineterminator {self.lineterminator!r} cannot be told apart")
        if self.force_quote and not quote:
            raise OptionError("force_quote needs a quotechar")
        if missed := [column for column in self.force_quote if column != column.lower()]:
            raise OptionError(f"the server would not find {', '.join(missed)}: give such columns a name in lower case")
        _check_size(self.split_size)

    @property
    def _quote(self) -> str:
        return '"' if self.quotechar is None else self.quotechar

    def sql(self) -> SQL:
        """All options but the last are always sent: the server's defaults depend on one another."""
        return SQL(
            "{format}{split} FIELDS TERMINATED BY {sep} ENCLOSED BY {quote} LINES TERMINATED BY {end} "
            "HEADER {header}{force_quote}"
        ).format(
            format=_format(self.format),
            split=_split(self.split_size),
            sep=Literal(self.sep),
            quote=Literal(self._quote),
            end=Literal(self.lineterminator),
            header=Literal("true" if self.header else "false"),
            force_quote=self._forced(),
        )

    def _forced(self) -> SQL:
        if not self.force_quote:
            return EMPTY
        return SQL(" FORCE_QUOTE ({columns})").format(columns=joined(map(Identifier, self.force_quote)))


@dataclass(frozen=True, slots=True)
class JsonLines:
    """One JSON object a line, its keys the names of the columns in alphabetical order.

    Args:
        split_size: As for :class:`Csv`.

    Raises:
        OptionError: No such size.
    """

    format: ClassVar = ExportFormat.JSONLINE
    force_quote: ClassVar[tuple[str, ...]] = ()

    split_size: int | str | None = None

    def __post_init__(self) -> None:
        _check_size(self.split_size)

    def sql(self) -> SQL:
        """The format and the size."""
        return SQL("{format}{split}").format(format=_format(self.format), split=_split(self.split_size))


@dataclass(frozen=True, slots=True)
class Parquet:
    """A Parquet file; it has no options, and the server writes no vectors into it."""

    format: ClassVar = ExportFormat.PARQUET
    force_quote: ClassVar[tuple[str, ...]] = ()
    split_size: ClassVar[None] = None

    def sql(self) -> SQL:
        """The format."""
        return _format(self.format)


Format = Csv | JsonLines | Parquet


def csv(options: CsvOptions) -> Csv:
    """Separated values with these options.

    Raises:
        OptionError: As for :class:`Csv`, or an option that does not exist or is given twice.
    """
    _check_names(options, CsvOptions.__annotations__)
    if "delimiter" in options and "sep" in options:
        raise OptionError("sep and delimiter are two names of one option")
    columns: Sequence[str] = options.get("force_quote", ())
    if isinstance(columns, str):
        raise OptionError(f"force_quote is a list of columns, not the text {columns!r}")
    return Csv(
        options.get("sep", options.get("delimiter", ",")),
        options.get("quotechar"),
        options.get("lineterminator", "\n"),
        options.get("header", False),
        tuple(columns),
        options.get("split_size"),
    )


def json_lines(options: CsvOptions) -> JsonLines:
    """JSON lines with these options.

    Raises:
        OptionError: As for :class:`JsonLines`, or an option that JSON lines do not have.
    """
    _check_names(options, ("split_size",))
    return JsonLines(options.get("split_size"))


def parquet(options: CsvOptions) -> Parquet:
    """Parquet.

    Raises:
        OptionError: An option is given.
    """
    _check_names(options, ())
    return Parquet()


def _check_names(options: CsvOptions, known: Collection[str]) -> None:
    if unknown := sorted(set(options) - set(known)):
        raise OptionError(f"{', '.join(unknown)}: this format has {', '.join(known) or 'no options'}")


def _check_size(size: int | str | None) -> None:
    if size is not None and (isinstance(size, bool) or not _SIZE.fullmatch(str(size))):
        raise OptionError(f"split_size is a number of bytes or such as '10k', '64m', '1g', not {size!r}")


def _format(name: ExportFormat) -> SQL:
    return SQL("FORMAT {name}").format(name=Literal(name.value))


def _split(size: int | str | None) -> SQL:
    return EMPTY if size is None else SQL(" SPLITSIZE {size}").format(size=Literal(str(size)))
