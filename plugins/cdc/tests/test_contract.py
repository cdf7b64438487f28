"""The plugin keeps the contract of every plugin."""

from matrixone_cdc import plugin

from matrixone.testing.contract import check_plugin


def test_the_contract():
    check_plugin(plugin)
