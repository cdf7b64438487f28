"""Operations as a plugin defines them, one for each way the server treats a statement in a transaction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from matrixone.operations import InTransaction, Operation
from matrixone.sql import SQL, Identifier, Literal


@dataclass(frozen=True, slots=True)
class CreateStage(Operation[None]):
    name: ClassVar = "test.create_stage"
    in_transaction: ClassVar = InTransaction.REFUSED

    stage: str

    def statement(self):
        return SQL("CREATE STAGE {stage} URL={url}").format(stage=Identifier(self.stage), url=Literal("file:///tmp"))

    def undo(self):
        return DropStage(self.stage)

    def creates(self):
        return [("stage", self.stage)]


@dataclass(frozen=True, slots=True)
class DropStage(Operation[None]):
    name: ClassVar = "test.drop_stage"
    in_transaction: ClassVar = InTransaction.REFUSED

    stage: str

    def statement(self):
        return SQL("DROP STAGE {stage}").format(stage=Identifier(self.stage))


@dataclass(frozen=True, slots=True)
class Unreadable(CreateStage):
    name: ClassVar = "test.unreadable"

    def read(self, result):  # noqa: ARG002 - what it answers does not matter
        raise ZeroDivisionError("no reading")


@dataclass(frozen=True, slots=True)
class Sleep(Operation[None]):
    name: ClassVar = "test.sleep"
    in_transaction: ClassVar = InTransaction.REFUSED

    def statement(self):
        return SQL("SELECT sleep(60)")


@dataclass(frozen=True, slots=True)
class CountStage(Operation[int]):
    name: ClassVar = "test.count_stage"
    in_transaction: ClassVar = InTransaction.READS

    stage: str

    def statement(self):
        return SQL("SELECT count(*) FROM mo_catalog.mo_stages WHERE stage_name = {stage}").format(
            stage=Literal(self.stage)
        )

    def read(self, result):
        return result.scalar_one()

    def needs(self):
        return [("stage", self.stage)]


@dataclass(frozen=True, slots=True)
class CloneDatabase(Operation[None]):
    name: ClassVar = "test.clone_database"
    in_transaction: ClassVar = InTransaction.JOINS
    needs_begin: ClassVar = True

    target: str
    source: str

    def statement(self):
        return SQL("CREATE DATABASE {target} CLONE {source}").format(
            target=Identifier(self.target), source=Identifier(self.source)
        )


@dataclass(frozen=True, slots=True)
class SetVariable(Operation[None]):
    name: ClassVar = "test.set_variable"
    in_transaction: ClassVar = InTransaction.COMMITS

    def statement(self):
        return SQL("SET @a = 1")
