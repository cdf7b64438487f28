"""The MySQL client/server protocol: bytes on one side, :mod:`matrixone_lite.engine.api` on the other."""
