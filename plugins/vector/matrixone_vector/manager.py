"""The manager ``vector_ops``."""

from __future__ import annotations

from typing import Self

from matrixone.managers import AsyncManager, awaitable, chaining
from matrixone.vector.indexes import at_least_one
from matrixone_vector.index_methods import IndexMethods
from matrixone_vector.search_methods import SearchMethods


class VectorManager(IndexMethods, SearchMethods):
    """Vector indexes and searches, all of it in the session's transaction.

    Tables are named (``table``, ``database.table``) or given as mapped classes. What changes an index returns the
    manager.
    """

    def enable_ivf(self, probe_limit: int | None = None) -> Self:
        """Set how many clusters a search of an IVF-Flat index looks at, on every connection of the client.

        Args:
            probe_limit: How many: the more, the more exact and the slower. The server's own number (5) if left out.

        Returns:
            The manager, for chaining.

        Raises:
            ValueError: ``probe_limit`` is below 1.
            ConfigurationError: The session has connections that are not its client's.

        SET, before the next transaction of each connection; one that is open goes on as it is. Also turns on
        ``experimental_ivf_index``, which servers of old need.
        """
        at_least_one(probe_limit=probe_limit)
        self._session.set_session_variables(experimental_ivf_index=1, probe_limit=probe_limit)
        return self

    def disable_ivf(self) -> Self:
        """Take back :meth:`enable_ivf`; indexes are still used: ``rank_mode="force"`` searches without.

        Returns:
            The manager, for chaining.

        Raises:
            ConfigurationError: As for :meth:`enable_ivf`.

        SET, as for :meth:`enable_ivf`.
        """
        self._session.set_session_variables(experimental_ivf_index=0, probe_limit=None)
        return self

    def enable_hnsw(self) -> Self:
        """Let HNSW indexes be created, on every connection of the client; clients begin so.

        Returns:
            The manager, for chaining.

        Raises:
            ConfigurationError: As for :meth:`enable_ivf`.

        SET, as for :meth:`enable_ivf`.
        """
        self._session.set_session_variables(experimental_hnsw_index=1)
        return self

    def disable_hnsw(self) -> Self:
        """Let no HNSW index be created.

        Returns:
            The manager, for chaining.

        Raises:
            ConfigurationError: As for :meth:`enable_ivf`.

        SET, as for :meth:`enable_ivf`.
        """
        self._session.set_session_variables(experimental_hnsw_index=0)
        return self


class AsyncVectorManager(AsyncManager[VectorManager]):
    """:class:`VectorManager` for asyncio."""

    create = chaining(VectorManager.create)
    create_ivf = chaining(VectorManager.create_ivf)
    create_hnsw = chaining(VectorManager.create_hnsw)
    drop = chaining(VectorManager.drop)
    reindex = chaining(VectorManager.reindex)
    rebuild = chaining(VectorManager.rebuild)
    list = awaitable(VectorManager.list)
    get = awaitable(VectorManager.get)
    wait_until_built = chaining(VectorManager.wait_until_built)
    get_ivf_stats = awaitable(VectorManager.get_ivf_stats)
    similarity_search = awaitable(VectorManager.similarity_search)
    search_with_rank = awaitable(VectorManager.search_with_rank)
    range_search = awaitable(VectorManager.range_search)
    check_recall = awaitable(VectorManager.check_recall)
    insert = chaining(VectorManager.insert)
    batch_insert = chaining(VectorManager.batch_insert)
    enable_ivf = chaining(VectorManager.enable_ivf)
    disable_ivf = chaining(VectorManager.disable_ivf)
    enable_hnsw = chaining(VectorManager.enable_hnsw)
    disable_hnsw = chaining(VectorManager.disable_hnsw)
