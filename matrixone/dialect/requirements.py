"""What the server can do, in the terms of SQLAlchemy's test suite; of what it cannot, its own answer."""

# pyright: reportIncompatibleMethodOverride=false, reportAssignmentType=false
# SQLAlchemy's class has properties; those that never change are plain attributes here.

from __future__ import annotations

from typing import Any

from sqlalchemy.testing import exclusions
from sqlalchemy.testing.requirements import SuiteRequirements

SYNTAX = "1064 You have an error in your SQL syntax"


class Supported:
    """A feature whose tests are run."""

    def __get__(self, requirements: Any, owner: Any) -> Any:
        """A rule of its own for every asker: SQLAlchemy adds to those it is given."""
        return self if requirements is None else exclusions.open()  # type: ignore[no-untyped-call]


class Refused:
    """A feature whose tests are left out.

    Attributes:
        answer: what the server answers to them, or why they do not apply.
    """

    def __init__(self, answer: str) -> None:
        self.answer = answer

    def __get__(self, requirements: Any, owner: Any) -> Any:
        """As for what is supported."""
        return self if requirements is None else exclusions.closed(self.answer)  # type: ignore[no-untyped-call]


class Requirements(SuiteRequirements):
    """Differs from those of MySQL where :doc:`/dialect` says so; the table there is made from this class."""

    # Tables
    create_table_as = Supported()
    create_temp_table_as = Supported()
    table_ddl_if_exists = Supported()
    temp_table_reflection = Supported()
    has_temp_table = Supported()
    temp_table_names = Refused("no statement lists temporary tables: SHOW TABLES leaves them out")
    reflect_tables_no_columns = Refused(f"{SYNTAX} (a table has a column)")
    reflect_table_options = Supported()
    comment_reflection = Refused("SHOW CREATE TABLE prints a comment without its backslashes")
    comment_reflection_full_unicode = comment_reflection
    temp_table_comment_reflection = comment_reflection
    constraint_comment_reflection = Refused(f"{SYNTAX} (a constraint has no COMMENT)")
    column_collation_reflection = Refused("a collation is accepted and dropped; SHOW CREATE TABLE prints none")
    identity_columns = Refused(f"{SYNTAX} (GENERATED ALWAYS AS IDENTITY)")
    identity_columns_standard = identity_columns
    computed_columns = Supported()
    computed_columns_stored = Supported()
    computed_columns_virtual = Supported()
    computed_columns_default_persisted = Refused("a computed column is VIRTUAL unless it says STORED")
    computed_columns_reflect_persisted = Supported()
    server_defaults = Supported()
    expression_server_defaults = Supported()
    unicode_ddl = Supported()
    percent_schema_names = Supported()
    quotes_in_names = Refused("1105 You have an error in your SQL syntax (an index whose name has a quote)")

    # Views
    views = Supported()
    create_or_replace_view = Supported()
    temporary_views = Refused(f"{SYNTAX} (CREATE TEMPORARY VIEW)")
    materialized_views = Refused(f"{SYNTAX} (CREATE MATERIALIZED VIEW)")
    materialized_views_reflect_pk = materialized_views

    # Databases
    schemas = Supported()
    schema_create_delete = Supported()
    cross_schema_fk_reflection = Supported()
    implicit_default_schema = Refused("a name without its database means the current one, as in MySQL")
    default_schema_name_switch = Refused("USE would leave a connection of the pool in another database")

    # Keys, indexes, constraints
    foreign_key_constraint_name_reflection = Supported()
    foreign_key_constraint_option_reflection_ondelete = Supported()
    foreign_key_constraint_option_reflection_onupdate = Supported()
    fk_constraint_option_reflection_ondelete_noaction = Supported()
    fk_constraint_option_reflection_ondelete_restrict = Refused("RESTRICT is what the server prints for no option")
    fk_constraint_option_reflection_onupdate_restrict = fk_constraint_option_reflection_ondelete_restrict
    foreign_keys_reflect_as_index = Refused("a foreign key makes no index")
    repeated_column_foreign_keys = Refused("20101 foreign key cid can not reference to itself")
    repeated_remote_col_foreign_keys = repeated_column_foreign_keys
    reflects_pk_names = Refused("SHOW CREATE TABLE prints no name of a primary key")
    unique_constraints_reflect_as_index = Supported()
    unique_index_reflect_as_unique_constraints = Supported()
    check_constraint_reflection = Supported()
    inline_check_constraint_reflection = Supported()
    index_ddl_if_exists = Refused(f"{SYNTAX} (CREATE INDEX IF NOT EXISTS)")
    indexes_check_column_order = Supported()
    indexes_with_expressions = Refused("20101 unsupported index which using expression as keypart")
    reflect_indexes_with_expressions = indexes_with_expressions
    reflect_indexes_with_ascdesc = Refused("ASC and DESC are accepted; SHOW CREATE TABLE prints neither")
    reflect_indexes_with_ascdesc_as_expression = reflect_indexes_with_ascdesc
    index_reflects_included_columns = Refused("an ordinary index includes no further columns")
    deferrable_fks = Refused(f"{SYNTAX} (DEFERRABLE)")
    non_updating_cascade = Refused("ON UPDATE CASCADE works")

    # Queries
    boolean_col_expressions = Supported()
    intersect = Supported()
    except_ = Supported()
    ctes = Supported()
    ctes_with_update_delete = Supported()
    ctes_with_values = Refused("1064 unexpected statement: 'values row(...)' (WITH c AS (VALUES ...))")
    ctes_on_dml = Refused("20105 DML RETURNING does not support WITH DML")
    window_functions = Supported()
    window_range = Supported()
    window_range_numeric = Supported()
    window_range_non_numeric = Refused(f"{SYNTAX} (RANGE BETWEEN '1970-01-08' PRECEDING; an interval is an INTERVAL)")
    tuple_in = Supported()
    tuple_in_w_empty = Supported()
    table_value_constructor = Supported()
    nullsordering = Supported()
    aggregate_order_by = Supported()
    order_by_label_with_expression = Supported()
    supports_distinct_on = Refused(f"{SYNTAX} (DISTINCT ON)")
    fetch_first = Refused(f"{SYNTAX} (FETCH FIRST)")
    fetch_percent = fetch_first
    fetch_ties = fetch_first
    fetch_no_order_by = fetch_first
    fetch_offset_with_options = fetch_first
    fetch_expression = fetch_first
    regexp_match = Supported()
    regexp_replace = Supported()
    supports_bitwise_or = Supported()
    supports_bitwise_and = Supported()
    supports_bitwise_not = Refused("~5 is 18446744073709551610: the result is unsigned, as in MySQL")
    supports_bitwise_xor = Supported()
    supports_bitwise_shift = Supported()
    mod_operator_as_percent_sign = Supported()

    # Changes of rows
    update_from = Supported()
    delete_from = Supported()
    update_where_target_in_subquery = Refused("1093 You can't specify target table for update in FROM clause")
    emulated_lastrowid = Supported()
    dbapi_lastrowid = Supported()
    delete_returning = Refused("20105 DML RETURNING does not support legacy DELETE path (tables with foreign keys)")

    # Transactions
    autocommit = Supported()
    isolation_level = Supported()
    savepoints = Refused("20101 savepoint has not been implemented yet. please rollback the transaction.")
    two_phase_transactions = Refused(f"{SYNTAX} (XA START)")
    skip_autocommit_rollback = Refused(
        "do_rollback() is the dialect's own: it sends nothing while no transaction is open"
    )

    # Types
    unbounded_varchar = Refused("VARCHAR without a length, as in MySQL, is a mistake of the caller")
    nvarchar_types = Refused(f"{SYNTAX} (NCHAR)")
    uuid_data_type = Refused("the server's UUID is read as text; Uuid() is CHAR(32), as in MySQL")
    json_type = Supported()
    json_array_indexes = Supported()
    json_deserializer_binary = Refused("JSON comes as text")
    legacy_unconditional_json_extract = Refused("CAST of JSON to CHAR drops the quotes of a string")
    array_type = Refused(f"{SYNTAX} (ARRAY)")
    date_historic = Supported()
    datetime_historic = Supported()
    datetime_literals = Supported()
    datetime_interval = Refused("an interval is stored as DATETIME, whose literal the server does not take as INTERVAL")
    datetime_timezone = Refused("no type keeps a time zone")
    datetime_timezone_historic = datetime_timezone
    time_timezone = datetime_timezone
    date_implicit_bound = Refused("a bound date arrives as text")
    time_implicit_bound = Refused("a bound time arrives as text")
    datetime_implicit_bound = Refused("a bound datetime arrives as text")
    datetime_microseconds = Refused("DATETIME without a precision keeps seconds; DATETIME(fsp=6) keeps microseconds")
    time_microseconds = Refused("TIME without a precision keeps seconds; TIME(fsp=6) keeps microseconds")
    timestamp_microseconds = Refused("TIMESTAMP without a precision keeps seconds; TIMESTAMP(fsp=6) keeps microseconds")
    precision_numerics_enotation_small = Supported()
    precision_numerics_many_significant_digits = Supported()
    precision_numerics_retains_significant_digits = Supported()
    cast_precision_numerics_many_significant_digits = Refused("a number within JSON is a double")
    float_or_double_precision_behaves_generically = Refused("DOUBLE takes a precision only with a scale, as in MySQL")
    precision_generic_float_type = Refused("FLOAT keeps six digits")
    infinity_floats = Refused("FLOAT keeps no infinity")

    def get_order_by_collation(self, config: object) -> str:  # noqa: ARG002 - the suite's signature
        """A collation; any is accepted and none has an effect."""
        return "utf8mb4_bin"
