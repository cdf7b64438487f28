"""No value of a statement ever reaches an event, whatever the statement looks like."""

import contextlib
import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError

from matrixone.querylog import QueryLog

MARK = "zqx"


def quoted(value, quote):
    return quote + value.replace("\\", "\\\\").replace(quote, quote * 2) + quote


# A value is recognised by its mark, surrounded by whatever could confuse a reader of SQL.
contents = st.builds("{}{}{}".format, st.text(), st.just(MARK), st.text(alphabet="'\"`\\-#/*$%?:; \n()x"))
strings = st.builds(quoted, contents, st.sampled_from("'\""))
backslashed = st.builds(lambda value: "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'", contents)
numbers = st.one_of(
    st.builds("777{}".format, st.integers(0, 10**9)),
    st.builds("777.{}e+777".format, st.integers(0, 10**9)),
    st.builds(".777{}".format, st.integers(0, 9)),
    st.builds("0x777{:x}".format, st.integers(0, 10**9)),
    st.just("x'777F'"),
)
literals = st.one_of(strings, backslashed, numbers)
comments = st.sampled_from(["", " ", "/* zqx 777 */", " -- zqx '\n", ' # zqx "\n', "\n"])
names = st.sampled_from(["t", "`a b`", "d.t", "`it's`", "`7``7`"])


@st.composite
def statements(draw):
    def value():
        return draw(literals)

    name, gap = draw(names), draw(comments)
    return draw(
        st.sampled_from(
            [
                f"SELECT * FROM {name} WHERE{gap} a = {value()} AND b IN ({value()}, {value()}) LIMIT {value()}",
                f"INSERT INTO {name} (a, b) VALUES ({value()}, {value()}),{gap}({value()}, {value()})",
                f"UPDATE {name} SET a = {value()}{gap} WHERE b BETWEEN {value()} AND {value()}",
                f"DELETE FROM {name}{gap} WHERE a LIKE {value()}",
                f"CREATE USER {name} IDENTIFIED BY {value()}",
                f"CREATE STAGE {name} URL={value()} CREDENTIALS={{{value()}={value()}}} COMMENT={value()}",
                f"CREATE CDC {name} {value()} 'mysql' {value()} {value()} {{'Level'={value()}}}",
                f"SET {name} = {value()}",
                f"SELECT f({value()}) FROM (SELECT {value()}{gap} FROM {name}) x",
                f"{value()} {name} {value()}",
                f"SELECT {value()},{value()[:-1]}",
            ]
        )
    )


@contextlib.contextmanager
def empty_database():
    engine = create_engine("sqlite://")
    try:
        yield engine
    finally:
        engine.dispose()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(statements(), st.sampled_from(["simple", "full", "auto"]), st.integers(0, 200))
def test_no_literal_reaches_an_event(lines, sql, mode, longest):
    lines.lines.clear()
    lines.events.clear()
    with empty_database() as engine:
        QueryLog(mode=mode, max_sql_display_length=longest).attach(engine)
        with engine.connect() as connection, contextlib.suppress(DBAPIError):
            connection.exec_driver_sql(sql)
    (event,) = lines.queries()
    for measured in ("duration", "timestamp", "matrixone.transaction.id"):
        del event[measured]
    shown = json.dumps(event)
    assert MARK not in shown
    assert "777" not in shown


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(contents, min_size=1, max_size=5))
def test_no_parameter_reaches_an_event(lines, values):
    lines.lines.clear()
    marks = ", ".join("?" for _ in values)
    with empty_database() as engine:
        QueryLog(mode="full").attach(engine)
        with engine.connect() as connection:
            connection.exec_driver_sql(f"SELECT {marks}", tuple(values))
    assert lines.lines
    assert MARK not in "".join(lines.lines)
