"""SERIAL and its relatives: values as a key of bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matrixone_lite.engine import tuples, types
from matrixone_lite.engine.functions.registry import special
from matrixone_lite.engine.storage import UserFunction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matrixone_lite.engine.binder import Binder
    from matrixone_lite.engine.bound import Bound
    from matrixone_lite.engine.types import Value
    from matrixone_lite.sql import ast


@special("serial", "serial_full", least=1)
def serial(binder: Binder, arguments: Sequence[Bound], call: ast.Function) -> Bound:
    """The values behind each other; of SERIAL, NULL when one of them is."""
    shapes = [argument.type for argument in arguments]
    full = call.name == "serial_full"

    def pack(*values: Any) -> Value:
        if not full and None in values:
            return None
        return tuples.packed(zip(values, shapes, strict=True))

    name = f"{call.name}_{abs(hash(tuple(shapes)))}"
    return binder.call(UserFunction(name, pack), types.VARCHAR, *(argument.sql for argument in arguments))
