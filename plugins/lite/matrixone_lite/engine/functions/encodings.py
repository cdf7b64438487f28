"""Digests, and texts for numbers and bytes."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import zlib
from typing import Final

from matrixone_lite.engine import types
from matrixone_lite.engine.errors import invalid_argument
from matrixone_lite.engine.functions.registry import Accept, scalar

_SHA2: Final = {
    0: hashlib.sha256,
    224: hashlib.sha224,
    256: hashlib.sha256,
    384: hashlib.sha384,
    512: hashlib.sha512,
}
_DIGITS: Final = "0123456789abcdefghijklmnopqrstuvwxyz"
_UNSIGNED: Final = 1 << 64


@scalar("md5", parameters=[Accept.BYTES], result=types.VARCHAR)
def md5(data: bytes) -> str:
    """MD5 digest in hexadecimal."""
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


@scalar("sha1", "sha", parameters=[Accept.BYTES], result=types.VARCHAR)
def sha1(data: bytes) -> str:
    """SHA-1 digest in hexadecimal."""
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()


@scalar("sha2", parameters=[Accept.BYTES, Accept.INT], result=types.VARCHAR)
def sha2(data: bytes, bits: int) -> str | None:
    """SHA-2 digest of that many bits in hexadecimal."""
    digest = _SHA2.get(bits)
    return None if digest is None else digest(data).hexdigest()


@scalar("crc32", parameters=[Accept.BYTES], result=types.UINT)
def crc32(data: bytes) -> int:
    """Check sum."""
    return zlib.crc32(data)


@scalar("hex", parameters=[Accept.INT], result=types.VARCHAR)
def hex_of_integer(number: int) -> str:
    """A number in hexadecimal, negative ones as 64 bits."""
    return format(number % _UNSIGNED, "X")


@scalar("hex", parameters=[Accept.TEXT], result=types.VARCHAR)
def hex_of_text(text: str | bytes) -> str:
    """The bytes of a text, which may be no characters, in hexadecimal."""
    return (text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")).hex().upper()


@scalar("hex", parameters=[Accept.BYTES], result=types.VARCHAR)
def hex_of_bytes(data: bytes) -> str:
    """Bytes in hexadecimal."""
    return data.hex().upper()


@scalar("hex", parameters=[Accept.VECTOR], result=types.VARCHAR)
def hex_of_vector(data: bytes) -> str:
    """The little-endian bytes of a vector in hexadecimal."""
    return data.hex().upper()


@scalar("unhex", parameters=[Accept.TEXT], result=types.BLOB)
def unhex(text: str) -> bytes | None:
    """Bytes from hexadecimal, NULL when it is none."""
    try:
        return binascii.unhexlify(text if len(text) % 2 == 0 else f"0{text}")
    except (binascii.Error, ValueError):
        return None


@scalar("to_base64", parameters=[Accept.BYTES], result=types.TEXT)
def to_base64(data: bytes) -> str:
    """Bytes in base 64."""
    return base64.b64encode(data).decode()


@scalar("to_base64", parameters=[Accept.VECTOR], result=types.TEXT)
def to_base64_of_vector(data: bytes) -> str:
    """The little-endian bytes of a vector in base 64."""
    return base64.b64encode(data).decode()


@scalar("from_base64", parameters=[Accept.TEXT], result=types.BLOB)
def from_base64(text: str) -> bytes | None:
    """Bytes from base 64, NULL when it is none."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


@scalar("bin", parameters=[Accept.INT], result=types.VARCHAR)
def bin_(number: int) -> str:
    """A number in binary."""
    return format(number % _UNSIGNED, "b")


@scalar("oct", parameters=[Accept.INT], result=types.decimal(38, 0))
def oct_(number: int) -> int:
    """A number in octal, as a decimal number."""
    return int(format(number % _UNSIGNED, "o"))


@scalar("conv", parameters=[Accept.TEXT, Accept.INT, Accept.INT], result=types.VARCHAR)
def conv(text: str, source: int, target: int) -> str | None:
    """A number from one base to another."""
    if not (2 <= abs(source) <= len(_DIGITS) and 2 <= abs(target) <= len(_DIGITS)):  # noqa: PLR2004 - smallest base
        return None
    try:
        number = int(text, abs(source))
    except ValueError:
        raise invalid_argument(f"conv, bad value {text}") from None
    if number < 0 < target:
        number %= _UNSIGNED
    digits = ""
    rest = abs(number)
    while rest or not digits:
        rest, digit = divmod(rest, abs(target))
        digits = _DIGITS[digit] + digits
    return ("-" if number < 0 else "") + digits.upper()


@scalar("random_bytes", parameters=[Accept.INT], result=types.BLOB, deterministic=False)
def random_bytes(count: int) -> bytes:
    """Random bytes."""
    return os.urandom(count)
