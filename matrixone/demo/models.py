"""What the demo stores."""

from __future__ import annotations

from sqlalchemy import String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column  # noqa: TC002 - read by the mapper

from matrixone.demo.embedding import DIMENSION
from matrixone.fulltext import FulltextIndex
from matrixone.vector import Vectorf32

__all__ = ["Base", "Docstring", "Module"]


class Base(DeclarativeBase):
    """Tables of the demo."""


class Module(Base):
    """A module and how many documented objects it has.

    The two tables are not tied by a foreign key: the server cannot insert into a table that has one and a full-text or
    vector index as well.
    """

    __tablename__ = "modules"

    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    documented: Mapped[int]


class Docstring(Base):
    """A documented object: its name, its text, and where the text lies among the others."""

    __tablename__ = "docstrings"
    __table_args__ = (FulltextIndex("docstrings_text", ["name", "text"]),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    module: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(300))
    kind: Mapped[str] = mapped_column(String(20))
    text: Mapped[str] = mapped_column(Text)
    embedding: Mapped[list[float]] = mapped_column(Vectorf32(DIMENSION))

    @property
    def full_name(self) -> str:
        """Where to import it from."""
        return self.module if self.kind == "module" else f"{self.module}.{self.name}"
