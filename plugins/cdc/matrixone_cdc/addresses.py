"""Addresses of sources and sinks; secrets, because they carry passwords."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from matrixone.exceptions import ConfigurationError
from matrixone.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Iterable

_URI = re.compile(r"mysql://([^:@/\s]+):[^:@/\s]*@([^:@/\s\[\]]+):(\d{1,5})")
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SEPARATORS = "#:"


def build_mysql_uri(host: str, port: int, user: str, password: str | Secret = "", account: str | None = None) -> Secret:
    """The address of a source or sink, with user and password percent-encoded.

    Args:
        host: Host as the server reaches it, not as this program does; a name or an IPv4 address.
        port: Port.
        user: User, ``account:user`` or ``account:user:role``.
        password: Password.
        account: Account of the user; not together with ``account:user``.

    Returns:
        A secret, to be given to the methods of ``cdc``.

    Raises:
        ConfigurationError: The account is given twice, or the server takes no such address.
    """
    if account is not None:
        if any(separator in user for separator in _SEPARATORS):
            raise ConfigurationError("give the account once: as account=, or as part of the user")
        user = f"{account}#{user}"
    login = quote(user, safe="")
    return checked_uri(f"mysql://{login}:{quote(Secret(password).reveal(), safe='')}@{host}:{port}", "the address")


def checked_uri(uri: str | Secret, what: str) -> Secret:
    """The address itself, if the server can read it.

    Raises:
        ConfigurationError: It is not of the form ``mysql://user:password@host:port``; the message does not tell it.
    """
    secret = Secret(uri)
    if not _URI.fullmatch(secret.reveal()) or _BROKEN_ESCAPE.search(secret.reveal()):
        raise ConfigurationError(
            f"{what} is not of the form mysql://user:password@host:port with user and password percent-encoded; "
            "build_mysql_uri() makes it so"
        )
    return secret


def same_place(one: Secret, other: Secret) -> bool:
    """Whether both addresses name the same user on the same server."""
    return _place(one) == _place(other)


def _place(uri: Secret) -> Iterable[str]:
    found = _URI.fullmatch(uri.reveal())
    return tuple(map(unquote, found.groups())) if found else ()


def stored_uri(text: str) -> Secret:
    """The address as the server keeps it: hexadecimal JSON without the password."""
    try:
        kept = json.loads(bytes.fromhex(text))
        return Secret(f"mysql://{quote(kept['user'], safe='')}@{kept['ip']}:{kept['port']}")
    except (ValueError, KeyError, TypeError):
        return Secret(text)
