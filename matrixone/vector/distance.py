"""The ways to measure how far two vectors are apart."""

from __future__ import annotations

import enum


class Distance(enum.StrEnum):
    """How far two vectors are apart: always the smaller, the nearer."""

    L2 = "l2"
    """Euclidean distance; an index of ``vector_l2_ops`` serves it."""
    COSINE = "cosine"
    """1 - cosine of the angle; ``vector_cosine_ops``."""
    INNER_PRODUCT = "inner_product"
    """Minus the dot product; ``vector_ip_ops``."""

    @property
    def function(self) -> str:
        """The server's function for it."""
        return self.value if self is Distance.INNER_PRODUCT else f"{self.value}_distance"

    def score(self, distance: float) -> float:
        """What the measure is called after: Euclidean distance, cosine of the angle, or dot product."""
        if self is Distance.L2:
            return distance
        return 1 - distance if self is Distance.COSINE else 0.0 - distance
