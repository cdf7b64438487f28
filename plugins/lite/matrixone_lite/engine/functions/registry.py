"""The functions SQL knows, by name.

Three ways to add one, from any module of this package:

- :func:`scalar` — a Python function of one row's values. Arguments arrive as their parameter family says, in Python's
  own types, never None (unless ``nulls``); the result is stored as its type wants it.
- :func:`aggregate` — a class with ``step(*values)``, ``value()``, and ``inverse(*values)`` if it can take values back.
- :func:`special` — a function from bound arguments to a bound expression, for whatever depends on static types or emits
  SQLite text of its own.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine import json_text, temporal, types
from matrixone_lite.engine.convert import CONTEXT, decimal_text
from matrixone_lite.engine.errors import invalid_input
from matrixone_lite.engine.storage import UserFunction
from matrixone_lite.engine.types import Kind, Type

if TYPE_CHECKING:
    from matrixone_lite.engine.binder import Binder
    from matrixone_lite.engine.bound import Bound
    from matrixone_lite.engine.types import Value
    from matrixone_lite.sql import ast


class Accept(Enum):
    """Families of parameters: what the binder converts an argument to, and what Python sees."""

    ANY = auto()
    """As it lies in SQLite, unconverted."""
    TEXT = auto()
    """``str``, from anything but a vector."""
    BYTES = auto()
    """``bytes``."""
    INT = auto()
    """``int``."""
    DOUBLE = auto()
    """``float``."""
    DECIMAL = auto()
    """:class:`~decimal.Decimal`; matches exact numbers only, DECIMAL keeps its scale."""
    BOOL = auto()
    """``0`` or ``1``."""
    DATE = auto()
    """:class:`~datetime.date`."""
    DATETIME = auto()
    """:class:`~datetime.datetime`, from any date, datetime, timestamp or text."""
    TIME = auto()
    """Microseconds as ``int``."""
    JSON = auto()
    """Parsed JSON."""
    JSON_VALUE = auto()
    """Any value as the parsed JSON it would be inside a document; None is the null of JSON."""
    VECTOR = auto()
    """The BLOB of a vector; text becomes one of the kind and dimension of the other vector arguments."""


Result = Type | Callable[[Sequence[Type]], Type]
"""A type, or a function from the argument types to it."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """One overload of a scalar function."""

    name: str
    parameters: tuple[Accept, ...]
    result: Result
    call: Callable[..., Any]
    required: int
    variadic: bool
    nulls: bool
    deterministic: bool
    context: bool

    def takes(self, count: int) -> bool:
        """Whether it can be called with ``count`` arguments."""
        return self.required <= count and (self.variadic or count <= len(self.parameters))

    def parameter(self, position: int) -> Accept:
        """The family of the argument at ``position``; the last one repeats."""
        return self.parameters[min(position, len(self.parameters) - 1)]


@dataclass(frozen=True, slots=True)
class Aggregate:
    """An aggregate written in Python."""

    name: str
    parameters: tuple[Accept, ...]
    result: Result
    factory: Callable[[], Any]


Special = Callable[["Binder", "Sequence[Bound]", "ast.Function"], "Bound"]

SCALARS: Final[dict[str, list[Scalar]]] = {}
AGGREGATES: Final[dict[str, Aggregate]] = {}
SPECIALS: Final[dict[str, tuple[int, int, Special]]] = {}
BUILT_IN_AGGREGATES: Final = {"count", "sum", "avg", "min", "max", "group_concat", "any_value"}
"""Aggregates the binder emits itself."""


def scalar(
    *names: str,
    parameters: Sequence[Accept] = (),
    result: Result,
    required: int | None = None,
    variadic: bool = False,
    nulls: bool = False,
    deterministic: bool = True,
    context: bool = False,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a scalar function; several with one name make overloads, of which the first match wins.

    :param names: names in lower case
    :param parameters: family of each argument
    :param result: its type
    :param required: how many arguments must be given; all by default
    :param variadic: the last parameter may repeat
    :param nulls: call it even when an argument is NULL (None); otherwise the result is NULL then
    :param deterministic: False for what changes from call to call
    :param context: pass the session's :class:`~matrixone_lite.engine.context.Context` as first argument
    """

    def register(call: Callable[..., Any]) -> Callable[..., Any]:
        needed = len(parameters) if required is None else required
        for name in names:
            overload = Scalar(name, tuple(parameters), result, call, needed, variadic, nulls, deterministic, context)
            SCALARS.setdefault(name, []).append(overload)
        return call

    return register


def aggregate(*names: str, parameters: Sequence[Accept], result: Result) -> Callable[[type], type]:
    """Register an aggregate class; it sees only rows whose arguments are all not NULL."""

    def register(factory: type) -> type:
        for name in names:
            AGGREGATES[name] = Aggregate(name, tuple(parameters), result, factory)
        return factory

    return register


def special(*names: str, least: int = 0, most: int = 1 << 30) -> Callable[[Special], Special]:
    """Register a function that binds its own call, taking ``least`` to ``most`` arguments."""

    def register(bind: Special) -> Special:
        for name in names:
            SPECIALS[name] = (least, most, bind)
        return bind

    return register


def known(name: str) -> bool:
    """Whether there is a function of that name."""
    return name in SCALARS or name in AGGREGATES or name in SPECIALS or name in BUILT_IN_AGGREGATES


def is_aggregate(name: str) -> bool:
    """Whether a name is that of an aggregate function."""
    return name in BUILT_IN_AGGREGATES or name in AGGREGATES


_READERS: Final[dict[Accept, Callable[[Any], Any]]] = {
    Accept.DECIMAL: Decimal,
    Accept.DATE: date.fromisoformat,
    Accept.DATETIME: datetime.fromisoformat,
    Accept.JSON: json_text.parse,
    Accept.JSON_VALUE: json_text.parse,
    Accept.INT: int,
}
"""How a value in SQLite becomes what the function sees."""


def writer(type_: Type) -> Callable[[Any], Value] | None:
    """How a function's result becomes a value in SQLite; None when it is one already."""
    match type_.kind:
        case Kind.DECIMAL:
            return lambda value: decimal_text(
                value if isinstance(value, Decimal) else CONTEXT.create_decimal(value), type_.scale
            )
        case Kind.DATETIME | Kind.TIMESTAMP:
            return lambda value: value if isinstance(value, str) else temporal.datetime_text(value, type_.scale)
        case Kind.DATE:
            return lambda value: value if isinstance(value, str) else value.isoformat()[:10]
        case Kind.JSON:
            return json_text.written
        case Kind.BOOL:
            return int
        case kind if kind in types.INTEGERS:
            return lambda value: types.integer_kind(int(value), kind)
        case _:
            return None


_wrapped: Final[dict[tuple[int, tuple[Accept, ...], Type], UserFunction]] = {}


def wrap(overload: Scalar, accepted: tuple[Accept, ...], result: Type) -> UserFunction:
    """The user function for a call with these parameter families and this result."""
    key = (id(overload), accepted, result)
    if key not in _wrapped:
        name = f"{overload.name}_{len(_wrapped)}"
        call = _adapt(overload, accepted, writer(result))
        _wrapped[key] = UserFunction(name, call, deterministic=overload.deterministic, context=overload.context)
    return _wrapped[key]


def _adapt(
    overload: Scalar, accepted: tuple[Accept, ...], write: Callable[[Any], Value] | None
) -> Callable[..., Value]:
    readers = [_READERS.get(family) for family in accepted]
    call, nulls, skip = overload.call, overload.nulls, int(overload.context)
    if not any(readers) and write is None and nulls:
        return call

    def adapted(*args: Any) -> Value:
        context, values = args[:skip], args[skip:]
        if not nulls and None in values:
            return None
        seen = [
            value if read is None or value is None else read(value) for read, value in zip(readers, values, strict=True)
        ]
        result = call(*context, *seen)
        return result if write is None or result is None else write(result)

    return adapted


def wrap_aggregate(found: Aggregate, accepted: tuple[Accept, ...], result: Type) -> UserFunction:
    """The user function for an aggregate whose arguments are of these families."""
    key = (id(found), accepted, result)
    if key not in _wrapped:
        name = f"{found.name}_{len(_wrapped)}"
        _wrapped[key] = UserFunction(name, _window_factory(found, accepted, writer(result)), aggregate=True)
    return _wrapped[key]


class _State:
    """What APSW wants of an aggregate: step, inverse, value and final over one group."""

    def __init__(
        self, inner: Any, readers: Sequence[Callable[[Any], Any] | None], write: Callable[[Any], Value] | None
    ) -> None:
        self._inner = inner
        self._readers = readers
        self._write = write

    def _seen(self, values: Sequence[Any]) -> list[Any]:
        return [value if read is None else read(value) for read, value in zip(self._readers, values, strict=True)]

    def step(self, *values: Any) -> None:
        if None not in values:
            self._inner.step(*self._seen(values))

    def inverse(self, *values: Any) -> None:
        if None not in values:
            self._inner.inverse(*self._seen(values))

    def value(self) -> Value:
        result = self._inner.value()
        return result if self._write is None or result is None else self._write(result)

    final = value


def _window_factory(
    found: Aggregate, accepted: tuple[Accept, ...], write: Callable[[Any], Value] | None
) -> Callable[[], _State]:
    readers = [_READERS.get(family) for family in accepted]
    return lambda: _State(found.factory(), readers, write)


@dataclass(frozen=True, slots=True)
class TableFunction:
    """A function that gives rows; ``columns`` maps argument types to the columns' names and types."""

    name: str
    columns: Callable[[Sequence[Type]], Sequence[tuple[str, Type]]]
    rows: UserFunction


TABLE_FUNCTIONS: Final[dict[str, TableFunction]] = {}


def table_function(
    name: str, columns: Callable[[Sequence[Type]], Sequence[tuple[str, Type]]]
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a table function.

    The function takes the context and the arguments as they lie in SQLite and returns an iterable of rows, lists of
    values JSON can carry, and of bytes for columns of binary types.
    """

    def register(produce: Callable[..., Any]) -> Callable[..., Any]:
        positional = list(inspect.signature(produce).parameters.values())[1:]
        least = sum(one.default is one.empty and one.kind is one.POSITIONAL_OR_KEYWORD for one in positional)
        most = None if any(one.kind is one.VAR_POSITIONAL for one in positional) else len(positional)

        def as_json(context: Any, *args: Value) -> str:
            if len(args) < least:
                raise invalid_input(f"{name}: too few arguments")
            args = args[:most]  # the server reads no more
            return json.dumps([list(row) for row in produce(context, *args)], default=bytes.hex)

        rows = UserFunction(f"rows_{name}", as_json, deterministic=False, context=True)
        TABLE_FUNCTIONS[name] = TableFunction(name, columns, rows)
        return produce

    return register
