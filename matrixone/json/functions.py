"""The server's functions of JSON. Paths are such as ``$.name``, ``$."a key"``, ``$.list[0]``, ``$.list[last]``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Double, Function, String, literal
from sqlalchemy.dialects.mysql import JSON
from sqlalchemy.exc import ArgumentError
from sqlalchemy.sql import roles

from matrixone.dialect.json_types import JSONValue

if TYPE_CHECKING:
    from typing import TypeAlias

    from sqlalchemy import ColumnElement
    from sqlalchemy.sql._typing import _HasClauseElement

    _JSON: TypeAlias = ColumnElement[Any] | _HasClauseElement[Any]
    _Text: TypeAlias = ColumnElement[str] | _HasClauseElement[str] | str


def json_extract(json_column: _JSON, *paths: _Text) -> ColumnElement[Any]:
    """What is at a path, as JSON; what is at several, as a list.

    Args:
        json_column: a column or expression.
        *paths: where to look.

    Raises:
        ArgumentError: no path.
    """
    if not paths:
        raise ArgumentError("json_extract() needs a path")
    return Function("json_extract", json_column, *map(_text, paths), type_=JSON())


def json_extract_string(json_column: _JSON, path: _Text) -> ColumnElement[str | None]:
    """The text at a path, without its quotes; NULL for anything but text."""
    return Function("json_extract_string", json_column, _text(path), type_=String())


def json_extract_float64(json_column: _JSON, path: _Text) -> ColumnElement[float | None]:
    """The number at a path; NULL for anything but a number."""
    return Function("json_extract_float64", json_column, _text(path), type_=Double())


def json_set(json_column: _JSON, path: _Text, value: Any, *further: Any) -> ColumnElement[Any]:
    """The document with values set: replaced where there is one, else inserted.

    Args:
        json_column: the document.
        path: where.
        value: any value JSON has, or an expression.
        *further: further paths and values, in turns.

    Raises:
        ArgumentError: a path without a value.
    """
    return _changed("json_set", json_column, path, value, *further)


def json_insert(json_column: _JSON, path: _Text, value: Any, *further: Any) -> ColumnElement[Any]:
    """As :func:`json_set`, where there is no value yet."""
    return _changed("json_insert", json_column, path, value, *further)


def json_replace(json_column: _JSON, path: _Text, value: Any, *further: Any) -> ColumnElement[Any]:
    """As :func:`json_set`, where there is a value already."""
    return _changed("json_replace", json_column, path, value, *further)


def json_quote(text: _Text) -> ColumnElement[str]:
    """Text as JSON has it, in quotes."""
    return Function("json_quote", _text(text), type_=String())


def json_unquote(json_value: _JSON | str) -> ColumnElement[str]:
    """JSON as text: a text without its quotes, anything else as it is written."""
    operand = _text(json_value) if isinstance(json_value, str) else json_value
    return Function("json_unquote", operand, type_=String())


def json_row(*values: Any) -> ColumnElement[list[Any]]:
    """Columns and values as one list."""
    return Function("json_row", *values, type_=JSON())


def _changed(name: str, column: Any, *paths_and_values: Any) -> ColumnElement[Any]:
    if len(paths_and_values) % 2:
        raise ArgumentError(f"{name}() takes paths and values in turns")
    pairs = zip(paths_and_values[::2], paths_and_values[1::2], strict=True)
    operands = [operand for path, value in pairs for operand in (_text(path), _value(value))]
    return Function(name, column, *operands, type_=JSON())


def _value(value: Any) -> Any:
    return value if _is_expression(value) else literal(value, JSONValue())


def _text(value: Any) -> Any:
    return value if _is_expression(value) else literal(value, String())


def _is_expression(value: Any) -> bool:
    return isinstance(value, roles.ExpressionElementRole) or hasattr(value, "__clause_element__")
