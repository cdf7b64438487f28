"""JSON as the server takes it: paths whose keys are quoted, and values to compare with as JSON."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import BindParameter, cast, literal_column, types
from sqlalchemy.dialects.mysql import JSON
from sqlalchemy.dialects.mysql.json import JSONIndexType as MySQLIndexType
from sqlalchemy.dialects.mysql.json import JSONPathType as MySQLPathType
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import ExpressionClauseList, False_, True_

if TYPE_CHECKING:
    from sqlalchemy import BinaryExpression, ColumnElement, Dialect

_COMPARISONS = frozenset(
    {
        operators.eq,
        operators.ne,
        operators.lt,
        operators.le,
        operators.gt,
        operators.ge,
        operators.is_distinct_from,
        operators.is_not_distinct_from,
        operators.in_op,
        operators.not_in_op,
        operators.between_op,
        operators.not_between_op,
    }
)
_WRITTEN_AS_JSON = (types.String, types.Integer, types.Numeric, types.Float, types.Boolean, types.JSON, types.NullType)


class JSONIndexType(MySQLIndexType):
    """``col["key"]`` and ``col[0]``; ``col[-1]`` is the last element."""

    cache_ok = True

    def _format_value(self, value: Any) -> str:
        return f"${_step(value)}"


class JSONPathType(MySQLPathType):
    """``col[("key", 0)]``."""

    cache_ok = True

    def _format_value(self, value: Any) -> str:
        return f"${''.join(map(_step, value))}"


class MatrixOneJSON(JSON[Any]):
    """JSON, which can be written as a literal."""

    cache_ok = True

    def literal_processor(self, dialect: Dialect) -> Any:
        """The JSON text as a literal."""
        write: Any = self.bind_processor(dialect)  # type: ignore[no-untyped-call]
        quote: Any = types.String().literal_processor(dialect)  # type: ignore[no-untyped-call]
        return lambda value: quote(write(value))


class JSONValue(MatrixOneJSON):
    """A value within JSON: sent as its JSON text, and made JSON by the server."""

    cache_ok = True

    def bind_expression(self, bindvalue: BindParameter[Any]) -> ColumnElement[Any]:
        """``CAST(... AS JSON)``: compared with plain text, the number 1 and the text "1" would be equal."""
        return cast(bindvalue, types.JSON())

    def bind_processor(self, dialect: Dialect) -> Any:
        """As of JSON, but a decimal is a number, too."""
        write: Any = super().bind_processor(dialect)  # type: ignore[no-untyped-call]
        return lambda value: write(float(value) if isinstance(value, Decimal) else value)


def compares_json(binary: BinaryExpression[Any]) -> bool:
    """Whether JSON is compared with a value."""
    return binary.operator in _COMPARISONS and (_is_json(binary.left) or _is_json(binary.right))


def with_json_values(binary: BinaryExpression[Any]) -> BinaryExpression[Any]:
    """The comparison, its values made JSON."""
    changed = binary._clone()
    changed.left, changed.right = _as_json(binary.left), _as_json(binary.right)
    return changed


def _as_json(side: Any) -> Any:
    if isinstance(side, BindParameter) and isinstance(side.type, _WRITTEN_AS_JSON):
        return side._with_binary_element_type(JSONValue())
    if isinstance(side, True_ | False_):
        return literal_column(f"CAST('{str(isinstance(side, True_)).lower()}' AS JSON)")
    if isinstance(side, ExpressionClauseList):  # the two values of BETWEEN
        changed = side._clone()
        changed.clauses = tuple(map(_as_json, side.clauses))
        return changed
    return side


def _is_json(side: Any) -> bool:
    return getattr(getattr(side, "type", None), "_type_affinity", None) is types.JSON and not isinstance(
        side, BindParameter
    )


def _step(key: Any) -> str:
    if not isinstance(key, int):
        return f".{json.dumps(str(key), ensure_ascii=False)}"
    if key >= 0:
        return f"[{key}]"
    return "[last]" if key == -1 else f"[last-{-key - 1}]"
