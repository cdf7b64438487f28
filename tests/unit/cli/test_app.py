import builtins
import sys

import pytest
from typer.testing import CliRunner

import matrixone
from matrixone import cli, registry
from matrixone.cli.app import app
from matrixone.managers import AsyncManager, Manager, ManagerSpec


@pytest.fixture
def run():
    return lambda *arguments: CliRunner(env={"COLUMNS": "200", "NO_COLOR": "1"}).invoke(app, list(arguments))


@pytest.fixture
def without(monkeypatch):
    """Make modules look not installed."""

    def hide(*names):
        real = builtins.__import__

        def importing(name, *arguments, **keywords):
            if name.partition(".")[0] in names:
                raise ModuleNotFoundError(f"No module named {name!r}", name=name.partition(".")[0])
            return real(name, *arguments, **keywords)

        for loaded in [name for name in sys.modules if name.partition(".")[0] in names]:
            monkeypatch.delitem(sys.modules, loaded)
        monkeypatch.setattr(builtins, "__import__", importing)

    return hide


class Topics(Manager):
    pass


class AsyncTopics(AsyncManager[Topics]):
    pass


def test_version(run):
    result = run("version")
    assert (result.exit_code, result.output) == (0, f"{matrixone.__version__}\n")


def test_the_commands_are_named_in_the_help(run):
    for command in ("version", "plugins", "demo", "lite"):
        assert command in run("--help").output


def test_plugins_are_listed_with_the_errors_of_the_broken(run, monkeypatch):
    found = [
        registry.Plugin("topics", "acme-topics", "1.2", managers=(ManagerSpec("topics", Topics, AsyncTopics),)),
        registry.Plugin("broken", "acme-broken", "0.1", error=ImportError("no module named 'x'")),
    ]
    monkeypatch.setattr(registry, "discover", lambda: found)
    lines = run("plugins").output.splitlines()
    (topics,) = [line for line in lines if "acme-topics" in line]
    assert "1.2" in topics
    (broken,) = [line for line in lines if "acme-broken" in line]
    assert "no module named 'x'" in broken


def test_no_plugins_is_said_so(run, monkeypatch):
    monkeypatch.setattr(registry, "discover", list)
    assert run("plugins").output == "no plugins installed: pip install 'matrixone[managers]'\n"


def test_the_command_line_names_its_extra_when_typer_is_missing(without, monkeypatch):
    without("typer")
    monkeypatch.delitem(sys.modules, "matrixone.cli.app", raising=False)
    with pytest.raises(SystemExit, match=r"pip install 'matrixone\[cli\]'"):
        cli.main()


def test_the_demo_names_its_extra_when_numpy_is_missing(run, without, monkeypatch):
    without("numpy")
    for name in [name for name in sys.modules if name.startswith("matrixone.demo")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr(matrixone, "demo", raising=False)
    result = run("demo")
    assert result.exit_code == 1
    assert "pip install 'matrixone[demo]'" in result.output


def test_serving_names_its_extra_when_lite_is_missing(run, without):
    without("matrixone_lite")
    result = run("lite", "serve")
    assert result.exit_code == 1
    assert "pip install 'matrixone[lite]'" in result.output


def test_the_demo_says_which_server_it_cannot_reach_and_not_the_password(run):
    result = run("demo", "--url", "mysql://root:hunter2@127.0.0.1:1/")
    assert result.exit_code == 1
    assert "127.0.0.1:1" in result.output
    assert "hunter2" not in result.output


@pytest.mark.parametrize(
    "arguments",
    [("demo", "--limit", "0"), ("lite", "serve", "--port", "70000"), ("lite", "serve", "--sql", "missing.sql")],
)
def test_bad_options_are_refused(run, arguments):
    assert run(*arguments).exit_code == 2
