"""An application that has matrixone and the plugin installed; its argument is the address of a server."""

import asyncio
import sys

from topics_plugin import AsyncTopicManager, TopicManager

from matrixone import AsyncClient, Client


def use(client: Client) -> None:
    with client.session() as session:
        assert session.topics.put("a") == 1
        assert session.manager(TopicManager).put("b") == 1
        assert session.manager(TopicManager) is session.topics
    with client.session() as session:
        session.topics.put("never")
        session.rollback()
    assert client.topics.put("c") == 1


async def use_async(client: AsyncClient) -> None:
    async with client.session() as session:
        assert await session.topics.put("d") == 1
        assert await session.manager(AsyncTopicManager).put("e") == 1
        assert session.manager(AsyncTopicManager) is session.topics
    async with client.session() as session:
        await session.topics.put("never")
        await session.rollback()
    assert await client.topics.put("f") == 1


async def main(url: str) -> None:
    async with AsyncClient(url=url) as client:
        await use_async(client)


if __name__ == "__main__":
    with Client(url=sys.argv[1]) as client:
        client.execute("CREATE TABLE topics (name VARCHAR(20))")
        use(client)
        asyncio.run(main(sys.argv[1]))
        print(*client.execute("SELECT name FROM topics ORDER BY name").scalars())  # noqa: T201 - what the test reads
