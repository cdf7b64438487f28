"""How fast the embedded server is, in a process of its own and over the wire, against SQLite without any server.

Run it on a quiet machine: ``python tests/benchmarks/lite.py``. What cannot be compared with SQLite is compared with an
empty round trip, so the figures mean the same on every machine.
"""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pymysql
from sqlalchemy.engine import make_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pymysql.cursors import Cursor

ROWS, BATCH, LOOKUPS, LOGINS, SNAPSHOTS = 50_000, 1000, 5000, 50, 50
VECTORS, DIMENSIONS = 20_000, 128


@contextmanager
def server() -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A server in another process, and its port; also says how long it took to start."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "matrixone_lite"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    if process.stdout is None:
        raise RuntimeError("the server has no output")
    port = make_url(process.stdout.readline().split()[-1]).port
    if port is None:
        raise RuntimeError("the server has not started")
    print(f"{'start of the process':42} {seconds_text(time.perf_counter() - began)}")
    try:
        yield process, port
    finally:
        process.terminate()
        process.wait()


def seconds_text(seconds: float) -> str:
    """A duration in a readable unit."""
    return f"{seconds * 1e6:9.1f} us" if seconds < 1e-3 else f"{seconds * 1e3:9.1f} ms"


def measured(action: Callable[[], None], times: int) -> float:
    """Seconds of each of ``times`` things ``action`` does; the best of three."""
    best = float("inf")
    for _ in range(3):
        began = time.perf_counter()
        action()
        best = min(best, time.perf_counter() - began)
    return best / times


def report(name: str, mine: float, other: str, theirs: float) -> None:
    """Print what one thing costs, and how much that is of something else."""
    print(f"{name:42} {seconds_text(mine)} {1 / mine:12,.0f} /s {mine / theirs:8.1f} x {other}")


def inserts(prefix: str) -> list[str]:
    """INSERT statements for all rows."""
    return [
        f"{prefix} INTO t VALUES " + ",".join(f"({n}, 'name {n}', {n / 7!r})" for n in range(first, first + BATCH))
        for first in range(0, ROWS, BATCH)
    ]


def vector(rng: random.Random) -> str:
    """A vector as text."""
    return f"[{','.join(f'{rng.random():.6f}' for _ in range(DIMENSIONS))}]"


def rows(cursor: Cursor, local: sqlite3.Connection, ping: float) -> None:
    """Rows in, rows out."""
    create = "CREATE TABLE t (id int primary key, name varchar(50), price double)"
    lookup = "SELECT id, name, price FROM t WHERE id = "
    numbers = random.Random(1).choices(range(ROWS), k=LOOKUPS)
    cursor.execute(create)
    local.execute(create)

    def insert(run: Callable[[str], object]) -> Callable[[], None]:
        def all_rows() -> None:
            run("DELETE FROM t")
            for statement in inserts("INSERT"):
                run(statement)

        return all_rows

    def by_text() -> None:
        for number in numbers:
            cursor.execute(f"{lookup}{number}")
            cursor.fetchone()

    def by_argument() -> None:
        for number in numbers:
            cursor.execute(f"{lookup}%s", (number,))
            cursor.fetchone()

    def in_sqlite() -> None:
        for number in numbers:
            local.execute(f"{lookup}{number}").fetchone()

    report(
        f"a row of an INSERT of {BATCH}",
        measured(insert(cursor.execute), ROWS),
        "SQLite",
        measured(insert(local.execute), ROWS),
    )
    report("a SELECT by key", measured(by_text, LOOKUPS), "SQLite", measured(in_sqlite, LOOKUPS))
    report("a SELECT by key, with an argument", measured(by_argument, LOOKUPS), "a ping", ping)


def snapshots(cursor: Cursor, ping: float) -> None:
    """A snapshot of the filled table, and of an empty one: they cost the same."""
    cursor.execute("CREATE TABLE nothing (id int primary key)")
    for number, table in enumerate(("nothing", "t")):
        names = iter(range(3 * SNAPSHOTS))

        def take(table: str = table, number: int = number, names: Iterator[int] = names) -> None:
            for _ in range(SNAPSHOTS):
                cursor.execute(f"CREATE SNAPSHOT benchmark_{number}_{next(names)} FOR TABLE benchmark {table}")

        rows = ROWS if table == "t" else 0
        report(f"a snapshot of {rows} rows", measured(take, SNAPSHOTS), "a ping", ping)


def vectors(cursor: Cursor, ping: float) -> None:
    """The nearest of many vectors."""
    rng = random.Random(2)
    cursor.execute(f"CREATE TABLE v (id int primary key, e vecf32({DIMENSIONS}))")
    for first in range(0, VECTORS, BATCH):
        cursor.execute("INSERT INTO v VALUES " + ",".join(f"({first + n}, '{vector(rng)}')" for n in range(BATCH)))

    def nearest() -> None:
        cursor.execute("SELECT id FROM v ORDER BY l2_distance(e, %s) LIMIT 10", (vector(rng),))
        cursor.fetchall()

    report(f"the nearest 10 of {VECTORS} x {DIMENSIONS}", measured(nearest, 1), "a ping", ping)


def resident(process: subprocess.Popen[str]) -> None:
    """Print the memory of the server, where the system tells."""
    status = Path(f"/proc/{process.pid}/status")
    if status.exists():
        kilobytes = next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmRSS"))
        print(f"{'resident memory':42} {kilobytes / 1024:9.1f} MB")


def main() -> None:
    """Measure everything."""
    with server() as (process, port), sqlite3.connect(":memory:", isolation_level=None) as local:
        resident(process)

        def connect() -> pymysql.Connection[Cursor]:
            # without the preparations for TLS, which cost the driver far more than the login
            return pymysql.connect(
                host="127.0.0.1", port=port, user="root", password="111", autocommit=True, ssl_disabled=True
            )

        connection = connect()

        def pings() -> None:
            for _ in range(LOOKUPS):
                connection.ping(reconnect=False)

        def logins() -> None:
            for _ in range(LOGINS):
                connect().close()

        cursor = connection.cursor()
        cursor.execute("CREATE DATABASE benchmark")
        cursor.execute("USE benchmark")
        ping = measured(pings, LOOKUPS)
        report("a ping", ping, "a ping", ping)
        report("a login", measured(logins, LOGINS), "a ping", ping)
        rows(cursor, local, ping)
        snapshots(cursor, ping)
        vectors(cursor, ping)
        resident(process)
        connection.close()


if __name__ == "__main__":
    main()
