"""Addresses of sources and sinks, ``mysql://user:password@host:port``."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

from matrixone_lite.engine.errors import internal

if TYPE_CHECKING:
    from re import Match

_SCHEME: Final = "mysql://"
_ADDRESS: Final = re.compile(r"mysql://(?P<user>.+):(?P<password>[^:]+)@(?P<host>[^@:]+):(?P<port>\d+)", re.IGNORECASE)
_BROKEN_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_PASSWORD: Final = re.compile(r"(mysql://(?:(?!mysql://).)*?:)(?:(?!mysql://).)*(?=@)", re.IGNORECASE | re.DOTALL)
_LARGEST_PORT: Final = 65535


@dataclass(frozen=True, slots=True)
class Address:
    """Who logs in where; the password is in no ``repr``."""

    user: str
    password: str = field(repr=False)
    host: str
    port: int

    @property
    def kept(self) -> str:
        """The address as the catalog keeps it: hexadecimal JSON without the password."""
        return encoded({"_": "", "user": self.user, "ip": self.host, "port": self.port, "reserved": ""})


def read_address(uri: str) -> Address:
    """The parts of an address.

    :raises ServerError: 20101 when it is none
    """
    found = _ADDRESS.fullmatch(uri)
    if found is None or not _is_sound(found):
        raise internal(f"invalid uri format: {uri}")
    return Address(unquote(found["user"]), unquote(found["password"]), found["host"], int(found["port"]))


def _is_sound(found: Match[str]) -> bool:
    login = found["user"] + found["password"]
    return _BROKEN_ESCAPE.search(login) is None and int(found["port"]) <= _LARGEST_PORT


def masked(sql: str) -> str:
    """A statement without the passwords of the addresses in it, up to the last ``@`` behind each."""
    return _PASSWORD.sub(r"\1******", sql)


def encoded(value: Any) -> str:
    """A value as the catalog keeps it: hexadecimal JSON."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode().hex()
