"""Ratios of one run: what the SDK costs above SQLAlchemy, and what bulk inserts gain. ``nox -s bench``.

Figures of different runs cannot be compared; machines are noisy. Each pair is measured alternately, the median counts.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session as SQLAlchemySession

import matrixone.lite
from matrixone import Client

if TYPE_CHECKING:
    from collections.abc import Callable

ROUNDS = 7


def compared(name: str, ours: Callable[[], object], other: str, theirs: Callable[[], object]) -> None:
    """Print the ratio of two medians, measured turn by turn."""
    ours(), theirs()
    figures: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for function, times in zip((ours, theirs), figures, strict=True):
            started = time.perf_counter()
            function()
            times.append(time.perf_counter() - started)
    mine, their = map(statistics.median, figures)
    print(f"{name:45} {mine * 1000:9.2f} ms   {mine / their:6.2f} x {other}")


def import_seconds(statement: str) -> None:
    """Import in a fresh interpreter."""
    subprocess.run([sys.executable, "-c", statement], check=True)


def main(url: str) -> None:
    """Measure on one server."""
    with Client(url=url, sql_log_mode="off") as client:
        client.execute("DROP DATABASE IF EXISTS benchmarks")
        client.execute("CREATE DATABASE benchmarks")
        client.execute("USE benchmarks")
        client.execute("CREATE TABLE t (id int primary key, name varchar(50), price double)")
        engine = create_engine(f"{url.rstrip('/')}/benchmarks")

        def sessions() -> None:
            for _ in range(100):
                with client.session() as session:
                    session.execute("SELECT 1")

        def sqlalchemy_sessions() -> None:
            for _ in range(100):
                with SQLAlchemySession(engine) as session:
                    session.execute(text("SELECT 1"))
                    session.commit()

        rows = [{"id": number, "name": f"name {number}", "price": number / 7} for number in range(2000)]

        def batch() -> None:
            with client.session() as session:
                session.batch_insert("t", rows)
                session.rollback()

        def singly() -> None:
            with client.session() as session:
                for row in rows:
                    session.insert("t", row)
                session.rollback()

        compared("100 sessions of one statement", sessions, "SQLAlchemy", sqlalchemy_sessions)
        compared("2000 rows, batch_insert", batch, "insert one by one", singly)
        compared(
            "import matrixone",
            lambda: import_seconds("import matrixone"),
            "sqlalchemy.ext.asyncio, pymysql",
            lambda: import_seconds("import sqlalchemy.ext.asyncio, pymysql"),
        )
        engine.dispose()
        client.execute("DROP DATABASE benchmarks")


if __name__ == "__main__":
    if address := os.environ.get("MATRIXONE_TEST_URL", "").replace("mysql://", "matrixone://"):
        main(address)
    else:
        with matrixone.lite.Server() as server:
            main(server.url)
