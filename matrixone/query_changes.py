"""UPDATE and DELETE of the rows that a query finds: what they can say of them, and what has to be refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import delete, exc, update
from sqlalchemy.orm.util import LoaderCriteriaOption
from sqlalchemy.sql.selectable import Alias

from matrixone.dialect.changes import first_rows
from matrixone.query_columns import is_mapped, is_text_table, reads_only, with_columns
from matrixone.text_clauses import bound, expression
from matrixone.vector.rank import Rank, rank_of

if TYPE_CHECKING:
    from sqlalchemy import Delete, Select, Update

    from matrixone.query_builder import QueryBuilder

    ChangeT = TypeVar("ChangeT", Update, Delete)

# SQLAlchemy looks for the changed objects of a session by the conditions alone.
_UNSYNCHRONIZED = {"synchronize_session": False}


def update_of(query: QueryBuilder) -> Update:
    """The UPDATE of a query that was given values.

    Raises:
        sqlalchemy.exc.InvalidRequestError: the query is more than an UPDATE can say.
    """
    changed = changed_entity(query, "UPDATE")
    values = {name: expression(value) for name, value in (query._values or {}).items()}
    if is_text_table(changed):
        changed, values = with_columns(changed, values), {name: bound(value) for name, value in values.items()}
    return _finding_the_same(update(changed).values(values), query._statement)


def delete_of(query: QueryBuilder) -> Delete:
    """The DELETE of a query.

    Raises:
        sqlalchemy.exc.InvalidRequestError: the query is more than a DELETE can say, or an UPDATE already.
    """
    if query._values is not None:
        raise exc.InvalidRequestError("the query was turned into an UPDATE, which execute() runs")
    return _finding_the_same(delete(changed_entity(query, "DELETE")), query._statement)


def changed_entity(query: QueryBuilder, verb: str) -> Any:
    """The class or table whose rows are changed.

    Raises:
        sqlalchemy.exc.InvalidRequestError: there is none, or the query has parts that the statement has no place for.
    """
    if query._entity is None or query._source is not None or isinstance(query._entity, Alias):
        raise exc.InvalidRequestError(f"{verb} needs the query of one mapped class or table without an alias")
    if query._snapshot_name is not None:
        raise exc.InvalidRequestError(f"{verb} changes the present; this query reads at a snapshot")
    if lost := [part for part, is_there in _without_a_place(query).items() if is_there]:
        raise exc.InvalidRequestError(
            f"{verb} takes conditions, CTEs, order_by() and limit(), and has no place for {', '.join(lost)}"
        )
    return query._entity


def forget_changed(session: Any, statement: Update | Delete, entity: Any) -> None:
    """Let a session read its objects of a class again, if the statement may have changed any of them unnoticed.

    Objects with changes of their own stay what they are. The queries of a client leave no objects in a session.
    """
    if statement.get_execution_options().get("synchronize_session", True) or not is_mapped(entity):
        return
    unchanged = [each for each in getattr(session, "identity_map", {}).values() if each not in session.dirty]
    for each in unchanged:
        if isinstance(each, entity):
            session.expire(each)


def _finding_the_same(change: ChangeT, found: Select[Any]) -> ChangeT:
    """The statement with the conditions, CTEs, order and limit of a SELECT."""
    change = change.where(*found._where_criteria).add_cte(*found._independent_ctes).options(*found._with_options)
    others = {table for condition in found._where_criteria for table in condition._from_objects} - {change.table}
    if found._order_by_clauses or found._limit_clause is not None:
        _check_none(others)
        change = first_rows(change, found._order_by_clauses, found._limit_clause)
    if others or found._independent_ctes or found._limit_clause is not None:
        change = change.execution_options(**_UNSYNCHRONIZED)
    return change


def _check_none(others: set[Any]) -> None:
    """See that the conditions are of one table: the server takes no order and limit of a change by several."""
    if others:
        names = ", ".join(sorted(str(table) for table in others))
        raise exc.InvalidRequestError(f"a change by conditions on other tables ({names}) has no order_by() and limit()")


def _without_a_place(query: QueryBuilder) -> dict[str, bool]:
    """Parts of a query that neither statement has."""
    found = query._statement
    loaders = [each for each in found._with_options if not isinstance(each, LoaderCriteriaOption | Rank)]
    return {
        "join()": bool(found._setup_joins) or not reads_only(found, query._entity),
        "group_by()": bool(found._group_by_clauses),
        "having()": bool(found._having_criteria),
        "distinct()": found._distinct,
        "offset()": found._offset_clause is not None,
        "with_rank()": rank_of(found) is not None,
        "with_for_update()": found._for_update_arg is not None,
        "options() but with_loader_criteria()": bool(loaders),
        "yield_per()": query._chunk_size is not None,
    }
