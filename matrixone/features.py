"""Which release of MatrixOne brought what: the one table that version checks look at."""

from __future__ import annotations

from dataclasses import dataclass

from matrixone.exceptions import ConfigurationError

Version = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Feature:
    """Something that only some releases can do.

    Args:
        name: As operations and callers name it.
        since: First release that takes the statements the SDK sends for it.
        description: What it is.
        alternative: What to do without it.
    """

    name: str
    since: Version
    description: str
    alternative: str = ""


FEATURES: dict[str, Feature] = {
    feature.name: feature
    for feature in (
        Feature("metadata_scan", (0, 8, 0), "objects of tables: metadata_scan()"),
        Feature("ivf_index", (1, 1, 0), "IVFFLAT vector indexes", "search without an index"),
        Feature("time_travel", (1, 2, 0), "tables as they were: {SNAPSHOT = ...} and {MO_TS = ...}"),
        Feature("load_parquet", (1, 2, 0), "LOAD DATA of Parquet files", "load CSV"),
        Feature("vector_reindex", (1, 2, 0), "ALTER TABLE ... ALTER REINDEX", "drop the index and create it again"),
        Feature("cdc", (2, 0, 0), "change data capture"),
        Feature("fulltext_index", (2, 0, 0), "full-text indexes and MATCH ... AGAINST", "LIKE"),
        Feature("load_inline", (2, 0, 0), "LOAD DATA INLINE", "INSERT"),
        Feature("publications", (2, 0, 0), "publications of databases and of tables"),
        Feature("stages", (2, 0, 0), "stages, their files, and stage:// paths"),
        Feature("fulltext_json_value", (2, 0, 1), "the full-text parser json_value", "the parser json"),
        Feature("table_stats", (2, 0, 1), "statistics of tables: table_stats()"),
        Feature("as_of", (2, 0, 3), "tables as they were: {AS OF TIMESTAMP ...}", "a snapshot"),
        Feature("hnsw_index", (2, 1, 0), "HNSW vector indexes", "an IVFFLAT index"),
        Feature("pitr", (2, 1, 0), "recovery windows", "snapshots"),
        Feature("clone", (3, 0, 0), "CLONE of tables and databases", "CREATE TABLE ... AS SELECT"),
        Feature("data_branch", (3, 0, 5), "data branches: CREATE, DELETE, DIFF, MERGE", "clones"),
        Feature("rank_modes", (3, 0, 5), "rank modes of vector searches: BY RANK WITH OPTION"),
        Feature("role_rename", (3, 0, 5), "ALTER ROLE ... RENAME TO", "another role"),
        Feature("branch_diff_summary", (3, 0, 9), "DATA BRANCH DIFF ... OUTPUT SUMMARY", "OUTPUT COUNT"),
        Feature("branch_diff_columns", (3, 0, 10), "DATA BRANCH DIFF ... COLUMNS (...)", "all columns"),
        Feature("branch_pick", (3, 0, 10), "DATA BRANCH PICK", "DATA BRANCH MERGE"),
        Feature("role_rules", (3, 0, 10), "rules of roles: ALTER ROLE ... ADD RULE", "views"),
        Feature("snapshots", (3, 0, 12), "snapshots, told apart from those of data branches"),
        Feature("async_index", (4, 1, 0), "indexes that are maintained behind the transaction: ASYNC"),
        Feature("export_formats", (4, 1, 0), "INTO OUTFILE with FORMAT and SPLITSIZE"),
        Feature("fulltext_gojieba", (4, 1, 0), "the full-text parser gojieba", "the parser ngram"),
        Feature("publish_account", (4, 1, 0), "publications of all databases: DATABASE *", "one for each database"),
        Feature("restore", (4, 1, 0), "RESTORE ... {SNAPSHOT = ...}", "a clone of the snapshot"),
        Feature("stage_removal", (4, 1, 0), "REMOVE FILES FROM STAGE"),
        Feature("vector_index_options", (4, 1, 0), "vector indexes with INCLUDE, QUANTIZATION, KMEANS_... and others"),
        Feature("clone_grants", (4, 1, 2), "CLONE ... COPY GRANTS", "GRANT afterwards"),
        Feature("narrow_vectors", (4, 2, 0), "vectors of bf16, float16, int8 and uint8", "VECF32"),
        Feature("rank_mode_include", (4, 2, 0), "the rank mode 'include' of vector searches", "the mode 'pre'"),
        Feature("returning", (4, 2, 0), "INSERT, UPDATE and DELETE ... RETURNING", "a SELECT afterwards"),
    )
}
"""By name. Each number is the first tag of the server whose parser knows the statement."""


def feature_named(name: str) -> Feature:
    """The feature of that name.

    Raises:
        ConfigurationError: There is none.
    """
    try:
        return FEATURES[name]
    except KeyError:
        raise ConfigurationError(f"unknown feature {name!r}; there are {', '.join(sorted(FEATURES))}") from None
