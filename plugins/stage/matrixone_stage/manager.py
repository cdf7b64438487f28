"""The manager ``stage``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from matrixone.aliases import also_named
from matrixone.exceptions import ConfigurationError, StageError
from matrixone.managers import AsyncManager, Manager, awaitable
from matrixone.sql import object_name
from matrixone_stage import model
from matrixone_stage.files import Stage, giving_stage, giving_stages
from matrixone_stage.operations import AlterStage, CreateStage, DropStage, ListFiles, ListStages, RemoveFiles

if TYPE_CHECKING:
    import builtins
    from collections.abc import Mapping

    from matrixone.operations import Outcome
    from matrixone.secret import Secret


class StageManager(Manager):
    """Places outside the database where files are kept.

    The server takes CREATE, ALTER, DROP STAGE and REMOVE FILES outside transactions only: they run at once where none
    is open and after the session's commit where one is. Creating is undone by a rollback; altering, dropping
    and removing files are not.
    """

    def create(
        self,
        name: str,
        url: str,
        credentials: Mapping[str, str | Secret] | None = None,
        comment: str | None = None,
        if_not_exists: bool = False,
        *,
        enabled: bool = True,
    ) -> Stage:
        """Create a stage.

        Args:
            name: Name of the stage, kept in lower case.
            url: ``file:///absolute/path/`` on the server's disk, ``s3://bucket/path/`` or ``stage://other/path/``.
            credentials: Keys such as ``AWS_KEY_ID``; never shown or logged, but kept in clear text by the server.
            comment: Comment.
            if_not_exists: Return the stage of that name if there is one.
            enabled: A label; the server lets a disabled stage be used.

        Returns:
            The stage; ``pending`` if it is created after the session's commit.

        Raises:
            StageError: A stage of that name exists.
            ConfigurationError: A url, key or comment the server cannot store.
            InvalidNameError: A name the server cannot store.

        CREATE STAGE; with ``enabled=False`` also ALTER STAGE.
        """
        name = object_name(name)
        keys = model.checked_credentials(credentials or {})
        url, comment = model.checked_url(url), model.storable("the comment", comment or "")
        outcome = self._session.run(CreateStage(name, url, keys, comment, if_not_exists))
        if outcome.skipped:
            return self.get(name)
        if not enabled:
            self._session.run(AlterStage(name, False, "ENABLE"))
        status = "in_use" if enabled else "disabled"
        return Stage(name, url, model.stored(keys), status, comment, outcome=outcome, session=self._session)

    def create_local(
        self,
        name: str,
        path: str,
        comment: str | None = None,
        if_not_exists: bool = False,
        *,
        enabled: bool = True,
    ) -> Stage:
        """Create a stage on the server's own disk.

        Args:
            name: Name of the stage.
            path: Path on the server; the directory is made when the first file is written. A relative one is taken as
                one below the directory this program works in: say so only where both are on one machine.
            comment: Comment.
            if_not_exists: Return the stage of that name if there is one.
            enabled: As for :meth:`create`.

        Returns:
            The stage; ``create_local("export_stage", "/exports/")`` has the url ``file:///exports/``.

        Raises:
            ConfigurationError: The path is empty, or has a character the server cannot handle.
            StageError: A stage of that name exists.
        """
        return self.create(name, model.local_url(path), enabled=enabled, comment=comment, if_not_exists=if_not_exists)

    def create_s3(
        self,
        name: str,
        bucket: str,
        path: str = "",
        aws_key_id: str | Secret | None = None,
        aws_secret_key: str | Secret | None = None,
        aws_region: str | None = None,
        endpoint: str | None = None,
        comment: str | None = None,
        if_not_exists: bool = False,
        *,
        aws_role_arn: str | None = None,
        provider: str | None = None,
        enabled: bool = True,
    ) -> Stage:
        """Create a stage in an object store.

        Args:
            name: Name of the stage.
            bucket: Bucket; may carry a path.
            path: Path in the bucket.
            aws_key_id: Access key. Without one it is that of the environment, ``AWS_ACCESS_KEY_ID`` and
                ``AWS_SECRET_ACCESS_KEY``, with ``AWS_REGION`` or ``AWS_DEFAULT_REGION`` unless a region is named;
                without those the server uses its own identity.
            aws_secret_key: Its secret.
            aws_region: Region.
            endpoint: Address of the object store, where it is not Amazon's.
            comment: Comment.
            if_not_exists: Return the stage of that name if there is one.
            aws_role_arn: Role to assume.
            provider: ``amazon``, ``minio`` and the like.
            enabled: As for :meth:`create`.

        Returns:
            The stage; nothing in the store is touched, so wrong keys show at the first use.

        Raises:
            StageError: A stage of that name exists.
            ConfigurationError: A key the server cannot store.
        """
        given = {
            "AWS_KEY_ID": aws_key_id,
            "AWS_SECRET_KEY": aws_secret_key,
            "AWS_ROLE_ARN": aws_role_arn,
            "AWS_REGION": aws_region,
            "PROVIDER": provider,
            "ENDPOINT": endpoint,
        }
        if aws_key_id is aws_secret_key is aws_role_arn is None:
            given |= model.environment_credentials(aws_region)
        credentials = {key: value for key, value in given.items() if value is not None}
        return self.create(
            name,
            model.s3_url(bucket, path),
            credentials=credentials,
            enabled=enabled,
            comment=comment,
            if_not_exists=if_not_exists,
        )

    @also_named(enabled="enable")
    def alter(
        self,
        name: str,
        url: str | None = None,
        credentials: Mapping[str, str | Secret] | None = None,
        comment: str | None = None,
        enable: bool | None = None,
        if_exists: bool = False,
    ) -> builtins.list[Outcome[None]]:
        """Change properties of a stage.

        Args:
            name: Name of the stage.
            url: New address.
            credentials: New keys, all of them.
            comment: New comment.
            enable: New label; also named ``enabled``.
            if_exists: Do nothing if there is no such stage.

        Returns:
            What became of each change, in the order of the arguments.

        Raises:
            StageError: There is no such stage.
            ConfigurationError: Nothing to change, or a value the server cannot store.

        ALTER STAGE, one statement for each property: the server takes no more at a time. Of several, an error leaves
        the earlier ones changed.
        """
        name = object_name(name)
        changes: list[tuple[str, str | bool | model.Credentials]] = []
        if url is not None:
            changes.append(("URL", model.checked_url(url)))
        if credentials is not None:
            changes.append(("CREDENTIALS", model.checked_credentials(credentials)))
        if comment is not None:
            changes.append(("COMMENT", model.storable("the comment", comment)))
        if enable is not None:
            changes.append(("ENABLE", enable))
        if not changes:
            raise ConfigurationError("alter() needs a url, credentials, a comment or enable")
        return [self._session.run(AlterStage(name, change, kind, if_exists)) for kind, change in changes]

    def drop(self, name: str, if_exists: bool = False) -> Outcome[None]:
        """Drop a stage; its files stay. Stages below it (``stage://name/...``) no longer work.

        Args:
            name: Name of the stage.
            if_exists: Do nothing if there is no such stage.

        Returns:
            What became of it; ``pending`` if it is dropped after the session's commit.

        Raises:
            StageError: There is no such stage.

        DROP STAGE.
        """
        return self._session.run(DropStage(object_name(name), if_exists))

    def get(self, name: str) -> Stage:
        """One stage.

        Raises:
            StageError: There is no such stage.
        """
        if (stage := self._find(object_name(name))) is None:
            raise StageError(f"there is no stage {name!r}")
        return stage

    def exists(self, name: str) -> bool:
        """Whether there is a stage of that name."""
        return self._find(object_name(name)) is not None

    def list_files(self, name: str, pattern: str = "") -> builtins.list[str]:
        """The files of a stage.

        Args:
            name: Name of the stage.
            pattern: A directory below the stage, or a name with ``*``, ``?`` and ``[...]``; if left out, the stage.

        Returns:
            Full paths, sorted; directories are among them. Empty if nothing is there.

        Raises:
            StageError: There is no such stage.
            PendingOperationError: The stage is created only after the session's commit.

        SELECT on stage_list().
        """
        return self._session.run(ListFiles(object_name(name), pattern)).value

    def remove_files(self, name: str, pattern: str, *, if_exists: bool = False) -> Outcome[None]:
        """Delete files of a stage, for good.

        Args:
            name: Name of the stage.
            pattern: A file, or a name with ``*``, ``?`` and ``[...]``.
            if_exists: Do nothing if there is no such file.

        Returns:
            What became of it; ``pending`` if they are deleted after the session's commit.

        Raises:
            StageError: No file, or no stage.
            ConfigurationError: The pattern is empty.

        REMOVE FILES FROM STAGE.
        """
        if not pattern.strip("/"):
            raise ConfigurationError("remove_files() needs a file or a pattern such as '*.csv'")
        return self._session.run(RemoveFiles(object_name(name), pattern, if_exists))

    def list(self) -> builtins.list[Stage]:
        """All stages of the account, by name."""
        return self._stages()

    def show(self, like_pattern: str | None = None) -> builtins.list[Stage]:
        """The stages whose names are like a pattern.

        Args:
            like_pattern: ``%`` stands for any characters, ``_`` for one; all stages if left out.

        SELECT on the catalog: SHOW STAGES is refused in transactions.
        """
        return self._stages(like=like_pattern)

    def _find(self, name: str) -> Stage | None:
        return next(iter(self._stages(name)), None)

    def _stages(self, name: str | None = None, like: str | None = None) -> builtins.list[Stage]:
        found = self._session.run(ListStages(name, like)).value
        return [replace(stage, session=self._session) for stage in found]


class AsyncStageManager(AsyncManager[StageManager]):
    """:class:`StageManager` for asyncio."""

    create = giving_stage(StageManager.create)
    create_local = giving_stage(StageManager.create_local)
    create_s3 = giving_stage(StageManager.create_s3)
    alter = awaitable(StageManager.alter)
    drop = awaitable(StageManager.drop)
    get = giving_stage(StageManager.get)
    exists = awaitable(StageManager.exists)
    list_files = awaitable(StageManager.list_files)
    remove_files = awaitable(StageManager.remove_files)
    list = giving_stages(StageManager.list)
    show = giving_stages(StageManager.show)
