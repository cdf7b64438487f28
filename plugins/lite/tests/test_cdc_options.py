"""CREATE CDC: what is refused, in the words of the server, and what the catalog keeps."""

import json
import socket
import threading

import pytest
from matrixone_cdc import build_mysql_uri
from matrixone_lite import Server
from matrixone_lite.wire.handshake import greeting
from matrixone_lite.wire.packets import PacketStream

from matrixone import Client

TIMES = "supported timestamp format: `2006-01-02 15:04:05`, or `2006-01-02T15:04:05Z07:00`"
SHORT = "no valid PITR configuration found for pattern: {}, minimum required length: {} hours"


@pytest.fixture
def create(db, server):
    """CREATE CDC of a table that a window of three hours covers; what is not given is right."""
    address = f"mysql://root:111@127.0.0.1:{server.port}"
    db.run("create table t (id int primary key)", "create pitr p for database t_db range 3 'h'")

    def create(options="", *, level="table", tables="t_db.t:t_db.u", kind="matrixone", source=None, sink=None):
        given = f"'Level'='{level}'" + (f", {options}" if options else "")
        source, sink = (address if each is None else each for each in (source, sink))
        return f"create cdc T_task '{source}' '{kind}' '{sink}' '{tables}' {{{given}}}"

    yield create
    db.run("drop cdc all", "drop pitr p")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("'Frequency'='0m'", "invalid frequency: 0m"),
        ("'Frequency'='5s'", "invalid frequency: 5s"),
        ("'Frequency'='1.5h'", "invalid frequency: 1.5h"),
        ("'Frequency'='99999999m'", "invalid frequency: 99999999m"),
        ("'Frequency'='121m'", SHORT.format("t_db.t:t_db.u", 4)),
        ("'StartTs'='2024-01-01T00:00:00'", f"invalid startTs: 2024-01-01T00:00:00, {TIMES}"),
        ("'StartTs'='2024-02-30 00:00:00'", f"invalid startTs: 2024-02-30 00:00:00, {TIMES}"),
        ("'EndTs'='2024-01-01'", f"invalid endTs: 2024-01-01, {TIMES}"),
        (
            "'EndTs'='2024-02-01 00:00:00', 'StartTs'='2024-02-01T00:00:00Z'",
            "startTs: 2024-02-01T00:00:00Z should be less than endTs: 2024-02-01T00:00:00Z",
        ),
        ("'MaxSqlLength'='1e3'", "invalid maxSqlLength: 1e3"),
        ("'MaxSqlLength'='99999999999999999999'", "invalid maxSqlLength: 99999999999999999999"),
        ("'SendSqlTimeout'='10'", "invalid sendSqlTimeout: 10"),
        ("'Exclude'='(a'", "invalid exclude: (a, err: error parsing regexp: missing closing ): `(a`"),
        ("'Exclude'='a)'", "invalid exclude: a), err: error parsing regexp: unexpected ): `a)`"),
        ("'Exclude'='[a'", "invalid exclude: [a, err: error parsing regexp: missing closing ]: `[a`"),
        ("'Exclude'='*'", "invalid exclude: *, err: error parsing regexp: missing argument to repetition operator: `*`"),
        ("'Exclude'='a++'", "invalid exclude: a++, err: error parsing regexp: invalid nested repetition operator: `++`"),
        ("'Exclude'='(?=a)'", "invalid exclude: (?=a), err: error parsing regexp: invalid or unsupported Perl syntax: `(?=`"),
        ("'Exclude'='(?<!a)b'", "invalid exclude: (?<!a)b, err: error parsing regexp: invalid named capture: `(?<!a)b`"),
        (r"'Exclude'='(a)\\1'", r"invalid exclude: (a)\1, err: error parsing regexp: invalid escape sequence: `\1`"),
        (r"'Exclude'='a{1001}'", r"invalid exclude: a{1001}, err: error parsing regexp: invalid repeat count: `{1001}`"),
        (r"'Exclude'='[b-a]'", r"invalid exclude: [b-a], err: error parsing regexp: invalid character class range: `b-a`"),
        (r"'Exclude'='a\\'", "invalid exclude: a\\, err: error parsing regexp: trailing backslash at end of expression: ``"),
    ],
)  # fmt: skip
def test_options_that_are_refused(db, create, options, message):
    assert db.error(create(options)) == (20101, f"internal error: {message}")
    assert db.rows("show cdc") == []


@pytest.mark.parametrize(
    ("level", "tables", "message"),
    [
        ("", "t_db.t:t_db.u", "invalid level: "),
        ("Table", "t_db.t:t_db.u", "invalid level: Table"),
        ("cluster", "*", "invalid level: cluster"),
        ("table", "*", "invalid level: table"),
        ("table", "t_db", "invalid level: table"),
        ("table", "t_db.t:a.b:c.d", "invalid level: table"),
        ("table", "t_db.t:t_db.u,t_db.t:t_db.w", "invalid level: table"),
        ("table", "t_db.t:t_db.u,", "invalid level: table"),
        ("database", "t_db.t:t_db.u", "invalid level: database"),
        ("table", "nosuch.t:t_db.u", SHORT.format("nosuch.t:t_db.u", 2)),
        ("database", "t_db:x,nosuch:y", SHORT.format("nosuch:y", 2)),
        ("account", "", SHORT.format("", 2)),
    ],
)
def test_tables_that_are_refused(db, create, level, tables, message):
    assert db.error(create(level=level, tables=tables)) == (20101, f"internal error: {message}")


@pytest.mark.parametrize("what", ["source", "sink"])
@pytest.mark.parametrize(
    "address",
    [
        "mysql://root@127.0.0.1:1",
        "mysql://root:@127.0.0.1:1",
        "http://a:b@c:1",
        "mysql://a:b@127.0.0.1",
        "mysql://a:b@127.0.0.1:99999",
        "mysql://a%zz:b@127.0.0.1:1",
        "mysql://:x@127.0.0.1:1",
    ],
)
def test_addresses_that_are_none(db, create, what, address):
    assert db.error(create(**{what: address})) == (20101, f"internal error: invalid uri format: {address}")


@pytest.mark.parametrize("what", ["source", "sink"])
@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("root:1@11@127.0.0.1:1", "dial tcp 127.0.0.1:1: connect: connection refused"),
        ("nobody:111@{here}", "Error 20101 (HY000): internal error: there is no user nobody"),
        ("nosuch#root:111@{here}", "Error 20101 (HY000): internal error: there is no tenant nosuch"),
        (
            "root:wr%3aong@{here}",
            "Error 1045 (28000): Access denied for user root. internal error: check password failed",
        ),
    ],
)
def test_addresses_where_nobody_answers(db, create, server, what, address, message):
    uri = "mysql://" + address.format(here=f"127.0.0.1:{server.port}")
    start = f"internal error: failed to connect to {what}, please check the connection, err: "
    assert db.error(create(**{what: uri})) == (20101, start + message)


def test_a_kind_of_sink_that_is_not_there(db, create):
    assert db.error(create(kind="kafka")) == (20101, "internal error: unsupported sink type: kafka")


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        ("", {}),
        ("'StartTs'='2024-01-01 00:00:00.5'", {"start_ts": "2024-01-01T00:00:00Z"}),
        ("'EndTs'='2024-01-01T00:00:00.123+08:00'", {"end_ts": "2024-01-01T00:00:00+08:00"}),
        ("'NoFull'='TRUE'", {"no_full": 1}),
        ("'NoFull'='2'", {"no_full": 1}),
        ("'NoFull'='yes'", {}),
        ("'NoFull'='true', 'NoFull'='false'", {}),
        (r"'Exclude'='^a\\.b$'", {"filters": r"^a\.b$"}),
        ("'ConfigFile'='/x'", {"config_file": "/x"}),
        ("'Nope'='1', 'level'='x'", {}),
        ("'MaxSqlLength'='-5'", {"MaxSqlLength": -5}),
        ("'SendSqlTimeout'='1h30m'", {"SendSqlTimeout": "1h30m"}),
        ("'InitSnapshotSplitTxn'='false'", {"InitSnapshotSplitTxn": False}),
        ("'InitSnapshotSplitTxn'='FALSE'", {}),
        ("'Frequency'='2h'", {"Frequency": "2h"}),
    ],
)
def test_what_the_catalog_keeps(db, create, options, kept):
    db.run(create(options))
    columns = ("start_ts", "end_ts", "no_full", "filters", "config_file", "additional_config")
    (row,) = db.rows(f"select {', '.join(columns)} from mo_catalog.mo_cdc_task where task_name = 't_task'")
    found = dict(zip(columns, row, strict=True))
    extra = {"Frequency": "", "InitSnapshotSplitTxn": True, "MaxSqlLength": 4194304, "SendSqlTimeout": "10m"}
    plain = {"start_ts": "", "end_ts": "", "no_full": 0, "filters": "", "config_file": ""}
    found |= json.loads(found.pop("additional_config"))
    assert found == {**plain, **extra, **kept}


def test_addresses_are_kept_without_their_passwords(db, create, server):
    db.run(create())
    ((task, source, sink),) = db.rows("select task_id, source_uri, sink_uri from mo_catalog.mo_cdc_task")
    assert json.loads(bytes.fromhex(source)) == {
        "_": "",
        "user": "root",
        "ip": "127.0.0.1",
        "port": server.port,
        "reserved": "",
    }
    ((shown, name, *addresses, state, error, _, _),) = db.rows("show cdc task T_TASK")
    assert (shown, name, addresses, state, error) == (task, "t_task", [source, sink], "running", "")


@pytest.mark.parametrize("written", ["hunter2", r"hun\'ter2", "hun''ter2", "hun@ter2"])
@pytest.mark.parametrize("quote", ["'", '"'])
def test_passwords_are_in_no_list_of_processes(db, connect, written, quote):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"mysql://root:{written}@127.0.0.1:{silent.getsockname()[1]}"
        statement = (
            f"create cdc t_task {quote}{address}{quote} 'mysql' {quote}{address}{quote} 'a:b' {{'Level'='database'}}"
        )
        running = threading.Thread(target=connect().error, args=(statement,))
        running.start()
        dialled, _ = silent.accept()
        with dialled:
            (seen,) = [row for row in db.rows("select info from processlist() p") if "t_task" in row[0]]
    running.join()
    assert "ter2" not in seen[0]
    assert "create cdc t_task" in seen[0]


def test_the_file_of_tasks_is_its_owners(tmp_path):
    with Server(tmp_path) as server, Client(url=server.url) as client:
        client.execute("CREATE DATABASE src")
        client.execute("CREATE PITR window FOR DATABASE src RANGE 1 'd'")
        address = build_mysql_uri("127.0.0.1", server.port, "root", "111")
        client.cdc.create("task", address, "matrixone", address, "src:dst")
    assert (tmp_path / "matrixone-lite-cdc.db").stat().st_mode & 0o077 == 0


def test_a_login_that_takes_another_package(db, create, monkeypatch):
    monkeypatch.setattr("pymysql._auth._have_cryptography", False)
    hello = greeting("8.4.0", 1, b"x" * 20).replace(b"mysql_native_password", b"caching_sha2_password")

    def serve():
        sock, _ = listener.accept()
        with sock, sock.makefile("rwb") as stream:
            packets = PacketStream(stream)
            for answer in (hello, b"\x01\x04", b"\x01a public key"):  # greeting, "the whole login", what it takes
                packets.write(answer)
                packets.flush()
                packets.read()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        number, text = db.error(create(source=f"mysql://u:p@127.0.0.1:{listener.getsockname()[1]}"))
        thread.join()
    assert number == 20101
    assert "failed to connect to source" in text
    assert "'cryptography' package is required" in text
