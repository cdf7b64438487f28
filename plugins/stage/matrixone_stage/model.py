"""What a stage is, and which addresses, keys and comments one can have."""

from __future__ import annotations

import os
import posixpath
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from matrixone.exceptions import ConfigurationError
from matrixone.secret import Secret

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from matrixone.operations import Outcome

Credentials = tuple[tuple[str, Secret], ...]

_PROTOCOLS = ("file:///", "s3://", "stage://")


@dataclass(frozen=True, slots=True)
class StageProperties:
    """What is known of a stage.

    Args:
        name: Name, in lower case.
        url: Where the files are: ``file:///...`` on the server's disk, ``s3://...``, ``stage://...`` below another one.
        credentials: Keys for the place, as the server keeps them; ``None`` if it has none.
        status: ``in_use``, ``enabled`` or ``disabled``; the server treats all three alike. ``None`` until it was read.
        comment: Comment, empty if there is none.
        created_time: When it was created or last altered, by the server's clock; ``None`` until it was read.
        outcome: What became of its creation, if this object comes from one.
    """

    name: str
    url: str
    credentials: Secret | None = None
    status: str | None = None
    comment: str = ""
    created_time: dt.datetime | None = None
    outcome: Outcome[None] | None = field(default=None, repr=False, compare=False)

    @property
    def pending(self) -> bool:
        """Its creation waits for the commit of the session that asked for it."""
        return self.outcome is not None and self.outcome.pending


def checked_url(url: str) -> str:
    """The address itself, if a stage can have it.

    Raises:
        ConfigurationError: Another protocol, or a character the server cannot store.
    """
    if not url.startswith(_PROTOCOLS):
        raise ConfigurationError(f"the url of a stage begins with {', '.join(_PROTOCOLS)}; {url!r} does not")
    return storable("the url", url)


def local_url(path: str) -> str:
    """The address of a directory on the server's disk, a relative one below the directory this program works in.

    Raises:
        ConfigurationError: The path is empty, or the server cannot reach it.
    """
    if not path:
        raise ConfigurationError("a stage needs a path, this one is empty")
    if not path.startswith("/"):
        path = posixpath.join(Path.cwd().as_posix(), path)
    if any(character in path for character in " ?#"):
        raise ConfigurationError(f"the server reaches no path with a blank, '?' or '#' in it, such as {path!r}")
    return "file://" + quote(path)


def s3_url(bucket: str, path: str) -> str:
    """The address of a folder in a bucket.

    Raises:
        ConfigurationError: The bucket has no name.
    """
    if not bucket.strip("/"):
        raise ConfigurationError("a bucket has a name")
    return checked_url("s3://" + posixpath.join(bucket.strip("/"), path.lstrip("/")))


def environment_credentials(region: str | None) -> dict[str, str | Secret | None]:
    """The keys of an object store that the environment of this program names; empty if it names none."""
    key, secret = os.environ.get("AWS_ACCESS_KEY_ID"), os.environ.get("AWS_SECRET_ACCESS_KEY")
    if not key or not secret:
        return {}
    region = region or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    return {"AWS_KEY_ID": Secret(key), "AWS_SECRET_KEY": Secret(secret), "AWS_REGION": region}


def checked_credentials(credentials: Mapping[str, str | Secret]) -> Credentials:
    """The keys as secrets, in the order given.

    Raises:
        ConfigurationError: A name or value the server cannot store.
    """
    checked = []
    for name, value in credentials.items():
        secret = Secret(value)
        storable("the name of a credential", name, forbidden="'\\,=")
        storable(f"the credential {name}", secret.reveal(), forbidden="'\\,", shown="***")
        checked.append((name, secret))
    return tuple(checked)


def stored(credentials: Credentials) -> Secret | None:
    """The keys as the server keeps them."""
    return Secret(",".join(f"{name}={value.reveal()}" for name, value in credentials)) if credentials else None


def storable(what: str, text: str, *, forbidden: str = "'\\", shown: str | None = None) -> str:
    """The text itself, if the server stores it as it is: it pastes such texts into a statement of its own, unescaped.

    Raises:
        ConfigurationError: It has a character that would end or change the server's own literal.
    """
    for character in text:
        if character in forbidden or character < " ":
            raise ConfigurationError(
                f"{what} of a stage cannot have {character!r}: the server does not escape it when it stores "
                f"{text if shown is None else shown!r}"
            )
    return text
