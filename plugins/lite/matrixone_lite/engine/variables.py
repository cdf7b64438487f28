"""System variables: what exists, its default, and which values it takes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from matrixone_lite.engine.errors import internal
from matrixone_lite.engine.temporal import zone_named
from matrixone_lite.version import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator

Setting = str | int | bool
"""Value of a variable; ``bool`` prints as 1 and 0, but as on and off in SHOW VARIABLES."""


class Scope(Enum):
    """Where a variable can be set."""

    GLOBAL = "global"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Variable:
    """One system variable; its default tells its type.

    :param bounds: least and greatest value of a number
    :param choices: what a text may be (an enumeration)
    :param members: what a comma-separated text may consist of (a set)
    """

    name: str
    default: Setting
    scope: Scope = Scope.BOTH
    bounds: tuple[int, int] = (0, (1 << 64) - 1)
    choices: tuple[str, ...] = ()
    members: frozenset[str] = frozenset()

    def convert(self, value: object) -> Setting:
        """``value`` as this variable keeps it.

        :raises ServerError: 20101 or 1105 as the server words it when the value does not fit
        """
        if isinstance(self.default, bool):
            return _to_bool(value)
        if isinstance(self.default, int):
            return self._to_int(value)
        text = "" if value is None else str(value)
        if self.choices:
            return self._to_choice(text)
        if self.members and not {part.strip().upper() for part in text.split(",")} <= self.members | {""}:
            raise internal("the value is invalid")
        if self.name == "time_zone":
            zone_named(text)
        return text

    def _to_int(self, value: object) -> int:
        low, high = self.bounds
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or value != int(value)
            or not low <= value <= high
        ):
            raise internal("convert to the system variable int type failed")
        return int(value)

    def _to_choice(self, text: str) -> str:
        for choice in self.choices:
            if choice.lower() == text.lower():
                return choice
        raise internal("convert to the system variable enum type failed")


_TRUE: Final = {"1", "on", "true"}
_FALSE: Final = {"0", "off", "false"}


def _to_bool(value: object) -> bool:
    text = str(value).lower()
    if text not in _TRUE | _FALSE:
        raise internal("convert to the system variable bool type failed")
    return text in _TRUE


SQL_MODES: Final = frozenset(
    (
        "ALLOW_INVALID_DATES",
        "ANSI",
        "ANSI_QUOTES",
        "ERROR_FOR_DIVISION_BY_ZERO",
        "HIGH_NOT_PRECEDENCE",
        "IGNORE_SPACE",
        "NO_AUTO_VALUE_ON_ZERO",
        "NO_BACKSLASH_ESCAPES",
        "NO_DIR_IN_CREATE",
        "NO_ENGINE_SUBSTITUTION",
        "NO_UNSIGNED_SUBTRACTION",
        "NO_ZERO_DATE",
        "NO_ZERO_IN_DATE",
        "ONLY_FULL_GROUP_BY",
        "PAD_CHAR_TO_FULL_LENGTH",
        "PIPES_AS_CONCAT",
        "REAL_AS_FLOAT",
        "STRICT_ALL_TABLES",
        "STRICT_TRANS_TABLES",
        "TIME_TRUNCATE_FRACTIONAL",
        "TRADITIONAL",
    )
)
_ISOLATION: Final = ("READ-UNCOMMITTED", "READ-COMMITTED", "REPEATABLE-READ", "SERIALIZABLE")
_DEFAULT_MODE: Final = (
    "ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_ZERO_DATE,NO_ZERO_IN_DATE,"
    "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES"
)
_ONE_YEAR: Final = 31536000

VARIABLES: Final[dict[str, Variable]] = {
    variable.name: variable
    for variable in (
        Variable("auto_increment_increment", 1, bounds=(1, 65535)),
        Variable("auto_increment_offset", 1, bounds=(1, 65535)),
        Variable("autocommit", True),
        Variable("character_set_client", "utf8mb4"),
        Variable("character_set_connection", "utf8mb4"),
        Variable("character_set_database", "utf8mb4"),
        Variable("character_set_filesystem", "binary"),
        Variable("character_set_results", "utf8mb4"),
        Variable("character_set_server", "utf8mb4"),
        Variable("character_set_system", "utf8mb3", Scope.GLOBAL),
        Variable("character_sets_dir", "", Scope.GLOBAL),
        Variable("collation_connection", "default"),
        Variable("collation_database", "utf8mb4_0900_ai_ci"),
        Variable("collation_server", "utf8mb4_bin"),
        Variable("completion_type", "NO_CHAIN", choices=("NO_CHAIN", "CHAIN", "RELEASE")),
        Variable("cte_max_recursion_depth", 1000, bounds=(0, (1 << 32) - 1)),
        Variable("default_storage_engine", "InnoDB"),
        Variable("enable_vector_auto_mode_by_default", False),
        Variable("enable_vector_prefilter_by_default", False),
        Variable("experimental_cagra_index", False),
        Variable("experimental_fulltext_index", False),
        Variable("enable_remap_hint", False),
        Variable("experimental_hnsw_index", False),
        Variable("experimental_ivf_index", False),
        Variable("experimental_ivfpq_index", False),
        Variable("foreign_key_checks", True),
        Variable("ft_relevancy_algorithm", "TF-IDF"),
        Variable("fulltext_bloom_filter_pushdown", False),
        Variable("hnsw_max_index_capacity", 1000000),
        Variable("hnsw_threads_build", 0),
        Variable("hnsw_threads_search", 0),
        Variable("hostname", "localhost", Scope.GLOBAL),
        Variable("init_connect", ""),
        Variable("interactive_timeout", 86400, bounds=(1, _ONE_YEAR)),
        Variable("ivf_threads_build", 0),
        Variable("ivf_threads_search", 0),
        Variable("kmeans_max_iteration", 20, bounds=(10, 1 << 31)),
        Variable("kmeans_train_percent", 10, bounds=(1, 100)),
        Variable("license", "APACHE", Scope.GLOBAL),
        Variable("local_infile", False),
        Variable("lock_wait_timeout", 120, bounds=(1, _ONE_YEAR)),
        Variable("lower_case_table_names", 1, bounds=(0, 2)),
        Variable("max_allowed_packet", 67108864, bounds=(1024, 1 << 30)),
        Variable("max_connections", 151, Scope.GLOBAL),
        Variable("max_execution_time", 0),
        Variable("net_buffer_length", 16384, bounds=(1024, 1 << 20)),
        Variable("net_read_timeout", 30, bounds=(1, _ONE_YEAR)),
        Variable("net_write_timeout", 60, bounds=(1, _ONE_YEAR)),
        Variable("performance_schema", False, Scope.GLOBAL),
        Variable("port", 6001, Scope.GLOBAL),
        Variable("probe_limit", 5, bounds=(1, 80000)),
        Variable("save_query_result", False),
        Variable("sql_auto_is_null", True),
        Variable("sql_mode", _DEFAULT_MODE, members=SQL_MODES),
        Variable("sql_safe_updates", False),
        Variable("sql_select_limit", (1 << 64) - 1),
        Variable("sql_warnings", False),
        Variable("system_time_zone", "UTC", Scope.GLOBAL),
        Variable("time_zone", "SYSTEM"),
        Variable("transaction_isolation", "REPEATABLE-READ", choices=_ISOLATION),
        Variable("transaction_read_only", False),
        Variable("tx_isolation", "REPEATABLE-READ", choices=_ISOLATION),
        Variable("tx_read_only", False),
        Variable("unique_checks", True),
        Variable("version", VERSION, Scope.GLOBAL),
        Variable("version_comment", "MatrixOne", Scope.GLOBAL),
        Variable("wait_timeout", 86400, bounds=(1, 2147483)),
    )
}
_GROUPS: Final = {  # what SET NAMES and SET CHARACTER SET stand for
    "names": ("character_set_client", "character_set_connection", "character_set_results"),
    "charset": ("character_set_client", "character_set_results"),
}


class Variables:
    """The variables of a server (``parent`` None) or of a session, which starts with those of its server."""

    def __init__(self, parent: Variables | None = None) -> None:
        self._parent = parent
        self._values: dict[str, Setting] = dict(parent._values) if parent else {}

    def __getitem__(self, name: str) -> Setting:
        """Value of a variable.

        :raises ServerError: 20101 when there is none of that name
        """
        variable = _find(name)
        return self._values.get(name, variable.default)

    def number(self, name: str) -> int:
        """Value of a numeric or switch variable."""
        return int(self[name])

    def text(self, name: str, scope: str | None = None) -> str:
        """What ``@@name`` prints; scope global looks at the server's value."""
        value = (self._parent or self)[name] if scope == "global" else self[name]
        return str(int(value)) if isinstance(value, bool) else str(value)

    def listing(self, scope: str | None = None) -> Iterator[tuple[str, str]]:
        """Names and values as SHOW VARIABLES prints them, sorted by name."""
        for name in sorted(VARIABLES):
            value = (self._parent or self)[name] if scope == "global" else self[name]
            yield name, ("on" if value else "off") if isinstance(value, bool) else str(value)

    def assign(self, name: str, value: object, scope: str = "session") -> None:
        """Set one variable, or the group ``names`` or ``charset``.

        :param value: None is NULL; for the default see :meth:`reset`
        :raises ServerError: when there is no such variable or the value does not fit
        """
        for member in _GROUPS.get(name, (name,)):
            variable = _find(member)
            if scope == "global":
                (self._parent or self).preset(member, variable.convert(value))
            elif variable.scope is Scope.GLOBAL:
                raise internal("the system variable is global")
            else:
                self._values[member] = variable.convert(value)

    def preset(self, name: str, value: Setting) -> None:
        """Set a value without looking at it, as the server does with its own (its port, its version)."""
        self._values[name] = value

    def reset(self, name: str, scope: str = "session") -> None:
        """``SET name = DEFAULT``."""
        for member in _GROUPS.get(name, (name,)):
            self.assign(member, _find(member).default, scope)


def _find(name: str) -> Variable:
    try:
        return VARIABLES[name]
    except KeyError:
        raise internal("the system variable does not exist") from None
