"""The statements that write rows to a file, and what they leave behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from matrixone.exceptions import ExportError
from matrixone.operations import InTransaction, Operation
from matrixone.sql import EMPTY, SQL, Literal
from matrixone_export.places import stage_of
from matrixone_export.queries import Enclosed

if TYPE_CHECKING:
    from sqlalchemy.engine import Result
    from sqlalchemy.sql import ClauseElement, Executable

    from matrixone.operations import Resource
    from matrixone_export.formats import ExportFormat, Format


@dataclass(frozen=True, slots=True)
class Export:
    """A file that was written; the server does not say how many rows it holds.

    Args:
        path: Path on the server's disk, or ``stage://stage/file``. With ``split_size`` the files are numbered where it
            has ``%d``, or else behind its end: ``rows.csv``, ``rows.csv.1``, ...
        format: What is in it.
        split_size: Size at which a further file begins.
    """

    path: str
    format: ExportFormat
    split_size: int | str | None = None


@dataclass(frozen=True, slots=True)
class WriteFile(Operation[Export]):
    """Write the rows of a query to a file, which stays whatever becomes of the transaction.

    Args:
        query: The query.
        path: The file.
        written: How.
    """

    name: ClassVar = "export.to_file"
    in_transaction: ClassVar = InTransaction.READS
    needs_feature: ClassVar = "export_formats"
    error: ClassVar = ExportError

    query: ClauseElement
    path: str
    written: Format

    def statement(self) -> Executable:
        """SELECT ... INTO OUTFILE path FORMAT format [options]; the file stays."""
        after = SQL("INTO OUTFILE {path} {options}").format(path=Literal(self.path), options=self.written.sql())
        return Enclosed(EMPTY, self.query, after)

    def read(self, result: Result[Any]) -> Export:
        """What was written."""
        result.close()
        return Export(self.path, self.written.format, self.written.split_size)

    def needs(self) -> tuple[Resource, ...]:
        """The stage."""
        stage = stage_of(self.path)
        return () if stage is None else (("stage", stage),)


@dataclass(frozen=True, slots=True)
class ReadNames(Operation[tuple[str, ...]]):
    """Ask for the columns of a query: names that FORCE_QUOTE does not find there the server ignores.

    Args:
        query: The query.
    """

    name: ClassVar = "export.columns"
    in_transaction: ClassVar = InTransaction.READS
    needs_feature: ClassVar = "export_formats"
    error: ClassVar = ExportError

    query: ClauseElement

    def statement(self) -> Executable:
        """SELECT * FROM (query) LIMIT 0."""
        return Enclosed(SQL("SELECT * FROM ("), self.query, SQL(") AS exported LIMIT 0"))

    def read(self, result: Result[Any]) -> tuple[str, ...]:
        """Their names."""
        names = tuple(result.keys())
        result.close()
        return names
