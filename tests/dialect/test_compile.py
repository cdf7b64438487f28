from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    MetaData,
    Sequence,
    String,
    Table,
    exc,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.dialects.mysql import insert as mysql_insert
from sqlalchemy.schema import CreateSequence, CreateTable

from matrixone.dialect.pymysql import MatrixOneDialect_pymysql
from matrixone.dialect.verbatim import escaped

items = Table(
    "items",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("order", String(9)),
    Column("camelCase", Integer),
)
elsewhere = Table("items", MetaData(), Column("id", Integer, primary_key=True), Column("n", Integer), schema="shop")


def test_on_duplicate_key_update_uses_values(sql):
    statement = mysql_insert(items).values(id=1, order="x")
    shown = sql(statement.on_duplicate_key_update(order=statement.inserted.order))
    assert shown.endswith("ON DUPLICATE KEY UPDATE `order` = VALUES(`order`)")


def test_reserved_and_mixed_case_names_are_quoted_with_backticks(sql):
    assert sql(select(items.c.order, items.c.camelCase)) == "SELECT items.`order`, items.`camelCase` FROM items"


def test_returning_names_columns_without_table_or_database(sql):
    shown = sql(insert(elsewhere).values(n=1).returning(elsewhere.c.id, (elsewhere.c.n + 1).label("m")))
    assert shown.endswith("RETURNING id, n + %s AS m")
    assert sql(update(elsewhere).values(n=1).returning(func.abs(elsewhere.c.n))).endswith("RETURNING abs(n) AS abs_1")


@pytest.mark.parametrize(
    "statement",
    [
        mysql_insert(items).values(camelCase=1).on_duplicate_key_update(camelCase=2),
        insert(items).prefix_with("IGNORE").values(camelCase=1),
        insert(Table("t", MetaData(), Column("id", Integer, primary_key=True), prefixes=["TEMPORARY"])).values(id=1),
    ],
)
def test_returning_is_not_added_where_the_server_refuses_it(sql, statement):
    assert "RETURNING" not in sql(statement)


def test_returning_fetches_generated_keys(sql):
    assert sql(insert(items).values(camelCase=1)).endswith("RETURNING id")


def test_sequences(sql, dialect):
    sequence = Sequence("it's", start=3, increment=2, maxvalue=9, cycle=True, data_type=BigInteger)
    shown = str(CreateSequence(sequence).compile(dialect=dialect))
    assert shown == "CREATE SEQUENCE `it's` AS BIGINT INCREMENT BY 2 MAXVALUE 9 START WITH 3 CYCLE"
    assert "CAST(nextval('it''s') AS SIGNED)" in sql(select(sequence.next_value()))


def test_a_sequence_without_bounds_has_those_of_the_server(dialect):
    sequence = Sequence("s", nominvalue=True, nomaxvalue=True)
    assert str(CreateSequence(sequence).compile(dialect=dialect)).split() == ["CREATE", "SEQUENCE", "s"]


def test_unknown_sequence_options_are_refused(dialect):
    with pytest.raises(exc.CompileError, match="no option"):
        CreateSequence(Sequence("s", cache=5)).compile(dialect=dialect)


def test_a_sequence_of_another_database_is_refused(sql):
    with pytest.raises(exc.CompileError, match="no database"):
        sql(select(Sequence("s", schema="other").next_value()))


def test_nulls_first_and_last(sql):
    number = items.c.camelCase
    assert sql(select(items.c.id).order_by(number.nulls_last())).endswith(
        "ORDER BY items.`camelCase` IS NULL, items.`camelCase`"
    )
    assert sql(select(items.c.id).order_by(number.desc().nulls_first())).endswith(
        "ORDER BY items.`camelCase` IS NOT NULL, items.`camelCase` DESC"
    )


def test_locks(sql):
    assert sql(select(items.c.id).with_for_update()).endswith("FOR UPDATE")
    assert sql(select(items.c.id).with_for_update(read=True)).endswith("FOR SHARE")
    for unknown in ({"nowait": True}, {"skip_locked": True}, {"of": items}):
        with pytest.raises(exc.CompileError, match="NOWAIT"):
            sql(select(items.c.id).with_for_update(**unknown))


def test_table_options(dialect):
    def created(**options):
        table = Table("t", MetaData(), Column("order", Integer), Column("b", Integer), **options)
        return " ".join(str(CreateTable(table).compile(dialect=dialect)).split()).partition("b INTEGER )")[2]

    assert created(comment="it's", matrixone_cluster_by=["order", "b"]) == "COMMENT='it''s' CLUSTER BY (`order`, b)"
    assert created(matrixone_partition_by="HASH(b) PARTITIONS 2") == "PARTITION BY HASH(b) PARTITIONS 2"
    assert created(mysql_engine="InnoDB") == ""
    with pytest.raises(exc.CompileError, match="engine"):
        created(matrixone_engine="InnoDB")


@given(st.text(st.sampled_from(":\\a1_$'% "), max_size=12))
def test_escaped_sql_is_no_other_sql_for_text(sql):
    assert text(escaped(sql)).compile(dialect=MatrixOneDialect_pymysql(paramstyle="named")).string == sql
