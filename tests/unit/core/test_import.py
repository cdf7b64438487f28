"""Importing the package does nothing but import."""

from __future__ import annotations

import subprocess
import sys


def run(code):
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip()


def test_nothing_heavy_is_imported():
    heavy = "aiomysql alembic apsw matrixone_lite matrixone_snapshots numpy pandas polars pyarrow rich sqlmodel structlog typer"
    loaded = run("import sys, matrixone; print(*sys.modules)").split()
    assert set(heavy.split()) & set(loaded) == set()


def test_the_driver_of_the_other_face_is_not_imported():
    code = "client = matrixone.Client.lite(); client.execute('SELECT 1'); client.disconnect()"
    assert run(f"import sys, matrixone; {code}; print('aiomysql' in sys.modules)") == "False"


def test_no_side_effects():
    code = """
import logging, warnings, threading
before = (list(logging.root.handlers), logging.root.level, list(warnings.filters), threading.active_count())
import sqlalchemy.ext.asyncio, pymysql
filters = list(warnings.filters)
import matrixone
after = (list(logging.root.handlers), logging.root.level, threading.active_count())
assert (before[0], before[1], before[3]) == after, (before, after)
assert filters == list(warnings.filters)
print("quiet")
"""
    assert run(code) == "quiet"
