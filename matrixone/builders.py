"""Statements that are put together step by step, for those who want the statement and not a manager's call."""

from __future__ import annotations

import copy
from abc import abstractmethod
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import ClauseElement, Executable

if TYPE_CHECKING:
    from sqlalchemy.sql.compiler import SQLCompiler

    from matrixone.operations import Operation


class StatementBuilder(Executable, ClauseElement):
    """A statement, complete once it was told all it needs; each step gives a new one.

    ``str(statement)`` is its SQL, ``client.execute(statement)`` and ``session.execute(statement)`` run it as it stands.
    What managers look up first, warn of and refuse is left to the caller.
    """

    stringify_dialect = "matrixone"

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.inherit_cache = False  # SQLAlchemy asks each class by itself

    @abstractmethod
    def operation(self) -> Operation[Any]:
        """The operation a manager would run.

        Raises:
            ValueError: A part is missing.
        """

    def _with(self, **parts: Any) -> Self:
        changed = copy.copy(self)
        for name, value in parts.items():
            setattr(changed, f"_{name}", value)
        return changed


@compiles(StatementBuilder)
def _compile_builder(element: StatementBuilder, compiler: SQLCompiler, **kwargs: Any) -> str:
    return compiler.process(element.operation().statement(), **kwargs)  # type: ignore[arg-type]  # an element, too
