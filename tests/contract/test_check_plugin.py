"""The contract notices each breach."""

from __future__ import annotations

import sys
from types import ModuleType

import pytest

from matrixone.testing.contract import check_plugin

GOOD = '''
from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import text

from matrixone import hookimpl
from matrixone.managers import AsyncManager, Manager, ManagerSpec, async_iterable, awaitable
from matrixone.operations import InTransaction, Operation


@dataclass(frozen=True, slots=True)
class PutTopic(Operation[None]):
    """Keep a topic."""

    name: ClassVar = "topics.put"
    in_transaction: ClassVar = InTransaction.JOINS

    topic: str

    def statement(self):
        """INSERT INTO topics."""
        return text("INSERT INTO topics (name) VALUES (:name)").bindparams(name=self.topic)


class TopicManager(Manager):
    """Topics."""

    def put(self, name: str) -> None:
        """Keep a topic."""
        return self._session.run(PutTopic(name)).value

    def each(self):
        """One topic after the other."""
        yield from self._session.execute("SELECT name FROM topics").scalars()


class AsyncTopicManager(AsyncManager[TopicManager]):
    """The asynchronous twin of TopicManager."""

    put = awaitable(TopicManager.put)
    each = async_iterable(TopicManager.each)


@hookimpl
def matrixone_managers():
    return [ManagerSpec("topics", TopicManager, AsyncTopicManager)]
'''


@pytest.fixture
def plugin(tmp_path, monkeypatch):
    def make(source: str) -> ModuleType:
        file = tmp_path / "topics_plugin.py"
        file.write_text(source, encoding="utf-8")
        module = ModuleType("topics_plugin")
        module.__file__ = str(file)
        monkeypatch.setitem(sys.modules, "topics_plugin", module)
        exec(compile(source, str(file), "exec", dont_inherit=True), module.__dict__)
        return module

    return make


def test_a_good_plugin_passes(plugin):
    check_plugin(plugin(GOOD))


BREACHES = {
    "TopicManager.put has no twin in AsyncTopicManager": ("    put = awaitable(TopicManager.put)\n", ""),
    "AsyncTopicManager.more is the twin of nothing": (
        "    put = awaitable(TopicManager.put)\n",
        "    put = awaitable(TopicManager.put)\n    more = awaitable(TopicManager.put)\n",
    ),
    "the twin of TopicManager.put is not asynchronous": (
        "    put = awaitable(TopicManager.put)\n",
        '    def put(self, name: str) -> None:\n        """Keep a topic."""\n',
    ),
    "the twin of TopicManager.put has another signature": (
        "    put = awaitable(TopicManager.put)\n",
        '    async def put(self, name: str, more: int) -> None:\n        """Keep a topic."""\n',
    ),
    "the twin of TopicManager.put has another docstring": (
        "    put = awaitable(TopicManager.put)\n",
        '    async def put(self, name: str) -> None:\n        """Lose a topic."""\n',
    ),
    "TopicManager.put is not a method": ("    def put(self", "    @property\n    def put(self"),
    "TopicManager has no docstring": ('    """Topics."""\n', ""),
    "TopicManager.put has no docstring": (
        '        """Keep a topic."""\n        return self._session',
        "        return self._session",
    ),
    "TopicManager has a constructor of its own": (
        '    """Topics."""\n',
        '    """Topics."""\n\n    def __init__(self, session, cache=None):\n        super().__init__(session)\n',
    ),
    "PutTopic is not a frozen dataclass": ("@dataclass(frozen=True, slots=True)", "@dataclass(slots=True)"),
    "PutTopic has no docstring": ('    """Keep a topic."""\n\n    name', "    name"),
    "PutTopic.name is not of the form 'manager.method'": ('= "topics.put"', '= "put"'),
    "PutTopic.in_transaction is not a member of InTransaction": ("InTransaction.JOINS", '"joins"'),
    "PutTopic.error is not a subclass of QueryError": (
        "    topic: str\n",
        "    error: ClassVar = ValueError\n\n    topic: str\n",
    ),
    "topics_plugin imports matrixone_clone": (
        "from sqlalchemy import text\n",
        "from sqlalchemy import text\nfrom matrixone_clone.model import Clone\n",
    ),
}


@pytest.mark.parametrize("breach", BREACHES)
def test_each_breach_is_reported(plugin, breach):
    before, after = BREACHES[breach]
    assert before in GOOD
    with pytest.raises(AssertionError) as caught:
        check_plugin(plugin(GOOD.replace(before, after)))
    reported = str(caught.value).splitlines()
    assert any(line.startswith(breach) for line in reported[1:]), reported


def test_an_import_can_be_allowed(plugin):
    source = GOOD.replace("from sqlalchemy import text\n", "from sqlalchemy import text\nimport matrixone_clone\n")
    check_plugin(plugin(source), may_import=["matrixone_clone"])


def test_all_breaches_are_reported_at_once(plugin):
    source = GOOD.replace('    """Topics."""\n', "").replace("    each = async_iterable(TopicManager.each)\n", "")
    with pytest.raises(AssertionError, match=r"TopicManager has no docstring\nTopicManager\.each has no twin"):
        check_plugin(plugin(source))
