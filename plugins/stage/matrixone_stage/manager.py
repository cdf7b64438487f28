"""The manager ``stage``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matrixone.exceptions import ConfigurationError, StageError
from matrixone.managers import AsyncManager, Manager, awaitable
from matrixone.sql import object_name
from matrixone_stage import model
from matrixone_stage.model import Stage
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
        *,
        credentials: Mapping[str, str | Secret] | None = None,
        enabled: bool = True,
        comment: str = "",
        if_not_exists: bool = False,
    ) -> Stage:
        """Create a stage.

        Args:
            name: Name of the stage, kept in lower case.
            url: ``file:///absolute/path/`` on the server's disk, ``s3://bucket/path/`` or ``stage://other/path/``.
            credentials: Keys such as ``AWS_KEY_ID``; never shown or logged, but kept in clear text by the server.
            enabled: A label; the server lets a disabled stage be used.
            comment: Comment.
            if_not_exists: Return the stage of that name if there is one.

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
        url, comment = model.checked_url(url), model.storable("the comment", comment)
        outcome = self._session.run(CreateStage(name, url, keys, comment, if_not_exists))
        if outcome.skipped:
            return self.get(name)
        if not enabled:
            self._session.run(AlterStage(name, False, "ENABLE"))
        return Stage(name, url, model.stored(keys), "in_use" if enabled else "disabled", comment, outcome=outcome)

    def create_local(
        self, name: str, path: str, *, enabled: bool = True, comment: str = "", if_not_exists: bool = False
    ) -> Stage:
        """Create a stage on the server's own disk.

        Args:
            name: Name of the stage.
            path: Absolute path on the server; the directory is made when the first file is written.
            enabled: As for :meth:`create`.
            comment: Comment.
            if_not_exists: Return the stage of that name if there is one.

        Returns:
            The stage; ``create_local("export_stage", "/exports/")`` has the url ``file:///exports/``.

        Raises:
            ConfigurationError: The path is relative, or has a character the server cannot handle.
            StageError: A stage of that name exists.
        """
        return self.create(name, model.local_url(path), enabled=enabled, comment=comment, if_not_exists=if_not_exists)

    def create_s3(
        self,
        name: str,
        bucket: str,
        path: str = "",
        *,
        aws_key_id: str | Secret | None = None,
        aws_secret_key: str | Secret | None = None,
        aws_region: str | None = None,
        aws_role_arn: str | None = None,
        endpoint: str | None = None,
        provider: str | None = None,
        enabled: bool = True,
        comment: str = "",
        if_not_exists: bool = False,
    ) -> Stage:
        """Create a stage in an object store.

        Args:
            name: Name of the stage.
            bucket: Bucket; may carry a path.
            path: Path in the bucket.
            aws_key_id: Access key; without keys the server uses its own identity.
            aws_secret_key: Its secret.
            aws_region: Region.
            aws_role_arn: Role to assume.
            endpoint: Address of the object store, where it is not Amazon's.
            provider: ``amazon``, ``minio`` and the like.
            enabled: As for :meth:`create`.
            comment: Comment.
            if_not_exists: Return the stage of that name if there is one.

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
        credentials = {key: value for key, value in given.items() if value is not None}
        return self.create(
            name,
            model.s3_url(bucket, path),
            credentials=credentials,
            enabled=enabled,
            comment=comment,
            if_not_exists=if_not_exists,
        )

    def alter(
        self,
        name: str,
        *,
        url: str | None = None,
        credentials: Mapping[str, str | Secret] | None = None,
        enabled: bool | None = None,
        comment: str | None = None,
        if_exists: bool = False,
    ) -> builtins.list[Outcome[None]]:
        """Change properties of a stage.

        Args:
            name: Name of the stage.
            url: New address.
            credentials: New keys, all of them.
            enabled: New label.
            comment: New comment.
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
        if enabled is not None:
            changes.append(("ENABLE", enabled))
        if comment is not None:
            changes.append(("COMMENT", model.storable("the comment", comment)))
        if not changes:
            raise ConfigurationError("alter() needs a url, credentials, enabled or a comment")
        return [self._session.run(AlterStage(name, change, kind, if_exists)) for kind, change in changes]

    def drop(self, name: str, *, if_exists: bool = False) -> Outcome[None]:
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
        return self._session.run(ListStages()).value

    def _find(self, name: str) -> Stage | None:
        return next(iter(self._session.run(ListStages(name)).value), None)


class AsyncStageManager(AsyncManager[StageManager]):
    """:class:`StageManager` for asyncio."""

    create = awaitable(StageManager.create)
    create_local = awaitable(StageManager.create_local)
    create_s3 = awaitable(StageManager.create_s3)
    alter = awaitable(StageManager.alter)
    drop = awaitable(StageManager.drop)
    get = awaitable(StageManager.get)
    exists = awaitable(StageManager.exists)
    list_files = awaitable(StageManager.list_files)
    remove_files = awaitable(StageManager.remove_files)
    list = awaitable(StageManager.list)
