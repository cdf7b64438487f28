"""The ``mysql_native_password`` method: what is stored of a password, and how an answer to a challenge is checked."""

import hashlib
import hmac

DIGEST_SIZE = 20


def native_hash(password: str) -> bytes:
    """What a server keeps of a password."""
    return _sha1(_sha1(password.encode()))


def native_check(stored: bytes, scramble: bytes, response: bytes) -> bool:
    """Whether the answer to a challenge proves knowledge of the password behind a stored hash."""
    if len(response) != DIGEST_SIZE:
        return False
    mask = _sha1(scramble + stored)
    once = bytes(a ^ b for a, b in zip(response, mask, strict=True))
    return hmac.compare_digest(_sha1(once), stored)


def _sha1(data: bytes) -> bytes:
    return hashlib.sha1(data, usedforsecurity=False).digest()
