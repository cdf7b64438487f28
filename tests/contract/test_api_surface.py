"""Programs written for MatrixOne's own SDK find every method of the managers, its arguments by position and by name."""

from __future__ import annotations

import dataclasses
import datetime as dt
import inspect

import pytest
from matrixone_export.formats import CsvOptions
from matrixone_load_data.formats import Csv
from matrixone_load_data.model import Settings

from matrixone.registry import registry

from .api_surface import ATTRIBUTES, METHODS, OTHERWISE

FACES = ("manager", "async_manager")
OPTIONS = {
    "load_data": {field.name for cls in (Csv, Settings) for field in dataclasses.fields(cls)},
    "export": set(CsvOptions.__annotations__),
}
SIGNATURES = [(manager, name, text) for manager, methods in METHODS.items() for name, text in methods.items()]


def declared(text):
    """The parameters of a signature such as ``name, level, database=None``."""
    scope = {"dt": dt}
    exec(f"def declared({text}): pass", scope)
    return list(inspect.signature(scope["declared"]).parameters.values())


class Method:
    """A method with its other names of arguments and its options."""

    def __init__(self, manager, cls, name):
        function = getattr(cls, name)
        self.renamed = {}
        inner = function
        while inner is not None:
            self.renamed |= getattr(inner, "other_names", {})
            inner = getattr(inner, "__wrapped__", None)
        itself = not isinstance(inspect.getattr_static(cls, name), staticmethod)
        self.parameters = dict(list(inspect.signature(function).parameters.items())[itself:])
        takes_options = any(each.kind is each.VAR_KEYWORD for each in self.parameters.values())
        self.options = OPTIONS.get(manager, ()) if takes_options else ()

    def named(self, name):
        """The parameter an argument of that name is given to; True for an option."""
        name = self.renamed.get(name, name)
        return self.parameters.get(name) or (name in self.options)


@pytest.fixture(params=FACES)
def managers(request):
    specs = [spec for plugin in registry().plugins for spec in plugin.managers]
    return {spec.name: getattr(spec, request.param) for spec in specs}


@pytest.mark.parametrize(("manager", "name", "text"), SIGNATURES, ids=[f"{each[0]}.{each[1]}" for each in SIGNATURES])
def test_the_method_takes_the_arguments(managers, manager, name, text):
    method = Method(manager, managers[manager], name)
    positional = [each for each in method.parameters.values() if each.kind is each.POSITIONAL_OR_KEYWORD]
    for position, parameter in enumerate(declared(text)):
        where = f"{manager}.{name}({parameter.name})"
        found = method.named(parameter.name)
        if where in OTHERWISE:
            continue
        assert found, f"{where} is not known"
        if found is True:
            continue
        if parameter.kind is not parameter.KEYWORD_ONLY and where not in OTHERWISE:
            assert position < len(positional), f"{where} is a keyword only"
            assert positional[position] is found, f"{where} is {positional[position].name} by position"
        if parameter.default is not parameter.empty:
            assert found.default == parameter.default, f"{where} has another default"


def test_every_attribute_is_offered(managers):
    assert set(ATTRIBUTES) <= set(managers)
    assert {name: managers[name].__name__.removeprefix("Async") for name in ATTRIBUTES} == ATTRIBUTES


def test_the_differences_are_real():
    known = {
        f"{manager}.{name}({parameter.name})" for manager, name, text in SIGNATURES for parameter in declared(text)
    }
    assert set(OTHERWISE) <= known
    assert all(OTHERWISE.values()), "each has a reason"
