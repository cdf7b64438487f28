"""The main job of the SDK on real input, one step a function; each returns what it has shown."""

from __future__ import annotations

import platform
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import func, select

from matrixone.demo.corpus import read_corpus, standard_library
from matrixone.demo.embedding import Embedder
from matrixone.demo.models import Base, Docstring, Module
from matrixone.demo.search import matching, nearest
from matrixone.dialect.hints import with_snapshot
from matrixone.exceptions import IntegrityError
from matrixone.scope import SnapshotLevel
from matrixone.sql import SQL, Identifier

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from matrixone.demo.corpus import Entry
    from matrixone.demo.workspace import Workspace
    from matrixone.session import Session

__all__ = ["INDEXING", "TOUR", "Demo", "Step"]

Step = tuple[str, "Callable[[Demo], str]"]

_EXAMPLE = "compress data"
_ROWS_PER_CLUSTER = 500
_MOST_DOCUMENTED = """
SELECT module, COUNT(*) AS classes FROM docstrings WHERE kind = ? AND LENGTH(text) > ?
GROUP BY module ORDER BY classes DESC, module LIMIT ?
"""
_COUNT = select(func.count()).select_from(Docstring)


@dataclass(slots=True)
class Demo:
    """What the steps work with and hand on.

    Args:
        workspace: Where the data goes.
        limit: Most docstrings to index; all if None.
    """

    workspace: Workspace
    limit: int | None = None
    entries: Sequence[Entry] = ()
    embedder: Embedder = field(default_factory=Embedder)

    def session(self) -> Session:
        """Open a session: one transaction a ``with`` block."""
        return self.workspace.client.session()

    def count(self) -> int:
        """Count the docstrings that are committed."""
        with self.session() as session:
            return session.scalars(_COUNT).one()


def read_docstrings(demo: Demo) -> str:
    """Read the documentation of the running Python."""
    demo.entries = read_corpus(standard_library(), demo.limit)
    demo.embedder.learn([entry.subject for entry in demo.entries])
    return f"{len(demo.entries):,} docstrings of Python {platform.python_version()}'s library"


def create_tables(demo: Demo) -> str:
    """Create the tables of the ORM models, the full-text index included."""
    demo.workspace.client.create_all(Base)
    return f"2 models, full-text index, {demo.embedder.dimension} dimensions"


def insert_docstrings(demo: Demo) -> str:
    """Embed and insert everything, in one transaction."""
    modules = Counter(entry.module for entry in demo.entries)
    with demo.session() as session:
        session.batch_insert(Module, [{"name": name, "documented": count} for name, count in modules.items()])
        inserted = session.batch_insert(Docstring, list(_rows(demo)))
    return f"{inserted.affected_rows:,} rows, {len(modules)} modules, one transaction"


def create_vector_index(demo: Demo) -> str:
    """Cluster the vectors; done after the rows are there, because the clusters are chosen from them."""
    lists = 1 + len(demo.entries) // _ROWS_PER_CLUSTER
    with demo.session() as session:
        session.vector_ops.create_ivf("docstrings", name="docstrings_embedding", column="embedding", lists=lists)
    return f"ivfflat, {lists} lists"


def query_with_text(demo: Demo) -> str:
    """Ask in SQL with bound values."""
    with demo.session() as session:
        rows = session.execute(_MOST_DOCUMENTED, ("class", 40, 3)).all()
    return "most classes: " + ", ".join(f"{row.module} ({row.classes})" for row in rows)


def roll_back_a_mistake(demo: Demo) -> str:
    """Delete too much, then fail: the session rolls back both."""
    before = demo.count()
    deleted = 0
    try:
        with demo.session() as session:
            deleted = session.execute("DELETE FROM docstrings WHERE module <> ?", (demo.entries[0].module,)).rowcount
            session.add(Module(name=demo.entries[0].module, documented=0))
    except IntegrityError as error:
        after = demo.count()
        return f"{deleted:,} rows deleted, error {error.errno}, rolled back: {before:,} rows before, {after:,} after"
    raise AssertionError("a module was inserted twice")


def search_by_vector(demo: Demo) -> str:
    """Find the nearest neighbours of a question."""
    with demo.session() as session:
        return _shown(_EXAMPLE, nearest(session, demo.embedder.embed(_EXAMPLE), limit=3))


def search_by_words(demo: Demo) -> str:
    """Find the same by full-text search."""
    with demo.session() as session:
        return _shown(_EXAMPLE, matching(session, _EXAMPLE, limit=3))


def take_snapshot(demo: Demo) -> str:
    """Keep the database as it is now."""
    workspace = demo.workspace
    with demo.session() as session:
        session.snapshots.create(workspace.snapshot, SnapshotLevel.DATABASE, database=workspace.database)
    return workspace.snapshot


def travel_in_time(demo: Demo) -> str:
    """Change the present and read the past."""
    with demo.session() as session:
        session.execute("DELETE FROM docstrings WHERE id % ? = ?", (2, 0))
    with demo.session() as session:
        now = session.scalars(_COUNT).one()
        then = session.scalars(with_snapshot(_COUNT, demo.workspace.snapshot)).one()
    return f"{now:,} rows now, {then:,} in the snapshot"


def clone_database(demo: Demo) -> str:
    """Make a second, complete database from the snapshot."""
    workspace, count = demo.workspace, SQL("SELECT COUNT(*) FROM {table}")
    with demo.session() as session:
        session.clone.clone_database(workspace.copy, workspace.database, snapshot_name=workspace.snapshot)
    with demo.session() as session:
        copied = session.scalars(count.format(table=Identifier(workspace.copy, "docstrings"))).one()
    return f"{copied:,} rows in {workspace.copy}"


INDEXING: tuple[Step, ...] = (
    ("Read", read_docstrings),
    ("Create tables", create_tables),
    ("Batch insert", insert_docstrings),
    ("Vector index", create_vector_index),
)
TOUR: tuple[Step, ...] = (
    ("SQL with ?", query_with_text),
    ("Rolled-back mistake", roll_back_a_mistake),
    ("Vector top 3", search_by_vector),
    ("Full text", search_by_words),
    ("Snapshot", take_snapshot),
    ("Time travel", travel_in_time),
    ("Clone", clone_database),
)


def _rows(demo: Demo) -> Iterator[dict[str, object]]:
    vectors = demo.embedder.embed_all([entry.subject for entry in demo.entries])
    # Vectors travel as text: four digits are enough to rank by, and a third of the bytes.
    digits = np.round(vectors.astype(np.float64), 4).tolist()
    for number, (entry, vector) in enumerate(zip(demo.entries, digits, strict=True), 1):
        yield {
            "id": number,
            "module": entry.module,
            "name": entry.name,
            "kind": entry.kind,
            "text": entry.text,
            "embedding": vector,
        }


def _shown(query: str, found: Sequence[Docstring]) -> str:
    return f"{query!r}: " + (", ".join(docstring.full_name for docstring in found) or "nothing")
