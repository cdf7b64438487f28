from __future__ import annotations

from enum import StrEnum

__all__ = ["LogMode"]


class LogMode(StrEnum):
    """How much of a statement the query log shows.

    ``off`` nothing; ``simple`` operation and tables; ``full`` the whole text; ``auto`` the text of a short statement,
    operation and tables of a long one.
    """

    OFF = "off"
    SIMPLE = "simple"
    FULL = "full"
    AUTO = "auto"

    @classmethod
    def of(cls, value: LogMode | str) -> LogMode:
        """Check a mode given by a caller.

        Raises:
            ValueError: For anything but off, simple, full, auto.
        """
        try:
            return cls(value)
        except ValueError:
            modes = ", ".join(mode.value for mode in cls)
            raise ValueError(f"unknown log mode {value!r}: use one of {modes}") from None
