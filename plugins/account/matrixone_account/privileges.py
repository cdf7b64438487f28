"""Which privileges there are, and on what."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

from matrixone.exceptions import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class ObjectType(enum.Enum):
    """What privileges are granted on."""

    ACCOUNT = "account"
    DATABASE = "database"
    TABLE = "table"
    VIEW = "view"


_ON_TABLES = frozenset(
    {"select", "insert", "update", "delete", "truncate", "reference", "index", "execute", "all", "ownership"}
)
PRIVILEGES: Mapping[ObjectType, frozenset[str]] = {
    ObjectType.ACCOUNT: frozenset(
        {
            *("connect", "manage grants", "all"),
            *("create user", "alter user", "drop user", "create role", "alter role", "drop role"),
            *("create database", "drop database", "show databases"),
        }
    ),
    ObjectType.DATABASE: frozenset(
        {
            *("create table", "alter table", "drop table", "show tables"),
            *("create view", "alter view", "drop view", "all", "ownership"),
        }
    ),
    ObjectType.TABLE: _ON_TABLES,
    ObjectType.VIEW: _ON_TABLES,
}
"""Privileges the server grants, by what they are granted on."""


def object_type(kind: ObjectType | str) -> ObjectType:
    """The kind of object, by its name.

    Raises:
        ConfigurationError: There is no such kind.
    """
    if isinstance(kind, ObjectType):
        return kind
    try:
        return ObjectType(kind.strip().lower())
    except ValueError:
        known = ", ".join(known.value for known in ObjectType)
        raise ConfigurationError(f"privileges are granted on one of {known}, not on {kind!r}") from None


def checked_privileges(privileges: str | Iterable[str], kind: ObjectType) -> tuple[str, ...]:
    """Privileges in lower case, each once, in the order given.

    Args:
        privileges: One, several with commas between them, or an iterable.
        kind: What they are to be granted on.

    Raises:
        ConfigurationError: The server grants no such privilege on that kind of object.
    """
    given = privileges.split(",") if isinstance(privileges, str) else privileges
    checked = dict.fromkeys(_in_one_form(privilege) for privilege in given)
    for privilege in checked:
        if privilege not in PRIVILEGES[kind]:
            raise ConfigurationError(_reason(privilege, kind))
    if not checked:
        raise ConfigurationError("at least one privilege is needed")
    return tuple(checked)


def privilege_of_catalog(name: str) -> str:
    """The privilege as statements name it: the catalog keeps ``table all`` for ``all``."""
    kind, _, rest = name.partition(" ")
    return rest if rest in {"all", "ownership"} and kind in {"account", "database", "table", "view"} else name


def _in_one_form(privilege: str) -> str:
    words = " ".join(privilege.lower().split())
    return "all" if words == "all privileges" else words


def _reason(privilege: str, kind: ObjectType) -> str:
    homes = [other.value for other in ObjectType if privilege in PRIVILEGES[other]]
    if homes:
        return f"the privilege {privilege!r} is granted on {' or '.join(homes)}, not on {kind.value}"
    return f"there is no privilege {privilege!r}; on {kind.value} there are {', '.join(sorted(PRIVILEGES[kind]))}"
