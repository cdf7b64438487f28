"""The contract of a manager plugin, as one call for the plugin's own tests."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pluggy

from matrixone import hookspecs
from matrixone.exceptions import QueryError
from matrixone.features import FEATURES
from matrixone.managers import AsyncManager, Manager
from matrixone.operations import InTransaction, Operation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import ModuleType

    from matrixone.managers import ManagerSpec


def check_plugin(plugin: ModuleType, *, may_import: Iterable[str] = ()) -> None:
    """Check a plugin: both faces of its managers agree, its operations are values, it imports no other plugin.

    Args:
        plugin: What the entry point names: the module with the hook implementations.
        may_import: Packages beginning with ``matrixone_`` that it may import besides its own.

    Raises:
        AssertionError: The contract is broken; the message lists every breach.
    """
    breaches = [
        breach
        for breaches in (
            *map(_breaches_of_manager, _specs(plugin)),
            *map(_breaches_of_operation, _operations(plugin)),
            _breaches_of_imports(plugin, set(may_import)),
        )
        for breach in breaches
    ]
    if breaches:
        raise AssertionError(f"the plugin {plugin.__name__} breaks its contract:\n" + "\n".join(sorted(breaches)))


def _specs(plugin: ModuleType) -> list[ManagerSpec]:
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    manager.register(plugin)
    manager.check_pending()
    return [spec for offered in manager.hook.matrixone_managers() for spec in offered]


# -- managers ---------------------------------------------------------------------------------------------------------


def _breaches_of_manager(spec: ManagerSpec) -> Iterator[str]:
    manager, twin = spec.manager, spec.async_manager
    for cls, base in ((manager, Manager), (twin, AsyncManager)):
        if not _documented(cls):
            yield f"{cls.__name__} has no docstring"
        if cls.__init__ is not base.__init__:
            yield f"{cls.__name__} has a constructor of its own: a manager holds nothing but its session"
    methods, twins = _public(manager, Manager), _public(twin, AsyncManager)
    for name in methods.keys() - twins.keys():
        yield f"{manager.__name__}.{name} has no twin in {twin.__name__}"
    for name in twins.keys() - methods.keys():
        yield f"{twin.__name__}.{name} is the twin of nothing"
    for name in methods.keys() & twins.keys():
        yield from _breaches_of_pair(f"{manager.__name__}.{name}", methods[name], twins[name])


def _breaches_of_pair(name: str, method: Any, twin: Any) -> Iterator[str]:
    if not _documented(method):
        yield f"{name} has no docstring"
    if isinstance(method, staticmethod) and isinstance(twin, staticmethod):  # it asks no server: the same on both faces
        if method.__func__ is not twin.__func__:
            yield f"the twin of {name} is another function"
        return
    if not (inspect.isfunction(method) and inspect.isfunction(twin)):
        yield f"{name} is not a method"
        return
    if not (inspect.iscoroutinefunction(twin) or inspect.isasyncgenfunction(twin)):
        yield f"the twin of {name} is not asynchronous"
    if inspect.signature(method) != inspect.signature(twin):
        yield f"the twin of {name} has another signature"
    if method.__doc__ != twin.__doc__:
        yield f"the twin of {name} has another docstring"


def _public(cls: type[Any], base: type[Any]) -> dict[str, Any]:
    names = {name for name in dir(cls) if not name.startswith("_") and not hasattr(base, name)}
    return {name: inspect.getattr_static(cls, name) for name in names}


# -- operations -------------------------------------------------------------------------------------------------------


def _breaches_of_operation(operation: type[Operation[Any]]) -> Iterator[str]:
    cls: Any = operation
    if not _documented(cls) or cls.__doc__.startswith(f"{cls.__name__}("):  # what dataclass writes where there is none
        yield f"{cls.__name__} has no docstring"
    parameters = vars(cls).get("__dataclass_params__")
    if parameters is None or not parameters.frozen:
        yield f"{cls.__name__} is not a frozen dataclass"
    manager, _, method = str(getattr(cls, "name", "")).partition(".")
    if not (manager.isidentifier() and method.isidentifier()):
        yield f"{cls.__name__}.name is not of the form 'manager.method'"
    if not isinstance(getattr(cls, "in_transaction", None), InTransaction):
        yield f"{cls.__name__}.in_transaction is not a member of InTransaction"
    if cls.needs_feature is not None and cls.needs_feature not in FEATURES:
        yield f"{cls.__name__}.needs_feature is not in matrixone.features.FEATURES"
    if cls.error is not None and not issubclass(cls.error, QueryError):
        yield f"{cls.__name__}.error is not a subclass of QueryError"


def _operations(plugin: ModuleType) -> Iterator[type[Operation[Any]]]:
    for module in _modules(plugin):
        for value in vars(module).values():
            if _is_operation(value) and value.__module__ == module.__name__:
                yield value


def _is_operation(value: object) -> bool:
    return inspect.isclass(value) and issubclass(value, Operation) and not inspect.isabstract(value)


# -- imports ----------------------------------------------------------------------------------------------------------


def _breaches_of_imports(plugin: ModuleType, allowed: set[str]) -> Iterator[str]:
    allowed.add(_package(plugin))
    for module in _modules(plugin):
        for imported in _imports(Path(inspect.getfile(module))):
            if imported.startswith("matrixone_") and imported not in allowed:
                yield f"{module.__name__} imports {imported}: plugins depend on matrixone, never on each other"


def _imports(file: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return found


def _modules(plugin: ModuleType) -> list[ModuleType]:
    """The modules of the plugin's package; of a plugin that is one module, that one."""
    package = sys.modules.get(_package(plugin), plugin)
    paths = getattr(package, "__path__", None)
    if paths is None:
        return [plugin]
    names = [found.name for found in pkgutil.walk_packages(paths, f"{package.__name__}.")]
    return [package, *(importlib.import_module(name) for name in names if not name.endswith("__main__"))]


def _package(plugin: ModuleType) -> str:
    return plugin.__name__.partition(".")[0]


def _documented(thing: Any) -> bool:
    return bool((getattr(thing, "__doc__", None) or "").strip())
