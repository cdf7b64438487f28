"""Discovery: a broken plugin breaks nothing else, a name has one owner, and the environment restricts."""

from __future__ import annotations

import sys
from textwrap import dedent

import pytest

from matrixone import Client
from matrixone.exceptions import PluginError
from matrixone.managers import Manager
from matrixone.registry import Registry, discover, registry

PLUGIN = """
    from matrixone import hookimpl
    from matrixone.managers import AsyncManager, Manager, ManagerSpec

    class TopicManager(Manager):
        pass

    class AsyncTopicManager(AsyncManager[TopicManager]):
        pass

    @hookimpl
    def matrixone_managers():
        return [ManagerSpec("topics", TopicManager, AsyncTopicManager)]
"""


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Put a distribution with one plugin module on the path, as an installer would."""
    registry.cache_clear()
    monkeypatch.syspath_prepend(tmp_path)

    def install(distribution: str, entry_point: str, source: str) -> str:
        module = f"{distribution.replace('-', '_')}_plugin"
        (tmp_path / f"{module}.py").write_text(dedent(source), encoding="utf-8")
        info = tmp_path / f"{distribution.replace('-', '_')}-1.2.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.2\n", encoding="utf-8")
        (info / "entry_points.txt").write_text(f"[matrixone]\n{entry_point} = {module}\n", encoding="utf-8")
        monkeypatch.delitem(sys.modules, module, raising=False)
        return module

    yield install
    registry.cache_clear()


def test_installed_plugin_is_found(install):
    module = install("acme-topics", "topics", PLUGIN)
    spec = Registry(discover()).named("topics")
    assert spec is not None
    assert (spec.name, spec.manager.__module__) == ("topics", module)
    found = next(plugin for plugin in discover() if plugin.name == "topics")
    assert (found.distribution, found.version, found.error) == ("acme-topics", "1.2", None)


def test_manager_is_reached_by_name_and_by_class(install):
    module = install("acme-topics", "topics", PLUGIN)
    client = Client()
    topics = client.topics
    assert isinstance(topics, Manager)
    assert client.topics is topics
    assert client.manager(sys.modules[module].TopicManager) is topics


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import no_such_module_at_all", "no_such_module_at_all"),
        ("raise RuntimeError('half installed')", "half installed"),
        ("syntax error here", "invalid syntax"),
        (PLUGIN.replace('"topics"', '"_topics"'), "_topics"),
        (PLUGIN.replace("def matrixone_managers", "def matrixone_manager"), "matrixone_manager"),
        (PLUGIN.replace("(Manager)", ""), "not a subclass of Manager"),
    ],
)
def test_broken_plugin_is_named_and_breaks_nothing_else(install, source, reason):
    install("acme-topics", "topics", PLUGIN)
    install("acme-broken", "broken", source)
    client = Client()
    assert isinstance(client.topics, Manager)
    with pytest.raises(PluginError, match=r"'broken' \(acme-broken\) failed to load") as caught:
        _ = client.broken
    assert reason in str(caught.value)
    assert caught.value.__cause__ is not None


def test_two_plugins_with_one_name_are_both_named(install):
    install("acme-topics", "topics", PLUGIN)
    install("zen-topics", "more_topics", PLUGIN)
    with pytest.raises(PluginError, match="acme-topics and zen-topics"):
        _ = Client().topics


def test_environment_restricts(install, monkeypatch):
    install("acme-topics", "topics", PLUGIN)
    install("acme-broken", "broken", "raise RuntimeError('must not be imported')")
    monkeypatch.setenv("MATRIXONE_PLUGINS", "topics, clone")
    assert {plugin.name for plugin in discover()} == {"topics", "clone"}
    client = Client()
    assert isinstance(client.topics, Manager)
    with pytest.raises(AttributeError, match="snapshots"):
        _ = client.snapshots


def test_restriction_settles_a_shared_name(install, monkeypatch):
    install("acme-topics", "topics", PLUGIN)
    install("zen-topics", "more_topics", PLUGIN)
    monkeypatch.setenv("MATRIXONE_PLUGINS", "more_topics")
    assert type(Client().topics).__module__ == "zen_topics_plugin"


def test_empty_restriction_loads_nothing(install, monkeypatch):
    install("acme-topics", "topics", PLUGIN)
    monkeypatch.setenv("MATRIXONE_PLUGINS", "")
    assert discover() == []


def test_missing_manager_says_what_is_installed(install):
    install("acme-topics", "topics", PLUGIN)
    with pytest.raises(AttributeError, match=r"'topcis'.*installed:.*topics"):
        _ = Client().topcis


def test_missing_class_is_named():
    class Stranger(Manager):
        pass

    with pytest.raises(PluginError, match=r"no installed plugin offers the manager .*Stranger"):
        Client().manager(Stranger)
