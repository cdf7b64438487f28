"""Function calls: which overload is meant, how arguments are converted, aggregates and windows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from matrixone_lite.engine import routines, types
from matrixone_lite.engine.aggregates import bind_built_in
from matrixone_lite.engine.arithmetic import ratio_scale
from matrixone_lite.engine.bound import Bound
from matrixone_lite.engine.convert import Mode
from matrixone_lite.engine.errors import ServerError, invalid_argument, invalid_input, not_supported
from matrixone_lite.engine.functions import registry
from matrixone_lite.engine.functions.json_values import as_json
from matrixone_lite.engine.functions.registry import AGGREGATES, BUILT_IN_AGGREGATES, SCALARS, SPECIALS, Accept
from matrixone_lite.engine.types import Kind, Type
from matrixone_lite.sql import ast

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matrixone_lite.engine.binder import Binder
    from matrixone_lite.engine.functions.registry import Scalar
    from matrixone_lite.engine.scope import Scope

_NATIVE: Final[dict[Accept, frozenset[Kind]]] = {
    Accept.ANY: frozenset(Kind),
    Accept.TEXT: types.STRINGS | {Kind.UUID, Kind.ENUM, Kind.SET},
    Accept.BYTES: types.BYTES,
    Accept.INT: types.INTEGERS | {Kind.BIT, Kind.YEAR},
    Accept.DOUBLE: types.FLOATS,
    Accept.DECIMAL: frozenset({Kind.DECIMAL}),
    Accept.BOOL: frozenset({Kind.BOOL}),
    Accept.DATE: frozenset({Kind.DATE}),
    Accept.DATETIME: frozenset({Kind.DATETIME, Kind.TIMESTAMP}),
    Accept.TIME: frozenset({Kind.TIME}),
    Accept.JSON: frozenset({Kind.JSON}),
    Accept.JSON_VALUE: frozenset(Kind),
    Accept.VECTOR: types.VECTORS,
}
_SCALARLIKE: Final = types.NUMBERS | types.STRINGS | {Kind.BOOL, Kind.ENUM, Kind.SET, Kind.UUID}
_CONVERTIBLE: Final[dict[Accept, frozenset[Kind]]] = {
    Accept.ANY: frozenset(Kind),
    Accept.TEXT: frozenset(Kind) - types.VECTORS - {Kind.INTERVAL, Kind.TUPLE},
    Accept.BYTES: frozenset(Kind) - types.VECTORS - {Kind.INTERVAL, Kind.TUPLE},
    Accept.INT: _SCALARLIKE | {Kind.JSON},
    Accept.DOUBLE: _SCALARLIKE | {Kind.JSON},
    Accept.DECIMAL: types.INTEGERS | {Kind.DECIMAL},
    Accept.BOOL: _SCALARLIKE,
    Accept.DATE: types.DATED | types.STRINGS,
    Accept.DATETIME: types.DATED | types.STRINGS,
    Accept.TIME: types.DATED | types.STRINGS | {Kind.TIME},
    Accept.JSON: types.STRINGS | {Kind.JSON},
    Accept.JSON_VALUE: frozenset(Kind),
    Accept.VECTOR: types.STRINGS | types.BYTES | types.VECTORS,
}
_WINDOW_ONLY: Final = {
    "row_number": types.BIGINT,
    "rank": types.BIGINT,
    "dense_rank": types.BIGINT,
    "ntile": types.BIGINT,
    "percent_rank": types.DOUBLE,
    "cume_dist": types.DOUBLE,
    "lag": None,
    "lead": None,
    "first_value": None,
    "last_value": None,
    "nth_value": None,
}
"""Result type of each window function; None for that of its first argument."""


_WHOLE: Final = ast.Frame("rows", ast.FrameBound("unbounded preceding"), ast.FrameBound("unbounded following"))


def bind_function(binder: Binder, call: ast.Function, scope: Scope) -> Bound:
    """Bind a function call of any sort."""
    if registry.is_aggregate(call.name):
        return _bind_aggregate(binder, call, scope)
    if call.window is not None or call.name in _WINDOW_ONLY:
        return _bind_window_function(binder, call, scope)
    if not registry.known(call.name):
        routine = routines.find(binder.session, call.name)
        if routine is not None:
            return _bind_routine(binder, routine, call, scope)
        raise not_supported(f"function or operator '{call.name}'")
    arguments = [binder.bind(argument, scope) for argument in call.args]
    return apply(binder, call.name, arguments, call)


def _bind_routine(binder: Binder, routine: routines.Routine, call: ast.Function, scope: Scope) -> Bound:
    if len(call.args) != len(routine.parameters):
        routines.check_count(routine, [binder.bind(argument, scope) for argument in call.args])
    return binder.bind(routines.expanded(routine, call.args), scope)


def apply(binder: Binder, name: str, arguments: Sequence[Bound], call: ast.Function | None = None) -> Bound:
    """Call a scalar function with bound arguments.

    :raises ServerError: 20203 when no overload takes them
    """
    if name in SPECIALS:
        least, most, bind = SPECIALS[name]
        if not least <= len(arguments) <= most:
            raise _mismatch(name, arguments)
        return bind(binder, arguments, call or ast.Function(name))
    return apply_scalar(binder, name, arguments)


def apply_scalar(binder: Binder, name: str, arguments: Sequence[Bound]) -> Bound:
    """Call the overload of a plain scalar function that takes the arguments; error 20203 when none does."""
    for kinds in (_NATIVE, _CONVERTIBLE):
        for overload in SCALARS[name]:
            if overload.takes(len(arguments)) and _fits(overload, arguments, kinds):
                return _call(binder, overload, arguments)
    raise _mismatch(name, arguments)


def _mismatch(name: str, arguments: Sequence[Bound], word: str = "function") -> ServerError:
    kinds = " ".join(argument.type.named for argument in arguments)
    return invalid_argument(f"{word} {name}, bad value [{kinds}]")


def _fits(overload: Scalar, arguments: Sequence[Bound], kinds: dict[Accept, frozenset[Kind]]) -> bool:
    return all(
        argument.kind is Kind.NULL or argument.kind in kinds[overload.parameter(n)]
        for n, argument in enumerate(arguments)
    )


def _call(binder: Binder, overload: Scalar, arguments: Sequence[Bound]) -> Bound:
    accepted = tuple(overload.parameter(n) for n in range(len(arguments)))
    converted = [
        accept(binder, argument, family, arguments) for argument, family in zip(arguments, accepted, strict=True)
    ]
    result = (
        overload.result if isinstance(overload.result, Type) else overload.result([bound.type for bound in converted])
    )
    function = registry.wrap(overload, accepted, result)
    return binder.call(function, result, *(bound.sql for bound in converted))


_TARGETS: Final = {
    Accept.TEXT: types.TEXT,
    Accept.BYTES: types.BLOB,
    Accept.INT: types.BIGINT,
    Accept.DOUBLE: types.DOUBLE,
    Accept.DATE: types.DATE,
    Accept.DATETIME: types.DATETIME6,
    Accept.TIME: replace(types.TIME, scale=6),
    Accept.JSON: types.JSON,
}
"""What an argument becomes that is not of the family."""

_AS_THEY_ARE: Final[dict[Accept, frozenset[Kind]]] = {
    **_NATIVE,
    Accept.TEXT: types.STRINGS | {Kind.UUID},
    Accept.INT: types.INTEGERS | {Kind.BIT, Kind.YEAR, Kind.BOOL},
    Accept.JSON: frozenset(),
}
"""Kinds whose values are what the family's functions expect; JSON is parsed, so that a wrong text is found."""


def accept(binder: Binder, argument: Bound, family: Accept, siblings: Sequence[Bound] = ()) -> Bound:
    """``argument`` as a parameter of ``family`` wants it.

    :param siblings: all arguments of the call; text becomes a vector like the vector among them
    """
    if family is Accept.BOOL:
        return Bound(binder.truth(argument), types.BOOL)
    if family is Accept.DECIMAL:
        return binder.convert(argument, types.as_decimal(argument.type))
    if family is Accept.VECTOR:
        return _as_vector(binder, argument, siblings)
    if family is Accept.JSON_VALUE:
        return as_json(binder, argument)
    if argument.kind in _AS_THEY_ARE[family]:
        return argument
    strict = argument.kind in types.STRINGS and family in {Accept.INT, Accept.DOUBLE}
    return binder.convert(argument, _TARGETS[family], Mode.COMPARE if strict else Mode.CAST)


def _as_vector(binder: Binder, argument: Bound, siblings: Sequence[Bound]) -> Bound:
    model = next((one.type for one in siblings if one.kind in types.VECTORS), Type(Kind.VECF32, 65535))
    if argument.kind is model.kind:
        return argument
    return binder.convert(argument, replace(model, length=65535), Mode.COMPARE)


def _check_place(scope: Scope, word: str, name: str) -> None:
    if scope.aggregating:
        raise ServerError(1149, f"SQL syntax error: aggregate function {name} calls cannot be nested")
    if scope.clause == "GROUP BY":
        raise invalid_input("GROUP BY clause cannot contain aggregate functions")
    if scope.clause:
        raise ServerError(1149, f"SQL syntax error: {word} function {name} not allowed in {scope.clause} clause")


def _bind_aggregate(binder: Binder, call: ast.Function, scope: Scope) -> Bound:
    windowed = call.window is not None
    if windowed and call.distinct:
        raise ServerError(20102, "DISTINCT in window function is not yet implemented")
    _check_place(scope, "window" if windowed else "aggregate", call.name)
    if windowed:
        arguments = [binder.bind(argument, scope) for argument in call.args if not isinstance(argument, ast.Star)]
        order = [(binder.bind(item.expr, scope), item.descending) for item in call.order_by]
    else:
        scope.saw_aggregate = True
        scope.aggregating = True
        try:
            arguments = [binder.bind(argument, scope) for argument in call.args if not isinstance(argument, ast.Star)]
            order = [(binder.bind(item.expr, scope), item.descending) for item in call.order_by]
        finally:
            scope.aggregating = False
    bound = _aggregate(binder, call, arguments, order)
    if call.window is not None:
        bound = Bound(f"{bound.sql} OVER {_window(binder, call.window, scope)}", bound.type)
    if call.name in _DEVIATIONS and arguments[0].kind is Kind.DECIMAL:
        return binder.convert(bound, types.decimal(38, ratio_scale(arguments[0].type.scale)))
    return bound


_DEVIATIONS: Final = frozenset(
    ("variance", "var_pop", "stddev", "std", "stddev_pop", "var_samp", "var_sample", "stddev_samp", "stddev_sample")
)


def _aggregate(
    binder: Binder, call: ast.Function, arguments: Sequence[Bound], order: Sequence[tuple[Bound, bool]]
) -> Bound:
    if call.name in BUILT_IN_AGGREGATES:
        return bind_built_in(binder, call, arguments, order)
    found = AGGREGATES[call.name]
    if len(arguments) != len(found.parameters):
        raise _mismatch(call.name, arguments, "aggregate function")
    for argument, family in zip(arguments, found.parameters, strict=True):
        if family in {Accept.INT, Accept.DOUBLE} and argument.kind not in types.NUMBERS | {Kind.NULL}:
            raise _mismatch(call.name, arguments, "aggregate function")
    converted = [
        accept(binder, argument, family, arguments)
        for argument, family in zip(arguments, found.parameters, strict=True)
    ]
    result = found.result if isinstance(found.result, Type) else found.result([bound.type for bound in converted])
    function = registry.wrap_aggregate(found, found.parameters, result)
    distinct = "DISTINCT " if call.distinct else ""
    inner = ", ".join(bound.sql for bound in converted)
    return binder.call(function, result, distinct + inner)


def _bind_window_function(binder: Binder, call: ast.Function, scope: Scope) -> Bound:
    if call.name not in _WINDOW_ONLY:
        raise not_supported(f"function or operator '{call.name}'")
    _check_place(scope, "window", call.name)
    arguments = [binder.bind(argument, scope) for argument in call.args]
    fixed = _WINDOW_ONLY[call.name]
    result = fixed or (arguments[0].type if arguments else types.NULL)
    if len(arguments) > 2:  # noqa: PLR2004 - the default of LAG and LEAD
        result = arguments[0].type
        arguments = [binder.convert(arguments[0], result), arguments[1], binder.convert(arguments[2], result)]
    inner = ", ".join(argument.sql for argument in arguments)
    written = call.window or ast.Window()
    if call.name == "nth_value" and written.frame is None:
        written = replace(written, frame=_WHOLE)
    window = _window(binder, written, scope)
    return Bound(f"{call.name}({inner}) OVER {window}", result)


def _window(binder: Binder, window: ast.Window, scope: Scope) -> str:
    parts = []
    if window.partition_by:
        keys = (binder.order_key(binder.bind(expr, scope)) for expr in window.partition_by)
        parts.append("PARTITION BY " + ", ".join(keys))
    if window.order_by:
        parts.append("ORDER BY " + ", ".join(_sorted(binder, item, scope) for item in window.order_by))
    if window.frame is not None:
        start, end = window.frame.start, window.frame.end
        bounds = _bound(binder, start, scope)
        if end is not None:
            bounds = f"BETWEEN {bounds} AND {_bound(binder, end, scope)}"
        parts.append(f"{window.frame.unit.upper()} {bounds}")
    return f"({' '.join(parts)})"


def _sorted(binder: Binder, item: ast.OrderItem, scope: Scope) -> str:
    return binder.order_key(binder.bind(item.expr, scope)) + (" DESC" if item.descending else "")


def _bound(binder: Binder, bound: ast.FrameBound, scope: Scope) -> str:
    if bound.offset is None:
        return bound.kind.upper()
    return f"{binder.bind(bound.offset, scope).sql} {bound.kind.upper()}"
