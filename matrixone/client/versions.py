"""What a client says about the version of its server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matrixone.capabilities import Capabilities, ReadCapabilities, dotted
from matrixone.version import VersionInfo, VersionManager

if TYPE_CHECKING:
    from typing import TypeVar

    from matrixone.operations import Operation, Outcome

    T = TypeVar("T")


class VersionMethods:
    """Version and capabilities of the client's server, known for each client by itself."""

    _capabilities: Capabilities | None

    if TYPE_CHECKING:

        def run(self, operation: Operation[T], /) -> Outcome[T]:
            """Run an operation."""
            ...

        def execute(self, sql_or_stmt: Any, params: Any = None) -> Any:
            """Run a statement."""

    def git_version(self) -> str:
        """The commit that the server was built of, as far as its build says so."""
        return str(self.execute("SELECT git_version()").scalar())

    @property
    def capabilities(self) -> Capabilities:
        """What the server can do, by its version; the server is asked once.

        Raises:
            ConnectionError: Not connected.

        SELECT version().
        """
        if self._capabilities is None:
            self._capabilities = self.run(ReadCapabilities()).value
        return self._capabilities

    def get_backend_version(self) -> str:
        """The server's version, such as ``4.2.0``; ``999.0.0`` of a build without a number.

        Raises:
            ConnectionError: Not connected.
        """
        return dotted(self.capabilities.version)

    def set_backend_version(self, version: str) -> None:
        """Take the server for another version from now on, in this client only.

        Args:
            version: ``4.2.0``, or what ``SELECT version()`` answers.

        Raises:
            ValueError: Neither.
        """
        self._capabilities = Capabilities(VersionManager.version_text(version))

    def is_development_version(self) -> bool:
        """Whether the server is a build without a number, which counts as newer than every release."""
        return self.capabilities.is_development

    def is_feature_available(self, feature_name: str) -> bool:
        """Whether the server has a feature; True for one that is not known."""
        return self._versions().is_feature_available(feature_name)

    def get_feature_info(self, feature_name: str) -> dict[str, Any] | None:
        """``feature_name``, ``min_version``, ``max_version``, ``description``, ``alternative``; None if unknown."""
        return self._versions().get_feature_info(feature_name)

    def check_version_compatibility(self, required_version: str, operator: str = ">=") -> bool:
        """Whether the server's version compares so with another.

        Args:
            required_version: ``x.y.z``.
            operator: ``>=``, ``>``, ``<=``, ``<``, ``==`` or ``!=``.

        Raises:
            ValueError: Another operator, or no version.
        """
        return self._versions().is_version_compatible(required_version, operator=operator)

    def get_version_hint(self, feature_name: str, error_context: str = "") -> str:
        """Since when there is a feature, what the server is, and what to do without it; one sentence.

        Args:
            feature_name: Name of a feature.
            error_context: What went wrong; put before the sentence.
        """
        return self._versions().get_version_hint(feature_name, error_context)

    def _versions(self) -> VersionManager:
        versions = VersionManager()
        versions.set_backend_version(VersionInfo.of(self.capabilities.version))
        return versions
