"""What the plugin ``pubsub`` offers, by the module that other programs import it from."""

from typing import TYPE_CHECKING

from matrixone.elsewhere import names_of
from matrixone.exceptions import PubSubError

if TYPE_CHECKING:
    from matrixone_pubsub import (
        AsyncPubSubManager,
        Publication,
        PubSubManager,
        Subscription,
        SubscriptionStatus,
    )

__all__ = [
    "AsyncPubSubManager",
    "PubSubError",
    "PubSubManager",
    "Publication",
    "Subscription",
    "SubscriptionStatus",
]

__getattr__ = names_of("matrixone_pubsub", __all__)
