"""Finds manager plugins: entry points of the group ``matrixone``, loaded when a manager is first asked for.

A plugin that cannot be imported is remembered with its error and breaks only what asks for it.
"""

from __future__ import annotations

import functools
import os
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

import pluggy

from matrixone import hookspecs
from matrixone.exceptions import PluginError
from matrixone.managers import Manager

if TYPE_CHECKING:
    from collections.abc import Iterable
    from importlib.metadata import EntryPoint

    from matrixone.managers import ManagerSpec

GROUP = "matrixone"
RESTRICTION = "MATRIXONE_PLUGINS"
"""Environment variable: comma-separated names of the only entry points to load."""


@dataclass(frozen=True, slots=True)
class Plugin:
    """One installed plugin.

    Args:
        name: Name of its entry point.
        distribution: Name of the installed distribution.
        version: Version of the distribution.
        managers: The managers it offers, by attribute name.
        error: Why it could not be loaded.
    """

    name: str
    distribution: str
    version: str
    managers: tuple[ManagerSpec, ...] = ()
    error: Exception | None = None


class Registry:
    """The managers of a set of plugins.

    Args:
        plugins: As found by :func:`discover`.
    """

    def __init__(self, plugins: Iterable[Plugin]) -> None:
        self.plugins = tuple(plugins)
        self._offers: dict[str, list[tuple[Plugin, ManagerSpec]]] = {}
        for plugin in self.plugins:
            for spec in plugin.managers:
                self._offers.setdefault(spec.name, []).append((plugin, spec))

    def names(self) -> list[str]:
        """Attribute names of all managers."""
        return sorted(self._offers)

    def named(self, name: str) -> ManagerSpec | None:
        """The manager of that attribute name, ``None`` if no plugin offers it.

        Raises:
            PluginError: Two plugins offer it, or the plugin of that name could not be loaded.
        """
        offers = self._offers.get(name, [])
        if len(offers) > 1:
            offering = " and ".join(sorted(plugin.distribution for plugin, _ in offers))
            raise PluginError(f"the manager {name!r} is offered by {offering}; uninstall one or set {RESTRICTION}")
        if offers:
            return offers[0][1]
        for plugin in self.plugins:
            if plugin.name == name and plugin.error is not None:
                raise PluginError(f"the plugin {name!r} ({plugin.distribution}) failed to load: {plugin.error}") from (
                    plugin.error
                )
        return None

    def of_class(self, cls: type[Any]) -> ManagerSpec:
        """The manager whose synchronous or asynchronous class this is.

        Raises:
            PluginError: No plugin offers the class.
        """
        for offers in self._offers.values():
            for _, spec in offers:
                if cls in (spec.manager, spec.async_manager):
                    return spec
        kind = "manager" if issubclass(cls, Manager) else "class"
        raise PluginError(f"no installed plugin offers the {kind} {cls.__module__}.{cls.__qualname__}")


@functools.cache
def registry() -> Registry:
    """The registry of the installed plugins, found once a process."""
    return Registry(discover())


def discover() -> list[Plugin]:
    """Load every installed plugin that :data:`RESTRICTION` allows, in order of name."""
    allowed = os.environ.get(RESTRICTION)
    names = None if allowed is None else {name.strip() for name in allowed.split(",")}
    found = sorted(entry_points(group=GROUP), key=lambda entry_point: entry_point.name)
    return [_load(entry_point) for entry_point in found if names is None or entry_point.name in names]


def _load(entry_point: EntryPoint) -> Plugin:
    distribution, version = entry_point.value, "unknown"
    if entry_point.dist is not None:
        distribution, version = entry_point.dist.name, entry_point.dist.version
    try:
        return Plugin(entry_point.name, distribution, version, managers=_managers_of(entry_point))
    except Exception as error:  # noqa: BLE001 - whatever a plugin raises must not break the others
        return Plugin(entry_point.name, distribution, version, error=error)


def _managers_of(entry_point: EntryPoint) -> tuple[ManagerSpec, ...]:
    plugins = pluggy.PluginManager(hookspecs.PROJECT)
    plugins.add_hookspecs(hookspecs)
    plugins.register(entry_point.load(), entry_point.name)
    plugins.check_pending()
    return tuple(spec for offered in plugins.hook.matrixone_managers() for spec in offered)
