"""Databases shared between accounts, as the manager ``pubsub``."""

from matrixone_pubsub.manager import AsyncPubSubManager, PubSubManager
from matrixone_pubsub.model import Publication, Subscription, SubscriptionStatus

__all__ = ["AsyncPubSubManager", "PubSubManager", "Publication", "Subscription", "SubscriptionStatus"]
