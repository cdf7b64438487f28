"""What a query is of: the columns, classes and tables it was given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Table, TableClause, exc, inspect, literal_column, select
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.functions import Function
from sqlalchemy.sql.selectable import Alias

from matrixone.text_clauses import named_column, named_table, table_of_columns, text_column, with_named_arguments

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Select


def entity_of(columns: tuple[Any, ...], *, of_attributes: bool = True) -> Any:
    """The mapped class or table a query is of, if it is of one.

    Args:
        columns: what it was given.
        of_attributes: columns of a class or table stand for it.
    """
    first = columns[0] if columns else None
    if isinstance(first, str):
        whole = named_table(first) if len(columns) == 1 else None
        return whole if whole is not None or not of_attributes else _table_of_text(columns)
    if isinstance(first, InstrumentedAttribute) and of_attributes:
        first = first.class_
    return first if isinstance(first, Table) or is_mapped(first) else None


def check_columns(columns: tuple[Any, ...]) -> None:
    """See that there are any.

    Raises:
        sqlalchemy.exc.ArgumentError: there are none.
    """
    if not columns:
        raise exc.ArgumentError("there is nothing to select: a query is of classes, tables or columns")


def start(entity: Any, columns: tuple[Any, ...]) -> Select[Any]:
    """The SELECT of these columns, from the table if only text says which."""
    if is_text_table(entity):
        everything = len(columns) == 1 and (columns[0] is entity or named_table(columns[0]) is not None)
        statement: Any = select(*([literal_column("*")] if everything else chosen(columns))).select_from(entity)
    else:
        statement = select(*chosen(columns))
    return cast("Select[Any]", statement)


def chosen(columns: tuple[Any, ...]) -> list[Any]:
    """The columns as SQLAlchemy takes them; an unlabelled function is called by its name."""
    found: list[Any] = []
    functions: set[str] = set()
    for each in columns:
        one = text_column(each) if isinstance(each, str) else with_named_arguments(each)
        if isinstance(one, Function) and one.name not in functions:
            functions.add(one.name)
            one = one.label(one.name)
        found.append(one)
    return found


def is_mapped(column: Any) -> bool:
    """Whether this is a mapped class or an alias of one."""
    inspected = inspect(column, raiseerr=False)
    return bool(getattr(inspected, "is_mapper", False) or getattr(inspected, "is_aliased_class", False))


def is_row_column(column: Any) -> bool:
    """Whether choosing this column leaves the number of rows alone, as an aggregate would not."""
    return isinstance(column, Table | InstrumentedAttribute) or is_mapped(column)


def reads_only(statement: Select[Any], entity: Any) -> bool:
    """Whether the columns and the tables that were named are those of one class or table."""
    own = inspect(entity).selectable
    return all(table._deannotate() is own for table in (*statement._from_obj, *statement.columns_clause_froms))


def is_text_table(entity: Any) -> bool:
    """Whether the table was named by text: its columns are not known."""
    table = entity.element if isinstance(entity, Alias) else entity
    return isinstance(table, TableClause) and not isinstance(table, Table)


def with_columns(table: Any, names: Iterable[str]) -> TableClause:
    """A table named by text, with columns to set."""
    return TableClause(table.name, *map(named_column, names), schema=table.schema)


def _table_of_text(columns: tuple[Any, ...]) -> Any:
    return table_of_columns(columns) if all(isinstance(column, str) for column in columns) else None
