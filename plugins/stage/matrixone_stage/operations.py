"""The server's statements about stages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote

from sqlalchemy import column, select, table, text

from matrixone.exceptions import StageError
from matrixone.operations import InTransaction, Operation
from matrixone.secret import Secret
from matrixone.sql import EMPTY, SQL, Identifier, Literal, joined
from matrixone_stage.files import Stage

if TYPE_CHECKING:
    from sqlalchemy.engine import Result
    from sqlalchemy.sql import Executable

    from matrixone.exceptions import QueryError
    from matrixone.operations import Resource
    from matrixone.sql import Composable
    from matrixone_stage.model import Credentials


_STAGES = table(
    "mo_stages",
    *map(column, ("stage_name", "url", "stage_credentials", "stage_status", "comment", "created_time")),
    schema="mo_catalog",
)


@dataclass(frozen=True, slots=True)
class CreateStage(Operation[None]):
    """CREATE STAGE. ``ENABLE`` is not part of it: the server ignores it there.

    The words IF [NOT] EXISTS are not sent, here and below: the server would not say whether it did anything, and a
    rollback must drop no stage of others.
    """

    name: ClassVar = "stage.create"
    in_transaction: ClassVar = InTransaction.REFUSED
    needs_feature: ClassVar = "stages"
    error: ClassVar = StageError

    stage: str
    url: str
    credentials: Credentials = ()
    comment: str = ""
    if_not_exists: bool = False

    def statement(self) -> Executable:
        """``CREATE STAGE``, with the keys in clear text."""
        credentials = (
            SQL(" CREDENTIALS = {{{keys}}}").format(keys=_keys(self.credentials)) if self.credentials else EMPTY
        )
        comment = SQL(" COMMENT = {text}").format(text=Literal(self.comment)) if self.comment else EMPTY
        return SQL("CREATE STAGE {stage} URL = {url}{credentials}{comment}").format(
            stage=Identifier(self.stage), url=Literal(self.url), credentials=credentials, comment=comment
        )

    def undo(self) -> DropStage:
        """Drop it again."""
        return DropStage(self.stage, if_exists=True)

    def creates(self) -> tuple[Resource, ...]:
        """The stage."""
        return (("stage", self.stage),)

    def satisfied_by(self, error: QueryError) -> bool:
        """There is a stage of that name."""
        return self.if_not_exists and f"the stage {self.stage} exists" in str(error)


@dataclass(frozen=True, slots=True)
class AlterStage(Operation[None]):
    """ALTER STAGE ... SET, one property at a time: the server takes no more."""

    name: ClassVar = "stage.alter"
    in_transaction: ClassVar = InTransaction.REFUSED
    needs_feature: ClassVar = "stages"
    error: ClassVar = StageError

    stage: str
    change: str | bool | Credentials
    property: str
    if_exists: bool = False

    def statement(self) -> Executable:
        """``ALTER STAGE ... SET``."""
        return SQL(f"ALTER STAGE {{stage}} SET {self.property} = {{change}}").format(
            stage=Identifier(self.stage), change=_change(self.change)
        )

    def satisfied_by(self, error: QueryError) -> bool:
        """There is no stage of that name."""
        return self.if_exists and f"the stage {self.stage} not exists" in str(error)


@dataclass(frozen=True, slots=True)
class DropStage(Operation[None]):
    """DROP STAGE; the files stay."""

    name: ClassVar = "stage.drop"
    in_transaction: ClassVar = InTransaction.REFUSED
    needs_feature: ClassVar = "stages"
    error: ClassVar = StageError

    stage: str
    if_exists: bool = False

    def statement(self) -> Executable:
        """``DROP STAGE``."""
        return SQL("DROP STAGE {stage}").format(stage=Identifier(self.stage))

    def satisfied_by(self, error: QueryError) -> bool:
        """There is no stage of that name."""
        return self.if_exists and f"the stage {self.stage} not exists" in str(error)


@dataclass(frozen=True, slots=True)
class ListStages(Operation[list[Stage]]):
    """SELECT on the catalog: SHOW STAGES is refused in transactions, and tells less."""

    name: ClassVar = "stage.list"
    in_transaction: ClassVar = InTransaction.READS
    needs_feature: ClassVar = "stages"
    error: ClassVar = StageError

    stage: str | None = None
    like: str | None = None

    def statement(self) -> Executable:
        """``SELECT`` on ``mo_catalog.mo_stages``."""
        columns = _STAGES.c
        wanted = select(*columns).order_by(columns.stage_name)
        if self.stage is not None:
            wanted = wanted.where(columns.stage_name == self.stage)
        return wanted if self.like is None else wanted.where(columns.stage_name.like(self.like))

    def read(self, result: Result[Any]) -> list[Stage]:
        """The stages, by name."""
        return [_stage(row) for row in result]


@dataclass(frozen=True, slots=True)
class ListFiles(Operation[list[str]]):
    """SELECT on stage_list()."""

    name: ClassVar = "stage.list_files"
    in_transaction: ClassVar = InTransaction.READS
    needs_feature: ClassVar = "stages"
    error: ClassVar = StageError

    stage: str
    pattern: str

    def statement(self) -> Executable:
        """``SELECT`` on ``stage_list()``."""
        url = stage_url(self.stage, self.pattern)
        return text("SELECT file FROM stage_list(:url) f").bindparams(url=url)

    def read(self, result: Result[Any]) -> list[str]:
        """Full paths, sorted."""
        return sorted(result.scalars())

    def needs(self) -> tuple[Resource, ...]:
        """The stage."""
        return (("stage", self.stage),)


@dataclass(frozen=True, slots=True)
class RemoveFiles(Operation[None]):
    """REMOVE FILES FROM STAGE."""

    name: ClassVar = "stage.remove_files"
    in_transaction: ClassVar = InTransaction.REFUSED
    needs_feature: ClassVar = "stage_removal"
    error: ClassVar = StageError

    stage: str
    pattern: str
    if_exists: bool = False

    def statement(self) -> Executable:
        """``REMOVE FILES FROM STAGE``."""
        words = "IF EXISTS " if self.if_exists else ""
        return SQL(f"REMOVE FILES FROM STAGE {words}{{url}}").format(url=Literal(stage_url(self.stage, self.pattern)))


def _stage(row: Any) -> Stage:
    name, url, credentials, status, comment, created = row
    return Stage(name, url, Secret(credentials) if credentials else None, status, comment or "", created)


def stage_url(stage: str, pattern: str) -> str:
    """The address of files in a stage; ``?`` would begin the query of a URL."""
    return f"stage://{stage}/{quote(pattern.lstrip('/'), safe='/*[]')}"


def _keys(credentials: Credentials) -> Composable:
    return joined([SQL("{name} = {value}").format(name=Literal(name), value=value) for name, value in credentials])


def _change(value: str | bool | Credentials) -> Composable:
    if isinstance(value, bool):
        return SQL("TRUE" if value else "FALSE")
    return Literal(value) if isinstance(value, str) else SQL("{{{keys}}}").format(keys=_keys(value))
