"""The package that the tutorial writes works as it stands there."""

from __future__ import annotations

import re
from pathlib import Path

TUTORIAL = Path(__file__).parents[2] / "docs" / "plugins" / "writing.md"
FILE = re.compile(r"^```\{code-block\} \w+\n:caption: (?P<path>\S+)\n\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_package_of_the_tutorial_works(installed, tmp_path, server_url):
    project = tmp_path / "acme-topics"
    for file in FILE.finditer(TUTORIAL.read_text(encoding="utf-8")):
        path = project / file["path"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file["text"], encoding="utf-8")
    python = installed(project)
    settings = ("-p", "no:cacheprovider", "-o", "asyncio_default_fixture_loop_scope=function")
    done = python("-m", "pytest", "-q", *settings, str(project / "tests"), MATRIXONE_TEST_URL=server_url)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed" in done.stdout
