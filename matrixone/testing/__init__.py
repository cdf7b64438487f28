"""For tests of plugins and of applications: a pytest plugin with a server, and the contract every manager keeps."""

from matrixone.testing.contract import check_plugin

__all__ = ["check_plugin"]
