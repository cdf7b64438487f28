"""The manager of a third party, typed on both faces by its synchronous class alone."""

from typing import assert_type

from matrixone import AsyncClient, Client, hookimpl
from matrixone.managers import AsyncManager, Manager, ManagerSpec, awaitable


class TopicManager(Manager):
    def put(self, name: str, *, times: int = 1) -> int:
        result = self._session.execute("INSERT INTO topics (name, times) VALUES (?, ?)", (name, times))
        return int(result.rowcount)


class AsyncTopicManager(AsyncManager[TopicManager]):
    put = awaitable(TopicManager.put)


@hookimpl
def matrixone_managers() -> list[ManagerSpec]:
    return [ManagerSpec("topics", TopicManager, AsyncTopicManager)]


with Client().session() as session:
    assert_type(session.manager(TopicManager), TopicManager)
    assert_type(session.manager(TopicManager).put("a", times=2), int)


async def main() -> None:
    async with AsyncClient().session() as session:
        assert_type(session.manager(AsyncTopicManager), AsyncTopicManager)
        assert_type(await session.manager(AsyncTopicManager).put("a", times=2), int)
        await session.manager(AsyncTopicManager).put(1)  # error
        await session.manager(AsyncTopicManager).put("a", time=2)  # error
