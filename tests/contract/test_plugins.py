"""Every installed plugin keeps the contract."""

from __future__ import annotations

from importlib.metadata import entry_points

import pytest

from matrixone.registry import GROUP, registry
from matrixone.testing.contract import check_plugin

PLUGINS = sorted(entry_points(group=GROUP), key=lambda entry_point: entry_point.name)


@pytest.mark.parametrize("entry_point", PLUGINS, ids=lambda entry_point: entry_point.name)
def test_plugin_keeps_the_contract(entry_point):
    check_plugin(entry_point.load())


def test_all_plugins_load():
    assert {plugin.name: plugin.error for plugin in registry().plugins if plugin.error is not None} == {}


@pytest.mark.parametrize("name", ["snapshots", "clone"])
def test_installed(name):
    assert name in registry().names()
