"""How to reach a server: address, login, TLS, pool; and the errors of a failed attempt."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from pymysql.charset import charset_by_name
from pymysql.constants import CLIENT
from sqlalchemy import URL, make_url
from sqlalchemy.exc import DBAPIError

from matrixone.exceptions import (
    AuthenticationError,
    ConfigurationError,
    ConnectionError,  # noqa: A004 - the name the specification gives it
    is_authentication_failure,
    server_answer,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SSLMode = Literal["disabled", "preferred", "required", "verify_ca", "verify_identity"]
DIALECTS = ("matrixone", "mysql", "mariadb")
"""Names of the dialects that speak to the server."""
_PORTS = 65536
_TLS_ONLY: tuple[SSLMode, ...] = ("required", "verify_ca", "verify_identity")
_MODES: tuple[SSLMode, ...] = ("disabled", "preferred", *_TLS_ONLY)


_TEXTS = ("account", "role", "ssl_mode", "ssl_ca", "ssl_cert", "ssl_key", "charset")
_OF_ADDRESSES: dict[str, Callable[[Any], Any]] = {**dict.fromkeys(_TEXTS, str), "connection_timeout": float}


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionSettings:
    """Where and as whom to connect. The password is not shown by ``repr``.

    Args:
        host: Name or address.
        port: TCP port.
        user: ``user``, ``account:user``, ``account:user:role``, or the same with ``#``.
        password: Its password.
        database: Database to begin in; None for none.
        account: Account, if ``user`` does not name it.
        role: Role, if ``user`` does not name it; alone it means the account ``sys``.
        ssl_mode: ``disabled``, ``preferred`` (TLS if the server offers it), ``required`` (verified only with
            ``ssl_ca``), ``verify_ca``, ``verify_identity``.
        ssl_ca: File of trusted certificates.
        ssl_cert: File of the client's certificate.
        ssl_key: File of its key.
        charset: Character set of the connection.
        connection_timeout: Seconds to wait for a connection, for the server's greeting and its answer to the login.
        local_infile: Let the server ask for local files named in LOAD DATA LOCAL.
        session_variables: Set on every new connection, before any transaction, besides ``experimental_hnsw_index = 1``,
            without which the server takes no HNSW index.
    """

    host: str = "localhost"
    port: int = 6001
    user: str = "root"
    password: str = field(default="111", repr=False)
    database: str | None = None
    account: str | None = None
    role: str | None = None
    ssl_mode: SSLMode = "preferred"
    ssl_ca: str | None = None
    ssl_cert: str | None = None
    ssl_key: str | None = None
    charset: str = "utf8mb4"
    connection_timeout: float = 30
    local_infile: bool = False
    session_variables: Mapping[str, str | int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.ssl_mode not in _MODES:
            raise ConfigurationError(f"ssl_mode is one of {', '.join(_MODES)}, not {self.ssl_mode!r}")
        if self.ssl_mode not in _TLS_ONLY and (self.ssl_ca or self.ssl_cert or self.ssl_key):
            raise ConfigurationError(f"certificates need an ssl_mode of {', '.join(_TLS_ONLY)}, not {self.ssl_mode!r}")
        if self.ssl_key and not self.ssl_cert:
            raise ConfigurationError("ssl_key is the key of a certificate: give ssl_cert, too")
        if self.port not in range(1, _PORTS):
            raise ConfigurationError(f"port is a number from 1 to 65535, not {self.port!r}")
        if charset_by_name(self.charset) is None:
            raise ConfigurationError(f"charset is a character set of MySQL such as 'utf8mb4', not {self.charset!r}")
        if self.connection_timeout <= 0:
            raise ConfigurationError(
                f"connection_timeout is a positive number of seconds, not {self.connection_timeout!r}"
            )
        if (self.account or self.role) and any(separator in self.user for separator in ":#"):
            raise ConfigurationError("the account and role are part of user, or arguments of their own, not both")

    @property
    def variables(self) -> dict[str, str | int]:
        """What is set on a new connection."""
        return {"experimental_hnsw_index": 1, **self.session_variables}

    @property
    def login(self) -> str:
        """The user name as the server takes it."""
        if self.role is not None:
            return f"{self.account or 'sys'}#{self.user}#{self.role}"
        return f"{self.account}#{self.user}" if self.account is not None else self.user

    def login_parts(self) -> dict[str, str | None]:
        """Account, user and role; the account is ``sys`` if none is named."""
        account, user, role = "sys", self.login.replace("#", ":"), None
        parts = user.split(":")
        if len(parts) > 1:
            account, user = parts[0], parts[1]
            role = parts[2] if len(parts) > 2 else None  # noqa: PLR2004 - account, user, role
        return {"account": account, "user": user, "role": role}

    def url(self, driver: str) -> URL:
        """The address for SQLAlchemy."""
        return URL.create(
            f"matrixone+{driver}",
            username=self.login,
            password=self.password.encode().decode("latin-1"),  # drivers encode it as Latin-1, the server keeps UTF-8
            host=self.host,
            port=self.port,
            database=self.database,
            query={"charset": self.charset},
        )

    def connect_args(self, driver: str) -> dict[str, Any]:
        """Arguments for the driver."""
        arguments: dict[str, Any] = {
            "connect_timeout": self.connection_timeout,
            "local_infile": self.local_infile,
        }
        if driver == "pymysql" and self.ssl_mode == "disabled":
            arguments["ssl_disabled"] = True
        elif self.ssl_mode != "disabled" and not (driver == "pymysql" and self.ssl_mode == "preferred"):
            arguments["ssl"] = self._ssl_context()
        return arguments

    def check_tls(self, driver_connection: Any) -> None:
        """Refuse a plain connection where TLS was required: drivers fall back to one without a word.

        Raises:
            ConnectionError: The server does not offer TLS.
        """
        if self.ssl_mode in _TLS_ONLY and not driver_connection.server_capabilities & CLIENT.SSL:
            raise self.failure(OSError(f"ssl_mode is {self.ssl_mode!r}, but the server does not offer TLS"))

    def _ssl_context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self.ssl_ca)
        verified = self.ssl_mode in ("verify_ca", "verify_identity") or self.ssl_ca is not None
        context.check_hostname = self.ssl_mode == "verify_identity"
        context.verify_mode = ssl.CERT_REQUIRED if verified else ssl.CERT_NONE
        if self.ssl_cert is not None:
            context.load_cert_chain(self.ssl_cert, self.ssl_key)
        return context

    def failure(self, error: BaseException) -> ConnectionError:
        """The error for a failed attempt: where, and why, never the password."""
        number, message, sqlstate = server_answer(error.orig if isinstance(error, DBAPIError) else error)
        cls = AuthenticationError if is_authentication_failure(number, message) else ConnectionError
        return cls(
            f"cannot connect to {self.host}:{self.port} as {self.login!r}, database {self.database!r}: {message}",
            host=self.host,
            port=self.port,
            database=self.database,
            errno=number,
            sqlstate=sqlstate,
            orig=error,
        )


def settings_of(url: str | URL) -> dict[str, Any]:
    """The settings named by an address such as ``matrixone://user:password@host:port/database?ssl_mode=required``.

    Raises:
        ConfigurationError: An address of another kind of database, or a setting that an address cannot have.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() not in DIALECTS:
        raise ConfigurationError(f"an address begins with matrixone://, not {parsed.drivername}://")
    if unknown := sorted(parsed.query.keys() - _OF_ADDRESSES.keys()):
        raise ConfigurationError(f"an address has the settings {', '.join(_OF_ADDRESSES)}, not {', '.join(unknown)}")
    named = {
        **{name: _OF_ADDRESSES[name](value) for name, value in parsed.query.items()},
        "host": parsed.host,
        "port": parsed.port,
        "user": parsed.username,
        "password": None if parsed.password is None else str(parsed.password),
        "database": parsed.database or None,
    }
    return {name: value for name, value in named.items() if value is not None}
