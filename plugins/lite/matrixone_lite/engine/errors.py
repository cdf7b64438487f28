"""The one exception a statement raises towards the client."""

from __future__ import annotations

from typing import Final

_STATES: Final = {
    1045: "28000",
    1049: "HY000",
    1242: "21000",
    1248: "42000",
    1406: "22001",
    1426: "42000",
    1452: "23000",
}


class ServerError(Exception):
    """A failure with the number, SQLSTATE and text that go on the wire.

    :param errno: MySQL or MatrixOne error number
    :param message: text as the server words it
    :param sqlstate: five characters; by default the one the server uses for ``errno``
    """

    def __init__(self, errno: int, message: str, sqlstate: str | None = None) -> None:
        super().__init__(errno, message)
        self.errno = errno
        self.message = message
        self.sqlstate = sqlstate or _STATES.get(errno, "HY000")


def internal(text: str) -> ServerError:
    """Error 20101, the server's catch-all, with its prefix before ``text``."""
    return ServerError(20101, f"internal error: {text}")


def invalid_input(text: str) -> ServerError:
    """Error 20301 with its prefix before ``text``."""
    return ServerError(20301, f"invalid input: {text}")


def invalid_argument(text: str) -> ServerError:
    """Error 20203 with its prefix before ``text``."""
    return ServerError(20203, f"invalid argument {text}")


def not_supported(text: str) -> ServerError:
    """Error 20105 with its prefix before ``text``."""
    return ServerError(20105, f"not supported: {text}")


def unsupported(feature: str) -> ServerError:
    """Error 20105 for what this server, unlike MatrixOne, cannot do."""
    return not_supported(f"lite: {feature}")


def argument_outside_prepared() -> ServerError:
    """Error 20301 for ``?`` in a statement that is not prepared."""
    return invalid_input("only prepare statement can use ? expr")


def nested_too_deeply() -> ServerError:
    """Error 20105 for a statement that recursion does not get to the bottom of."""
    return unsupported("statements nested this deeply")


def syntax_error(text: str) -> ServerError:
    """Error 1064 with its prefix before ``text``."""
    return ServerError(1064, f"SQL parser error: {text}")


def no_such_table(database: str, table: str) -> ServerError:
    """Error 1146, as statements other than SELECT report a missing table."""
    return ServerError(1146, f"no such table {database}.{table}")


def unknown_database(name: str) -> ServerError:
    """Error 1049."""
    return ServerError(1049, f"Unknown database {name}")
