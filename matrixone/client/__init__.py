"""Clients: a server each, reached through one pool of connections."""

from matrixone.client.asynchronous import AsyncClient
from matrixone.client.sync import Client

__all__ = ["AsyncClient", "Client"]
