"""Types the server has and MySQL has not, under the names SHOW CREATE TABLE prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import types
from sqlalchemy.dialects.mysql import YEAR
from sqlalchemy.dialects.mysql.base import MySQLDialect, ischema_names

from matrixone.dialect.json_types import JSONIndexType, JSONPathType
from matrixone.vector.types import Vectorbf16, Vectorf16, Vectorf32, Vectorf64, Vectorint8, Vectoruint8

if TYPE_CHECKING:
    from sqlalchemy import Dialect

_FIRST_YEAR = 1901
_LAST_YEAR = 2155


class DATALINK(types.UserDefinedType[str]):
    """Text that names a file, ``file://...`` or ``stage://...``, whose content the server reads."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """The type in DDL."""
        return "datalink"


class MatrixOneYear(YEAR):
    """A year; the server stores NULL, without a word, for one it does not know."""

    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Any:  # noqa: ARG002 - SQLAlchemy's signature
        """Refuse what is no year."""
        return _year


def _year(value: Any) -> Any:
    if isinstance(value, int) and value != 0 and not _FIRST_YEAR <= value <= _LAST_YEAR:
        raise ValueError(f"a year is 0 or {_FIRST_YEAR} to {_LAST_YEAR}, not {value}")
    return value


column_types: dict[type[Any], type[types.TypeEngine[Any]]] = {
    **MySQLDialect.colspecs,
    types.JSON.JSONIndexType: JSONIndexType,
    types.JSON.JSONPathType: JSONPathType,
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
