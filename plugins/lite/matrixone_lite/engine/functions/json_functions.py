"""JSON functions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine import json_text, types
from matrixone_lite.engine.errors import invalid_argument, invalid_input
from matrixone_lite.engine.functions.json_paths import change, find, parse_path, put, remove
from matrixone_lite.engine.functions.registry import Accept, aggregate, scalar

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_JSON: Final = Accept.JSON
_TEXT: Final = Accept.TEXT
_VALUE: Final = Accept.JSON_VALUE


def _pairs(values: Sequence[Any], name: str) -> Iterator[tuple[Any, Any]]:
    if len(values) % 2:
        raise invalid_argument(f"function {name}, bad value {len(values)}")
    return zip(values[::2], values[1::2], strict=True)


# --- making -----------------------------------------------------------------------------------------------------------


@scalar("json_object", parameters=[_VALUE], required=0, variadic=True, result=types.JSON)
def json_object(*parts: Any) -> Any:
    """Keys and values in turn as an object."""
    return {key if isinstance(key, str) else json_text.dump(key): value for key, value in _pairs(parts, "json_object")}


@scalar("json_array", parameters=[_VALUE], required=0, variadic=True, result=types.JSON)
def json_array(*items: Any) -> Any:
    """The values as an array."""
    return [*items]


@scalar("json_row", parameters=[_VALUE], required=1, variadic=True, result=types.VARCHAR)
def json_row(*items: Any) -> str:
    """The values as the text of an array without blanks."""
    return json.dumps(items, ensure_ascii=False, separators=(",", ":"))


@scalar("json_quote", parameters=[_TEXT], result=types.JSON)
def json_quote(text: str) -> Any:
    """A text as a JSON string."""
    return text


@aggregate("json_arrayagg", parameters=[_VALUE], result=types.JSON)
class JsonArrayAggregate:
    """The values of a group as an array."""

    def __init__(self) -> None:
        self._items: list[Any] = []

    def step(self, item: Any) -> None:
        """Take a value in."""
        self._items.append(item)

    def inverse(self, _item: Any) -> None:
        """Take the oldest value out."""
        del self._items[0]

    def value(self) -> Any:
        """The array."""
        return self._items or None


@aggregate("json_objectagg", parameters=[_TEXT, _VALUE], result=types.JSON)
class JsonObjectAggregate:
    """The keys and values of a group as an object."""

    def __init__(self) -> None:
        self._items: list[tuple[str, Any]] = []

    def step(self, key: str, item: Any) -> None:
        """Take a pair in."""
        self._items.append((key, item))

    def inverse(self, _key: str, _item: Any) -> None:
        """Take the oldest pair out."""
        del self._items[0]

    def value(self) -> Any:
        """The object."""
        return dict(self._items) or None


# --- reading ----------------------------------------------------------------------------------------------------------

_NOTHING: Final = object()


def _extract(document: Any, paths: Sequence[str]) -> Any:
    """What the paths lead to, an array when they may lead to several places; ``_NOTHING`` without a find."""
    parsed = [parse_path(path) for path in paths]
    found = [part for path in parsed for part in find(document, path)]
    if len(parsed) == 1 and parsed[0].single:
        return found[0] if found else _NOTHING
    return found or _NOTHING


@scalar("json_extract", parameters=[_JSON, _TEXT], variadic=True, result=types.JSON)
def json_extract(document: Any, *paths: str) -> str | None:
    """What paths lead to."""
    found = _extract(document, paths)
    # written here, because the null of JSON is not that of SQL
    return None if found is _NOTHING else json_text.JsonText(json_text.dump(found))


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json_text.dump(value)


@scalar("json_unquote", parameters=[_JSON], result=types.VARCHAR)
def json_unquote(value: Any) -> str:
    """The text of a JSON string, other values as they are written."""
    return _plain(value)


@scalar("json_unquote", parameters=[_TEXT], result=types.VARCHAR)
def json_unquote_text(text: str) -> str:
    """Text without its quotes and escapes."""
    if len(text) < 2 or not (text.startswith('"') and text.endswith('"')):  # noqa: PLR2004 - two quotes
        return text
    try:
        return str(json.loads(text))
    except ValueError:
        raise invalid_input(f"invalid json text: {text}") from None


@scalar("json_extract_string", parameters=[_JSON, _TEXT], result=types.VARCHAR)
def json_extract_string(document: Any, path: str) -> str | None:
    """A text a path leads to; nothing else."""
    found = _extract(document, [path])
    return found if isinstance(found, str) else None


@scalar("json_value", parameters=[_JSON, _TEXT], result=types.VARCHAR)
def json_value(document: Any, path: str) -> str | None:
    """A value a path leads to, as text."""
    found = _extract(document, [path])
    return None if found is _NOTHING or found is None else _plain(found)


@scalar("json_extract_float64", parameters=[_JSON, _TEXT], result=types.DOUBLE)
def json_extract_float64(document: Any, path: str) -> float | None:
    """A number a path leads to."""
    found = _extract(document, [path])
    return float(found) if isinstance(found, (int, float)) and not isinstance(found, bool) else None


_TYPE_NAMES: Final[dict[type, str]] = {
    bool: "BOOLEAN",
    int: "INTEGER",
    float: "DOUBLE",
    str: "STRING",
    list: "ARRAY",
    dict: "OBJECT",
    type(None): "NULL",
}


@scalar("json_type", parameters=[_JSON], result=types.VARCHAR)
def json_type(value: Any) -> str:
    """Name of the value's type."""
    return _TYPE_NAMES[type(value)]


@scalar("json_valid", parameters=[_TEXT], result=types.BOOL)
def json_valid(text: str) -> bool:
    """Whether the text is JSON."""
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


@scalar("json_length", parameters=[_JSON, _TEXT], required=1, result=types.BIGINT)
def json_length(document: Any, path: str = "$") -> int | None:
    """Number of parts."""
    found = _extract(document, [path])
    if found is _NOTHING:
        return None
    return len(found) if isinstance(found, (list, dict)) else 1


@scalar("json_keys", parameters=[_JSON, _TEXT], required=1, result=types.JSON)
def json_keys(document: Any, path: str = "$") -> Any:
    """Keys of an object."""
    found = _extract(document, [path])
    return sorted(found) if isinstance(found, dict) else None


def _contains(target: Any, candidate: Any) -> bool:
    if isinstance(target, list):
        if isinstance(candidate, list):
            return all(any(_contains(item, wanted) for item in target) for wanted in candidate)
        return any(_contains(item, candidate) for item in target)
    if isinstance(target, dict) and isinstance(candidate, dict):
        return all(key in target and _contains(target[key], value) for key, value in candidate.items())
    return type(target) is type(candidate) and bool(target == candidate)


@scalar("json_contains", parameters=[_JSON, _JSON, _TEXT], required=2, result=types.BIGINT)
def json_contains(document: Any, candidate: Any, path: str = "$") -> bool | None:
    """Whether a value is part of a document."""
    found = _extract(document, [path])
    return None if found is _NOTHING else _contains(found, candidate)


@scalar("json_contains_path", parameters=[_JSON, _TEXT, _TEXT], variadic=True, result=types.BIGINT)
def json_contains_path(document: Any, which: str, *paths: str) -> bool:
    """Whether one or all of the paths lead somewhere."""
    if which.lower() not in {"one", "all"}:
        raise invalid_argument("json_contains_path, bad value one_or_all must be one or all")
    found = (bool(find(document, parse_path(path))) for path in paths)
    return any(found) if which.lower() == "one" else all(found)


@scalar("json_overlaps", parameters=[_JSON, _JSON], result=types.BIGINT)
def json_overlaps(one: Any, other: Any) -> bool:
    """Whether two documents share an item or a pair."""
    if isinstance(one, dict) and isinstance(other, dict):
        return any(key in other and other[key] == value for key, value in one.items())
    first = one if isinstance(one, list) else [one]
    second = other if isinstance(other, list) else [other]
    return any(item in second for item in first)


@scalar("json_pretty", parameters=[_JSON], result=types.VARCHAR)
def json_pretty(document: Any) -> str:
    """A document over several lines."""
    return json.dumps(document, ensure_ascii=False, indent=2, sort_keys=True)


# --- changing ---------------------------------------------------------------------------------------------------------


def _changer(name: str, *, insert: bool, replace: bool) -> None:
    @scalar(name, parameters=[_JSON, _VALUE], required=3, variadic=True, result=types.JSON)
    def changed(document: Any, *parts: Any) -> Any:
        for text, value in _pairs(parts, name):
            if text is None:
                return None
            path = parse_path(text)
            if path.legs:
                document = change(document, path, put(value, insert=insert, replace=replace))
            elif replace:
                document = value
        return document


_changer("json_set", insert=True, replace=True)
_changer("json_insert", insert=True, replace=False)
_changer("json_replace", insert=False, replace=True)


@scalar("json_remove", parameters=[_JSON, _TEXT], variadic=True, result=types.JSON)
def json_remove(document: Any, *paths: str) -> Any:
    """The document without what the paths lead to."""
    for text in paths:
        path = parse_path(text)
        if not path.legs:
            raise invalid_input(f"invalid json path '{text}'")
        document = change(document, path, remove)
    return document


def _patched(target: Any, patch: Any) -> Any:
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = _patched(result.get(key), value)
    return result


@scalar("json_merge_patch", parameters=[_JSON, _JSON], variadic=True, result=types.JSON)
def json_merge_patch(document: Any, *patches: Any) -> Any:
    """Later documents overwrite earlier ones."""
    for patch in patches:
        document = _patched(document, patch)
    return document


def _preserved(one: Any, other: Any) -> Any:
    if isinstance(one, dict) and isinstance(other, dict):
        result = dict(one)
        for key, value in other.items():
            result[key] = _preserved(result[key], value) if key in result else value
        return result
    first = one if isinstance(one, list) else [one]
    second = other if isinstance(other, list) else [other]
    return first + second


@scalar("json_merge_preserve", "json_merge", parameters=[_JSON, _JSON], variadic=True, result=types.JSON)
def json_merge_preserve(document: Any, *others: Any) -> Any:
    """Documents joined with nothing lost."""
    for other in others:
        document = _preserved(document, other)
    return document
