import logging
import subprocess
import sys

import pytest
import structlog
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from structlog.testing import CapturingLogger

from matrixone.querylog import LogMode, QueryLog, statement_context

INSERT = text("INSERT INTO t (a) VALUES (:a)")


def test_one_event_a_statement_and_one_each_for_begin_and_commit(engine, lines):
    QueryLog().attach(engine)
    with engine.begin() as connection:
        connection.execute(text("SELECT a FROM t WHERE a = 'x'"))
    begin, query, commit = lines.events
    assert [begin["event"], query["event"], commit["event"]] == ["begin", "query", "commit"]
    assert begin["matrixone.transaction.id"] == query["matrixone.transaction.id"] == commit["matrixone.transaction.id"]
    duration = query.pop("duration")
    assert isinstance(duration, float)
    assert duration >= 0
    del query["timestamp"], query["matrixone.transaction.id"]
    assert query == {
        "event": "query",
        "level": "info",
        "db.system.name": "matrixone",
        "db.operation.name": "SELECT",
        "db.query.summary": "SELECT FROM t",
        "db.query.text": "SELECT a FROM t WHERE a = ?",
        "slow": False,
    }


def test_server_and_database_are_those_of_the_url(lines):
    engine = create_engine("mysql+pymysql://root:hunter2@127.0.0.1:1/shop")
    QueryLog().attach(engine)
    with pytest.raises(DBAPIError):
        engine.connect()
    (event,) = lines.named("connect_failed")
    assert (event["server.address"], event["server.port"], event["db.namespace"]) == ("127.0.0.1", 1, "shop")
    assert (event["level"], event["db.response.status_code"]) == ("error", "2003")
    assert "hunter2" not in lines.lines[-1]


def test_attaching_twice_is_attaching_once_and_detaching_ends_it(engine, lines):
    log = QueryLog()
    log.attach(engine)
    log.attach(engine)
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        assert len(lines.queries()) == 1
        log.detach(engine)
        log.detach(engine)
        connection.execute(text("SELECT 1"))
        assert len(lines.queries()) == 1


def test_a_failing_statement_on_an_engine_is_one_event(engine, lines):
    log = QueryLog()
    log.attach(engine)
    with engine.connect() as connection:
        with pytest.raises(DBAPIError) as failure:
            connection.execute(text("SELECT a FROM missing WHERE a = 'x'"))
        log.failed(connection, failure.value)
    (event,) = lines.queries()
    assert (event["level"], event["db.query.summary"]) == ("error", "SELECT FROM missing")
    assert event["error.type"] == "OperationalError"
    assert "error.message" not in event


def test_a_failing_statement_on_a_connection_is_one_event_once_it_is_reported(engine, lines):
    log = QueryLog()
    with engine.connect() as connection:
        log.attach(connection)
        with pytest.raises(DBAPIError) as failure:
            connection.execute(text("SELECT a FROM missing"))
        assert lines.queries() == []
        log.failed(connection, failure.value)
        log.failed(connection, failure.value)
        connection.execute(text("SELECT 1"))
    failed, succeeded = lines.queries()
    assert (failed["level"], succeeded["level"]) == ("error", "info")


def test_a_failure_nobody_reported_is_not_taken_for_another_statement(engine, lines):
    log = QueryLog()
    with engine.connect() as connection:
        log.attach(connection)
        with pytest.raises(DBAPIError):
            connection.execute(text("SELECT a FROM missing"))
        with statement_context(log_mode="off"):
            connection.execute(text("SELECT 1"))
        log.failed(connection, ValueError())
    assert lines.queries() == []


def test_a_failure_that_is_an_answer_is_not_logged(engine, lines):
    QueryLog().attach(engine)
    with engine.connect() as connection, pytest.raises(DBAPIError):
        connection.execute(text("SELECT a FROM missing"), execution_options={"skip_user_error_events": True})
    assert lines.queries() == []


def test_a_failed_commit_is_an_error(engine, lines, monkeypatch):
    def refuse(_connection):
        raise engine.dialect.dbapi.OperationalError(20638, "commit unknown 'bob'")

    QueryLog().attach(engine)
    monkeypatch.setattr(engine.dialect, "do_commit", refuse)
    with engine.connect() as connection:
        connection.execute(INSERT, {"a": "x"})
        with pytest.raises(DBAPIError):
            connection.commit()
    (event,) = lines.named("transaction_failed")
    assert (event["level"], event["db.response.status_code"]) == ("error", "20638")
    assert "bob" not in lines.lines[-1]


def test_rows_and_batches_are_counted(engine, lines):
    QueryLog().attach(engine)
    with engine.begin() as connection:
        connection.execute(INSERT, [{"a": "x"}, {"a": "y"}, {"a": "z"}])
        connection.execute(text("UPDATE t SET a = a || '!'"))
    insert, update = lines.queries()
    assert (insert["db.operation.batch.size"], insert["db.query.summary"]) == (3, "INSERT INTO t (3 rows)")
    assert update["affected_rows"] == 3
    assert "db.operation.batch.size" not in update


def test_rollback_is_an_event(engine, lines):
    QueryLog().attach(engine)
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    assert [event["event"] for event in lines.events] == ["begin", "query", "rollback"]


def test_no_transaction_is_announced_in_autocommit(engine, lines):
    QueryLog().attach(engine)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SELECT 1"))
    (event,) = lines.events
    assert event["event"] == "query"
    assert "matrixone.transaction.id" not in event


@pytest.mark.parametrize(
    ("mode", "shown"),
    [
        ("simple", {"db.query.summary": "SELECT FROM t"}),
        ("full", {"db.query.summary": "SELECT FROM t", "db.query.text": "SELECT a, ? FROM t"}),
        ("auto", {"db.query.summary": "SELECT FROM t", "matrixone.query.length": 48}),
    ],
)
def test_modes(engine, lines, mode, shown):
    sql = f"SELECT a, '{'x' * 29}' FROM t"
    log = QueryLog(mode=mode, max_sql_display_length=40)
    log.attach(engine)
    with engine.connect() as connection:
        connection.execute(text(sql))
    (event,) = lines.queries()
    keys = {"db.query.summary", "db.query.text", "matrixone.query.length"}
    assert len(sql) == 48
    assert {key: value for key, value in event.items() if key in keys} == shown


def test_a_short_statement_is_shown_whole_in_mode_auto(engine, lines):
    QueryLog(max_sql_display_length=8).attach(engine)
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    assert lines.queries()[0]["db.query.text"] == "SELECT ?"


def test_off_is_silent_failures_and_session_events_included(engine, lines):
    log = QueryLog(mode=LogMode.OFF)
    log.attach(engine)
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        with pytest.raises(DBAPIError):
            connection.execute(text("SELECT a FROM missing"))
    log.event("undo", operation="snapshots.drop")
    assert lines.events == []
    log.mode = "full"
    log.event("undo", operation="snapshots.drop")
    assert lines.events[0]["matrixone.operation"] == "snapshots.drop"


@pytest.mark.parametrize("mode", ["", "FULL", "verbose", None, 3])
def test_unknown_modes_are_refused(mode):
    with pytest.raises(ValueError, match="use one of off, simple, full, auto"):
        QueryLog(mode=mode)


def test_an_unknown_mode_of_a_call_is_refused():
    with pytest.raises(ValueError, match="unknown log mode 'loud'"), statement_context(log_mode="loud"):
        pass


@pytest.mark.parametrize("setting", ["slow_query_threshold", "max_sql_display_length"])
def test_negative_settings_are_refused(setting):
    with pytest.raises(ValueError, match="cannot be negative"):
        QueryLog(**{setting: -1})


def test_slow_statements_are_warnings(engine, lines):
    log = QueryLog(slow_query_threshold=0)
    log.attach(engine)
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        log.slow_query_threshold = 3600
        connection.execute(text("SELECT 1"))
    slow, quick = lines.queries()
    assert (slow["level"], slow["slow"], quick["level"], quick["slow"]) == ("warning", True, "info", False)


def test_the_context_describes_the_statement(engine, lines):
    QueryLog(mode="off").attach(engine)
    with engine.connect() as connection:
        with (
            statement_context(session_id="s", transaction_id="t"),
            statement_context(log_mode="simple", operation="snapshots.create"),
        ):
            connection.execute(text("SELECT 1"))
        connection.execute(text("SELECT 1"))
    (event,) = lines.queries()
    assert event["matrixone.session.id"] == "s"
    assert event["matrixone.transaction.id"] == "t"
    assert event["matrixone.operation"] == "snapshots.create"


def test_parameters_are_shown_on_demand(engine, lines):
    log = QueryLog(show_parameters=True, max_sql_display_length=100)
    log.attach(engine)
    with engine.begin() as connection:
        connection.execute(text("SELECT 'x', :n, :long"), {"n": 3, "long": "y" * 101})
        connection.execute(INSERT, {"a": "mysql://u:hunter2@h/"})
        with pytest.raises(IntegrityError):
            connection.execute(INSERT, {"a": "mysql://u:hunter2@h/"})
    select, insert, failed = lines.queries()
    assert select["db.query.text"] == "SELECT 'x', ?, ?"
    assert (select["db.query.parameter.0"], select["db.query.parameter.1"]) == (3, "y" * 100 + "...")
    assert insert["db.query.parameter.0"] == "mysql://u:***@h/"
    assert failed["error.message"] == "UNIQUE constraint failed: t.a"


@pytest.mark.parametrize(
    "sql", ["SELECT :v AS password", "SELECT 'hunter2' AS secret_key, :v", "SELECT 'IDENTIFIED BY', 'hunter2', :v"]
)
def test_statements_that_name_a_secret_are_never_shown_with_values(engine, lines, sql):
    QueryLog(mode="full", show_parameters=True).attach(engine)
    with engine.connect() as connection:
        connection.execute(text(sql), {"v": "hunter2"})
    assert "hunter2" not in "".join(lines.lines)
    assert "?" in lines.queries()[0]["db.query.text"]


def test_session_events_are_masked_and_know_their_session(lines):
    log = QueryLog()
    with statement_context(session_id="s"):
        log.event("not_undone", operation="stage.create", reason="CREDENTIALS={'AWS_SECRET_KEY'='hunter2'}")
    (event,) = lines.events
    assert event["level"] == "warning"
    assert event["matrixone.session.id"] == "s"
    assert event["reason"] == "CREDENTIALS={***}"


def test_nothing_is_written_below_the_level_of_the_logger(engine, lines):
    logging.getLogger("matrixone.query").setLevel(logging.WARNING)
    log = QueryLog()
    log.attach(engine)
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        with pytest.raises(DBAPIError):
            connection.execute(text("SELECT a FROM missing"))
    assert [event["level"] for event in lines.events] == ["error"]


def test_a_standard_logger_of_the_user_gets_lines_of_json(engine, caplog):
    logger = logging.getLogger("app.sql")
    QueryLog(logger=logger).attach(engine)
    with caplog.at_level(logging.INFO, "app.sql"), engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    assert {record.name for record in caplog.records} == {"app.sql"}
    assert all(record.message.startswith("{") for record in caplog.records)


def test_a_structlog_logger_of_the_user_gets_the_fields(engine):
    captured = CapturingLogger()
    logger = structlog.wrap_logger(
        captured, processors=[], wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING)
    )
    QueryLog(logger=logger, slow_query_threshold=0).attach(engine)
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    (call,) = captured.calls
    assert call.method_name == "warning"
    assert call.kwargs["event"] == "query"
    assert call.kwargs["db.query.summary"] == "SELECT"


def test_a_broken_logger_does_not_break_the_statement(engine, caplog):
    def broken(_logger, _name, _event):
        raise RuntimeError("no space left")

    QueryLog(logger=structlog.wrap_logger(logging.getLogger("app.sql"), processors=[broken])).attach(engine)
    with engine.connect() as connection:
        assert connection.execute(text("SELECT 1")).scalar() == 1
    assert "could not be written" in caplog.text


def test_importing_configures_nothing_and_leaves_structlog_alone():
    program = (
        "import logging, sys; import matrixone.querylog as q; log = q.QueryLog();"
        "import sqlalchemy; engine = sqlalchemy.create_engine('sqlite://'); log.attach(engine);"
        "engine.connect().execute(sqlalchemy.text('SELECT 1'));"
        "assert 'structlog' not in sys.modules; assert not logging.getLogger().handlers;"
        "logger = logging.getLogger('matrixone.query'); assert logger.propagate and not logger.handlers and not logger.level"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
