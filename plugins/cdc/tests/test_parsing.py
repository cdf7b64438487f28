"""What is read, and what is concluded from it, without a server."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matrixone_cdc import CDCLevel, CDCProgress, CDCSinkType, CDCState, CDCTableMapping
from matrixone_cdc.parsing import created, moment, shown_task, stored_mappings, stored_task
from matrixone_cdc.waiting import excluded, left_out, refuse_standstill, tables_behind

from matrixone.exceptions import CDCError

TASK_ID = "01a2033b-8636-7585-ba70-7f193cbaf575"
MADE = datetime(2026, 11, 22, 12, 29, 22, 358000, UTC)
URI = json.dumps({"_": "", "user": "root", "ip": "127.0.0.1", "port": 6001, "reserved": ""}).encode().hex()
STOPPED = "N:1795350648:internal error: Column count doesn't match value count at row 1"
RETRIED = "R:1:1795350634:1795350634:internal error: can not find table by id 333516: accountId: 0"


def tables(*pairs):
    entries = [
        {
            "Source": dict(zip(("database", "table"), source, strict=True)),
            "Sink": dict(zip(("database", "table"), sink, strict=True)),
        }
        for source, sink in pairs
    ]
    return json.dumps({"pts": entries, "reserved": ""}).encode().hex()


def row(**changes):
    values = {
        "task_id": TASK_ID,
        "task_name": "n",
        "source_uri": URI,
        "sink_uri": URI,
        "sink_type": "matrixone",
        "tables": tables((("d", "t"), ("s", "u"))),
        "state": "running",
        "err_msg": "",
        "no_full": 1,
        "filters": "",
        "start_ts": "2026-11-22T14:00:00+02:00",
        "end_ts": "",
        "additional_config": '{"Frequency":"15m"}',
        "runner": 1,
        "db_name": "d",
        "table_name": "t",
        "watermark": "1795350613934064598-1",
        "table_err_msg": "",
        "read_at": datetime(2026, 11, 22, 12, 40),  # noqa: DTZ001 - as drivers give it
    }
    return SimpleNamespace(**values | changes)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1795350613934064598-1", datetime(2026, 11, 22, 12, 30, 13, 934064, UTC)),
        ("1795350613934064598", datetime(2026, 11, 22, 12, 30, 13, 934064, UTC)),
        ("2026-11-22 12:30:13.934064598 +0000 UTC", datetime(2026, 11, 22, 12, 30, 13, 934064, UTC)),
        ("2026-11-22 12:30:13 +0000 UTC", datetime(2026, 11, 22, 12, 30, 13, tzinfo=UTC)),
        ("2026-11-22T14:00:00+02:00", datetime(2026, 11, 22, 12, tzinfo=UTC)),
        ("0-0", None),
        ("1970-01-01 00:00:00 +0000 UTC", None),
        ("", None),
        (None, None),
    ],
)
def test_a_watermark_is_a_time_whether_it_is_a_number_or_a_text(text, expected):
    assert moment(text) == expected


@given(st.datetimes(datetime(1971, 1, 1), datetime(2261, 1, 1), timezones=st.just(UTC)), st.integers(0, 9))  # noqa: DTZ001
def test_a_numeric_watermark_is_exact_to_the_microsecond(time, counter):
    microseconds = (time - datetime.fromtimestamp(0, UTC)) // timedelta(microseconds=1)
    assert moment(f"{microseconds}123-{counter}") == time


def test_a_task_of_the_catalog():
    task = stored_task([row()])
    assert (task.task_id, task.task_name, task.state, task.sink_type) == (
        TASK_ID,
        "n",
        CDCState.RUNNING,
        CDCSinkType.MATRIXONE,
    )
    assert task.source_uri.reveal() == "mysql://root@127.0.0.1:6001"
    assert "root" not in repr(task)
    assert task.table_mapping == (CDCTableMapping("d", "t", "s", "u"),)
    assert task.checkpoint == datetime(2026, 11, 22, 12, 30, 13, 934064, UTC)
    assert task.created_time == MADE
    assert task.start_time == datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert task.end_time is None
    assert task.no_full is True
    assert task.additional_config == {"Frequency": "15m"}
    assert task.changing is False
    assert not task.failing
    assert not task.stuck
    (watermark,) = task.watermarks
    assert watermark.lag == timedelta(minutes=9, seconds=46, microseconds=65936)
    assert hash(task)


def test_a_named_table_is_behind_before_the_server_has_found_it():
    task = stored_task([row(tables=tables((("d", "t"), ("s", "u")), (("d", "v"), ("s", "v"))))])
    assert [(each.table, each.watermark) for each in task.watermarks] == [
        ("t", task.watermarks[0].watermark),
        ("v", None),
    ]
    assert task.watermarks[1].lag == datetime(2026, 11, 22, 12, 40, tzinfo=UTC) - MADE
    assert task.checkpoint is None
    nothing = stored_task([row(db_name=None, table_name=None, watermark=None, table_err_msg=None)])
    assert [(each.table, each.watermark, each.err_msg) for each in nothing.watermarks] == [("t", None, "")]


def test_several_watermarks_are_one_task():
    wide = tables((("d", "*"), ("s", "*")))
    task = stored_task([row(tables=wide), row(tables=wide, table_name="a", watermark="1795350600000000000-1")])
    assert [each.table for each in task.watermarks] == ["a", "t"]
    assert task.checkpoint == task.watermarks[0].watermark
    assert task.table_mapping[0].level is CDCLevel.DATABASE


@pytest.mark.parametrize(
    ("changes", "failing", "stuck"),
    [
        ({}, False, False),
        ({"table_err_msg": RETRIED}, True, False),
        ({"table_err_msg": STOPPED}, True, True),
        ({"table_err_msg": STOPPED, "state": "failed"}, True, True),
        ({"table_err_msg": STOPPED, "state": "paused"}, True, False),
        ({"state": "failed"}, True, False),
        ({"err_msg": "no"}, True, False),
        ({"state": "paused"}, False, False),
    ],
)
def test_running_does_not_mean_well(changes, failing, stuck):
    task = stored_task([row(**changes)])
    assert (task.failing, task.stuck) == (failing, stuck)


@pytest.mark.parametrize(("runner", "changing"), [(0, True), (1, False), (3, False), (6, True), (7, True), (9, True)])
def test_a_command_that_has_not_taken_effect(runner, changing):
    assert stored_task([row(runner=runner)]).changing is changing


def test_a_state_of_a_later_server_is_its_word():
    assert stored_task([row(state="napping")]).state == "napping"


def test_a_task_of_show_cdc():
    checkpoint = (
        '{\n  "d.a": 2026-11-22 12:30:13.934064598 +0000 UTC,\n  "d.b": 1970-01-01 00:00:00 +0000 UTC,\n'
        f'  "d.c": 2026-11-22 12:30:13 +0000 UTC(Failed, error: {STOPPED}\nand more),\n}}'
    )
    task = shown_task((TASK_ID, "n", URI, URI, "running", "", checkpoint, "2026-11-22 12:30:20.5 +0000 UTC"))
    assert [(each.database, each.table, each.watermark) for each in task.watermarks] == [
        ("d", "a", datetime(2026, 11, 22, 12, 30, 13, 934064, UTC)),
        ("d", "b", None),
        ("d", "c", datetime(2026, 11, 22, 12, 30, 13, tzinfo=UTC)),
    ]
    assert [each.err_msg for each in task.watermarks] == ["", "", f"{STOPPED}\nand more"]
    assert task.stuck
    assert task.checkpoint is None
    assert task.sink_type is task.table_mapping is task.changing is None
    assert task.created_time == MADE
    assert task.watermarks[2].lag == timedelta(seconds=7.5)
    assert shown_task((TASK_ID, "n", URI, URI, "paused", "", "{\n}", "2026-11-22 12:30:20 +0000 UTC")).watermarks == ()


def test_when_a_task_was_made_is_in_its_id():
    assert created(TASK_ID) == MADE
    assert created("4e2a1f0c-6f3e-4c5d-9b2a-2b7c6d5e4f3a") is None


def test_a_mapping_of_the_catalog():
    assert [str(each) for each in stored_mappings(tables((("*", "*"), ("*", "*"))))] == ["*"]
    assert [str(each) for each in stored_mappings(tables((("d", "*"), ("s", "*"))))] == ["d:s"]


# -- waiting ----------------------------------------------------------------------------------------------------------


def test_how_far_a_task_is():
    task = stored_task([row(tables=tables((("d", "*"), ("s", "*"))), filters=r"^d\.x")])
    until = task.watermarks[0].watermark
    assert tables_behind(task, until, ()) == (1, ())
    assert tables_behind(task, until + timedelta(microseconds=1), ()) == (1, ("d.t",))
    expected = [("d", "t"), ("d", "new"), ("d", "x1"), ("d", "with.dot")]
    assert tables_behind(task, until, expected) == (2, ("d.new",))
    failed = replace(task, watermarks=(replace(task.watermarks[0], err_msg=RETRIED),))
    assert tables_behind(failed, until, ()) == (1, ("d.t",))


@pytest.mark.parametrize(
    "changes",
    [{"state": "paused", "runner": 3}, {"state": "failed"}, {"state": "napping"}, {"table_err_msg": STOPPED}],
)
def test_waiting_has_an_end_where_a_task_stands_still(changes):
    with pytest.raises(CDCError, match="does not go on"):
        refuse_standstill(stored_task([row(**changes)]))


@pytest.mark.parametrize(
    "changes", [{}, {"state": "restarting", "runner": 9}, {"state": "paused", "runner": 6}, {"table_err_msg": RETRIED}]
)
def test_waiting_goes_on_where_a_task_may_go_on(changes):
    refuse_standstill(stored_task([row(**changes)]))


def test_reasons_tell_no_password():
    task = stored_task([row(state="failed", err_msg="cannot dial mysql://u:hunter2@h:6001")])
    with pytest.raises(CDCError, match="cannot dial") as caught:
        refuse_standstill(task)
    assert "hunter2" not in str(caught.value)


def test_progress():
    task = stored_task([row()])
    assert CDCProgress(task, MADE, 3, ("d.t",)).done == 2
    assert not CDCProgress(task, MADE, 3, ("d.t",)).finished
    assert CDCProgress(task, MADE, 3, ()).finished
    assert not CDCProgress(task, MADE, 0, ()).finished


def test_a_pattern_that_is_found_anywhere_in_database_and_table():
    assert excluded("b")(("abc", "t"))
    assert excluded(r"^shop\.log")(("shop", "log_1"))
    assert not excluded(r"^log")(("shop", "log_1"))
    assert not excluded(None)(("b", "b"))
    assert not excluded("(?")(("b", "b"))


def test_which_of_some_tables_were_asked_for():
    some = {("d", "t"), ("d", "u"), ("e", "t")}
    assert left_out(some, [CDCTableMapping("d", "t", "s", "t")], None) == [("d", "t")]
    assert left_out(some, [CDCTableMapping("d", "*", "s", "*")], "u$") == [("d", "t")]
    assert left_out(some, [CDCTableMapping("*", "*", "*", "*")], None) == sorted(some)


def test_an_offset_of_a_time_is_kept():
    assert moment("2026-11-22T14:00:00+02:00").tzinfo is UTC
    assert moment("2026-11-22T14:00:00+02:00") == datetime(2026, 11, 22, 14, tzinfo=timezone(timedelta(hours=2)))
