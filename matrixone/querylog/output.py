"""Where events go: structlog over the standard library's logging, unless the user brings a logger.

Nothing is configured for the process: the processors below belong to this logger alone.
"""

from __future__ import annotations

import logging
from typing import Any, Protocol

__all__ = ["LOGGER_NAME", "Output", "StructuredLogger"]

LOGGER_NAME = "matrixone.query"

_package_logger = logging.getLogger("matrixone")
_package_logger.addHandler(logging.NullHandler())


class StructuredLogger(Protocol):
    """A structlog logger, as far as it is used here."""

    def bind(self) -> Any:
        """Give the logger with its configuration applied."""

    def log(self, level: int, event: str, **fields: Any) -> Any:
        """Emit one event."""


class Output:
    """A logger, and the question whether it wants events of a level.

    Structlog itself is imported with the first event.

    Args:
        logger: A standard logger, which gets each event as one line of JSON; a structlog logger, which gets its
            fields; or None for the standard logger ``matrixone.query``.
    """

    def __init__(self, logger: logging.Logger | logging.LoggerAdapter[Any] | StructuredLogger | None = None) -> None:
        self._given = logging.getLogger(LOGGER_NAME) if logger is None else logger
        self._bound: Any = None

    def wants(self, level: int) -> bool:
        """Whether an event of this level would be seen."""
        if isinstance(self._given, logging.Logger | logging.LoggerAdapter):
            return self._given.isEnabledFor(level)
        logger = self._logger()
        # Asked of the class: some loggers answer to any name.
        for name in ("is_enabled_for", "isEnabledFor"):
            if hasattr(type(logger), name):
                return bool(getattr(logger, name)(level))
        return True

    def emit(self, level: int, event: str, fields: dict[str, Any]) -> None:
        """Hand one event to the logger; its failure is reported and does not reach the statement that was logged."""
        try:
            self._logger().log(level, event, **fields)
        except Exception:
            _package_logger.exception("an event of the query log could not be written")

    def _logger(self) -> Any:
        if self._bound is None:
            given = self._given
            if isinstance(given, logging.Logger | logging.LoggerAdapter):
                self._bound = _json_lines(given)
            else:
                self._bound = given.bind()
        return self._bound


def _json_lines(logger: Any) -> Any:
    import structlog

    return structlog.wrap_logger(
        logger,
        processors=[
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        context_class=dict,
        cache_logger_on_first_use=True,
    ).bind()
