"""Names of plugins by the modules that other programs import them from, looked up when they are asked for."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from matrixone.exceptions import PluginError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class MissingPluginError(PluginError, ImportError):
    """The plugin that has the name is not installed."""


def names_of(module: str, names: Sequence[str]) -> Callable[[str], Any]:
    """The ``__getattr__`` of a module that has ``names`` from ``module`` of a plugin.

    Raises:
        MissingPluginError: From the function: the plugin is not installed; the message says how to get it.
        AttributeError: From the function: another name.
    """
    package = module.partition(".")[0]

    def look_up(name: str) -> Any:
        if name not in names:
            raise AttributeError(f"there is no {name!r} here, but {', '.join(names)}")
        try:
            return getattr(importlib.import_module(module), name)
        except ModuleNotFoundError as error:
            if error.name != package:
                raise
            raise MissingPluginError(f"{name} needs pip install {package.replace('_', '-')}") from error

    return look_up
