"""Versions and features of the server by name, apart from any connection; clients know their own server's.

A layer over :mod:`matrixone.features` for programs that gate their functions by version.
"""

from __future__ import annotations

import enum
import functools
import inspect
import operator as operators
import re
import warnings
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, ParamSpec, TypeVar

from matrixone.dialect.version import DEVELOPMENT, matrixone_version
from matrixone.exceptions import VersionError
from matrixone.features import FEATURES

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = [
    "FeatureRequirement",
    "VersionComparison",
    "VersionError",
    "VersionInfo",
    "VersionManager",
    "get_version_manager",
    "requires_version",
]

P = ParamSpec("P")
T = TypeVar("T")

_VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)", re.ASCII)
_OPERATORS = {
    ">=": operators.ge,
    ">": operators.gt,
    "<=": operators.le,
    "<": operators.lt,
    "==": operators.eq,
    "!=": operators.ne,
}


class VersionInfo(NamedTuple):
    """A version, ordered; ``str()`` writes it with dots."""

    major: int
    minor: int
    patch: int

    @classmethod
    def of(cls, numbers: tuple[int, ...]) -> VersionInfo:
        """From the numbers; ``()`` is lower than every version."""
        return cls(*numbers) if numbers else cls(0, 0, 0)

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


class VersionComparison(enum.Enum):
    """How the first of two versions compares with the second."""

    LESS = -1
    EQUAL = 0
    GREATER = 1


@dataclass(frozen=True, slots=True)
class FeatureRequirement:
    """Which versions have a feature; both ends belong to them."""

    feature_name: str
    min_version: VersionInfo | None = None
    max_version: VersionInfo | None = None
    description: str | None = None
    alternative: str | None = None

    def admits(self, version: VersionInfo) -> bool:
        """Whether that version has it."""
        return (self.min_version is None or version >= self.min_version) and (
            self.max_version is None or version <= self.max_version
        )


class VersionManager:
    """A version, features with the versions that have them, and how the two compare."""

    def __init__(self) -> None:
        self._version: VersionInfo | None = None
        self._features = {
            feature.name: FeatureRequirement(
                feature.name, VersionInfo.of(feature.since), None, feature.description, feature.alternative or None
            )
            for feature in FEATURES.values()
        }

    @staticmethod
    def parse_version(version_string: str) -> VersionInfo:
        """A version from ``x.y.z``.

        Raises:
            ValueError: Anything else.
        """
        found = _VERSION.fullmatch(version_string.strip())
        if found is None:
            raise ValueError(f"a version is written x.y.z, not {version_string!r}")
        return VersionInfo(*map(int, found.groups()))

    @classmethod
    def version_text(cls, version: str) -> str:
        """A version as the server writes its own.

        Raises:
            ValueError: Neither ``x.y.z`` nor the text of a MatrixOne server.
        """
        return version if matrixone_version(version) else f"8.0.30-MatrixOne-v{cls.parse_version(version)}"

    def compare_versions(self, version1: str | VersionInfo, version2: str | VersionInfo) -> VersionComparison:
        """How the first compares with the second.

        Raises:
            ValueError: One of them is no version.
        """
        first, second = self._info(version1), self._info(version2)
        return VersionComparison((first > second) - (first < second))

    def is_version_compatible(
        self,
        required_version: str | VersionInfo,
        current_version: str | VersionInfo | None = None,
        operator: str = ">=",
    ) -> bool:
        """Whether ``current_version operator required_version``; True if the current one is not known.

        Raises:
            ValueError: Another operator than ``>= > <= < == !=``, or no version.
        """
        if operator not in _OPERATORS:
            raise ValueError(f"operator is one of {' '.join(_OPERATORS)}, not {operator!r}")
        required = self._info(required_version)
        current = self._version if current_version is None else self._info(current_version)
        return current is None or bool(_OPERATORS[operator](current, required))

    def set_backend_version(self, version: str | VersionInfo) -> None:
        """The version that features are compared with: ``x.y.z``, or what ``SELECT version()`` answers.

        Raises:
            ValueError: Neither.
        """
        if isinstance(version, str):
            version = VersionInfo.of(matrixone_version(self.version_text(version)))
        self._version = version

    def get_backend_version(self) -> VersionInfo | None:
        """The version that was set."""
        return self._version

    def is_development_version(self, version: str | VersionInfo | None = None) -> bool:
        """Whether a version, or the one that was set, is that of a build without a number (999.0.0)."""
        return (self._version if version is None else self._info(version)) == VersionInfo.of(DEVELOPMENT)

    def register_feature_requirement(self, feature_requirement: FeatureRequirement) -> None:
        """Know a further feature, or another requirement of a known one, in this manager."""
        self._features[feature_requirement.feature_name] = feature_requirement

    def is_feature_available(self, feature_name: str) -> bool:
        """Whether the version that was set has the feature; True if either is not known."""
        feature = self._features.get(feature_name)
        return feature is None or self._version is None or feature.admits(self._version)

    def get_feature_info(self, feature_name: str) -> dict[str, Any] | None:
        """The fields of the feature's :class:`FeatureRequirement`, versions as text; None if it is not known."""
        feature = self._features.get(feature_name)
        if feature is None:
            return None
        return {name: str(value) if isinstance(value, tuple) else value for name, value in _fields(feature).items()}

    def get_version_hint(self, feature_name: str, error_context: str = "") -> str:
        """Which versions have a feature, what was found, and what to do without it; one sentence."""
        feature = self._features.get(feature_name)
        hint = f"no version is known for the feature {feature_name!r}"
        if feature is not None:
            hint = _requirement(feature)
            if self._version is not None:
                hint += f", this is {self._version}"
            if feature.alternative and not self.is_feature_available(feature_name):
                hint += f"; instead: {feature.alternative}"
        return f"{error_context}: {hint}" if error_context else hint

    def _info(self, version: str | VersionInfo) -> VersionInfo:
        return version if isinstance(version, VersionInfo) else self.parse_version(version)


_manager = VersionManager()


def get_version_manager() -> VersionManager:
    """The manager that functions outside any client are checked against; nobody sets its version but the program."""
    return _manager


def requires_version(
    min_version: str | None = None,
    max_version: str | None = None,
    feature_name: str | None = None,
    description: str | None = None,
    alternative: str | None = None,
    raise_error: bool = True,
) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """A decorator: the function runs only on servers of these versions.

    The version is that of the client, session or manager whose method it is (``self.capabilities``), else the one set
    in :func:`get_version_manager`; if none is known, the function runs.

    Args:
        min_version: First version, ``x.y.z``.
        max_version: Last version.
        feature_name: What the message calls it; the function's name if left out.
        description: What it is.
        alternative: What to do without it.
        raise_error: False: warn and return None instead of raising; what is awaited gives None.

    Raises:
        ValueError: A version that is none.
        VersionError: From the decorated function, called on a server of another version.
    """
    parse = VersionManager.parse_version

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        requirement = FeatureRequirement(
            feature_name or function.__name__,
            None if min_version is None else parse(min_version),
            None if max_version is None else parse(max_version),
            description,
            alternative,
        )

        @functools.wraps(function)
        def checked(*args: P.args, **kwargs: P.kwargs) -> T:
            found = _version_of(args[0] if args else None)
            if found is None or requirement.admits(found):
                return function(*args, **kwargs)
            message = f"{_requirement(requirement)}, this is {found}"
            if raise_error:
                required = requirement.min_version or requirement.max_version or ()
                raise VersionError(message, feature=requirement.feature_name, required=required, found=found)
            warnings.warn(message, UserWarning, stacklevel=2)
            return _nothing() if inspect.iscoroutinefunction(function) else None  # type: ignore[return-value]  # what the caller asked for

        checked._version_requirement = requirement  # type: ignore[attr-defined]
        return checked

    return decorate


async def _nothing() -> None:
    """What a coroutine function returns that is not to run."""


def _version_of(owner: Any) -> VersionInfo | None:
    capabilities = getattr(owner, "capabilities", None) or getattr(
        getattr(owner, "_session", None), "capabilities", None
    )
    return _manager.get_backend_version() if capabilities is None else VersionInfo.of(capabilities.version)


def _fields(feature: FeatureRequirement) -> dict[str, Any]:
    fields = asdict(feature)
    return {**fields, "min_version": feature.min_version, "max_version": feature.max_version}


def _requirement(feature: FeatureRequirement) -> str:
    named = feature.feature_name + (f" ({feature.description})" if feature.description else "")
    wanted = [
        f"{sign} {version}" for sign, version in ((">=", feature.min_version), ("<=", feature.max_version)) if version
    ]
    return f"{named} needs a version of MatrixOne {' and '.join(wanted)}" if wanted else f"{named} is in every version"
