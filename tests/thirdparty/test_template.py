"""A plugin started from the template works: its own tests pass, built and installed."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "plugins" / "_template" / "new_plugin.py"


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("new_plugin", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_copy_is_a_working_plugin(script, installed, tmp_path, server_url):
    project = script.new_plugin("order_books", tmp_path / "project")
    python = installed(project)
    settings = ("-p", "no:cacheprovider", "-o", "asyncio_default_fixture_loop_scope=function")
    done = python("-m", "pytest", "-q", *settings, str(project / "tests"), MATRIXONE_TEST_URL=server_url)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "passed" in done.stdout
    assert "skipped" not in done.stdout


def test_a_copy_is_renamed_throughout(script, tmp_path):
    project = script.new_plugin("order_books", tmp_path)
    files = [path for path in project.rglob("*") if path.is_file()]
    assert {path.relative_to(project).as_posix() for path in files} == {
        "README.md",
        "pyproject.toml",
        "matrixone_order_books/__init__.py",
        "matrixone_order_books/manager.py",
        "matrixone_order_books/operations.py",
        "matrixone_order_books/plugin.py",
        "matrixone_order_books/py.typed",
        "tests/test_order_books.py",
    }
    texts = {path.name: path.read_text(encoding="utf-8") for path in files}
    assert not [name for name, text in texts.items() if "example" in text.lower()]
    assert 'name = "matrixone-order-books"' in texts["pyproject.toml"]
    assert 'order_books = "matrixone_order_books.plugin"' in texts["pyproject.toml"]
    assert "class AsyncOrderBooksManager(AsyncManager[OrderBooksManager])" in texts["manager.py"]


@pytest.mark.parametrize("name", ["", "Topics", "1st", "two-words", "two__words", "_private", "a b", "../up", "a_"])
def test_a_bad_name_makes_nothing(script, tmp_path, name):
    with pytest.raises(ValueError, match="is not a name"):
        script.new_plugin(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten(script, tmp_path):
    (tmp_path / "topics").mkdir()
    with pytest.raises(ValueError, match="exists already"):
        script.new_plugin("topics", tmp_path)
