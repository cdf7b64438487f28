"""Point-in-time recovery: what a PITR is for, and restoring to a moment."""

import pytest

NO = 20101


@pytest.fixture
def covered(db):
    db.run(
        "create table t (id int primary key, a varchar(5))",
        "insert into t values (1, 'old')",
        "create pitr p for database t_db range 1 'h'",
    )
    yield db
    db.run("drop pitr if exists p", "drop pitr if exists q")


def test_one_pitr_an_object(covered):
    assert covered.error("create pitr p for database t_db range 1 'd'") == (NO, "internal error: pitr p already exists")
    assert covered.error("create pitr q for database t_db range 1 'd'") == (
        NO,
        "internal error: database `t_db` already has a pitr",
    )
    covered.run("create pitr q for table t_db t range 2 'mo'", "alter pitr q range 3 'y'")
    assert covered.rows(
        "select level, table_name, pitr_length, pitr_unit, pitr_status from mo_catalog.mo_pitr where pitr_name = 'q'"
    ) == [["table", "t", 3, "y", 1]]
    assert [row[:1] + row[3:] for row in covered.rows("show pitr where pitr_name = 'p'")] == [
        ["p", "database", "sys", "t_db", "*", 1, "h"]
    ]


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("create pitr q for database missing range 1 'd'", "database missing does not exist"),
        ("create pitr q for table t_db missing range 1 'd'", "table t_db.missing does not exist"),
        ("create pitr q for table t_db t range 101 'd'", "invalid pitr value 101"),
        ("create pitr q for table t_db t range 1 'w'", "invalid pitr unit w"),
        ("drop pitr missing", "pitr missing does not exist"),
        ("restore database other from pitr p '2024-01-01 00:00:00'", "pitr p is not allowed to restore database other"),
        ("restore from pitr p '2024-01-01 00:00:00'", "restore level database is not allowed for account restore"),
        ("restore database mo_catalog from pitr p '2024-01-01 00:00:00'", "database mo_catalog can not be restore"),
    ],
)
def test_what_is_refused(covered, statement, text):
    assert covered.error(statement) == (NO, f"internal error: {text}")


def test_times_beyond_the_range(covered):
    number, text = covered.error("restore database t_db from pitr p '2024-01-01 00:00:00'")
    assert (number, text[:84]) == (
        NO,
        "internal error: input timestamp 2024-01-01 00:00:00 is less than the pitr valid time",
    )
    number, text = covered.error("restore database t_db from pitr p '2099-01-01 00:00:00'")
    assert (number, text[:82]) == (
        NO,
        "internal error: input timestamp 2099-01-01 00:00:00 is bigger than now timestamp 2",
    )


def test_rows_and_tables_come_back(covered):
    (moment,) = covered.rows(
        "select date_format(date_add(utc_timestamp(6), interval 1 microsecond), '%Y-%m-%d %H:%i:%s.%f')"
    )[0]
    covered.run("update t set a = 'new'", "create table extra (id int)")
    covered.run(f"restore database t_db table t from pitr p '{moment}'")
    assert covered.rows("select * from t") == [[1, "old"]]
    covered.run("drop table t", f"restore database t_db from pitr p '{moment}'")
    assert covered.rows("select * from t") == [[1, "old"]]
    assert covered.rows("show tables") == [["t"]]


def test_recovery_window(covered):
    covered.run("create snapshot s for database t_db", "create view v as select 1 as x")
    try:
        ((level, account, database, table, windows),) = covered.rows("show recovery_window for database t_db")
    finally:
        covered.run("drop snapshot s")
    assert (level, account, database, table) == ("database", "sys", "t_db", "t")
    assert [windows.count(f"'source':'{source}'") for source in ("snapshot", "pitr")] == [1, 1]
    assert len(covered.rows("show recovery_window for table t_db t")) == 1
    assert covered.rows("show recovery_window for table t_db missing") == []
    assert ["account", "sys", "t_db", "t"] in [row[:4] for row in covered.rows("show recovery_window for account sys")]
    covered.run("drop pitr p")
    assert covered.rows("show recovery_window for database t_db") == []


def test_a_table_that_foreign_keys_refer_to_stays(covered):
    covered.run(
        "create table n (id int primary key, up int, foreign key (up) references n (id))",
        "create snapshot s for database t_db",
        "insert into n values (1, null)",
    )
    try:
        covered.run("restore table t_db.n {snapshot = 's'}")
    finally:
        covered.run("drop snapshot s")
    assert covered.rows("select id from n") == [[1]]
