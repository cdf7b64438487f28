"""Importing the package does nothing but import."""

from __future__ import annotations

import subprocess
import sys


def run(code):
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout.strip()


def test_nothing_heavy_is_imported():
    heavy = "structlog typer rich numpy apsw matrixone_lite matrixone_snapshots alembic pandas"
    code = f"import sys, matrixone; print([m for m in {heavy.split()!r} if m in sys.modules])"
    assert run(code) == "[]"


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
