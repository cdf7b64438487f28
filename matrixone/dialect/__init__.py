"""The SQLAlchemy dialect of MatrixOne: ``matrixone://``, ``matrixone+pymysql://``, ``matrixone+aiomysql://``."""

from matrixone.dialect.hints import with_mo_ts, with_snapshot, with_timestamp

__all__ = ["with_mo_ts", "with_snapshot", "with_timestamp"]
