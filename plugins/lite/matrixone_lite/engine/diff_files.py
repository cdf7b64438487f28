"""DATA BRANCH DIFF … OUTPUT FILE: a file of SQL that makes one table equal to another, or all rows for an empty one."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from matrixone_lite.engine.differences import added
from matrixone_lite.engine.errors import invalid_input, unsupported
from matrixone_lite.engine.export import export
from matrixone_lite.engine.files import local_path, write_new
from matrixone_lite.engine.merging import resolve
from matrixone_lite.engine.plans import compile_query
from matrixone_lite.engine.printer import quoted
from matrixone_lite.engine.sources import past_rows
from matrixone_lite.engine.sql_literals import literal
from matrixone_lite.sql import ast, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from matrixone_lite.engine.catalog import Column
    from matrixone_lite.engine.changes import Values
    from matrixone_lite.engine.comparing import Comparison, Endpoint
    from matrixone_lite.engine.merging import Work
    from matrixone_lite.engine.session import LiteSession

_TEXT: Final = 15
_COLUMNS: Final = [("FILE SAVED TO", _TEXT), ("HINT", _TEXT)]
_CSV_HINT: Final = "FIELDS TERMINATED BY ',' ENCLOSED BY '\"' ESCAPED BY '\\\\' LINES TERMINATED BY '\\n'"
_ESCAPED: Final = re.compile(rb"[^\w.\-]", re.ASCII)

Answer = tuple[list[tuple[str, int]], list[list[str]]]
"""The columns and the row the client gets."""


def check_directory(session: LiteSession, url: str) -> None:
    """Error 20301 unless that is a directory."""
    path = local_path(session, url)
    if not path.exists():
        raise invalid_input(f"output directory {url} does not exist")
    if not path.is_dir():
        raise invalid_input(f"output directory {url} is not a directory")


def write(session: LiteSession, comparison: Comparison, statement: ast.DiffBranch) -> Answer:
    """Write the file; what the client is told about it."""
    left, right = comparison.left, comparison.right
    hints = (statement.left.hint, statement.right.hint)
    parts = [_named(side, hint) for side, hint in zip((left, right), hints, strict=True)]
    now = datetime.now(UTC)
    name = f"diff_{parts[0]}_{parts[1]}_{now:%Y%m%d_%H%M%S}_{uuid.uuid4()}"
    rows = past_rows(right.table, right.at)
    if not session.connection.value(f"SELECT EXISTS (SELECT 1 FROM {rows})"):
        url = _join(statement.directory, f"{name}.csv")
        _write_rows(session, left, url)
        return _COLUMNS, [[url, _CSV_HINT]]
    url = _join(statement.directory, f"{name}.sql")
    target = _quoted(right.database, right.table.name)
    write_new(session, url, "".join(_statements(session, comparison, target)).encode())
    return _COLUMNS, [[url, f"DELETE FROM {target}, INSERT INTO {target}"]]


def _named(side: Endpoint, hint: ast.TimeTravel | None) -> str:
    snapshot = hint.value if hint is not None and hint.kind is ast.HintKind.SNAPSHOT else ""
    return _encoded(side.table.name) + ("" if hint is None else f"_{_encoded(str(snapshot))}")


def _encoded(name: str) -> str:
    """A name that no character of which means anything in a path; printable letters of any script stay."""
    return "".join(
        char
        if not char.isascii() and char.isprintable()
        else _ESCAPED.sub(lambda match: b"@%02X" % match[0][0], char.encode()).decode()
        for char in name
    )


def _join(directory: str, name: str) -> str:
    scheme, separator, rest = directory.rpartition("://")
    return f"{scheme}{separator}{PurePosixPath(rest, name)}"


def _quoted(*parts: str) -> str:
    return ".".join(map(quoted, parts))


def _write_rows(session: LiteSession, side: Endpoint, url: str) -> None:
    query = parse(f"SELECT * FROM {_quoted(side.database, side.table.name)} {{MO_TS = {side.at}}}")[0]
    if not isinstance(query, ast.Query):
        raise unsupported("writing these rows")
    export(session, compile_query(session, query), ast.OutFile(url, ast.FileFormat(), header=False))


# --- SQL -------------------------------------------------------------------------------------------------------------


def _statements(session: LiteSession, comparison: Comparison, target: str) -> Iterator[str]:
    work = resolve(session, comparison, "accept")
    _undo_additions(comparison, work)
    shared = [n for n in comparison.pairing.shared if comparison.left.table.columns[n].generated is None]
    rows = _Rows(session, comparison)
    yield "BEGIN;\n"
    if comparison.pairing.keys:
        yield from _staged(comparison, work, target, shared, rows)
    else:
        for row in work.deleted.values():
            yield f"delete from {target} where {rows.condition(row)} limit 1;\n"
        if work.inserted:
            yield f"insert into {target} ({rows.names(shared)}) values {rows.tuples(work.inserted, shared)};\n"
    yield "COMMIT;\n"


def _undo_additions(comparison: Comparison, work: Work) -> None:
    """Delete rows only the target has, which the server takes for the source's if the tables have one name."""
    theirs, own = comparison.changes[1].added, comparison.changes[0].added
    if not comparison.pairing.keys:
        extra = {(id(row),): row for row in added(comparison, 1)}
    else:
        extra = {key: row for key, row in theirs.items() if key not in own}
    if comparison.left.table.name == comparison.right.table.name:
        work.inserted += extra.values()
    else:
        work.deleted.update(extra)


def _staged(comparison: Comparison, work: Work, target: str, shared: Sequence[int], rows: _Rows) -> Iterator[str]:
    """As the server does it: through tables it fills, uses and drops."""
    keys, tag = comparison.pairing.keys, f"{uuid.uuid4().hex}_1"
    deleting, inserting = (_quoted(comparison.right.database, f"__mo_diff_{word}_{tag}") for word in ("del", "ins"))
    aliases = ",".join(f"`branch_apply_key_{n}`" for n in range(len(keys)))
    chosen = ",".join(f"{rows.names([n])} as `branch_apply_key_{k}`" for k, n in enumerate(keys))
    names, listed = rows.names(shared), rows.names(keys)
    yield f"drop table if exists {deleting};\ncreate table {deleting} as select {chosen} from {target} where 1=0;\n"
    yield f"drop table if exists {inserting};\ncreate table {inserting} as select {names} from {target} where 1=0;\n"
    if work.deleted:
        yield f"insert into {deleting} values {rows.tuples(work.deleted.values(), keys)};\n"
        within = listed if len(keys) == 1 else f"({listed})"
        yield f"delete from {target} where {within} in (select {aliases} from {deleting});\ndelete from {deleting};\n"
    if work.inserted:
        yield f"insert into {inserting} values {rows.tuples(work.inserted, shared)};\n"
        yield f"insert into {target} ({names}) select {names} from {inserting};\ndelete from {inserting};\n"
    yield f"drop table if exists {deleting};\ndrop table if exists {inserting};\n"


class _Rows:
    """Rows of the source as SQL for the target."""

    def __init__(self, session: LiteSession, comparison: Comparison) -> None:
        self._zone = session.context.zone
        self._columns = comparison.left.table.columns
        self._partners: Sequence[Column | None] = comparison.pairing.partners

    def names(self, positions: Iterable[int]) -> str:
        """The target's names of columns."""
        partners = [self._partners[n] for n in positions]
        return ",".join(_quoted(partner.name) for partner in partners if partner is not None)

    def tuples(self, rows: Iterable[Values], positions: Sequence[int]) -> str:
        """Rows of VALUES."""
        return ",".join(f"({','.join(self._literal(row, n) for n in positions)})" for row in rows)

    def condition(self, row: Values) -> str:
        """What only rows equal to this one fulfil."""
        return " and ".join(
            f"{self.names([n])} is null" if row[n] is None else f"{self.names([n])} = {self._literal(row, n)}"
            for n in range(len(self._columns))
        )

    def _literal(self, row: Values, position: int) -> str:
        return literal(row[position], self._columns[position].type, self._zone)
