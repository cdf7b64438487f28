"""The SQLAlchemy dialect of MatrixOne: ``matrixone://``, ``matrixone+pymysql://``, ``matrixone+aiomysql://``."""
