from matrixone import hookimpl
from matrixone.managers import AsyncManager, Manager, ManagerSpec, awaitable


class TopicManager(Manager):
    def put(self, name: str) -> int:
        return self._session.execute("INSERT INTO topics (name) VALUES (?)", (name,)).rowcount


class AsyncTopicManager(AsyncManager[TopicManager]):
    put = awaitable(TopicManager.put)


@hookimpl
def matrixone_managers() -> list[ManagerSpec]:
    return [ManagerSpec("topics", TopicManager, AsyncTopicManager)]
