"""Stages: named places of files."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine.accounts import require_admin
from matrixone_lite.engine.errors import ServerError, internal
from matrixone_lite.engine.storage import UserFunction

if TYPE_CHECKING:
    from matrixone_lite.engine.api import Principal
    from matrixone_lite.engine.catalog import Catalog
    from matrixone_lite.sql import ast

_PROTOCOLS: Final = ("stage://", "s3://", "file:///")


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage; status is in_use until it is enabled or disabled by ALTER STAGE."""

    id: int
    name: str
    url: str
    credentials: str = ""
    status: str = "in_use"
    comment: str = ""
    created: int = 0


def create_stage(catalog: Catalog, principal: Principal, statement: ast.CreateStage) -> None:
    """CREATE STAGE; ENABLE has no effect, as on the server."""
    require_admin(principal)
    name = statement.name.lower()
    if catalog.object("stage", principal.account_id, name) is not None:
        if statement.if_not_exists:
            return
        raise internal(f"the stage {name} exists")
    url, credentials = _check_url(statement.url), _credentials(statement.credentials)
    stage = Stage(catalog.next_id(), name, url, credentials, comment=statement.comment or "", created=time.time_ns())
    catalog.put_object("stage", principal.account_id, name, stage)


def alter_stage(catalog: Catalog, principal: Principal, statement: ast.AlterStage) -> None:
    """ALTER STAGE."""
    require_admin(principal)
    options = (statement.url, statement.credentials, statement.enabled, statement.comment)
    if sum(option is not None for option in options) > 1:
        raise internal("at most one option at a time")
    stage = _find(catalog, principal, statement.name, missing_ok=statement.if_exists)
    if stage is None:
        return
    if statement.url is not None:
        stage = replace(stage, url=_check_url(statement.url))
    if statement.credentials is not None:
        stage = replace(stage, credentials=_credentials(statement.credentials))
    if statement.enabled is not None:
        stage = replace(stage, status="enabled" if statement.enabled else "disabled")
    if statement.comment is not None:
        stage = replace(stage, comment=statement.comment)
    catalog.put_object("stage", principal.account_id, stage.name, stage)


def drop_stage(catalog: Catalog, principal: Principal, statement: ast.DropStage) -> None:
    """DROP STAGE."""
    require_admin(principal)
    stage = _find(catalog, principal, statement.name, missing_ok=statement.if_exists)
    if stage is not None:
        catalog.drop_object("stage", principal.account_id, stage.name)


def resolve(catalog: Catalog, account: int, url: str) -> str:
    """The ``file:///`` or ``s3://`` URL behind a ``stage://`` URL, through any number of stages.

    :raises ServerError: 20300 when a stage is missing or the URL names none
    """
    seen: set[str] = set()
    while url.startswith("stage://"):
        name, _, path = url.removeprefix("stage://").partition("/")
        stage: Stage | None = catalog.object("stage", account, name.lower())
        if stage is None or name in seen:
            raise ServerError(20300, f"invalid configuration: Stage {name} not found")
        seen.add(name)
        url = f"{stage.url.rstrip('/')}/{path}"
    return url


def _checked(context: Any, url: str | None) -> str | None:
    """A datalink, whose stage must exist, its file need not."""
    if url is not None:
        resolve(context.session.catalog, context.principal.account_id, url)
    return url


CHECKED: Final = UserFunction("checked_datalink", _checked, deterministic=False, context=True)


def _find(catalog: Catalog, principal: Principal, name: str, *, missing_ok: bool) -> Stage | None:
    stage: Stage | None = catalog.object("stage", principal.account_id, name.lower())
    if stage is None and not missing_ok:
        raise internal(f"the stage {name.lower()} not exists")
    return stage


def _check_url(url: str) -> str:
    if not url.startswith(_PROTOCOLS):
        raise ServerError(20300, "invalid configuration: URL protocol only supports stage://, s3:// and file:///")
    return url


def _credentials(pairs: tuple[tuple[str, str], ...]) -> str:
    return ",".join(f"{key}={value}" for key, value in pairs)
