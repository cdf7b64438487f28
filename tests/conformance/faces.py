"""One test for both faces: what is awaitable is awaited, what iterates asynchronously is iterated so."""

from __future__ import annotations

import inspect
from contextlib import asynccontextmanager


async def got(value):
    return await value if inspect.isawaitable(value) else value


async def listed(rows):
    return [row async for row in rows] if hasattr(rows, "__aiter__") else list(rows)


async def taken(rows, count):
    """The first items; the iterator stays open."""
    if hasattr(rows, "__anext__"):
        return [await anext(rows) for _ in range(count)]
    return [next(rows) for _ in range(count)]


async def closed(rows):
    await rows.aclose() if hasattr(rows, "aclose") else rows.close()


@asynccontextmanager
async def entered(context):
    if hasattr(context, "__aenter__"):
        async with context as value:
            yield value
    else:
        with context as value:
            yield value
