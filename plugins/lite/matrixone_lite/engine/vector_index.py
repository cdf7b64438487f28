"""Vector indexes: which options they take, and what using one changes in a search.

Searches always scan exactly; an index is a row of the catalog. It shows in two ways, as in the server: its options are
checked and printed, and a search that would use it leaves out NULL vectors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine import types, vectors
from matrixone_lite.engine.errors import internal, invalid_input, not_supported
from matrixone_lite.engine.types import Kind
from matrixone_lite.sql import ast

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matrixone_lite.engine.bound import Bound
    from matrixone_lite.engine.catalog import Column, Table
    from matrixone_lite.engine.scope import Scope
    from matrixone_lite.engine.types import Type

KINDS: Final = {"ivfflat", "hnsw"}
OPERATORS: Final = {"vector_l2_ops", "vector_l2sq_ops", "vector_cosine_ops", "vector_ip_ops", "vector_l1_ops"}
_SEARCHED_BY: Final = {
    "l2_distance": "vector_l2_ops",
    "l2_distance_sq": "vector_l2_ops",
    "cosine_distance": "vector_cosine_ops",
    "inner_product": "vector_ip_ops",
}
_OPTIONS: Final = {
    "ivfflat": (
        "lists",
        "op_type",
        "include",
        "quantization",
        "kmeans_train_percent",
        "kmeans_max_iteration",
        "async",
        "auto_update",
        "day",
        "hour",
    ),
    "hnsw": ("m", "ef_construction", "ef_search", "max_index_capacity", "op_type", "async"),
}
_QUANTIZATIONS: Final = ("float32", "float16", "bf16", "int8", "uint8")
_L2: Final = {"vector_l2_ops", "vector_l2sq_ops"}
_NARROW: Final = {"int8", "uint8"}
_MODES: Final = ("pre", "post", "force", "auto", "include")
_ONLY_L2: Final = (
    "is only supported with L2 (op_type 'vector_l2_ops' or 'vector_l2sq_ops'); the int8/uint8 affine quantizer "
    "preserves L2 geometry only, and the quantized-score rescale assumes it"
)


def check_definition(kind: str, columns: Sequence[Column], options: Mapping[str, Any], table: Table) -> None:
    """Refuse what the server refuses of a new index, in its order.

    :raises ServerError: 20105, 20301 or 20101
    """
    if kind == "hnsw" and table.primary_key is None:
        raise internal("primary key cannot be empty for hnsw index")
    if len(columns) > 1:
        raise not_supported(f"don't support multi column  {'IVF' if kind == 'ivfflat' else 'HNSW'} vector index")
    if kind == "ivfflat" and columns[0].type.kind not in types.VECTORS:
        raise not_supported("IVFFLAT only supports VECFXX column types")
    if kind == "hnsw" and columns[0].type.kind not in {Kind.VECF32, Kind.VECF64}:
        raise not_supported("HNSW only supports VECF32 and VECF64 column types")
    _check_options(kind, options)
    key = () if table.primary_key is None else tuple(name.lower() for name in table.primary_key.columns)
    for name in options.get("include") or ():
        if (name.lower(),) == key:  # part of a longer one is taken
            raise invalid_input(f"primary key column '{name}' cannot be in IVFFLAT INCLUDE")


def _check_options(kind: str, options: Mapping[str, Any]) -> None:
    operator = options.get("op_type")
    if operator is not None and operator.lower() in OPERATORS and operator not in OPERATORS:
        raise internal(f"invalid op_type: '{operator}'")
    if operator is not None and operator not in OPERATORS:
        raise invalid_input(f"invalid op_type{':' if kind == 'ivfflat' else '.'} '{operator}'")
    quantization = options.get("quantization")
    if kind != "ivfflat" or quantization is None:
        return
    if quantization not in _QUANTIZATIONS:
        supported = ", ".join(f"'{name}'" for name in _QUANTIZATIONS)
        raise not_supported(f"ivfflat: unsupported quantization '{quantization}' (supported: {supported})")
    if quantization in _NARROW and (operator or "vector_l2_ops") not in _L2:
        raise not_supported(f'ivfflat quantization "{quantization}" {_ONLY_L2}')


def kept_options(kind: str, options: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    """The options an index has, in the order they are printed, defaults of IVFFLAT included."""
    defaults = {"lists": 1, "op_type": "vector_l2_ops"} if kind == "ivfflat" else {}
    given = {**defaults, **options}
    return tuple((name, given[name]) for name in _OPTIONS[kind] if name in given)


def check_rank_options(options: Sequence[str]) -> None:
    """Error 20301 for an unknown mode of BY RANK WITH OPTION."""
    for option in options:
        name, _, value = option.partition("=")
        if name.strip().lower() == "mode" and value.strip().lower() not in _MODES:
            listed = ", ".join(f"'{mode}'" for mode in _MODES[:-1]) + f", or '{_MODES[-1]}'"
            raise invalid_input(f"mode must be {listed}, got '{value.strip()}'")


def searched_column(query: ast.Select, scope: Scope) -> Bound | None:
    """The indexed column that a query searches: ``ORDER BY distance(column, …) LIMIT n`` over one table."""
    if query.limit is None or len(query.order_by) != 1 or query.order_by[0].descending or len(scope.sources) != 1:
        return None
    if (
        query.distinct
        or query.group_by is not None
        or query.locking is not None
        or "mode=force" in query.limit.rank_options
    ):
        return None
    call = _aliased(query.order_by[0].expr, query)
    table = scope.sources[0].table
    if table is None or not isinstance(call, ast.Function) or call.name not in _SEARCHED_BY:
        return None
    for argument in call.args:
        if isinstance(argument, ast.Column):
            bound = scope.find(argument)
            if bound is not None and bound.origin is not None and _is_indexed(table, bound.origin.column, call.name):
                _check_dimension(bound.type, call)
                return bound
    return None


def _check_dimension(column: Type, call: ast.Function) -> None:
    """Error 20301 for a vector of another dimension, whether there are rows or not."""
    for argument in call.args:
        if isinstance(argument, ast.Literal) and isinstance(argument.value, str):
            given = vectors.dimensions(vectors.parse(argument.value, column.kind), column.kind)
            if given != column.length:
                sizes = f"({column.length}, {given})"
                raise invalid_input(f"vector ops between different dimensions {sizes} is not permitted.")


def _aliased(expr: ast.Expr, query: ast.Select) -> ast.Expr:
    if isinstance(expr, ast.Column) and expr.table is None:
        for item in query.items:
            if item.alias is not None and item.alias.lower() == expr.name.lower():
                return item.expr
    return expr


def _is_indexed(table: Table, column: Column, function: str) -> bool:
    indexes = (index for index in table.indexes if index.kind in KINDS and index.visible)
    return any(
        index.columns == (column.name,) and dict(index.options).get("op_type") == _SEARCHED_BY[function]
        for index in indexes
    )
