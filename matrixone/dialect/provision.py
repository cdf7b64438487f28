"""What SQLAlchemy's test suite asks of a dialect beyond its features: databases, temporary tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import inspect, schema, text
from sqlalchemy.testing import provision

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

SCHEMAS = ("", "_test_schema", "_test_schema_2")


@provision.create_db.for_db("matrixone")  # type: ignore[untyped-decorator]
def create_databases(_config: Any, engine: Engine, name: str) -> None:
    """Create the database of a run, and the two that its tests take for other schemas."""
    with engine.connect() as connection:
        for suffix in SCHEMAS:
            connection.execute(schema.CreateSchema(name + suffix))
        connection.commit()


@provision.drop_db.for_db("matrixone")  # type: ignore[untyped-decorator]
def drop_databases(_config: Any, engine: Engine, name: str) -> None:
    """Drop the databases of a run."""
    with engine.connect() as connection:
        for suffix in SCHEMAS:
            connection.execute(schema.DropSchema(name + suffix, if_exists=True))
        connection.commit()


@provision.configure_follower.for_db("matrixone")  # type: ignore[untyped-decorator]
def name_schemas(config: Any, name: str) -> None:
    """Tell the tests of a run which databases are theirs."""
    _, config.test_schema, config.test_schema_2 = (name + suffix for suffix in SCHEMAS)


@provision.temp_table_keyword_args.for_db("matrixone")  # type: ignore[untyped-decorator]
def temporary_table_arguments(_config: Any, _engine: Engine) -> dict[str, list[str]]:
    """What makes a ``Table`` temporary."""
    return {"prefixes": ["TEMPORARY"]}


@provision.delete_from_all_tables.for_db("matrixone")  # type: ignore[untyped-decorator]
def delete_all_rows(connection: Connection, _config: Any, metadata: schema.MetaData) -> None:
    """Delete the rows of all tables, whatever refers to them.

    With the condition: a DELETE without one, while foreign keys are not checked, replaces the table by a new one, and
    those that refer to it can no longer be written.
    """
    inspector = inspect(connection)
    connection.exec_driver_sql("SET foreign_key_checks = 0")
    try:
        for table in metadata.tables.values():
            if inspector.has_table(table.name, table.schema):
                connection.execute(table.delete().where(text("1 = 1")))
    finally:
        connection.exec_driver_sql("SET foreign_key_checks = 1")
