"""What a server answers, as data: columns and rows, counts, or an error."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pymysql
from pymysql.connections import MysqlPacket
from pymysql.constants import CLIENT

if TYPE_CHECKING:
    from collections.abc import Mapping
    from urllib.parse import ParseResult

Answer = dict[str, Any]
Cell = str | dict[str, str] | None

READ_TIMEOUT = 180
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\ufffd]")
_STACK = re.compile(r"\n[^\n]*\n\t/")


class _Packet(MysqlPacket):
    def raise_for_error(self) -> None:
        """Keep the SQLSTATE, which the driver drops."""
        try:
            super().raise_for_error()
        except pymysql.MySQLError as error:
            error.sqlstate = self._data[4:9].decode("ascii", "replace")
            raise


class Connection(pymysql.Connection):
    """A connection that leaves values as the text on the wire."""

    def _read_packet(self, packet_type: Any = _Packet) -> Any:
        return super()._read_packet(_Packet if packet_type is MysqlPacket else packet_type)


def connect(url: ParseResult, options: Mapping[str, str]) -> Connection:
    """Open a connection.

    Args:
        url: Address and login, unless an option says otherwise.
        options: ``user``, ``password``, ``account`` and ``role`` around the user name, ``database``, and the switches
            ``autocommit``, ``found_rows``, ``multi``.
    """
    login = (options.get("account"), options.get("user", url.username), options.get("role"))
    found_rows, multi = int(options.get("found_rows", 0)), int(options.get("multi", 0))
    return Connection(
        host=url.hostname,
        port=url.port,
        user=":".join(filter(None, login)),
        password=options.get("password", url.password),
        database=options.get("database"),
        autocommit=bool(int(options.get("autocommit", 1))),
        charset="utf8mb4",
        client_flag=CLIENT.FOUND_ROWS * found_rows | CLIENT.MULTI_STATEMENTS * multi,
        local_infile=True,
        read_timeout=READ_TIMEOUT,
        conv=pymysql.converters.encoders,
        use_unicode=False,
        ssl_disabled=True,
    )


def send(connection: Connection, sql: str) -> Answer:
    """Execute one packet of SQL; of several answers, those after the first come under ``more``."""
    answers = []
    try:
        cursor = connection.cursor()
        cursor.execute(sql)
        answers.append(_result(cursor))
        while cursor.nextset():
            answers.append(_result(cursor))
    except Exception as error:  # noqa: BLE001 - also what a server that breaks the protocol makes of the driver
        answers.append(failure(error))
    return {**answers[0], "more": answers[1:]} if answers[1:] else answers[0]


def failure(error: Exception) -> Answer:
    """An error as number, SQLSTATE and message, without a stack of the server."""
    pair = 2
    known = isinstance(error, pymysql.MySQLError) and len(error.args) >= pair
    number, message = error.args[:pair] if known else (0, repr(error))
    return {"error": [number, getattr(error, "sqlstate", ""), _STACK.split(str(message))[0]]}


def cell(value: bytes | None) -> Cell:
    """A value as text, or as hexadecimal digits where it is no clean UTF-8."""
    text = None if value is None else value.decode("utf-8", "replace")
    return {"hex": value.hex()} if value and text and _UNPRINTABLE.search(text) else text


def _result(cursor: Any) -> Answer:
    if cursor.description is None:
        return {"affected": cursor.rowcount, "lastrowid": cursor.lastrowid}
    columns = [[field.name, field.type_code, field.charsetnr] for field in cursor._result.fields]
    return {"columns": columns, "rows": [[cell(value) for value in row] for row in cursor.fetchall()]}
