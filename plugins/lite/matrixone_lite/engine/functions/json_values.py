"""Any value as JSON: what JSON functions make of arguments that are no JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine import json_text, types
from matrixone_lite.engine.bound import Bound
from matrixone_lite.engine.storage import UserFunction
from matrixone_lite.engine.types import Kind

if TYPE_CHECKING:
    from matrixone_lite.engine.binder import Binder
    from matrixone_lite.engine.types import Value


def _string(text: Any) -> Value:
    return "null" if text is None else json.dumps(text, ensure_ascii=False)


def _boolean(value: Any) -> Value:
    return "null" if value is None else "true" if value else "false"


def _number(value: Any) -> Value:
    return "null" if value is None else json_text.dump(value)


def _exact(text: Any) -> Value:
    return "null" if text is None else json_text.dump(float(text))


def _same(text: Any) -> Value:
    return "null" if text is None else str(text)


_STRING: Final = UserFunction("json_string", _string)
_BOOLEAN: Final = UserFunction("json_boolean", _boolean)
_NUMBER: Final = UserFunction("json_number", _number)
_EXACT: Final = UserFunction("json_exact", _exact)
_SAME: Final = UserFunction("json_same", _same)


def as_json(binder: Binder, bound: Bound) -> Bound:
    """``bound`` as a JSON value: text becomes a string, SQL NULL the null of JSON."""
    kind = bound.kind
    if kind is Kind.NULL:
        return Bound("'null'", types.JSON)
    if kind is Kind.JSON:
        function = _SAME
    elif kind is Kind.BOOL:
        function = _BOOLEAN
    elif kind is Kind.DECIMAL:
        function = _EXACT
    elif kind in types.NUMBERS:
        function = _NUMBER
    else:
        bound = binder.convert(bound, types.TEXT)
        function = _STRING
    return binder.call(function, types.JSON, bound.sql)
