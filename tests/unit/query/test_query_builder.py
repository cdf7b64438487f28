from __future__ import annotations

import datetime as dt
import inspect

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, ForeignKey, Integer, MetaData, String, Table, desc, exc, func, literal, select
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,  # noqa: TC002 - the mapper reads it at run time
    joinedload,
    mapped_column,
    relationship,
    with_loader_criteria,
)

import matrixone
from matrixone import compile_select_to_sql
from matrixone.exceptions import QueryError
from matrixone.orm import CTE, logical_in
from matrixone.query import AsyncQuery, MatrixOneQuery, Query
from matrixone.query_changes import delete_of, update_of
from matrixone.vector import Vectorf32


class Base(DeclarativeBase):
    pass


class Department(Base):
    __tablename__ = "departments"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(20))


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(20))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("departments.id"))
    embedding: Mapped[list[float] | None] = mapped_column(Vectorf32(2))
    department: Mapped[Department | None] = relationship()


logs = Table("logs", MetaData(), Column("id", Integer), Column("line", String(20)), schema="audit")


@pytest.fixture(params=[Query, AsyncQuery])
def query(request):
    """Start a query; what it builds is the same on both faces."""
    return lambda *columns, **options: request.param(None, *columns, **options)


def sql(query):
    return " ".join(query.to_sql().split())


def shown(statement):
    return " ".join(compile_select_to_sql(statement).split())


def where(query):
    return sql(query).partition(" WHERE ")[2]


def test_columns_and_classes(query):
    assert sql(query(User.id, func.count().label("n"))) == "SELECT users.id, count(*) AS n FROM users"
    assert sql(query(User)).startswith("SELECT users.id, users.name, ")
    assert sql(query(logs)) == "SELECT audit.logs.id, audit.logs.line FROM audit.logs"


def test_every_call_leaves_the_builder_as_it_was(query):
    base = query(User.id)
    before = sql(base)
    base.filter(User.id > 1).order_by(User.id).limit(1).snapshot("s").select(User.name)
    base.update(name="x")
    assert sql(base) == before


def test_conditions(query):
    assert where(query(User.id).filter(User.id > 1).where("name = ?", "x")) == "users.id > 1 AND (name = 'x')"
    assert where(query(User.id).filter_by(id=1, name="x")) == "users.id = 1 AND users.name = 'x'"
    assert where(query(User.id).filter("a = ? OR b = ?", 1, 2).filter("c")) == "(a = 1 OR b = 2) AND (c)"


def test_question_marks_in_literals_and_names_are_text(query):
    assert where(query(User.id).filter("a = '?' AND `b?` = ? -- ?\n", 1)) == "(a = '?' AND `b?` = 1 -- ? )"


@pytest.mark.parametrize(("condition", "params"), [("a = ?", ()), ("a = ?", (1, 2)), ("a = 1", (1,))])
def test_a_wrong_number_of_values_is_an_error(query, condition, params):
    with pytest.raises(QueryError, match="placeholders"):
        query(User).filter(condition, *params)


def test_values_of_an_expression_are_an_error(query):
    with pytest.raises(exc.ArgumentError, match="text"):
        query(User).filter(User.id > 1, 2)


def test_attributes_of_the_only_table(query):
    with_function = query(User.id, func.count(User.name)).filter_by(id=1, name="x")
    assert where(with_function) == "users.id = 1 AND users.name = 'x'"
    assert where(query(User).select(func.max(User.id)).filter_by(id=1)) == "users.id = 1"
    assert where(query(User).alias("u").select(func.max(User.id)).filter_by(id=1)) == "u.id = 1"
    assert where(query(logs).filter_by(line="x")) == "audit.logs.line = 'x'"
    assert where(query(User.id).union(query(User.id)).filter_by(id=1)) == "anon_1.id = 1"
    assert where(query(User).union(query(User)).filter_by(id=1)).endswith("anon_1.id = 1")
    assert where(query(Department).join(User).filter_by(department_id=1)) == "users.department_id = 1"


def test_an_unknown_attribute_is_an_error(query):
    with pytest.raises(exc.InvalidRequestError, match="no_such"):
        query(User).filter_by(no_such=1)


@given(st.text())
def test_text_never_leaves_its_literal(value):
    shown = where(Query(None, User.id).filter("name = ?", value).filter(User.id == 1))
    dialect = mysql.dialect(paramstyle="named")
    literal = dialect.statement_compiler(dialect, None).render_literal_value(value, String())
    assert shown == " ".join(f"(name = {literal}) AND users.id = 1".split())


def test_values_written_for_reading(query):
    shown = where(query(User.id).filter("a = ? AND b = ? AND c = ? AND d = ?", None, 1.5, dt.date(2026, 1, 2), "100%"))
    assert shown == "(a = NULL AND b = 1.5 AND c = '2026-01-02' AND d = '100%')"


def test_a_query_as_a_value_is_a_subquery(query):
    inner = query(Department.id).filter("name = ?", "x")
    shown = where(query(User.id).filter("department_id IN ?", inner))
    assert shown == "(department_id IN (SELECT departments.id FROM departments WHERE (name = 'x')))"


@pytest.mark.parametrize(
    "rows",
    [
        lambda: select(Department.id),
        lambda: select(Department.id).scalar_subquery(),
        lambda: matrixone.select(Department.id),
        lambda: select(Department.__table__.c.id),
    ],
)
def test_a_select_as_a_value_is_a_subquery(query, rows):
    found = query(User.id).where("department_id IN ? AND name = ?", rows(), "x")
    assert where(found) == "(department_id IN (SELECT departments.id FROM departments) AND name = 'x')"
    grouped = query(User.id).group_by(User.id).having("max(department_id) = ?", rows())
    assert sql(grouped).endswith("HAVING (max(department_id) = (SELECT departments.id FROM departments))")


def test_rows_of_tables_as_values(query):
    both = select(Department.id).union(select(logs.c.id))
    assert where(query(User.id).where("id IN ?", both)).startswith(
        "(id IN (SELECT departments.id FROM departments UNION"
    )
    table = select(Department.id).subquery("d")
    assert where(query(User.id).where("id IN ?", table)).startswith("(id IN (SELECT d.id FROM (SELECT departments.id")
    recent = query(Department.id).cte("recent")
    assert sql(query(User.id).where("id IN ?", recent)).endswith("WHERE (id IN (SELECT recent.id FROM recent))")


def test_attributes_as_values(query):
    assert where(query(User.id).where("id = ?", User.department_id)) == "(id = users.department_id)"


@pytest.mark.parametrize("condition", ["id IN ?", "id in\n?", "id NOT IN ? AND 1"])
@pytest.mark.parametrize("values", [[1, 2], (1,), np.array([1]), 1])
def test_a_list_for_one_question_mark_is_refused(query, condition, values):
    with pytest.raises(QueryError, match=r"logical_in|IN \(\?, \?"):
        query(User.id).where(condition, values)


def test_in_is_a_word(query):
    assert (
        where(query(User.id).where("min = ? AND embedding IN (?)", 1, [1, 2]))
        == "(min = 1 AND embedding IN ('[1.0,2.0]'))"
    )


def test_shape(query):
    shown = sql(
        query(User.department_id, func.count().label("n"))
        .group_by(User.department_id)
        .having("count(*) > ?", 2)
        .order_by(desc("n"), "department_id DESC")
        .distinct()
        .limit(3)
        .offset(4)
    )
    assert shown == (
        "SELECT DISTINCT users.department_id, count(*) AS n FROM users GROUP BY users.department_id "
        "HAVING (count(*) > 2) ORDER BY n DESC, department_id DESC LIMIT 4, 3"
    )


@pytest.mark.parametrize(("limit", "asked"), [(None, "1"), (0, "0"), (1, "1"), (500, "1"), (literal(2) + 1, "2 + 1")])
def test_one_row_is_asked_for_as_one(limit, asked):
    first = Query(None, User.id).limit(limit)._at_most(1)
    assert shown(first) == f"SELECT users.id FROM users LIMIT {asked}"


def test_joins(query):
    condition = User.department_id == Department.id
    names = query(User.name)
    assert "INNER JOIN departments ON" in sql(names.join(Department, condition))
    assert "INNER JOIN departments ON" in sql(names.join(User.department))
    assert "INNER JOIN departments ON" in sql(names.innerjoin(Department))
    assert "FROM users LEFT OUTER JOIN departments ON" in sql(names.leftjoin(Department, condition))
    assert "FROM users LEFT OUTER JOIN departments ON" in sql(names.outerjoin(Department, "departments.id = 1"))
    assert "FULL OUTER JOIN departments ON" in sql(names.fullouterjoin(Department, condition))
    assert "FROM departments LEFT OUTER JOIN users ON" in sql(names.rightjoin(Department, condition))


def test_a_right_join_after_a_join_is_refused(query):
    with pytest.raises(exc.InvalidRequestError, match="first join"):
        query(User).join(Department).rightjoin(logs, logs.c.id == User.id)


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("departments", "JOIN departments ON"),
        ("departments d", "JOIN departments AS d ON"),
        ("`departments` AS d", "JOIN departments AS d ON"),
        ("hr.departments d", "JOIN hr.departments AS d ON"),
        ("`Two Words` t", "JOIN `Two Words` AS t ON"),
    ],
)
def test_joins_with_tables_written_as_text(query, text, rendered):
    assert rendered in sql(query(User).join(text, "1 = 1"))


@pytest.mark.parametrize("text", ["departments; DROP TABLE x", "(SELECT 1) x", "a b c", ""])
def test_other_text_is_no_table(query, text):
    with pytest.raises(exc.ArgumentError, match="not the name of a table"):
        query(User).join(text, "1 = 1")


def test_columns_written_as_text(query):
    shown = sql(query(User).alias("u").select("u.name", "COUNT(u.id) AS n", "`u`.`id` as `an id`").group_by("u.name"))
    assert shown == "SELECT u.name AS name, COUNT(u.id) AS n, `u`.`id` AS `an id` FROM users AS u GROUP BY u.name"


def test_an_alias_takes_the_place_of_its_class(query):
    aliased = query(User).alias("u").filter(User.id > 1).order_by(User.name).select(User.id, User)
    assert sql(aliased) == (
        "SELECT u.id, u.name, u.department_id, u.embedding FROM users AS u WHERE u.id > 1 ORDER BY u.name"
    )
    assert "INNER JOIN departments ON u.department_id = departments.id" in sql(
        query(User).alias("u").join(Department, User.department_id == Department.id)
    )


def test_an_alias_comes_first_and_names_one_table(query):
    with pytest.raises(exc.InvalidRequestError, match="before"):
        query(User).filter(User.id > 1).alias("u")
    with pytest.raises(exc.InvalidRequestError, match="one mapped class"):
        query(User.id, User.name).alias("u")


def test_subqueries_and_ctes(query):
    recent = query(User.id, User.name).filter(User.id > 5)
    cte = recent.cte("recent")
    assert sql(query(cte).filter(cte.c.id < 9)).startswith("WITH recent AS (SELECT users.id AS id")
    sub = recent.subquery("r")
    assert "INNER JOIN (SELECT users.id AS id" in sql(query(Department).join(sub, sub.c.id == Department.id))
    assert sql(query(User.id).with_cte(cte).filter("id IN (SELECT id FROM recent)")).startswith("WITH recent AS")


def test_a_snapshot_reaches_every_table(query):
    shown = sql(query(User.id, snapshot="it's").join(Department))
    assert "FROM users {SNAPSHOT = 'it''s'} INNER JOIN departments {SNAPSHOT = 'it''s'} ON" in shown
    assert "SNAPSHOT" not in sql(query(User, snapshot="s").snapshot(None))
    assert "{SNAPSHOT = 's'}" in sql(query(select(User.id).cte("c"), snapshot="s"))


def test_updates(query):
    updated = query(User).filter("id = ?", 3).update(name="x").update({"department_id": User.id + 1})
    assert sql(updated) == "UPDATE users SET name='x', department_id=(users.id + 1) WHERE (id = 3)"
    assert sql(query(User.name).filter(User.id == 1).update(name="x")) == "UPDATE users SET name='x' WHERE users.id = 1"
    with pytest.raises(exc.InvalidRequestError, match="values"):
        query(User).update()


@pytest.mark.parametrize(
    ("part", "add"),
    [
        (r"offset\(\)", lambda query: query.offset(1)),
        (r"join\(\)", lambda query: query.join(Department)),
        (r"join\(\)", lambda query: query.rightjoin(Department)),
        (r"join\(\)", lambda query: query.select_from(Department)),
        (r"join\(\)", lambda query: query.select(User.id, Department.id)),
        (r"distinct\(\)", lambda query: query.distinct()),
        (r"group_by\(\)", lambda query: query.group_by(User.id)),
        (r"having\(\)", lambda query: query.having("1")),
        (r"with_for_update\(\)", lambda query: query.with_for_update()),
        (r"options\(\)", lambda query: query.options(joinedload(User.department))),
        (r"yield_per\(\)", lambda query: query.yield_per(10)),
        ("snapshot", lambda query: query.snapshot("s")),
        ("alias", lambda query: query.alias("u")),
        (r"distinct\(\), offset\(\)", lambda query: query.limit(1).offset(1).distinct()),
    ],
)
def test_what_a_change_would_lose_is_refused_by_its_name(query, part, add):
    found = add(query(User))
    with pytest.raises(exc.InvalidRequestError, match=f"UPDATE.*{part}"):
        found.update(name="x")
    with pytest.raises(exc.InvalidRequestError, match=f"UPDATE.*{part}"):
        add(query(User).update(name="x")).to_sql()
    with pytest.raises(exc.InvalidRequestError, match=f"DELETE.*{part}"):
        delete_of(found)


def test_changes_keep_order_and_limit(query):
    first = query(User).filter(User.id > 1).order_by(User.name.desc(), "id").limit(2)
    end = "WHERE users.id > 1 ORDER BY users.name DESC, id LIMIT 2"
    assert sql(first.update(name="x")) == f"UPDATE users SET name='x' {end}"
    assert shown(delete_of(first)) == f"DELETE FROM users {end}"
    assert shown(delete_of(query(User).limit(2))) == "DELETE FROM users LIMIT 2"
    assert shown(delete_of(query(User).order_by(User.id))) == "DELETE FROM users ORDER BY users.id"
    assert shown(delete_of(query("users").order_by("id DESC").limit(1))) == "DELETE FROM users ORDER BY id DESC LIMIT 1"
    assert shown(delete_of(query(logs).limit(3))) == "DELETE FROM audit.logs LIMIT 3"
    assert shown(delete_of(query(User).limit(None).offset(None))) == "DELETE FROM users"


def test_a_change_by_several_tables_has_no_order_and_limit(query):
    joined = query(User).filter(User.department_id == Department.id)
    assert "departments" in shown(delete_of(joined))
    for some in (joined.limit(1), joined.order_by(User.id)):
        with pytest.raises(exc.InvalidRequestError, match=r"departments.*limit"):
            delete_of(some)
        with pytest.raises(exc.InvalidRequestError, match=r"departments.*limit"):
            some.update(name="x").to_sql()
    inside = query(User).filter(User.department_id.in_(select(Department.id))).limit(1)
    assert shown(delete_of(inside)).endswith("LIMIT 1")


def test_changes_are_ordered_by_what_labels_stand_for(query):
    by_name = query(User).order_by(desc("name"), User.id.label("n").desc(), func.length(User.name) + 1)
    assert sql(by_name.update(name="x")).endswith("ORDER BY name DESC, users.id DESC, length(users.name) + 1")


def test_orders_and_limits_of_changes_are_bound(query):
    changed = query(User).order_by(func.abs(User.id - 7)).limit(2).update(name="x")
    text, values = changed._build_sql()
    assert " ".join(text.split()) == "UPDATE users SET name=%s ORDER BY abs(users.id - %s) LIMIT %s"
    assert values == ["x", 7, 2]


def test_changes_keep_ctes_and_criteria(query):
    recent = query(User.id).filter(User.id > 5).cte("recent")
    found = query(User).with_cte(recent).filter("id IN (SELECT id FROM recent)")
    assert shown(delete_of(found)).startswith(
        "WITH recent AS (SELECT users.id AS id FROM users WHERE users.id > 5) DELETE"
    )
    assert sql(found.update(name="x")).startswith("WITH recent AS (")
    for_all = query(User).options(with_loader_criteria(User, User.name != "it's")).filter(User.id == 1)
    assert shown(delete_of(for_all)) == "DELETE FROM users WHERE users.id = 1 AND users.name != 'it''s'"


def test_another_dialect_refuses_a_limit_rather_than_changing_all_rows(query):
    for change in (delete_of(query(User).limit(1)), update_of(query(User).limit(1).update(name="x"))):
        with pytest.raises(exc.UnsupportedCompilationError):
            change.compile(dialect=mysql.dialect())


def test_distances(query):
    near = query(User.id).order_by(User.embedding.l2_distance([1, 2])).limit(3)
    assert sql(near).endswith("ORDER BY l2_distance(users.embedding, '[1.0,2.0]') LIMIT 3")


def test_a_name_alone_is_a_table(query):
    assert sql(query("users")) == "SELECT * FROM users"
    assert sql(query("users u").filter("u.id > ?", 3).select("u.name")) == (
        "SELECT u.name AS name FROM users AS u WHERE (u.id > 3)"
    )
    assert sql(query("users").alias("u").filter_by(name="x")) == "SELECT * FROM users AS u WHERE name = 'x'"
    assert sql(query("users.name", "users.id")) == "SELECT users.name AS name, users.id AS id FROM users"
    assert sql(query("u.name", "d.name AS d").select_from("users u", "departments d")).endswith(
        "FROM users AS u, departments AS d"
    )
    assert sql(query("users u").rightjoin("departments d", "d.id = u.id")) == (
        "SELECT * FROM departments AS d LEFT OUTER JOIN users AS u ON (d.id = u.id)"
    )


def test_updates_of_a_table_named_by_text(query):
    updated = query("users").update({"name": "it's", "embedding": [1, 2]}).filter_by(id=3)
    assert sql(updated) == "UPDATE users SET name='it''s', embedding='[1.0,2.0]' WHERE id = 3"
    with pytest.raises(exc.InvalidRequestError, match="alias"):
        query("users u").update(name="x").to_sql()


def test_functions_are_called_by_their_names(query):
    shown = sql(query(func.count(User.id), func.max(User.id), func.count(User.name)))
    assert shown == "SELECT count(users.id) AS count, max(users.id) AS max, count(users.name) AS count_1 FROM users"
    assert sql(query("COUNT(id)").select_from("users")) == "SELECT COUNT(id) AS `COUNT_id` FROM users"


def test_aggregates_take_names_of_columns(query):
    grouped = query("age", func.avg("age").label("mean")).select_from("users").group_by("age")
    shown = sql(grouped.having(func.count("id") > 2).order_by(func.sum("id").desc()))
    assert shown.endswith("avg(age) AS mean FROM users GROUP BY age HAVING count(id) > 2 ORDER BY sum(id) DESC")
    assert "concat('id')" in sql(query(func.concat("id")))
    assert sql(query(func.count("*")).select_from("users")) == "SELECT count(*) AS count FROM users"


@pytest.mark.parametrize("text", ["user()", "id), (SELECT 1", "it's", "id -- ", "a b", ""])
def test_aggregates_bind_what_is_no_name(query, text):
    built = query(func.max(text)).select_from("users").having(func.min(text) > 1)
    shown, values = built._build_sql()
    assert shown.count("%s") == 3
    assert values == [text, text, 1]


def test_the_table_of_a_change_may_be_named_twice(query):
    assert shown(delete_of(query(User).select_from(User).filter(User.id > 5))) == "DELETE FROM users WHERE users.id > 5"


def test_an_update_is_neither_deleted_nor_combined(query):
    changed = query(User).filter(User.id == 5).update(name="x")
    with pytest.raises(exc.InvalidRequestError, match="UPDATE"):
        delete_of(changed)
    for together in (lambda: changed.union(query(User)), lambda: query(User).union(changed)):
        with pytest.raises(exc.InvalidRequestError, match="UPDATE"):
            together()


@pytest.mark.parametrize(
    ("method", "word"),
    [("union", "UNION"), ("union_all", "UNION ALL"), ("intersect", "INTERSECT"), ("except_", "EXCEPT")],
)
def test_queries_together(query, method, word):
    together = getattr(query(User.id).filter(User.id > 1), method)(query(Department.id), select(logs.c.id))
    inner = (
        f"SELECT users.id AS id FROM users WHERE users.id > 1 {word} SELECT departments.id AS id FROM departments "
        f"{word} SELECT audit.logs.id AS id FROM audit.logs"
    )
    assert sql(together.filter(User.id < 9).order_by(User.id).limit(2)) == (
        f"SELECT anon_1.id FROM ({inner}) AS anon_1 WHERE anon_1.id < 9 ORDER BY anon_1.id LIMIT 2"
    )


def test_objects_together(query):
    together = query(User).filter(User.id > 1).union(query(User).filter_by(name="x"))
    shown = sql(together.filter_by(id=3).join(User.department).select(User.name))
    assert shown.startswith("SELECT anon_1.name FROM (SELECT users.id AS id, ")
    assert shown.endswith(
        "AS anon_1 INNER JOIN departments ON departments.id = anon_1.department_id WHERE anon_1.id = 3"
    )


def test_queries_together_read_at_one_time_and_are_of_one_kind(query):
    then = query(User.id, snapshot="s").union(query(User.id, snapshot="s"))
    assert sql(then).count("{SNAPSHOT = 's'}") == 2
    with pytest.raises(exc.InvalidRequestError, match="one snapshot"):
        query(User.id).union(query(User.id, snapshot="s"))
    with pytest.raises(exc.InvalidRequestError, match="objects of one class"):
        query(User, User.id).union(query(User, User.id))
    with pytest.raises(exc.InvalidRequestError, match="UPDATE"):
        query(User).union(query(User)).update(name="x")


def test_recursion(query):
    numbers = query(literal(1).label("n")).cte("numbers", recursive=True)
    numbers = numbers.union_all(query((numbers.c.n + 1).label("n")).filter(numbers.c.n < 5))
    assert sql(query(numbers)) == (
        "WITH RECURSIVE numbers(n) AS (SELECT 1 AS n UNION ALL SELECT numbers.n + 1 AS n FROM numbers "
        "WHERE numbers.n < 5) SELECT numbers.n FROM numbers"
    )


def test_ctes_by_name(query):
    cte = CTE("recent", query(User.id, User.name))
    assert cte.name == "recent"
    assert sql(query(cte).filter(cte.c.id > 1)).startswith("WITH recent AS (SELECT users.id AS id")
    text_cte = CTE("r", "SELECT 1 AS n")
    assert sql(query("r").with_cte(text_cte)) == "WITH r AS (SELECT 1 AS n) SELECT * FROM r"


def test_a_query_is_an_element_of_sqlalchemy(query):
    departments = query(Department.id).filter_by(name="x")
    shown = where(query(User.id).filter(User.department_id.in_(departments)))
    assert shown == "users.department_id IN (SELECT departments.id FROM departments WHERE departments.name = 'x')"


@pytest.mark.parametrize(
    ("column", "values", "shown"),
    [
        (User.id, [1, 2], "users.id IN (1, 2)"),
        ("users.name", ("it's", None), "users.name IN ('it''s', NULL)"),
        ("name", {"?"}, "name IN ('?')"),
        (User.id, np.array([1, 2]), "users.id IN (1, 2)"),
        (User.id, [], "false = 1"),
        ("id", select(Department.id), "id IN (SELECT departments.id FROM departments)"),
        (
            "id",
            select(Department.id).subquery("d"),
            "id IN (SELECT d.id FROM (SELECT departments.id AS id FROM departments) AS d)",
        ),
        (User.id, func.coalesce(User.department_id, 3), "users.id IN (coalesce(users.department_id, 3))"),
    ],
)
def test_membership(query, column, values, shown):
    assert where(query(User.id).logical_in(column, values)) == shown
    assert where(query(User.id).filter(logical_in(column, values))) == shown


def test_membership_in_a_query(query):
    shown = where(query(User.id).logical_in(User.department_id, query(Department.id)))
    assert shown == "users.department_id IN (SELECT departments.id FROM departments)"


@pytest.mark.parametrize("values", ["text", b"bytes", 3, None, {"a": 1}])
def test_membership_in_what_is_no_list(query, values):
    with pytest.raises(exc.ArgumentError, match="IN"):
        query(User).logical_in(User.id, values)


def test_locks_and_options(query):
    assert sql(query(User.id).with_for_update()).endswith("FROM users FOR UPDATE")
    assert sql(query(User.id).with_for_update(read=True)).endswith("FROM users FOR SHARE")
    assert "JOIN departments" in sql(query(User).options(joinedload(User.department)))


@pytest.mark.parametrize("size", [0, -1, 1.5, True, "3"])
def test_chunks_have_a_positive_size(query, size):
    with pytest.raises(exc.ArgumentError, match="one or more"):
        query(User).yield_per(size)


def test_an_update_is_not_read(query):
    with pytest.raises(exc.InvalidRequestError, match="execute"):
        query(User).update(name="x").subquery()
    assert repr(query(User).update(name="x")) == f"<{type(query(User)).__name__} UPDATE users SET name=:name>"


def test_text_and_values_for_the_driver(query):
    built = query(User.id).filter("name = ?", "x").filter(User.id.in_([1, 2]))._build_sql()
    assert " ".join(built[0].split()) == "SELECT users.id FROM users WHERE (name = %s) AND users.id IN (%s, %s)"
    assert built[1] == ["x", 1, 2]


def test_both_faces_have_the_same_methods():
    def methods(face):
        named = {name: getattr(face, name) for name in dir(face) if not name.startswith("_")}
        return {name: _parameters(method) for name, method in named.items()}

    assert methods(Query) == methods(AsyncQuery)


def _parameters(method):
    return [(each.name, each.kind, each.default) for each in inspect.signature(method).parameters.values()]


def test_a_query_shows_itself(query):
    assert str(query(User.id).filter(User.id == 1)).split() == [
        "SELECT",
        "users.id",
        "FROM",
        "users",
        "WHERE",
        "users.id",
        "=",
        "1",
    ]
    assert "SELECT users.id" in repr(query(User.id).filter(User.id == 1))


def test_the_name_users_import():
    assert MatrixOneQuery is Query
