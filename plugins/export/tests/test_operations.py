"""What is sent and what is refused before, without a server."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matrixone_export import ExportFormat, OptionError
from matrixone_export.formats import Csv, JsonLines, Parquet, csv, json_lines, parquet
from matrixone_export.operations import Export, ReadNames, WriteFile
from matrixone_export.places import check_suffix, format_of, in_stage, path_of, stage_of
from matrixone_export.queries import query_of
from sqlalchemy import column, select, table, text
from sqlalchemy.engine import IteratorResult
from sqlalchemy.engine.result import SimpleResultMetaData

from matrixone.dialect.pymysql import MatrixOneDialect_pymysql
from matrixone.exceptions import ConfigurationError, ExportError, InvalidNameError, QueryError
from matrixone.operations import InTransaction

ORDERS = table("orders", column("id"), column("total"))
DEFAULTS = "FIELDS TERMINATED BY ',' ENCLOSED BY '\"' LINES TERMINATED BY '\n' HEADER 'false'"


def compiled(operation):
    return operation.statement().compile(dialect=MatrixOneDialect_pymysql())


def sql(operation):
    return str(compiled(operation))


def write(query="SELECT 1", written=None, path="/d/f.csv", params=None):
    return WriteFile(query_of(query, params), path, written or Csv())


@pytest.mark.parametrize(
    ("written", "clauses"),
    [
        (Csv(), f"FORMAT 'csv' {DEFAULTS}"),
        (
            Csv("\t", "'", "\r\n", True, ("id", "a`b"), "64m"),
            "FORMAT 'csv' SPLITSIZE '64m' FIELDS TERMINATED BY '\t' ENCLOSED BY '''' LINES TERMINATED BY '\r\n' HEADER 'true' FORCE_QUOTE (`id`, `a``b`)",
        ),
        (
            Csv(quotechar=""),
            "FORMAT 'csv' FIELDS TERMINATED BY ',' ENCLOSED BY '' LINES TERMINATED BY '\n' HEADER 'false'",
        ),
        (JsonLines(), "FORMAT 'jsonline'"),
        (JsonLines(1024), "FORMAT 'jsonline' SPLITSIZE '1024'"),
        (Parquet(), "FORMAT 'parquet'"),
    ],
)
def test_formats(written, clauses):
    assert sql(write(written=written)) == f"SELECT 1\nINTO OUTFILE '/d/f.csv' {clauses}"


def test_values_of_string_sql_are_bound():
    statement = compiled(write("SELECT '?', '%s', id FROM t WHERE a = ? -- which?", params=("x' OR 1",)))
    assert str(statement).startswith("SELECT '?', '%%s', id FROM t WHERE a = %s -- which?\nINTO OUTFILE")
    assert list(statement.params.values()) == ["x' OR 1"]


def test_selects_keep_their_values():
    statement = compiled(write(select(ORDERS.c.id).where(ORDERS.c.total > 7)))
    assert "WHERE orders.total > %s\nINTO OUTFILE" in str(statement)
    assert list(statement.params.values()) == [7]
    assert sql(write(text("SELECT :x").bindparams(x=1))).startswith("SELECT %s\nINTO")


@pytest.mark.parametrize(
    "query", ["SELECT 1;", "select 1 ;\n ; ", "  WITH c AS (SELECT 1) SELECT * FROM c", "/* a */ SELECT ';'"]
)
def test_queries(query):
    assert "INTO OUTFILE" in sql(write(query))


@pytest.mark.parametrize(
    "query",
    [
        "",
        "INSERT INTO t SELECT 1",
        "SELECT 1; DROP TABLE t",
        "SELECT 1; -- end",
        "SELECT 1 /* open",
        "SELECT 1 /* ; open",
        "(SELECT 1)",
        "SHOW TABLES",
        text("DELETE FROM t"),
        ORDERS.insert(),
        7,
    ],
)
def test_what_is_no_single_query_is_refused_before_anything_is_sent(query):
    with pytest.raises(OptionError):
        query_of(query, None)


def test_values_fit_their_query():
    with pytest.raises(QueryError, match="1 placeholders"):
        query_of("SELECT ?", ())
    with pytest.raises(OptionError, match="bound already"):
        query_of(select(ORDERS), (1,))


def test_the_names_of_a_query():
    operation = ReadNames(query_of("SELECT 1 AS a -- x", None))
    assert sql(operation) == "SELECT * FROM (SELECT 1 AS a -- x\n) AS exported LIMIT 0"
    result = IteratorResult(SimpleResultMetaData(["a", "b"]), iter([]))
    assert operation.read(result) == ("a", "b")


@pytest.mark.parametrize(
    "options",
    [
        {"sep": ""},
        {"sep": '"'},
        {"sep": ",", "quotechar": ","},
        {"sep": "||", "quotechar": "|"},
        {"sep": "\\"},
        {"sep": "\n"},
        {"sep": "x", "delimiter": "x"},
        {"quotechar": "''"},
        {"quotechar": "\\"},
        {"quotechar": "é"},
        {"lineterminator": ""},
        {"lineterminator": ","},
        {"lineterminator": '"\n'},
        {"force_quote": "id"},
        {"force_quote": ["id"], "quotechar": ""},
        {"force_quote": ["Id"]},
        {"split_size": 0},
        {"split_size": -1},
        {"split_size": True},
        {"split_size": "many"},
        {"split_size": "10kb"},
        {"split_size": "1.5m"},
        {"encoding": "utf-8"},
        {"max_file_size": 100},
    ],
)
def test_options_no_file_can_have(options):
    with pytest.raises(OptionError) as caught:
        csv(options)
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, ConfigurationError)


def test_options_of_other_formats():
    assert csv({"delimiter": ";"}) == Csv(";")
    assert json_lines({"split_size": "1M"}) == JsonLines("1M")
    with pytest.raises(OptionError, match="header"):
        json_lines({"header": True})
    with pytest.raises(OptionError, match="split_size"):
        parquet({"split_size": 10})


@pytest.mark.parametrize(
    "path", ["rows.csv", "", "/", "/d/", "/a b.csv", "/a?b.csv", "/a#b.csv", "/a:b.csv", "/a,b.csv", "/a%b.csv", "/%d%d.csv", "/%da.csv", "/a\\b", "/a\0b", "stage://s", "stage://s/", "stage://s/../f.csv", "stage:///f.csv", "stage://a b/f.csv"],
)  # fmt: skip
def test_paths_the_server_would_make_something_else_of(path):
    with pytest.raises((OptionError, InvalidNameError)):
        path_of(path)


def test_places(tmp_path):
    assert path_of(tmp_path / "f.csv") == f"{tmp_path}/f.csv"
    assert path_of("stage://Backup/d/f.csv") == in_stage("BACKUP", "/d/f.csv") == "stage://backup/d/f.csv"
    assert stage_of("stage://backup/d/f.csv") == "backup"
    assert stage_of("/backup/f.csv") is None
    assert write(path="stage://backup/f.csv").needs() == (("stage", "backup"),)
    assert write().needs() == ()


def test_suffixes():
    assert [format_of(f"/f{end}") for end in (".csv", "", ".txt", ".JSONL", ".json", ".jl", ".parquet")] == [
        *[ExportFormat.CSV] * 3,
        *[ExportFormat.JSONLINE] * 3,
        ExportFormat.PARQUET,
    ]
    check_suffix("/f_%d.csv", Csv(split_size="1m"))
    for path, written in (
        ("/f.json", Csv()),
        ("/f.parquet", JsonLines()),
        ("/f.csv", JsonLines()),
        ("/f.txt", Parquet()),
        ("/f.csv.gz", Csv()),
        ("/f_%d.csv", Csv()),
    ):
        with pytest.raises(OptionError):
            check_suffix(path, written)


def test_what_the_server_does_in_a_transaction():
    operation = write()
    assert operation.in_transaction is InTransaction.READS
    assert operation.error is ExportError
    assert operation.undo() is None
    result = IteratorResult(SimpleResultMetaData(["a"]), iter([]))
    assert operation.read(result) == Export("/d/f.csv", ExportFormat.CSV)


@given(st.text(st.sampled_from(list("'`\\%:;?{}\"é/ x\n")), max_size=8), st.text(max_size=3), st.text(max_size=2))
def test_hostile_texts_are_refused_or_stay_between_their_quotes(name, sep, quote):
    try:
        written = Csv(sep, quote)
        operation = write(path=path_of(f"/{name}"), written=written)
        statement = sql(operation)
    except ConfigurationError:
        return

    def literal(value):
        return "'" + value.replace("\\", "\\\\").replace("'", "''").replace("%", "%%") + "'"

    assert statement == (
        f"SELECT 1\nINTO OUTFILE {literal('/' + name)} FORMAT 'csv' FIELDS TERMINATED BY {literal(sep)} "
        f"ENCLOSED BY {literal(quote)} LINES TERMINATED BY '\n' HEADER 'false'"
    )
