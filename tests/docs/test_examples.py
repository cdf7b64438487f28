"""The examples of the README and of some pages of the documentation run as they stand."""

from __future__ import annotations

import datetime as dt
import re
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[2]


def blocks(page):
    return re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL)


def run(code, scope):
    exec(compile(code, "example", "exec", dont_inherit=True), scope)


def test_the_example_of_the_readme():
    (code,) = blocks("README.md")
    command = [sys.executable, "-W", "error", "-c", code]
    shown = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert shown == "[(4, 'text 4'), (3, 'text 3'), (5, 'text 5')] 100\n"


def test_working_in_a_transaction(client, capsys):
    strings, mapped = [
        code for code in blocks("docs/getting-started.md") if "client.session()" in code and "async" not in code
    ]
    scope = {"client": client}
    run(strings, scope)
    assert capsys.readouterr().out == "1 Ada\n2 Grace\n3 Barbara\n"
    run(mapped, scope)
    assert scope["names"] == ["Ada Lovelace", "Grace", "Barbara"]


def test_statements(client, capsys):
    (code,) = blocks("docs/statements.md")
    run(code, {"client": client})
    assert capsys.readouterr().out == (
        "[(1, 'one'), (2, 'dos'), (3, 'three')]\nSELECT words.id \nFROM words {SNAPSHOT = 'before'}\n"
    )


def test_a_client_with_a_server_of_its_own():
    (code,) = [code for code in blocks("docs/lite.md") if "Client.lite" in code]
    run(code, {})
    (code,) = [code for code in blocks("docs/testing-with-lite.md") if "Client.lite" in code]
    run(code, {})


def test_the_fixtures_of_the_embedded_server(pytester):
    code = "\n".join(code for code in blocks("docs/testing-with-lite.md") if "def test_" in code)
    pytester.makepyfile(code)
    options = ("-p", "matrixone_lite.testing", "-p", "no:asyncio", "-W", "error")
    pytester.runpytest_inprocess(*options).assert_outcomes(passed=2)


@pytest.fixture
def friday(client):
    """Keeps a snapshot of the test's database, made when it is called, until the test ends."""
    name = f"friday_{uuid.uuid4().hex[:12]}"
    database = client.execute("SELECT database()").scalar()
    yield lambda: client.snapshots.create(name, "database", database=database).name
    client.snapshots.drop(name)


async def test_queries(client, async_client, friday, tmp_path):
    setup, *examples = blocks("docs/queries.md")
    scope = {"client": client, "folder": tmp_path, "__name__": "example"}
    run(setup, scope)
    scope["friday"] = friday()
    for code in examples:
        run(code, scope)
    assert scope["oldest"].name == scope["same"].name == "m7"
    assert len(scope["everybody"]) == scope["number"] == 5
    assert (scope["nobody"], scope["some"], scope["found"]) == (None, [6, 5], False)
    assert (scope["by_expression"], scope["by_text"], scope["sizes"]) == (2, 2, {"red": 3, "blue": 4})
    assert (scope["listed"], scope["in_red"], scope["also_in_red"]) == (2, 3, 3)
    assert len(scope["pairs"]) == 7
    assert scope["ages"] == [("blue", 24)]
    assert (scope["grown"], scope["counted"]) == ([5, 6, 7], [1, 2, 3, 4, 5])
    assert [member.id for member in scope["either"]] == [1, 2, 3, 5, 7]
    assert (scope["both"], scope["even"]) == (2, [2])
    assert (scope["changed"], scope["deleted"], scope["moved"]) == (2, 1, 2)
    assert (scope["now"], scope["then"], scope["youngest"]) == (6, 7, 21)
    assert (scope["total"], scope["parts"], scope["names"]) == (
        22 + 23 + 23 + 24 + 25 + 26,
        [4, 2],
        ["m1", "m2", "m3", "m4", "m5", "m6"],
    )
    assert (scope["first"], scope["afterwards"]) == (1, 1)
    assert "streamed" in scope["refused"]
    assert scope["plan"]
    assert scope["measured"]
    assert "< 3" in scope["shown"]
    assert (tmp_path / "members.csv").read_text().count("\n") == 3
    assert await scope["report"](async_client) == ("m1", [22, 23, 23, 24, 25, 26], 6)


def test_data_tools(client):
    for tool in ("pandas", "polars", "sqlmodel"):
        pytest.importorskip(tool, reason=f"{tool} is not installed")
    scope = {"client": client, "__name__": "example"}
    for code in blocks("docs/data-tools.md"):
        run(code, scope)
    moment = dt.datetime(2026, 1, 2, 3, 4, 5, 123456)  # noqa: DTZ001 - the column has no zone
    assert scope["chairs"].added.tolist() == [moment]
    assert scope["whole"].picture.tolist() == [b"\x00\xff", None]
    assert (scope["texts"], scope["lists"]) == (["[1, 2]", "[3, 4]"], [[1.0, 2.0], [3.0, 4.0]])
    assert (scope["twice"], scope["once"], scope["parts"]) == (4, 2, [1, 1])
    assert scope["back"]["at"].to_list() == [moment, None]
    assert scope["first"]["id"].to_list() == [1]
    assert scope["nearest"].title == scope["found"].title == "near"
