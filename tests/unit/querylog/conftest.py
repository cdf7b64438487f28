import json
import logging

import pytest
from sqlalchemy import create_engine, text


class Lines(logging.Handler):
    """Keeps the events written to a logger."""

    def __init__(self):
        super().__init__()
        self.events = []
        self.lines = []

    def emit(self, record):
        self.lines.append(record.getMessage())
        self.events.append(json.loads(self.lines[-1]))

    def named(self, name):
        return [event for event in self.events if event["event"] == name]

    def queries(self):
        return self.named("query")


@pytest.fixture
def lines():
    """Events of the default logger, at level INFO."""
    handler = Lines()
    logger = logging.getLogger("matrixone.query")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield handler
    logger.removeHandler(handler)
    logger.setLevel(logging.NOTSET)


@pytest.fixture
def engine():
    """Any SQLAlchemy engine will do for listening: an empty one with a table ``t (a)``."""
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE t (a TEXT UNIQUE)"))
    yield engine
    engine.dispose()
