"""NEXTVAL, SETVAL, CURRVAL, LASTVAL; all give texts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine import sequences, types
from matrixone_lite.engine.errors import ServerError
from matrixone_lite.engine.functions.registry import Accept, scalar, special
from matrixone_lite.engine.storage import UserFunction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matrixone_lite.engine.binder import Binder
    from matrixone_lite.engine.bound import Bound
    from matrixone_lite.engine.context import Context
    from matrixone_lite.sql import ast


def _next(context: Any, name: str | None) -> str | None:
    return None if name is None else str(sequences.next_value(context.session, name))


def _set(context: Any, name: str | None, value: str | None, _called: Any = None) -> str | None:
    if name is None or value is None:
        return None
    if not _INTEGER.fullmatch(value):
        raise ServerError(1105, f'strconv.ParseInt: parsing "{value}": invalid syntax')
    return str(sequences.set_value(context.session, name, int(value)))


_INTEGER: Final = re.compile(r"[+-]?[0-9]+")
_NEXT: Final = UserFunction("sequence_next", _next, deterministic=False, context=True)
_SET: Final = UserFunction("sequence_set", _set, deterministic=False, context=True)


@special("nextval", least=1, most=1)
def nextval(binder: Binder, args: Sequence[Bound], _call: ast.Function) -> Bound:
    """The next value of a sequence, which is written: the transaction takes the write lock now."""
    return _writing(binder, _NEXT, args)


@special("setval", least=2, most=3)
def setval(binder: Binder, args: Sequence[Bound], _call: ast.Function) -> Bound:
    """Set a sequence; the third argument has no effect, as on the server."""
    return _writing(binder, _SET, args)


def _writing(binder: Binder, function: UserFunction, args: Sequence[Bound]) -> Bound:
    binder.session.transactions.write()
    binder.reusable = False
    return binder.call(function, types.VARCHAR, *(binder.convert(bound, types.VARCHAR).sql for bound in args))


@scalar("currval", parameters=[Accept.TEXT], result=types.VARCHAR, deterministic=False, context=True)
def currval(context: Context, name: str) -> str:
    """What nextval gave this session last for a sequence."""
    return str(sequences.current_value(context.session, name))


@scalar("lastval", result=types.VARCHAR, deterministic=False, context=True)
def lastval(context: Context) -> str:
    """What nextval gave this session last."""
    return str(sequences.last_value(context.session))
