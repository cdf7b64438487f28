"""Packets over a byte stream: frames of at most 16 MB, numbered within one command."""

from typing import Protocol

from matrixone_lite.wire.constants import MAX_ALLOWED_PACKET, MAX_FRAME
from matrixone_lite.wire.data import MalformedPacketError, integer

HEADER_SIZE = 4


class PacketTooLargeError(Exception):
    """A packet above ``max_allowed_packet``; it was read to its end and thrown away."""


class ByteStream(Protocol):
    """What packets need of a socket, a pipe or a buffer."""

    def read(self, size: int, /) -> bytes | None:
        """Up to ``size`` bytes, none where the stream ends."""

    def write(self, data: bytes, /) -> int | None:
        """Take bytes, perhaps into a buffer."""

    def flush(self) -> None:
        """Send what a buffer holds."""

    def close(self) -> None:
        """Free it."""


class PacketStream:
    """Reads and writes whole packets and keeps count of their sequence numbers."""

    def __init__(self, stream: ByteStream, limit: int = MAX_ALLOWED_PACKET) -> None:
        self._stream = stream
        self._sequence = 0
        self.limit = limit

    def continue_over(self, stream: ByteStream) -> None:
        """Go on over another stream, with the same numbering."""
        self._stream = stream

    def restart(self) -> None:
        """A new command begins: numbering starts at zero."""
        self._sequence = 0

    def read(self) -> bytes | None:
        """The next packet, or None where the other side closed the connection between packets.

        Raises:
            PacketTooLargeError: the packet exceeds the limit.
            MalformedPacketError: the stream ends inside a packet, or its numbering is wrong.
        """
        chunks: list[bytes] = []
        total = 0
        while True:
            header = self._read_exactly(HEADER_SIZE, first=not chunks)
            if header is None:
                return None
            size = int.from_bytes(header[:3], "little")
            if header[3] != self._sequence:
                raise MalformedPacketError(f"packet {header[3]} where {self._sequence} was due")
            self._sequence = (self._sequence + 1) % 256
            chunk = self._read_exactly(size) or b""
            total += size
            if total > self.limit:
                chunks = [b""]
            else:
                chunks.append(chunk)
            if size < MAX_FRAME:
                break
        if total > self.limit:
            raise PacketTooLargeError
        return chunks[0] if len(chunks) == 1 else b"".join(chunks)

    def write(self, payload: bytes) -> None:
        """Queue a packet; it leaves with the next :meth:`flush`."""
        for start in range(0, len(payload) + 1, MAX_FRAME):  # a payload of exactly one frame is ended by an empty one
            chunk = payload[start : start + MAX_FRAME]
            self._stream.write(integer(len(chunk), 3) + bytes((self._sequence,)) + chunk)
            self._sequence = (self._sequence + 1) % 256

    def flush(self) -> None:
        """Send what was written."""
        self._stream.flush()

    def _read_exactly(self, size: int, *, first: bool = False) -> bytes | None:
        data = b""
        while len(data) < size:
            piece = self._stream.read(size - len(data))
            if not piece:
                if first and not data:
                    return None
                raise MalformedPacketError("the connection ended inside a packet")
            data += piece
        return data
