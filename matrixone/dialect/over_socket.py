"""aiomysql over a socket that is connected already, for which the driver has no argument."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import aiomysql

if TYPE_CHECKING:
    import socket


class _OverSocket(aiomysql.Connection):  # type: ignore[misc] # the driver has no types
    given: socket.socket

    async def _connect(self) -> None:
        self._reader, self._writer = await asyncio.open_connection(sock=self.given)
        self._next_seq_id = 0
        try:
            await self._get_server_information()
            await self._request_authentication()
            await self.autocommit(self.autocommit_mode)
        except BaseException:
            self.close()
            raise


async def connect_over(sock: socket.socket, *arguments: Any, **options: Any) -> aiomysql.Connection:
    """Log in over a socket.

    Args:
        sock: A socket that is connected to a server.
        *arguments: As for ``aiomysql.connect``.
        **options: Likewise.
    """
    connection = _OverSocket(*arguments, **options)
    connection.given = sock
    await connection._connect()
    return connection
