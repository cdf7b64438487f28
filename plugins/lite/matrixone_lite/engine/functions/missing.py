"""Functions the real server has and this one lacks, so that the error says which of the two refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine.errors import unsupported
from matrixone_lite.engine.functions.registry import known, special, table_function

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matrixone_lite.engine.binder import Binder
    from matrixone_lite.engine.bound import Bound
    from matrixone_lite.engine.types import Type
    from matrixone_lite.sql import ast

_NAMES: Final = """
    aes_decrypt aes_encrypt approx_percentile bitmap_bit_position bitmap_bucket_number bitmap_construct_agg
    bitmap_count bitmap_or_agg compress decode encode jq last_query_id
    mo_feature_registry_upsert mo_memory mo_unique_check serial_extract sm3 st_area st_astext st_contains
    st_distance st_geomfromtext st_within st_x st_y try_jq uncompress wasm
    """.split()  # noqa: SIM905 - a list would be a page of quotes
_TABLE_FUNCTIONS: Final = ("result_scan",)


def _refuse(_binder: Binder, _arguments: Sequence[Bound], call: ast.Function) -> Bound:
    raise unsupported(f"function {call.name}")


for _name in _NAMES:
    if not known(_name):
        special(_name)(_refuse)


def _without(name: str) -> None:
    def refuse(_given: Sequence[Type]) -> Sequence[tuple[str, Type]]:
        raise unsupported(f"table function {name}")

    table_function(name, refuse)(_no_rows)


def _no_rows(_context: Any, *_arguments: Any) -> list[Any]:
    return []


for _name in _TABLE_FUNCTIONS:
    _without(_name)
