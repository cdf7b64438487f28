"""What type checkers report in the files beside this one: the lines marked ``# error``, and no others.

``# error[mypy]`` and ``# error[pyright]`` mark lines that only one of them reports.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
FILES = sorted(path for pattern in ("right_*.py", "wrong_*.py") for path in HERE.glob(pattern))


def expected(checker):
    marker = re.compile(rf"# error(\[{checker}\])?$")
    return {
        (path.name, number)
        for path in FILES
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if marker.search(line)
    }


def mypy(tmp_path):
    command = [*_python("mypy"), "--strict", "--enable-error-code=unused-awaitable", "--output=json", "--cache-dir"]
    output = _output([*command, str(tmp_path), *map(str, FILES)])
    for line in output.splitlines():
        report = json.loads(line)
        if report["severity"] == "error":
            yield Path(report["file"]).name, report["line"], report["message"]


def pyright(_tmp_path):
    output = _output([*_python("pyright"), "--outputjson", "--pythonpath", sys.executable, "--project", str(HERE)])
    for report in json.loads(output)["generalDiagnostics"]:
        if report["severity"] == "error":
            yield Path(report["file"]).name, report["range"]["start"]["line"] + 1, report["message"]


@pytest.mark.parametrize("checker", [mypy, pyright])
def test_reports_the_marked_lines(checker, tmp_path):
    messages = {(file, line): message for file, line, message in checker(tmp_path)}
    marked = expected(checker.__name__)

    assert {place: message for place, message in messages.items() if place not in marked} == {}
    assert marked - messages.keys() == set()


def _python(module):
    return [sys.executable, "-m", module]


def _output(command):
    result = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)
    assert result.returncode == 1, result.stderr or result.stdout  # 0 would be no error found, 2 a crash
    return result.stdout
