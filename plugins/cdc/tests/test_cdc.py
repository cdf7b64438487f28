"""What becomes of tasks on a server."""

import logging
import uuid
import warnings
from datetime import UTC, datetime, timedelta

import pytest
from matrixone_cdc import CDCSinkType, CDCState, CDCTableMapping, CDCWarning, build_mysql_uri
from matrixone_cdc.operations import (
    CreateTask,
    DropAllTasks,
    DropTask,
    PauseAllTasks,
    PauseTask,
    RestartTask,
    ResumeTask,
)

from matrixone import Client
from matrixone.exceptions import (
    CDCError,
    CDCTimeoutError,
    ConfigurationError,
    InvalidNameError,
    PendingOperationError,
    RollbackWarning,
    TransactionRefusedError,
)


def test_create_and_read_back(matrixone_client, task, source, sink):
    cdc = matrixone_client.cdc
    name, *arguments = task
    made = cdc.create_table_task(name.upper(), *arguments, {"NoFull": True, "Frequency": timedelta(minutes=15)})
    assert (made.task_name, made.state, made.sink_type) == (name, CDCState.RUNNING, CDCSinkType.MATRIXONE)
    assert made.table_mapping == (CDCTableMapping(source, "t", sink, "t"),)
    assert made.no_full is True
    assert made.additional_config["Frequency"] == "15m"
    assert abs(made.read_at - made.created_time) < timedelta(minutes=1)
    assert not made.pending
    assert cdc.get(name.upper()).task_id == made.task_id
    assert [each.task_id for each in cdc.list(name)] == [made.task_id]
    assert made.task_id in [each.task_id for each in cdc.show_all()]
    assert cdc.show_task(name).task_id == made.task_id
    assert cdc.exists(name)
    assert not made.failing
    assert name not in [each.task_name for each in cdc.list_failing_tasks()]
    assert [(each.database, each.table) for each in cdc.list_watermarks(name)] == [(source, "t")]
    cdc.drop(name)
    assert not cdc.exists(name)
    assert name not in [each.task_name for each in cdc.list_watermarks()]


def test_t16_if_not_exists_is_kept_although_the_server_ignores_it(matrixone_client, task):
    made = matrixone_client.cdc.create_table_task(*task)
    with pytest.raises(CDCError, match="Duplicate"):
        matrixone_client.cdc.create_table_task(*task)
    again = matrixone_client.cdc.create_table_task(*task, if_not_exists=True)
    assert again.task_id == made.task_id
    assert again.outcome.skipped
    with warnings.catch_warnings(), matrixone_client.session() as session:
        warnings.simplefilter("error")
        session.cdc.create_table_task(*task, if_not_exists=True)
        session.rollback()
    assert matrixone_client.cdc.get(task[0]).task_id == made.task_id


def test_absent(matrixone_client, name):
    cdc = matrixone_client.cdc
    assert not cdc.exists(name)
    assert cdc.list(name) == cdc.list_watermarks(name) == []
    for call in (cdc.get, cdc.show_task, cdc.drop, cdc.pause, cdc.resume, cdc.restart, cdc.wait_until_caught_up):
        with pytest.raises(CDCError, match="no cdc task"):
            call(name)
    assert cdc.drop(name, if_exists=True).skipped


def test_a_sink_that_cannot_be_reached_tells_no_password(matrixone_client, task, matrixone_url):
    name, source, kind, _, mapping = task
    sink = source.reveal().replace("@", "hunter2@")
    with pytest.raises(CDCError, match="connect to sink") as caught:
        matrixone_client.cdc.create_table_task(name, source, kind, sink, mapping)
    assert "hunter2" not in str(caught.value)
    assert not matrixone_client.cdc.exists(name)


def test_nothing_secret_is_logged(matrixone_url, matrixone_database, task, caplog):
    name, source, kind, _, mapping = task
    sink = source.reveal().replace("@", "hunter2@")
    with (
        caplog.at_level(logging.DEBUG, logger="matrixone.query"),
        Client(url=matrixone_url, database=matrixone_database, sql_log_mode="full") as client,
        pytest.raises(CDCError),
    ):
        client.cdc.create_table_task(name, source, kind, sink, mapping)
    assert "CREATE CDC" in caplog.text
    assert "hunter2" not in caplog.text


def test_a_user_and_password_with_signs_in_them_arrive(matrixone_client, task, source):
    name, uri, kind, _, mapping = task
    host, _, port = uri.reveal().rpartition("@")[2].partition(":")
    user = f"u_{uuid.uuid4().hex[:12]}"
    matrixone_client.execute(f"CREATE USER {user} IDENTIFIED BY 'p@ss:w/rd%41#?&'")
    try:
        for arguments in ({"account": "sys"}, {}):
            sink = build_mysql_uri(host, int(port), user, "p@ss:w/rd%41#?&", **arguments)
            matrixone_client.cdc.create_table_task(name, uri, kind, sink, mapping)
            matrixone_client.run(DropTask(name))
    finally:
        matrixone_client.execute(f"DROP USER {user}")


def test_without_a_recovery_window(matrixone_client, sink, uri, name, matrixone_database):
    matrixone_client.execute("CREATE TABLE t (id INT PRIMARY KEY)")
    with pytest.raises(CDCError, match="PITR"):
        matrixone_client.cdc.create_table_task(name, uri, "matrixone", uri, [(matrixone_database, "t", sink)])


def test_bad_arguments_send_nothing(matrixone_client, task):
    name, uri, kind, _, mapping = task
    create = matrixone_client.cdc.create
    for call in (
        lambda: create(name, "not a uri", kind, uri, mapping),
        lambda: create(name, uri, "kafka", uri, mapping),
        lambda: create(name, uri, kind, uri, mapping, {"Nope": 1}),
        lambda: create(name, uri, kind, uri, mapping, {"Level": "database"}),
        lambda: create(name, uri, kind, uri, mapping, level="galaxy"),
        lambda: create(name, uri, kind, uri, []),
        lambda: matrixone_client.cdc.create_table_task(name, uri, kind, uri, "d:e"),
        lambda: matrixone_client.cdc.list_late_table_watermarks(thresholds={"t": timedelta(1)}),
        lambda: matrixone_client.cdc.wait_until_caught_up(name, until=datetime(2024, 1, 1)),  # noqa: DTZ001
    ):
        with pytest.raises(ConfigurationError):
            call()
    for wrong in ("", "a b", "it's", 'a"b', "a\\b", "x" * 65):
        with pytest.raises(InvalidNameError):
            create(wrong, uri, kind, uri, mapping)
    assert not matrixone_client.cdc.exists(name)


def test_hostile_names_work_exactly(matrixone_client, task):
    prefix, *arguments = task
    for suffix in ("%", ":x", ";x", "-.$", "ünï", "select", "x" * 40):
        name = f"{prefix}{suffix}"
        try:
            assert matrixone_client.cdc.create_table_task(name, *arguments).task_name == name
            assert matrixone_client.cdc.exists(name)
            assert not matrixone_client.cdc.exists(prefix)
        finally:
            matrixone_client.run(DropTask(name))
        assert not matrixone_client.cdc.exists(name)


# -- traps ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def linked(matrixone_client, source):
    matrixone_client.execute("CREATE TABLE parent (id INT PRIMARY KEY)")
    matrixone_client.execute("CREATE TABLE child (id INT PRIMARY KEY, p INT, FOREIGN KEY (p) REFERENCES parent (id))")
    matrixone_client.execute("CREATE TABLE tree (id INT PRIMARY KEY, p INT, FOREIGN KEY (p) REFERENCES tree (id))")


@pytest.mark.parametrize("table", ["child", "tree"])
def test_a_table_with_foreign_keys_is_refused_because_the_server_copies_nothing(matrixone_client, task, linked, table):
    name, uri, kind, _, [(source, _, sink)] = task
    with pytest.raises(CDCError, match=f"foreign key: {source}.{table}"):
        matrixone_client.cdc.create_table_task(name, uri, kind, uri, [(source, table, sink)])
    assert not matrixone_client.cdc.exists(name)


def test_a_database_with_foreign_keys_is_copied_without_them_and_says_so(matrixone_client, task, linked):
    name, uri, kind, _, [(source, _, sink)] = task
    with pytest.warns(CDCWarning, match=f"{source}.child, {source}.tree"):
        matrixone_client.cdc.create_database_task(name, uri, kind, uri, source, sink)
    matrixone_client.run(DropTask(name))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        options = {"Exclude": rf"^{source}\.(child|tree)$"}
        made = matrixone_client.cdc.create_database_task(name, uri, kind, uri, source, sink, options)
    assert made.filters == options["Exclude"]


def test_a_table_that_foreign_keys_point_to_is_copied(matrixone_client, task, linked):
    name, uri, kind, _, [(source, _, sink)] = task
    matrixone_client.execute("INSERT INTO parent VALUES (1), (2)")
    matrixone_client.cdc.create_table_task(name, uri, kind, uri, [(source, "parent", sink)])
    matrixone_client.cdc.wait_until_caught_up(name, timeout=120, interval=0.2)
    assert [tuple(row) for row in matrixone_client.execute(f"SELECT id FROM {sink}.parent ORDER BY id")] == [(1,), (2,)]


def test_rows_deleted_without_a_condition_stay_at_the_sink(matrixone_client, task, source, sink):
    """TRUNCATE, and DELETE without WHERE, are not copied; a condition makes the difference, even one always true."""
    cdc, execute = matrixone_client.cdc, matrixone_client.execute
    name, uri, kind, *_ = task
    tables = ("t", "emptied", "filtered")
    for table in tables[1:]:
        execute(f"CREATE TABLE {table} (id INT PRIMARY KEY, name VARCHAR(20))")
        execute(f"INSERT INTO {table} VALUES (1, 'one'), (2, 'two')")
    cdc.create_table_task(name, uri, kind, uri, [(source, table, sink) for table in tables])
    cdc.wait_until_caught_up(name, timeout=120, interval=0.2)
    execute("TRUNCATE TABLE t")
    execute("DELETE FROM emptied")
    execute("DELETE FROM filtered WHERE TRUE")
    for table in tables:
        execute(f"INSERT INTO {table} VALUES (3, 'three')")
    cdc.wait_until_caught_up(name, timeout=120, interval=0.2)
    left = {table: [row[0] for row in execute(f"SELECT id FROM {sink}.{table} ORDER BY id")] for table in tables}
    assert left == {"t": [1, 2, 3], "emptied": [1, 2, 3], "filtered": [3]}


def test_a_table_without_a_key_keeps_the_old_rows_of_updates(matrixone_client, task, source, sink):
    name, uri, kind, *_ = task
    matrixone_client.execute("CREATE TABLE log (id INT, name VARCHAR(20))")
    matrixone_client.execute("INSERT INTO log VALUES (1, 'one'), (2, 'two')")
    matrixone_client.cdc.create_table_task(name, uri, kind, uri, [(source, "log", sink)])
    matrixone_client.cdc.wait_until_caught_up(name, timeout=120, interval=0.2)
    matrixone_client.execute("DELETE FROM log WHERE id = 1")
    matrixone_client.execute("UPDATE log SET name = 'TWO' WHERE id = 2")
    matrixone_client.cdc.wait_until_caught_up(name, timeout=120, interval=0.2)
    rows = matrixone_client.execute(f"SELECT id, name FROM {sink}.log ORDER BY id, name")
    assert sorted(map(tuple, rows)) == [(2, "TWO"), (2, "two")]


def test_a_copy_onto_itself_is_refused(matrixone_client, task, source):
    name, uri, kind, *_ = task
    for call in (
        lambda: matrixone_client.cdc.create_table_task(name, uri, kind, uri, f"{source}.t"),
        lambda: matrixone_client.cdc.create_database_task(name, uri, kind, uri, source),
        lambda: matrixone_client.cdc.create_account_task(name, uri, kind, uri),
        lambda: matrixone_client.cdc.create(name, uri, kind, uri, "*", level="cluster"),
    ):
        with pytest.raises(CDCError, match="onto itself"):
            call()


# -- transactions -----------------------------------------------------------------------------------------------------


def test_the_server_refuses_every_command_in_a_transaction(matrixone_client, task):
    name, uri, *_ = task
    create = CreateTask(name, uri, CDCSinkType.MATRIXONE, uri, "a.b:c.d", (("Level", "table"),))
    commands = (DropTask(name), PauseTask(name), ResumeTask(name), RestartTask(name))
    with matrixone_client.session() as session:
        session.execute("INSERT INTO t VALUES (3, 'three')")
        for operation in (create, *commands, DropAllTasks(), PauseAllTasks()):
            with pytest.raises(TransactionRefusedError):
                session.execute(operation.statement())
    assert matrixone_client.execute("SELECT COUNT(*) FROM t").scalar() == 3
    assert not matrixone_client.cdc.exists(name)


def test_at_once_where_no_transaction_is_open_and_undone_by_a_rollback(matrixone_client, task):
    with matrixone_client.session() as session:
        assert not session.cdc.create_table_task(*task).pending
        assert session.cdc.exists(task[0])
        session.rollback()
    assert not matrixone_client.cdc.exists(task[0])


def test_after_the_commit_where_a_transaction_is_open(matrixone_client, task):
    name = task[0]
    with matrixone_client.session() as session:
        session.execute("INSERT INTO t VALUES (3, 'three')")
        made = session.cdc.create_table_task(*task)
        assert made.pending
        assert made.state is made.task_id is None
        assert not session.cdc.exists(name)
        with pytest.raises(PendingOperationError, match=name):
            session.cdc.wait_until_caught_up(name)
    assert matrixone_client.cdc.exists(name)
    with matrixone_client.session() as session:
        session.execute("INSERT INTO t VALUES (4, 'four')")
        assert session.cdc.exists(name)
        assert session.cdc.drop(name).pending
        assert session.cdc.exists(name)
    assert not matrixone_client.cdc.exists(name)


def test_never_after_a_rollback(matrixone_client, task):
    with matrixone_client.session() as session:
        session.execute("INSERT INTO t VALUES (3, 'three')")
        session.cdc.create_table_task(*task)
        session.rollback()
    assert not matrixone_client.cdc.exists(task[0])


def test_refused_where_the_session_says_so(matrixone_client, task):
    with matrixone_client.session(on_refused="raise") as session:
        session.execute("INSERT INTO t VALUES (3, 'three')")
        for call in (lambda: session.cdc.create_table_task(*task), lambda: session.cdc.pause(task[0])):
            with pytest.raises(TransactionRefusedError):
                call()
    assert not matrixone_client.cdc.exists(task[0])


def test_a_drop_is_not_undone_and_says_so(matrixone_client, task):
    matrixone_client.cdc.create_table_task(*task)
    with matrixone_client.session() as session:
        session.cdc.drop(task[0])
        with pytest.warns(RollbackWarning, match="DropTask"):
            session.rollback()
    assert not matrixone_client.cdc.exists(task[0])


# -- a task at work ---------------------------------------------------------------------------------------------------


def test_the_life_of_a_task(matrixone_client, task, source, sink):
    cdc, name = matrixone_client.cdc, task[0]
    cdc.create_table_task(*task)
    seen = []
    with pytest.raises(CDCTimeoutError, match=f"{source}.t"):
        cdc.wait_until_caught_up(name, until=datetime(2100, 1, 1, tzinfo=UTC), timeout=0)
    (watermark,) = cdc.wait_until_caught_up(name, timeout=120, progress=seen.append)
    assert [each.done for each in seen] == [0] * (len(seen) - 1) + [1]
    assert seen[0].behind == (f"{source}.t",)
    assert (watermark.database, watermark.table) == (source, "t")
    assert watermark.watermark >= seen[0].until
    rows = f"SELECT id, name FROM {sink}.t ORDER BY id"
    assert [tuple(row) for row in matrixone_client.execute(rows)] == [(1, "one"), (2, "two")]

    assert cdc.list_late_table_watermarks(task_name=name) == []
    late = cdc.list_late_table_watermarks(task_name=name, default_threshold=timedelta(0))
    assert [each.table for each in late] == ["t"]
    tolerant = {f"{source}.t": timedelta(hours=1)}
    assert cdc.list_late_table_watermarks(task_name=name, default_threshold=timedelta(0), thresholds=tolerant) == []

    assert not cdc.pause(name).skipped
    assert cdc.get(name).state == CDCState.PAUSED
    assert cdc.pause(name).skipped
    with pytest.raises(CDCError, match="paused"):
        cdc.wait_until_caught_up(name)
    matrixone_client.execute("UPDATE t SET name = 'ONE' WHERE id = 1")
    matrixone_client.execute("DELETE FROM t WHERE id = 2")
    cdc.resume(name)
    cdc.wait_until_caught_up(name, timeout=120)
    assert [tuple(row) for row in matrixone_client.execute(rows)] == [(1, "ONE")]

    cdc.restart(name)
    assert cdc.get(name).state == CDCState.RUNNING
    matrixone_client.execute("ALTER TABLE t ADD COLUMN extra INT")
    matrixone_client.execute("INSERT INTO t VALUES (5, 'five', 5)")
    with pytest.raises(CDCError, match=r"does not go on: .*Column count"):
        cdc.wait_until_caught_up(name, timeout=120)
    assert cdc.get(name).failing
    assert name in [each.task_name for each in cdc.list_failing_tasks()]
    assert name in [each.task_name for each in cdc.list_stuck_tasks()]


async def test_asynchronously(matrixone_async_client, task, source, sink):
    name, uri, kind, *_ = task
    seen = []
    async with matrixone_async_client as client:
        await client.execute("CREATE TABLE log_1 (id INT PRIMARY KEY)")
        options = {"Exclude": rf"^{source}\.log_"}
        await client.cdc.create_database_task(name, uri, kind, uri, source, sink, options)
        assert await client.cdc.exists(name)
        found = await client.cdc.wait_until_caught_up(name, timeout=120, progress=seen.append)
        assert [each.table for each in found] == ["t"]
        assert seen[0].behind == (f"{source}.t",)
        assert (await client.execute(f"SELECT COUNT(*) FROM {sink}.t")).scalar() == 2
        async with client.session() as session:
            await session.execute("INSERT INTO t VALUES (3, 'three')")
            assert (await session.cdc.get(name)).state == CDCState.RUNNING
            assert (await session.cdc.drop(name)).pending
        assert not await client.cdc.exists(name)


def test_an_account_of_its_own(matrixone_client, matrixone_url, matrixone_database, sink, uri, name):
    """Other accounts than ``sys`` have no catalog of tasks: SHOW CDC is asked beside the transaction."""
    account = f"acc_{uuid.uuid4().hex[:12]}"
    host, _, port = uri.reveal().rpartition("@")[2].partition(":")
    mine = build_mysql_uri(host, int(port), "admin", "111", account=account)
    matrixone_client.execute(f"CREATE ACCOUNT {account} ADMIN_NAME 'admin' IDENTIFIED BY '111'")
    try:
        with Client(host=host, port=int(port), user=f"{account}:admin", password="111", database="") as client:
            client.execute(f"CREATE DATABASE {matrixone_database}")
            client.execute(f"CREATE TABLE {matrixone_database}.t (id INT PRIMARY KEY)")
            client.execute(f"INSERT INTO {matrixone_database}.t VALUES (1)")
            client.execute("CREATE PITR p FOR ACCOUNT RANGE 1 'd'")
            cdc = client.cdc
            assert cdc.list() == []
            assert cdc.pause_all().value is cdc.drop_all().value is None
            made = cdc.create_account_task(name, mine, "matrixone", uri)
            assert (made.task_name, made.state, made.table_mapping) == (name, CDCState.RUNNING, None)
            with client.session() as session:
                session.execute(f"INSERT INTO {matrixone_database}.t VALUES (2)")
                assert session.cdc.exists(name)
            assert [each.table for each in cdc.wait_until_caught_up(name, timeout=120)] == ["t"]
            assert matrixone_client.execute("SELECT COUNT(*) FROM t").scalar() == 2
            assert not matrixone_client.cdc.exists(name)
            cdc.pause_all()
            assert cdc.get(name).state == CDCState.PAUSED
            cdc.resume(name)
            assert cdc.get(name).state == CDCState.RUNNING
            cdc.drop_all()
            assert cdc.list() == []
    finally:
        matrixone_client.execute(f"DROP ACCOUNT IF EXISTS {account}")
