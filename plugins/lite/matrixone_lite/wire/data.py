"""Elementary data of the protocol: integers and strings, fixed or length-encoded."""

TWO_BYTES, THREE_BYTES, EIGHT_BYTES, NULL = 0xFC, 0xFD, 0xFE, 0xFB


class MalformedPacketError(Exception):
    """A packet that no client following the protocol sends; it ends the connection."""


def integer(value: int, size: int) -> bytes:
    """A fixed-length unsigned integer."""
    return value.to_bytes(size, "little")


def lenenc_integer(value: int) -> bytes:
    """A length-encoded integer."""
    if value < NULL:
        return bytes((value,))
    if value < 1 << 16:
        return bytes((TWO_BYTES,)) + integer(value, 2)
    if value < 1 << 24:
        return bytes((THREE_BYTES,)) + integer(value, 3)
    return bytes((EIGHT_BYTES,)) + integer(value, 8)


def lenenc_bytes(value: bytes) -> bytes:
    """A length-encoded string."""
    return lenenc_integer(len(value)) + value


class Reader:
    """A cursor over the bytes of one packet that never reads past its end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 0

    @property
    def remaining(self) -> int:
        """Number of bytes not read yet."""
        return len(self._data) - self._position

    def take(self, size: int) -> bytes:
        """The next ``size`` bytes.

        Raises:
            MalformedPacketError: the packet is shorter.
        """
        if size > self.remaining:
            raise MalformedPacketError(f"{size} bytes wanted, {self.remaining} left")
        start = self._position
        self._position += size
        return self._data[start : self._position]

    def rest(self) -> bytes:
        """Everything not read yet."""
        return self.take(self.remaining)

    def integer(self, size: int, *, signed: bool = False) -> int:
        """A fixed-length integer."""
        return int.from_bytes(self.take(size), "little", signed=signed)

    def lenenc_integer(self) -> int:
        """A length-encoded integer."""
        first = self.integer(1)
        if first < NULL:
            return first
        sizes = {TWO_BYTES: 2, THREE_BYTES: 3, EIGHT_BYTES: 8}
        if first not in sizes:
            raise MalformedPacketError(f"0x{first:02x} begins no length-encoded integer")
        return self.integer(sizes[first])

    def lenenc_bytes(self) -> bytes:
        """A length-encoded string."""
        return self.take(self.lenenc_integer())

    def until_null(self) -> bytes:
        """A string ended by a zero byte, which is skipped."""
        end = self._data.find(b"\0", self._position)
        if end < 0:
            raise MalformedPacketError("string without an end")
        value = self.take(end - self._position)
        self.take(1)
        return value

    def until_null_or_end(self) -> bytes:
        """A string ended by a zero byte or by the packet."""
        if self._data.find(b"\0", self._position) < 0:
            return self.rest()
        return self.until_null()
