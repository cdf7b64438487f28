"""JSON: the type, and the server's functions.

``column["key"]``, ``column["list"][0]`` and ``column[("a", "b")]`` are what is at a path, as JSON; ``.as_string()``,
``.as_integer()``, ``.as_float()``, ``.as_numeric(10, 2)`` and ``.as_boolean()`` are of another type, NULL for JSON's
null. Compared with a value, it is the same value: the text ``"45"`` is not the number 45.
"""

from sqlalchemy.dialects.mysql import JSON

from matrixone.json.functions import (
    json_extract,
    json_extract_float64,
    json_extract_string,
    json_insert,
    json_quote,
    json_replace,
    json_row,
    json_set,
    json_unquote,
)

__all__ = [
    "JSON",
    "json_extract",
    "json_extract_float64",
    "json_extract_string",
    "json_insert",
    "json_quote",
    "json_replace",
    "json_row",
    "json_set",
    "json_unquote",
]
