"""Mapped classes for the tables of the tests."""

from __future__ import annotations

from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column  # noqa: TC002 - mapping reads the annotations


class Model(DeclarativeBase):
    pass


class Base(Model):
    __tablename__ = "base"
    id: Mapped[int] = mapped_column(primary_key=True)
    a: Mapped[str]


class Child(Model):
    __tablename__ = "child"
    id: Mapped[int] = mapped_column(primary_key=True)
    a: Mapped[str]
