"""Names, comments and passwords the server takes and keeps as they are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from matrixone.exceptions import ConfigurationError, InvalidNameError
from matrixone.secret import Secret
from matrixone.sql import checked_name, object_name

if TYPE_CHECKING:
    from collections.abc import Iterable

_ACCOUNT = re.compile(r"[a-z0-9_-]+")
_LOGIN = ":#?"
_PASTED = '"\\'
_LONGEST_COMMENT = 256


def account_name(name: str) -> str:
    """The name of an account, in lower case.

    Raises:
        InvalidNameError: It has other characters than letters, digits, ``_`` and ``-``.
    """
    lowered = object_name(name)
    if not _ACCOUNT.fullmatch(lowered):
        raise InvalidNameError(f"the name of an account has letters a to z, digits, '_' and '-'; {name!r} has others")
    return lowered


def member_name(name: str) -> str:
    """The name of a user or role, in lower case.

    Raises:
        InvalidNameError: The server cannot keep it, or it could not be part of a login name.
    """
    return _fit_for_login(object_name(name))


def member_names(names: str | Iterable[str]) -> tuple[str, ...]:
    """One name or several, in lower case.

    Raises:
        InvalidNameError: As for one.
        ConfigurationError: None at all.
    """
    checked = tuple(map(member_name, [names] if isinstance(names, str) else names))
    if not checked:
        raise ConfigurationError("at least one name is needed")
    return checked


def admin_name(name: str) -> str:
    """The name of the first user of an account, which keeps its case.

    Raises:
        InvalidNameError: The server cannot keep it: it pastes the name into a statement of its own, unescaped.
    """
    if any(character in _PASTED + "'`" or character.isspace() for character in checked_name(name)):
        raise InvalidNameError(f"{name!r} holds a blank, a quotation mark or a backslash")
    return _fit_for_login(name)


def account_comment(comment: str) -> str:
    """The comment itself, if the server keeps it as it is: it pastes it into a statement of its own, unescaped.

    Raises:
        ConfigurationError: It has a double quote, a backslash or a NUL, or is longer than 256 characters.
    """
    if len(comment) > _LONGEST_COMMENT:
        raise ConfigurationError(
            f"the server cuts the comment of an account at {_LONGEST_COMMENT} characters; this one has {len(comment)}"
        )
    for character in _PASTED + "\0":
        if character in comment:
            raise ConfigurationError(
                f"the comment of an account cannot have {character!r}: the server does not escape it when it stores it"
            )
    return comment


def checked_password(password: str | Secret | None) -> Secret:
    """The password as a secret.

    Raises:
        ConfigurationError: It is empty or missing, or has a NUL.
    """
    if password is None:
        raise ConfigurationError("a password is needed")
    secret = Secret(password)
    if not secret.reveal() or "\0" in secret.reveal():
        raise ConfigurationError("a password is not empty and has no NUL character")
    return secret


def login_name(account: str, user: str, role: str | None = None) -> str:
    """The name to log in with.

    Args:
        account: Account.
        user: User; the first user of an account has the case it was created with.
        role: Role to act as; the user's default role, mostly ``public``, if left out.

    Returns:
        ``account:user`` or ``account:user:role``.

    Raises:
        InvalidNameError: A part is empty or has a character that would end it.
    """
    parts = (account, user) if role is None else (account, user, role)
    return ":".join(_fit_for_login(checked_name(part)) for part in parts)


def one_of(parameter: str, value: str | None, alias: str | None) -> str:
    """The argument that was given by one of its two names.

    Raises:
        ConfigurationError: Neither or both were given.
    """
    if (value is None) == (alias is None):
        raise ConfigurationError(f"{parameter} is needed, once")
    return value or alias or ""


def _fit_for_login(name: str) -> str:
    for character in _LOGIN:
        if character in name:
            raise InvalidNameError(f"{name!r} has {character!r}, which ends a part of a login name")
    return name
