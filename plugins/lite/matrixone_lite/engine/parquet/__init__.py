"""Parquet files through pyarrow, which the extra ``matrixone-lite[parquet]`` installs."""
