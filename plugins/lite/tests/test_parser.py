"""The parser, through its one door."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matrixone_lite.engine.errors import ServerError
from matrixone_lite.sql import ast, parse
from matrixone_lite.sql.transaction_kind import TransactionKind, Treatment

PREFIX = (
    "SQL parser error: You have an error in your SQL syntax; check the manual that corresponds to your MatrixOne server "
    "version for the right syntax to use. "
)


def only(text, **options):
    (statement,) = parse(text, **options)
    return statement


def expression(text):
    return only(f"select {text}").items[0].expr


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("selec 1", 'syntax error at line 1 column 5 near "selec 1";'),
        ("select", 'syntax error at line 1 column 6 near "";'),
        ("select * form t", 'syntax error at line 1 column 13 near " form t";'),
        ("select 'unclosed", 'syntax error at line 1 column 16 near " \'unclosed";'),
        ("select a\nfrom t\nwhere\n  b = 'x' and\norder by c", 'syntax error at line 5 column 6 near "\norder by c";'),
        ("select 1; selec 2", 'syntax error at line 1 column 15 near " selec 2";'),
        ("drop snapshot t_snap_中文", 'syntax error at line 1 column 22 near "中文";'),
        ("create table d (a decimal(66,2))", 'For decimal(M), M must between 0 and 65. at line 1 column 31 near "))";'),
        (
            "select id from t order by a nulls last, id",
            'NULLS LAST is not supported in MySQL syntax at line 1 column 38 near " last, id";',
        ),
        ("select count()", 'syntax error at line 1 column 14 near ")";'),
        ("select * from t a {snapshot = 's'}", "syntax error at line 1 column 19 near \" {snapshot = 's'}\";"),
    ],
)
def test_syntax_errors_point_where_the_server_points(text, message):
    with pytest.raises(ServerError) as caught:
        parse(text)
    assert (caught.value.errno, caught.value.message) == (1064, PREFIX + message)


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("null", ast.LiteralKind.NULL, None),
        ("TRUE", ast.LiteralKind.BOOLEAN, True),
        ("18446744073709551615", ast.LiteralKind.INTEGER, 2**64 - 1),
        ("1.50", ast.LiteralKind.DECIMAL, Decimal("1.50")),
        (".5", ast.LiteralKind.DECIMAL, Decimal("0.5")),
        ("1e3", ast.LiteralKind.FLOAT, 1000.0),
        ("x'4142'", ast.LiteralKind.HEX, b"AB"),
        ("0x4142", ast.LiteralKind.HEX, b"AB"),
        ("b'101'", ast.LiteralKind.BIT, b"\x05"),
        (r"'it''s \'a\' \\ \n\%'", ast.LiteralKind.STRING, "it's 'a' \\ \n\\%"),
    ],
)
def test_literals_keep_kind_and_value(text, kind, value):
    found = expression(text)
    assert (found.kind, found.value) == (kind, value)


@given(st.text())
def test_any_string_survives_quoting(value):
    quoted = "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"
    assert expression(quoted).value == value
    assert only(f"insert into t values ({quoted}, 1)").rows[0][0].value == value


@given(st.text(min_size=1))
def test_any_name_survives_backquotes(name):
    quoted = "`" + name.replace("`", "``") + "`"
    assert only(f"select 1 from {quoted}").source.name.name == name


@given(st.text(alphabet="selct fromwh1'\"`();,.@?{}=-*/\\\n$ä", max_size=40))
def test_any_text_parses_or_is_refused_with_a_server_error(text):
    try:
        found = parse(text)
    except ServerError as error:
        found = [error.errno]
    assert found
    assert found == [1064] or all(isinstance(statement, ast.Statement) for statement in found)


@given(st.lists(st.tuples(st.integers(), st.text(), st.none() | st.booleans()), min_size=1, max_size=20))
def test_rows_of_values_arrive_in_order(rows):
    def written(value):
        if value is None or isinstance(value, bool):
            return str(value or "null") if value is not False else "false"
        if isinstance(value, int):
            return str(value)
        return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"

    text = "insert into t values " + ", ".join(f"({', '.join(map(written, row))})" for row in rows)

    def read(expr):
        return -expr.operand.value if isinstance(expr, ast.Unary) else expr.value

    assert [tuple(read(cell) for cell in row) for row in only(text).rows] == rows


def test_operators_bind_as_in_mysql():
    found = expression("a or b and not c = 1 + 2 * 3")
    assert found.operator == "or"
    assert found.right.operator == "and"
    assert found.right.right.operator == "not"
    assert found.right.right.operand.right.right.operator == "*"
    between = expression("a between 1 and 2 and b")
    assert (between.operator, type(between.left)) == ("and", ast.Between)
    assert expression("-1 - -2").operator == "-"
    assert expression("2 ^ 3 * 2").operator == "*"


def test_calls_keep_their_words_and_spelling():
    found = expression("EXTRACT(year from d)")
    assert (found.name, found.spelling, found.args[0]) == ("extract", "EXTRACT", ast.Keyword("year"))
    trimmed = expression("trim(leading 'x' from s)")
    assert trimmed.args[0] == ast.Keyword("leading")
    joined = expression("group_concat(distinct a order by b desc separator '|')")
    assert (joined.distinct, joined.separator, joined.order_by[0].descending) == (True, "|", True)
    assert expression("count(*)").args == (ast.Star(),)
    assert expression("interval(5, 1, 10)").name == "interval"
    assert expression("d + interval (1) day").right == ast.Interval(expression("1"), "day")


def test_time_travel_hints():
    def hint(text):
        return only(f"select * from db.t {text} a").source.hint

    assert hint("{snapshot = 's'}") == ast.TimeTravel(ast.HintKind.SNAPSHOT, "s")
    assert hint("{SNAPSHOT = s}") == ast.TimeTravel(ast.HintKind.SNAPSHOT, "s")
    assert hint("{mo_ts = 17}") == ast.TimeTravel(ast.HintKind.MO_TS, 17)
    assert hint("{timestamp = '2024-01-01'}") == ast.TimeTravel(ast.HintKind.TIMESTAMP, "2024-01-01")
    assert hint("{as of timestamp '2024-01-01'}") == ast.TimeTravel(ast.HintKind.AS_OF, "2024-01-01")


def test_order_and_limit_belong_to_the_whole_union():
    found = only("select 1 union all select 2 intersect select 3 order by 1 limit 2")
    assert (found.operator, found.all, found.right.operator) == ("union", True, "intersect")
    assert found.limit is not None
    assert found.right.right.limit is None
    assert isinstance(only("(select 1 limit 1) union (select 2)").left.limit, ast.Limit)


def test_create_table_with_indexes_of_every_kind():
    table = only(
        """
        create table if not exists d.t (
            id bigint unsigned not null auto_increment primary key comment 'key',
            v vecf32(3) default null,
            body text,
            n decimal(10, 2) default 1.5 check (n > 0),
            at timestamp(3) default current_timestamp(3) on update current_timestamp(3),
            unique key u (n, id desc),
            key ix using ivfflat (v) lists = 4 op_type 'vector_l2_ops' include (n) async,
            fulltext ft (body) with parser ngram,
            constraint fk foreign key (n) references other (m) on delete set null on update cascade
        ) comment = 'x' auto_increment 7
        """,
    )
    assert table.if_not_exists
    assert [column.name for column in table.columns] == ["id", "v", "body", "n", "at"]
    assert table.columns[0].type == ast.DataType("bigint", unsigned=True)
    assert table.columns[1].type == ast.DataType("vecf32", 3)
    unique, vector, fulltext = table.indexes
    assert (unique.kind, unique.columns[1].descending) == (ast.IndexKind.UNIQUE, True)
    assert (vector.using, dict(vector.options)) == (
        "ivfflat",
        {"lists": 4, "op_type": "vector_l2_ops", "include": ("n",), "async": True},
    )
    assert (fulltext.kind, fulltext.parser) == (ast.IndexKind.FULLTEXT, "ngram")
    assert (table.foreign_keys[0].on_delete, table.foreign_keys[0].on_update) == ("set null", "cascade")
    assert table.options == (("comment", "x"), ("auto_increment", 7))


def test_parameters_are_counted_in_each_statement():
    first, second = parse("select ?, ?; select ?")
    assert [item.expr.index for item in first.items] == [0, 1]
    assert second.items[0].expr.index == 0


def test_double_quotes_enclose_names_under_ansi_quotes():
    assert only('select "a"', ansi_quotes=True).items[0].expr == ast.Column("a")
    assert only('select "a"').items[0].expr.value == "a"


def test_comments_are_blanks_and_version_comments_are_not():
    assert only("select /* x */ 1 -- y\n# z") == only("select 1")
    assert isinstance(only("/*!40101 SET NAMES utf8mb4 */"), ast.SetVariables)
    assert only(" -- nothing\n") == ast.Empty()


def test_views_keep_their_definition():
    view = only("create view v as select a,  b from t where c = 'x;y'; ")
    assert view.definition == "select a,  b from t where c = 'x;y'"


@pytest.mark.parametrize(
    ("text", "after_begin"),
    [
        ("insert into t values (1)", Treatment.JOIN),
        ("create snapshot s for account", Treatment.REFUSED_UNCLASSIFIED),
        ("create user u identified by 'x'", Treatment.REFUSED_ADMINISTRATIVE),
        ("rename table a to b", Treatment.REFUSED_DDL),
        ("create table a clone b", Treatment.JOIN),
        ("set @a = 1", Treatment.COMMITS),
        ("begin", Treatment.COMMITS),
        ("savepoint s", Treatment.NOTHING),
        ("data branch pick a into b keys (1)", Treatment.REFUSED_BRANCH),
    ],
)
def test_statements_know_how_they_treat_a_transaction(text, after_begin):
    assert only(text).transaction_kind.after_begin is after_begin


def test_clones_run_on_their_own_without_autocommit():
    assert TransactionKind.COPY.first_without_autocommit is Treatment.OWN_OPEN
    assert TransactionKind.COPY.later_without_autocommit is Treatment.OWN


def test_load_data_inline_with_dollar_quotes():
    load = only("load data inline format='csv', data=$XXX$1,'a'\n2,b$XXX$ into table t fields terminated by ','")
    assert (load.data, load.file_format.terminated, load.path) == ("1,'a'\n2,b", ",", None)


def test_pipes_concatenate_where_the_mode_says_so():
    found = only("select a || b = c || d", pipes_concatenate=True).items[0].expr
    assert (found.operator, found.left.name, found.right.name) == ("=", "concat", "concat")
    assert expression("a || b = c").operator == "||"


@pytest.mark.parametrize(
    ("call", "column"),
    [("row_number(1)", 19), ("ntile()", 14), ("ntile(1, 2)", 15), ("lag(1, 2, 3, 4)", 19), ("nth_value(1)", 19)],
)
def test_window_functions_have_a_number_of_arguments(call, column):
    with pytest.raises(ServerError, match=f"at line 1 column {column} near"):
        parse(f"select {call} over (order by a) from t")
    for right in ("rank()", "ntile(2)", "lag(a)", "lead(a, 1, 0)", "nth_value(a, 2)"):
        parse(f"select {right} over (order by a) from t")
