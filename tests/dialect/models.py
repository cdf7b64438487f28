"""Tables for the tests on a server: keys, relationships, vectors, indexes."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    String,
)
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,  # noqa: TC002 - the mapper reads it at run time
    mapped_column,
    relationship,
)

from matrixone.fulltext import FulltextIndex
from matrixone.vector import IvfVectorIndex, Vectorf32, Vectorf64


class Base(DeclarativeBase):
    pass


class Author(Base):
    __tablename__ = "authors"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(20), unique=True)
    books: Mapped[list[Book]] = relationship(order_by="Book.id")


class Book(Base):
    __tablename__ = "books"
    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("authors.id", name="fk_author"))
    order: Mapped[str | None] = mapped_column(String(20), server_default="plain")


class Document(Base):
    __tablename__ = "documents"
    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    body: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(20), server_default="new")
    single: Mapped[list[float] | None] = mapped_column(Vectorf32(3))
    double: Mapped[list[float] | None] = mapped_column(Vectorf64(2))
    __table_args__ = (
        IvfVectorIndex("iv", single, lists=2, op_type="vector_l2_ops"),
        FulltextIndex("ft", [body], parser="ngram"),
    )


# Without an index: building one, the server panics at elements whose square is too large for 32 bits.
class Point(Base):
    __tablename__ = "points"
    id: Mapped[int] = mapped_column(primary_key=True)
    single: Mapped[list[float]] = mapped_column(Vectorf32(3))
    double: Mapped[list[float]] = mapped_column(Vectorf64(2))
