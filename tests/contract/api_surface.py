"""The methods of the managers with their arguments, as MatrixOne's own SDK has or documents them.

Options of files (``sep``, ``header``, ...) are keywords in this SDK, wherever they stand here; their defaults are those of
the option classes. ``*`` begins arguments that need only be keywords: names that its documentation uses besides those of the signature.
"""

from __future__ import annotations

ATTRIBUTES = {
    "snapshots": "SnapshotManager",
    "clone": "CloneManager",
    "restore": "RestoreManager",
    "pitr": "PitrManager",
    "pubsub": "PubSubManager",
    "account": "AccountManager",
    "vector_ops": "VectorManager",
    "fulltext_index": "FulltextIndexManager",
    "metadata": "MetadataManager",
    "load_data": "LoadDataManager",
    "stage": "StageManager",
    "cdc": "CDCManager",
    "branch": "BranchManager",
    "export": "ExportManager",
    "moctl": "MoCtlManager",
}

_CSV = "sep=',', quotechar=None, quoting=False, escapechar=None, skiprows=0, names=None, encoding=None, parallel=False"
_DOCUMENTED_CSV = "*, delimiter=',', ignore_lines=0, skiprows=0, parallel=False, compression=None"
_RANGE = "range_value=1, range_unit='d'"
_SEARCH = (
    "table_name, vector_column, query_vector, limit=10, select_columns=None, where_clause=None, distance_type='l2', "
)

METHODS = {
    "snapshots": {
        "create": "name, level, database=None, table=None, description=None, *, database_name=None",
        "list": "",
        "get": "name",
        "exists": "name",
        "delete": "name",
        "drop": "name",
        "restore": "name",
    },
    "clone": {
        "clone_database": (
            "target_db, source_db, snapshot_name=None, if_not_exists=False, *, to_account=None, target_database, "
            "source_database"
        ),
        "clone_table": (
            "target_table, source_table, snapshot_name=None, if_not_exists=False, *, to_account=None, source_db=None, "
            "target_db=None"
        ),
        "clone_database_with_snapshot": "target_db, source_db, snapshot_name, if_not_exists=False",
        "clone_table_with_snapshot": "target_table, source_table, snapshot_name, if_not_exists=False",
    },
    "restore": {
        "restore_cluster": "snapshot_name",
        "restore_tenant": "snapshot_name, account_name, to_account=None",
        "restore_database": "snapshot_name, account_name, database_name, to_account=None",
        "restore_table": "snapshot_name, account_name, database_name, table_name, to_account=None",
    },
    "pitr": {
        "create_cluster_pitr": f"name, {_RANGE}",
        "create_account_pitr": f"name, account_name=None, {_RANGE}",
        "create_database_pitr": f"name, database_name, {_RANGE}",
        "create_table_pitr": f"name, database_name, table_name, {_RANGE}",
        "get": "name",
        "list": "level=None, account_name=None, database_name=None, table_name=None",
        "alter": "name, range_value, range_unit",
        "delete": "name",
        "drop_cluster_pitr": "name",
        "restore_to_time": "time",
    },
    "pubsub": {
        "create_database_publication": "name, database, account",
        "create_table_publication": "name, database, table, account",
        "create_publication": "*, name, database, account, tables=None",
        "get_publication": "name",
        "list_publications": "account=None, database=None",
        "alter_publication": "name, account=None, database=None, table=None",
        "drop_publication": "name",
        "show_create_publication": "name",
        "create_subscription": ("subscription_name, publication_name, publisher_account, *, name, publication_account"),
        "get_subscription": "name",
        "list_subscriptions": "pub_account=None, pub_database=None",
        "drop_subscription": "name",
    },
    "account": {
        "create_account": "account_name, admin_name, password, comment=None",
        "drop_account": "account_name, if_exists=False",
        "alter_account": "account_name, comment=None, suspend=None, suspend_reason=None",
        "get_account": "account_name",
        "list_accounts": "",
        "create_user": "user_name, password, comment=None, *, username",
        "drop_user": "user_name, if_exists=False",
        "alter_user": "user_name, password=None, comment=None, lock=None, lock_reason=None",
        "get_current_user": "",
        "list_users": "",
        "create_role": "role_name, comment=None, *, name, description=None",
        "drop_role": "role_name, if_exists=False",
        "get_role": "role_name",
        "list_roles": "",
        "grant_privilege": "privilege, object_type, object_name, to_user=None, to_role=None",
        "revoke_privilege": "privilege, object_type, object_name, from_user=None, from_role=None",
        "grant_role": "role_name, to_user",
        "revoke_role": "role_name, from_user",
        "list_grants": "user=None",
    },
    "vector_ops": {
        "create_ivf": "table_name, name, column, lists=100, op_type=None, *, table_name_or_model",
        "create_hnsw": "table_name, name, column, m=16, ef_construction=200, ef_search=50, op_type=None",
        "drop": "table_name, name",
        "create": "table_name, name, column, algorithm='ivf', config=None",
        "list": "",
        "get": "name",
        "rebuild": "name",
        "enable_ivf": "probe_limit=None",
        "disable_ivf": "",
        "enable_hnsw": "",
        "disable_hnsw": "",
        "insert": "table_name, data",
        "batch_insert": "table_name, data_list",
        "similarity_search": (
            f"{_SEARCH}log_mode=None, *, offset=0, rank_mode=None, where_conditions=(), where_params=(), "
            "table_name_or_model"
        ),
        "search_with_rank": f"{_SEARCH}rank_mode=None, log_mode=None",
        "range_search": (
            "table_name, vector_column, query_vector, max_distance, select_columns=None, where_clause=None, *, "
            "log_mode=None, distance_type='l2'"
        ),
        "get_ivf_stats": "table_name, column_name=None, database=None",
    },
    "fulltext_index": {
        "create": "table_name_or_model, name, columns, algorithm='TF-IDF', *, parser=None",
        "drop": "table_name_or_model, name",
        "enable_fulltext": "",
        "disable_fulltext": "",
    },
    "metadata": {
        "scan": "dbname, tablename, is_tombstone=None, indexname=None, columns=None, distinct_object_name=None",
        "get_table_brief_stats": (
            "dbname, tablename, is_tombstone=None, indexname=None, include_tombstone=False, include_indexes=None"
        ),
        "get_table_detail_stats": (
            "dbname, tablename, is_tombstone=None, indexname=None, include_tombstone=False, include_indexes=None"
        ),
        "get_table_stats": "dbname, tablename, *, include_indexes=None, include_tombstone=False",
    },
    "load_data": {
        "from_csv": f"file_path, table_name_or_model, {_DOCUMENTED_CSV}",
        "from_tsv": f"file_path, table_name_or_model, {_DOCUMENTED_CSV}",
        "from_jsonlines": "file_path, table_name_or_model",
        "from_parquet": "file_path, table_name_or_model",
        "from_inline": "data, table_name_or_model, *, format='csv'",
        "from_stage": "stage, file, table_name_or_model",
        "from_stage_csv": f"stage, file, table_name_or_model, {_DOCUMENTED_CSV}",
        "read_csv": f"filepath_or_buffer, table, {_CSV}, compression=None, set_clause=None, inline=False",
        "read_csv_stage": f"stage_name, filename, table, {_CSV}, compression=None, set_clause=None",
        "read_csv_inline": "data, table, sep=',', quotechar=None",
        "read_json": "filepath_or_buffer, table, lines=True, orient='records', compression=None, inline=False",
        "read_json_stage": "stage_name, filename, table, lines=True, orient='records', compression=None",
        "read_json_inline": "data, table, orient='records'",
        "read_parquet": "filepath_or_buffer, table",
        "read_parquet_stage": "stage_name, filename, table",
        "from_file": (
            "file_path, table_name_or_model, *, fields_terminated_by=',', fields_enclosed_by=None, "
            "fields_optionally_enclosed=False, fields_escaped_by=None, lines_terminated_by=None, "
            "lines_starting_by=None, ignore_lines=0, character_set=None, parallel=False, columns=None, format=None, "
            "jsondata=None, compression=None, set_clause=None"
        ),
        "from_local_file": "file_path, table_name_or_model",
    },
    "stage": {
        "create": "name, url, credentials=None, comment=None, if_not_exists=False",
        "create_local": "name, path, comment=None, if_not_exists=False",
        "create_s3": (
            "name, bucket, path='', aws_key_id=None, aws_secret_key=None, aws_region=None, endpoint=None, "
            "comment=None, if_not_exists=False"
        ),
        "alter": "name, url=None, credentials=None, comment=None, enable=None, if_exists=False",
        "drop": "name, if_exists=False",
        "show": "like_pattern=None",
        "list": "",
        "get": "name",
        "exists": "name",
    },
    "cdc": {
        "create": "task_name, source_uri, sink_type, sink_uri, table_mapping, options=None",
        "create_database_task": (
            "task_name, source_uri, sink_type, sink_uri, source_database, sink_database=None, options=None"
        ),
        "create_table_task": "task_name, source_uri, sink_type, sink_uri, table_mappings, options=None",
        "drop": "task_name",
        "drop_all": "",
        "pause": "task_name",
        "pause_all": "",
        "resume": "task_name",
        "restart": "task_name",
        "show_all": "",
        "show_task": "task_name",
        "list": "task_name=None",
        "get": "task_name",
        "exists": "task_name",
        "list_watermarks": "task_name=None",
        "list_failing_tasks": "",
        "list_stuck_tasks": "",
        "list_late_table_watermarks": (
            "*, task_name=None, default_threshold=dt.timedelta(minutes=10), thresholds=None"
        ),
        "build_mysql_uri": "host, port, user, password='', account=None",
    },
    "branch": {
        "create": "target, source, snapshot=None, database=False",
        "delete": "name, database=False",
        "diff": "table, against, snapshot=None, output='rows'",
        "merge": "source, target, on_conflict='skip'",
        "create_table_branch": "target_table, source_table, snapshot_name=None",
        "create_database_branch": "target_database, source_database",
        "delete_table_branch": "table",
        "delete_database_branch": "database",
        "diff_table": "table, against_table, snapshot_name=None, output='rows'",
        "merge_table": "source_table, target_table, on_conflict='skip', *, conflict_strategy",
    },
    "export": {
        "to_csv": "path, query, *, sep=',', quotechar=None, lineterminator='\\n', header=False",
        "to_jsonl": "path, query",
        "to_csv_stage": ("stage_name, filename, query, *, sep=',', quotechar=None, lineterminator='\\n', header=False"),
        "to_jsonl_stage": "stage_name, filename, query",
        "to_file": "path, query",
        "to_stage": "stage_name, filename, query, *, header=False",
    },
    "moctl": {
        "flush_table": "database, table",
        "increment_checkpoint": "",
        "global_checkpoint": "",
    },
}

OTHERWISE = {
    "load_data.read_csv(inline)": "comes after a dozen options, which are keywords",
    "load_data.read_json(inline)": "comes after an option, which is a keyword",
}
"""Arguments that are otherwise on purpose, and why."""
