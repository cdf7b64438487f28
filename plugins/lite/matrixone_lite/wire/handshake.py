"""The first exchange of a connection: the server's greeting, the client's login."""

import secrets
from dataclasses import dataclass

from matrixone_lite.wire.constants import SERVER_CAPABILITIES, UTF8, Capability, Status
from matrixone_lite.wire.data import MalformedPacketError, Reader, integer

PROTOCOL_VERSION = 10
SCRAMBLE_SIZE = 20
PLUGIN = b"mysql_native_password"
_TLS_REQUEST = 32  # a request for TLS is a login cut off here; some clients set its flag in a whole login, too


@dataclass(frozen=True, slots=True)
class Login:
    """What a client sends to log in."""

    capabilities: Capability
    user: str
    auth_response: bytes
    database: str
    plugin: bytes


def new_scramble() -> bytes:
    """A fresh challenge without zero bytes, which end strings in the greeting."""
    return bytes(secrets.randbelow(94) + 33 for _ in range(SCRAMBLE_SIZE))


def greeting(version: str, connection_id: int, scramble: bytes, *, tls: bool = False) -> bytes:
    """The packet a server sends to a client that has just connected."""
    offered = SERVER_CAPABILITIES | (Capability.SSL if tls else 0)
    low, high = offered & 0xFFFF, offered >> 16
    return b"".join(
        (
            integer(PROTOCOL_VERSION, 1),
            version.encode() + b"\0",
            integer(connection_id & 0xFFFFFFFF, 4),
            scramble[:8] + b"\0",
            integer(low, 2),
            integer(UTF8, 1),
            integer(Status.AUTOCOMMIT, 2),
            integer(high, 2),
            integer(SCRAMBLE_SIZE + 1, 1),
            bytes(10),
            scramble[8:] + b"\0",
            PLUGIN + b"\0",
        )
    )


def asks_for_tls(payload: bytes) -> bool:
    """Whether the client's answer to the greeting only says that its login follows over TLS."""
    return len(payload) == _TLS_REQUEST and bool(Reader(payload).integer(4) & Capability.SSL)


def parse_login(payload: bytes) -> Login:
    """The client's answer to the greeting.

    Raises:
        MalformedPacketError: the packet is cut off, of the protocol before 4.1, or asks for TLS once more.
    """
    reader = Reader(payload)
    asked = Capability(reader.integer(4))
    if not asked & Capability.PROTOCOL_41 or (asked & Capability.SSL and len(payload) <= _TLS_REQUEST):
        raise MalformedPacketError("a login of protocol 4.1 was due")
    capabilities = asked & SERVER_CAPABILITIES
    reader.take(4 + 1 + 23)  # the client's packet limit, its character set, a filler
    user = _text(reader.until_null())
    if capabilities & Capability.PLUGIN_AUTH_LENENC:
        auth_response = reader.lenenc_bytes()
    elif capabilities & Capability.SECURE_CONNECTION:
        auth_response = reader.take(reader.integer(1))
    else:
        auth_response = reader.until_null()
    # Some clients leave out the last zero byte, or the database although they announce one.
    database = reader.until_null_or_end() if capabilities & Capability.CONNECT_WITH_DB else b""
    plugin = reader.until_null_or_end() if capabilities & Capability.PLUGIN_AUTH else b""
    return Login(capabilities, user, auth_response, _text(database), plugin)


def switch_request(scramble: bytes) -> bytes:
    """The packet that asks a client for ``mysql_native_password`` when it answered with another method."""
    return b"\xfe" + PLUGIN + b"\0" + scramble + b"\0"


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")
