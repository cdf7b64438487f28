"""The page about the server's traps names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "server-traps.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`([\w/]+\.py)::(\w+)`", PAGE)
TRAPS = range(1, 24)


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_the_test_exists(file, name):
    assert re.search(rf"\bdef {name}\(", (ROOT / file).read_text(encoding="utf-8"))


def test_every_trap_is_named():
    assert {int(number) for number in re.findall(r"\bT(\d+)\b", PAGE)} == set(TRAPS)


def test_tests_named_after_a_trap_are_on_the_page_by_trap():
    rows = {int(number): row for number, row in re.findall(r"^\| T(\d+) \| (.*)$", PAGE, re.MULTILINE)}
    for number, row in rows.items():
        for mentioned in re.findall(r"::test_t(\d+)_", row):
            assert int(mentioned) in (number, 1), row
