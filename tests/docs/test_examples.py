"""The examples of the README and of the first page of the documentation run as they stand."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

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
