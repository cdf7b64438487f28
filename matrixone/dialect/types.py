"""Types the server has and MySQL has not, under the names SHOW CREATE TABLE prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import types
from sqlalchemy.dialects.mysql import BIT, SET, YEAR
from sqlalchemy.dialects.mysql.base import MySQLDialect, ischema_names

from matrixone.dialect.column_types import MatrixOneBinary, MatrixOneBit, MatrixOneSet, MatrixOneTime, MatrixOneYear
from matrixone.dialect.json_types import JSONIndexType, JSONPathType, MatrixOneJSON
from matrixone.vector.types import Vectorbf16, Vectorf16, Vectorf32, Vectorf64, Vectorint8, Vectoruint8

if TYPE_CHECKING:
    from sqlalchemy import Dialect


class DATALINK(types.UserDefinedType[str]):
    """Text that names a file, ``file://...`` or ``stage://...``, whose content the server reads."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """The type in DDL."""
        return "datalink"

    def literal_processor(self, dialect: Dialect) -> Any:
        """A quoted text."""
        return types.String().literal_processor(dialect)  # type: ignore[no-untyped-call]


column_types: dict[type[Any], type[types.TypeEngine[Any]]] = {
    **MySQLDialect.colspecs,
    types.JSON.JSONIndexType: JSONIndexType,
    types.JSON.JSONPathType: JSONPathType,
    types.JSON: MatrixOneJSON,
    types.Time: MatrixOneTime,
    types._Binary: MatrixOneBinary,
    BIT: MatrixOneBit,
    SET: MatrixOneSet,
    YEAR: MatrixOneYear,
}

reflected_types: dict[str, type[types.TypeEngine[Any]]] = {
    **ischema_names,
    "bool": types.BOOLEAN,
    "datalink": DATALINK,
    "uuid": types.UUID,
    "vecbf16": Vectorbf16,
    "vecf16": Vectorf16,
    "vecf32": Vectorf32,
    "vecf64": Vectorf64,
    "vecint8": Vectorint8,
    "vecuint8": Vectoruint8,
}
