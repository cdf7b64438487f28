"""Managers as attributes: typed properties for those the project ships, by name for everybody else's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

from matrixone.exceptions import PluginError
from matrixone.managers import AsyncManager, Manager

if TYPE_CHECKING:
    from matrixone_account import AccountManager, AsyncAccountManager
    from matrixone_branch import AsyncBranchManager, BranchManager
    from matrixone_cdc import AsyncCDCManager, CDCManager
    from matrixone_clone import AsyncCloneManager, CloneManager
    from matrixone_export import AsyncExportManager, ExportManager
    from matrixone_fulltext import AsyncFulltextIndexManager, FulltextIndexManager
    from matrixone_load_data import AsyncLoadDataManager, LoadDataManager
    from matrixone_metadata import AsyncMetadataManager, MetadataManager
    from matrixone_moctl import AsyncMoCtlManager, MoCtlManager
    from matrixone_pitr import AsyncPitrManager, PitrManager
    from matrixone_pubsub import AsyncPubSubManager, PubSubManager
    from matrixone_restore import AsyncRestoreManager, RestoreManager
    from matrixone_snapshots import AsyncSnapshotManager, SnapshotManager
    from matrixone_stage import AsyncStageManager, StageManager
    from matrixone_vector import AsyncVectorManager, VectorManager

    from matrixone.managers import ManagerSpec

M = TypeVar("M", bound=Manager)
A = TypeVar("A", bound=AsyncManager[Any])


class MissingManagerError(PluginError, AttributeError):
    """No installed plugin offers the manager."""


class _Managers:
    """Makes managers at their first attribute access and keeps them."""

    _managers: dict[str, Any]

    def _named(self, name: str) -> Any:
        managers = self.__dict__.setdefault("_managers", {})
        if name not in managers:
            managers[name] = self._make_manager(_spec(name, self))
        return managers[name]

    if TYPE_CHECKING:

        def _make_manager(self, spec: ManagerSpec) -> Any: ...

    else:  # type checkers report misspelt attributes; managers of others are typed by `manager(cls)`

        def __getattr__(self, name: str) -> Any:
            if name.startswith("_"):
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            return self._named(name)


class ManagerAttributes(_Managers):
    """The managers of a synchronous session or client."""

    def manager(self, cls: type[M]) -> M:
        """The manager of that class.

        Args:
            cls: A synchronous manager class offered by an installed plugin.

        Raises:
            PluginError: No plugin offers it.
        """
        return cast("M", self._named(_spec_of(cls).name))

    @property
    def snapshots(self) -> SnapshotManager:
        """Snapshots: create, list, drop, read the past."""
        return cast("SnapshotManager", self._named("snapshots"))

    @property
    def cdc(self) -> CDCManager:
        """Tasks that copy tables as they change."""
        return cast("CDCManager", self._named("cdc"))

    @property
    def clone(self) -> CloneManager:
        """Copies of databases and tables."""
        return cast("CloneManager", self._named("clone"))

    @property
    def restore(self) -> RestoreManager:
        """Going back to the past."""
        return cast("RestoreManager", self._named("restore"))

    @property
    def pitr(self) -> PitrManager:
        """Recovery windows."""
        return cast("PitrManager", self._named("pitr"))

    @property
    def load_data(self) -> LoadDataManager:
        """Files into tables."""
        return cast("LoadDataManager", self._named("load_data"))

    @property
    def stage(self) -> StageManager:
        """Places outside the database where files are kept."""
        return cast("StageManager", self._named("stage"))

    @property
    def pubsub(self) -> PubSubManager:
        """Databases shared between accounts."""
        return cast("PubSubManager", self._named("pubsub"))

    @property
    def account(self) -> AccountManager:
        """Accounts, users, roles and privileges."""
        return cast("AccountManager", self._named("account"))

    @property
    def vector_ops(self) -> VectorManager:
        """Vector indexes."""
        return cast("VectorManager", self._named("vector_ops"))

    @property
    def fulltext_index(self) -> FulltextIndexManager:
        """Full-text indexes and searches."""
        return cast("FulltextIndexManager", self._named("fulltext_index"))

    @property
    def metadata(self) -> MetadataManager:
        """What tables consist of: columns, indexes, objects, sizes."""
        return cast("MetadataManager", self._named("metadata"))

    @property
    def moctl(self) -> MoCtlManager:
        """Control of the server: flushes and checkpoints."""
        return cast("MoCtlManager", self._named("moctl"))

    @property
    def branch(self) -> BranchManager:
        """Branches of tables and databases: differences, merges."""
        return cast("BranchManager", self._named("branch"))

    @property
    def export(self) -> ExportManager:
        """Rows of queries into files."""
        return cast("ExportManager", self._named("export"))


class AsyncManagerAttributes(_Managers):
    """The managers of an asynchronous session or client."""

    def manager(self, cls: type[A]) -> A:
        """The manager of that class.

        Args:
            cls: An asynchronous manager class offered by an installed plugin.

        Raises:
            PluginError: No plugin offers it.
        """
        return cast("A", self._named(_spec_of(cls).name))

    @property
    def snapshots(self) -> AsyncSnapshotManager:
        """Snapshots: create, list, drop, read the past."""
        return cast("AsyncSnapshotManager", self._named("snapshots"))

    @property
    def cdc(self) -> AsyncCDCManager:
        """Tasks that copy tables as they change."""
        return cast("AsyncCDCManager", self._named("cdc"))

    @property
    def clone(self) -> AsyncCloneManager:
        """Copies of databases and tables."""
        return cast("AsyncCloneManager", self._named("clone"))

    @property
    def restore(self) -> AsyncRestoreManager:
        """Going back to the past."""
        return cast("AsyncRestoreManager", self._named("restore"))

    @property
    def pitr(self) -> AsyncPitrManager:
        """Recovery windows."""
        return cast("AsyncPitrManager", self._named("pitr"))

    @property
    def load_data(self) -> AsyncLoadDataManager:
        """Files into tables."""
        return cast("AsyncLoadDataManager", self._named("load_data"))

    @property
    def stage(self) -> AsyncStageManager:
        """Places outside the database where files are kept."""
        return cast("AsyncStageManager", self._named("stage"))

    @property
    def pubsub(self) -> AsyncPubSubManager:
        """Databases shared between accounts."""
        return cast("AsyncPubSubManager", self._named("pubsub"))

    @property
    def account(self) -> AsyncAccountManager:
        """Accounts, users, roles and privileges."""
        return cast("AsyncAccountManager", self._named("account"))

    @property
    def vector_ops(self) -> AsyncVectorManager:
        """Vector indexes."""
        return cast("AsyncVectorManager", self._named("vector_ops"))

    @property
    def fulltext_index(self) -> AsyncFulltextIndexManager:
        """Full-text indexes and searches."""
        return cast("AsyncFulltextIndexManager", self._named("fulltext_index"))

    @property
    def metadata(self) -> AsyncMetadataManager:
        """What tables consist of: columns, indexes, objects, sizes."""
        return cast("AsyncMetadataManager", self._named("metadata"))

    @property
    def moctl(self) -> AsyncMoCtlManager:
        """Control of the server: flushes and checkpoints."""
        return cast("AsyncMoCtlManager", self._named("moctl"))

    @property
    def branch(self) -> AsyncBranchManager:
        """Branches of tables and databases: differences, merges."""
        return cast("AsyncBranchManager", self._named("branch"))

    @property
    def export(self) -> AsyncExportManager:
        """Rows of queries into files."""
        return cast("AsyncExportManager", self._named("export"))


def _spec(name: str, owner: object) -> ManagerSpec:
    from matrixone.registry import registry

    spec = registry().named(name)
    if spec is not None:
        return spec
    known = ", ".join(registry().names()) or "none"
    hint = ""
    if isinstance(getattr(type(owner), name, None), property):
        hint = f"; pip install matrixone-{name.removesuffix('_ops').removesuffix('_index').replace('_', '-')}"
    raise MissingManagerError(
        f"{type(owner).__name__!r} object has no attribute {name!r}: no installed plugin offers such a manager "
        f"(installed: {known}){hint}"
    )


def _spec_of(cls: type[Any]) -> ManagerSpec:
    from matrixone.registry import registry

    return registry().of_class(cls)
