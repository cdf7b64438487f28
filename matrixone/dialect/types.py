"""Types the server has and MySQL has not, under the names SHOW CREATE TABLE prints."""

from __future__ import annotations

from typing import Any

from sqlalchemy import types
from sqlalchemy.dialects.mysql.base import ischema_names

from matrixone.vector.types import Vectorbf16, Vectorf16, Vectorf32, Vectorf64, Vectorint8, Vectoruint8


class DATALINK(types.UserDefinedType[str]):
    """Text that names a file, ``file://...`` or ``stage://...``, whose content the server reads."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """The type in DDL."""
        return "datalink"


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
