"""What is sent, without a server."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matrixone_cdc import CDCSinkType, build_mysql_uri
from matrixone_cdc.operations import (
    CreateTask,
    DropAllTasks,
    DropTask,
    PauseAllTasks,
    PauseTask,
    RestartTask,
    ResumeTask,
    is_busy,
)
from matrixone_cdc.reading import ListTasks, ShowTasks, TablesOf, TablesWithForeignKeys, UnfinishedRunners

from matrixone.dialect.pymysql import MatrixOneDialect_pymysql
from matrixone.exceptions import CDCError, InvalidNameError
from matrixone.operations import InTransaction
from matrixone.sql import object_name

URI = build_mysql_uri("h", 6001, "u", "s3cr3t")
CREATE = CreateTask("n", URI, CDCSinkType.MYSQL, URI, "d.t:s.t", (("Level", "table"), ("Exclude", r"it's\d")))


def sql(operation):
    compiled = operation.statement().compile(dialect=MatrixOneDialect_pymysql(), compile_kwargs={"literal_binds": True})
    return str(compiled)


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (
            CREATE,
            r"CREATE CDC `n` 'mysql://u:s3cr3t@h:6001' 'mysql' 'mysql://u:s3cr3t@h:6001' 'd.t:s.t' {'Level' = 'table', 'Exclude' = 'it''s\\d'}",
        ),
        (DropTask("n"), "DROP CDC TASK `n`"),
        (DropTask("n", if_exists=True), "DROP CDC TASK `n`"),
        (DropAllTasks(), "DROP CDC ALL"),
        (PauseTask("n"), "PAUSE CDC TASK `n`"),
        (PauseAllTasks(), "PAUSE CDC ALL"),
        (ResumeTask("n"), "RESUME CDC TASK `n`"),
        (RestartTask("n"), "RESUME CDC TASK `n` 'restart'"),
        (ShowTasks(), "SHOW CDC ALL"),
        (ShowTasks("n"), "SHOW CDC TASK `n`"),
        (
            TablesWithForeignKeys(),
            "SELECT db_name, table_name FROM mo_catalog.mo_foreign_keys",
        ),
        (
            UnfinishedRunners(("a", "b")),
            "SELECT COUNT(*) FROM mo_task.sys_daemon_task WHERE task_metadata_id IN ('a', 'b') AND task_status NOT IN (3, 5)",
        ),
    ],
)
def test_the_statement(operation, expected):
    assert sql(operation) == expected


@pytest.mark.parametrize(
    ("operation", "condition"),
    [
        (ListTasks("n"), "t.task_name = 'n'"),
        (ListTasks(failing=True), "t.state = 'failed' OR t.err_msg <> ''"),
        (ListTasks(running=True), "t.state = 'running'"),
        (TablesOf(("d",)), "reldatabase IN ('d')"),
        (TablesOf(), "(mo_catalog.mo_tables.reldatabase NOT IN ('information_schema', 'mo_catalog'"),
    ],
)
def test_reads_ask_the_server_to_filter(operation, condition):
    assert condition in sql(operation)
    assert "current_account_id()" in sql(operation).lower()
    assert condition not in sql(type(operation)() if operation != TablesOf() else TablesOf(("d",)))


@pytest.mark.parametrize(
    "operation", [CREATE, DropTask, DropAllTasks, PauseTask, PauseAllTasks, ResumeTask, RestartTask]
)
def test_commands_run_outside_transactions(operation):
    assert operation.in_transaction is InTransaction.REFUSED
    assert operation.error is CDCError


def test_reads_join_a_transaction_unless_the_server_refuses_them():
    assert {each.in_transaction for each in (ListTasks, UnfinishedRunners, TablesWithForeignKeys, TablesOf)} == {
        InTransaction.READS
    }
    assert ShowTasks.in_transaction is InTransaction.ASIDE


def test_creating_is_undone_by_dropping():
    assert CREATE.undo() == DropTask("n", if_exists=True)
    assert list(CREATE.creates()) == [("cdc task", "n")] == list(ListTasks("n", required=True).needs())
    assert list(ListTasks("n").needs()) == []
    for operation in (
        DropTask("n"),
        DropAllTasks(),
        PauseTask("n"),
        PauseAllTasks(),
        ResumeTask("n"),
        RestartTask("n"),
    ):
        assert operation.undo() is None


@pytest.mark.parametrize(
    ("state", "busy"),
    [("PauseRequested", True), ("RestartRequested", True), ("Created", True), ("Paused", False), ("Running", False)],
)
def test_a_command_that_has_not_taken_effect_is_told_from_one_that_has(state, busy):
    assert is_busy(CDCError(f"internal error: Task n status can not be change, now it is {state}")) is busy


def test_addresses_are_never_shown():
    for text in (repr(CREATE), str(CREATE), repr(CREATE.statement()), f"{URI}", repr(URI)):
        assert "s3cr3t" not in text


@given(st.text(max_size=70))
def test_a_name_is_sent_as_it_is_or_refused(name):
    """The server pastes names into statements of its own: a task with a quote in its name could not be dropped."""
    try:
        name = object_name(name)
    except InvalidNameError:
        return
    assert not set(name) & set("'\"`\\")
    assert sql(DropTask(name)) == f"DROP CDC TASK `{name.replace('%', '%%')}`"
