import pytest
from hypothesis import given
from hypothesis import strategies as st

from matrixone.querylog.summary import summarize


@pytest.mark.parametrize(
    ("sql", "summary"),
    [
        ("SELECT * FROM users WHERE age > 3", "SELECT FROM users"),
        ("select 1", "SELECT"),
        ("SELECT a FROM `my db`.`t` JOIN u ON 1 JOIN (SELECT b FROM v) x", "SELECT FROM `my db`.`t`, u, v"),
        ("(SELECT a FROM t) UNION (SELECT a FROM u)", "SELECT FROM t, u"),
        ("WITH c AS (SELECT a FROM t) SELECT a FROM c", "SELECT FROM t, c"),
        ("SELECT a FROM t FOR UPDATE", "SELECT FROM t"),
        ("SELECT 'FROM x' FROM t -- FROM y", "SELECT FROM t"),
        ("EXPLAIN SELECT a FROM t", "SELECT FROM t"),
        ("EXPLAIN ANALYZE UPDATE t SET a = 1", "UPDATE t"),
        ("EXPLAIN INSERT INTO t VALUES (1)", "INSERT INTO t (1 row)"),
        ("WITH c AS (SELECT a FROM s) UPDATE t SET a = (SELECT a FROM c)", "UPDATE t"),
        ("INSERT INTO t (a) VALUES (%s), (%s), (f((1)))", "INSERT INTO t (3 rows)"),
        ("INSERT IGNORE t VALUES (1)", "INSERT INTO t (1 row)"),
        ("INSERT INTO t (a) VALUES (1), (2) ON DUPLICATE KEY UPDATE a = VALUES(a)", "INSERT INTO t (2 rows)"),
        ("INSERT INTO t SELECT * FROM s", "INSERT INTO t FROM s"),
        ("REPLACE INTO d.t VALUES ROW(1, 2), ROW(3, 4)", "REPLACE INTO d.t (2 rows)"),
        ("UPDATE d.t SET a = 1", "UPDATE d.t"),
        ("DELETE FROM t WHERE id = 1", "DELETE FROM t"),
        ("LOAD DATA LOCAL INFILE '/home/me/x.csv' INTO TABLE t FIELDS TERMINATED BY ','", "LOAD DATA INTO t"),
        ("CREATE TABLE IF NOT EXISTS t (id INT PRIMARY KEY)", "CREATE TABLE t"),
        ("CREATE TEMPORARY TABLE t (id INT)", "CREATE TEMPORARY TABLE t"),
        ("CREATE OR REPLACE VIEW v AS SELECT a FROM t", "CREATE VIEW v FROM t"),
        ("CREATE UNIQUE INDEX i ON t (a)", "CREATE UNIQUE INDEX i ON t"),
        ("CREATE DATABASE d CLONE s {SNAPSHOT = 'x'}", "CREATE DATABASE d CLONE s"),
        ("CREATE SNAPSHOT s FOR DATABASE d", "CREATE SNAPSHOT s FOR DATABASE d"),
        ("DROP SNAPSHOT IF EXISTS s", "DROP SNAPSHOT s"),
        ("RESTORE TABLE d.t {SNAPSHOT = s}", "RESTORE TABLE d.t"),
        ("DATA BRANCH CREATE TABLE t FROM s", "DATA BRANCH CREATE TABLE t FROM s"),
        ("CREATE USER u IDENTIFIED BY 'p'", "CREATE USER u"),
        ("CREATE USER 'u' IDENTIFIED BY 'p'", "CREATE USER"),
        ("SET autocommit = 0", "SET autocommit"),
        ("BEGIN", "BEGIN"),
        ("DESCRIBE `a table`", "DESCRIBE `a table`"),
        ("", ""),
        ("'just a string'", ""),
    ],
)
def test_a_statement_in_few_words(sql, summary):
    assert summarize(sql) == summary


def test_many_tables_are_cut():
    sql = "SELECT 1 FROM a JOIN b JOIN c JOIN d JOIN e JOIN f"
    assert summarize(sql) == "SELECT FROM a, b, c, d, e, ..."


@given(st.integers(1, 300))
def test_rows_are_counted_in_long_statements_too(rows):
    values = ", ".join(["('some text, (with) ''quotes''', %s)"] * rows)
    assert summarize(f"INSERT INTO t (a, b) VALUES {values}") == f"INSERT INTO t ({rows} row{'s' * (rows > 1)})"


@given(st.text())
def test_any_text_is_summarized(text):
    assert isinstance(summarize(text), str)
