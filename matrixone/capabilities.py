"""What one server can do, known from its version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import text

from matrixone.dialect.version import DEVELOPMENT, is_lite, matrixone_version
from matrixone.exceptions import VersionError
from matrixone.features import FEATURES, feature_named
from matrixone.operations import InTransaction, Operation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Result
    from sqlalchemy.sql import Executable

    from matrixone.features import Feature, Version


class Capabilities:
    """What a server can do. ``"clone" in client.capabilities``, or :meth:`require`; iterating gives the names.

    A build without a number counts as newer than every release, the embedded server as the release it names (what it
    lacks of that is an error of its own), and a server that is no MatrixOne can do nothing of it.

    Args:
        version_text: What ``SELECT version()`` answers, such as ``8.0.30-MatrixOne-v4.2.0``.
    """

    __slots__ = ("_number", "text")

    def __init__(self, version_text: str) -> None:
        self.text = version_text
        self._number = matrixone_version(version_text)

    @property
    def version(self) -> Version:
        """Major, minor and patch; ``()`` of a server that is no MatrixOne."""
        return self._number

    @property
    def is_development(self) -> bool:
        """Whether the server is a build without a number."""
        return self._number == DEVELOPMENT

    @property
    def is_lite(self) -> bool:
        """Whether it is the embedded development server."""
        return is_lite(self.text)

    def supports(self, feature: str) -> bool:
        """Whether the server can do it.

        Raises:
            ConfigurationError: There is no feature of that name.
        """
        return self._number >= feature_named(feature).since

    def require(self, feature: str) -> None:
        """Refuse to go on without it; nothing is sent.

        Raises:
            VersionError: The server cannot do it: the message names the feature, its first release and the server's.
            ConfigurationError: There is no feature of that name.
        """
        if not self.supports(feature):
            raise _missing(feature_named(feature), self)

    def __contains__(self, feature: str) -> bool:
        return self.supports(feature)

    def __iter__(self) -> Iterator[str]:
        return (name for name in FEATURES if self.supports(name))

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.text}>"


@dataclass(frozen=True, slots=True)
class ReadCapabilities(Operation[Capabilities]):
    """Ask the server for its version."""

    name: ClassVar = "capabilities"
    in_transaction: ClassVar = InTransaction.READS

    def statement(self) -> Executable:
        """SELECT version()."""
        return text("SELECT version()")

    def read(self, result: Result[Any]) -> Capabilities:
        """What that version can do."""
        return Capabilities(str(result.scalar_one()))


def dotted(version: Version) -> str:
    """A version as people write it."""
    return ".".join(map(str, version))


def _missing(feature: Feature, found: Capabilities) -> VersionError:
    message = f"{feature.name} ({feature.description}) needs MatrixOne {dotted(feature.since)}, this is {found.text}"
    if feature.alternative:
        message += f"; instead: {feature.alternative}"
    return VersionError(message, feature=feature.name, required=feature.since, found=found.version)
