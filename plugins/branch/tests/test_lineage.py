"""What the server compares: facts about branches of branches, and about what makes it forget where a table came from."""

from __future__ import annotations

import pytest

from matrixone.exceptions import QueryError

LOST = "lineage metadata is missing for a legacy ALTER"


@pytest.fixture
def run(client):
    """Runs statements."""

    def run(*statements):
        for sql in statements:
            client.execute(sql)

    return run


@pytest.fixture
def query(client):
    """The rows of a query."""
    return lambda sql: [tuple(row) for row in client.execute(sql)]


@pytest.fixture
def error(client):
    """Number and text of the error of a statement."""

    def error(sql):
        with pytest.raises(QueryError) as caught:
            client.execute(sql)
        return caught.value.errno, str(caught.value)

    return error


@pytest.fixture
def family(run):
    """A table ``root`` of which ``x`` was made, then it was changed, then ``y`` was made, and ``z`` of ``y``."""
    run(
        "CREATE TABLE root (k INT PRIMARY KEY, v INT)",
        "INSERT INTO root VALUES (1, 1), (2, 2), (3, 3), (4, 4)",
        "DATA BRANCH CREATE TABLE x FROM root",
        "UPDATE root SET v = 10 WHERE k = 1",
        "DELETE FROM root WHERE k = 2",
        "INSERT INTO root VALUES (5, 5)",
        "DATA BRANCH CREATE TABLE y FROM root",
        "UPDATE root SET v = 11 WHERE k = 1",
        "DATA BRANCH CREATE TABLE z FROM y",
        "INSERT INTO z VALUES (6, 6)",
        "DELETE FROM z WHERE k = 3",
    )


def test_changes_between_two_branchings_are_lost_unless_they_are_new_rows(family, run, query):
    assert query("DATA BRANCH DIFF x AGAINST y") == [("y", "INSERT", 5, 5)]
    assert query("DATA BRANCH DIFF z AGAINST x") == [
        ("z", "DELETE", 3, 3),
        ("z", "INSERT", 5, 5),
        ("z", "INSERT", 6, 6),
    ]
    assert query("DATA BRANCH DIFF z AGAINST root") == query("DATA BRANCH DIFF root AGAINST z")
    run("DATA BRANCH MERGE z INTO x")
    assert query("SELECT * FROM x ORDER BY k") == [(1, 1), (2, 2), (4, 4), (5, 5), (6, 6)]


def test_ancestors_may_be_gone(family, run, error, query):
    before = query("DATA BRANCH DIFF z AGAINST x")
    run("DROP TABLE root", "DROP TABLE y")
    assert query("DATA BRANCH DIFF z AGAINST x") == before
    assert error("DATA BRANCH DIFF z AGAINST root")[0] == 1064


def test_hidden_snapshots_stay_as_long_as_anything_was_made_from_them(family, run, error, matrixone_database, query):
    hidden = (
        "SELECT sname, table_name FROM mo_catalog.mo_snapshots WHERE kind = 'branch' "
        f"AND database_name = '{matrixone_database}' AND table_name IN ('root', 'y') ORDER BY sname"
    )
    names = query(hidden)
    assert [table for _, table in names] == ["root", "root", "y"]
    name = names[0][0]
    for drop in ("DROP SNAPSHOT", "DROP SNAPSHOT IF EXISTS"):
        assert "managed by data branch and cannot be dropped directly" in error(f"{drop} {name}")[1]
    assert "cannot be used from user commands" in error(f"SELECT * FROM root {{SNAPSHOT = '{name}'}}")[1]
    assert name not in [row[0] for row in query("SHOW SNAPSHOTS")]
    run("DROP TABLE y")
    assert query(hidden) == names
    run("DROP TABLE z")
    assert [table for _, table in query(hidden)] == ["root"]
    run("DATA BRANCH DELETE TABLE x")
    assert query(hidden) == []


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        ("ALTER TABLE child COMMENT 'x'", [4]),
        ("ALTER TABLE child RENAME COLUMN a TO b", [4]),
        ("CREATE INDEX ix ON child (a)", [4]),
        ("ALTER TABLE child ADD COLUMN b INT DEFAULT 7", [3, 4]),
        ("ALTER TABLE child ALTER COLUMN a SET DEFAULT 'x'", [3, 4]),
        ("DELETE FROM child WHERE TRUE AND id > 99", [3, 4]),
    ],
)
def test_a_definition_changed_in_place_hides_what_was_written_before(run, change, seen, query):
    run(
        "DELETE FROM base WHERE id = 3",
        "DATA BRANCH CREATE TABLE child FROM base",
        "INSERT INTO child VALUES (3, 'three')",
    )
    run(change, "INSERT INTO child (id) VALUES (4)")
    assert query("DATA BRANCH DIFF child AGAINST base COLUMNS (id)") == [("child", "INSERT", key) for key in seen]


@pytest.mark.parametrize("emptied", ["TRUNCATE TABLE {}", "DELETE FROM {}"])
@pytest.mark.parametrize("table", ["child", "base"])
def test_an_emptied_table_has_lost_its_place(run, error, emptied, table, query):
    run("DATA BRANCH CREATE TABLE child FROM base", emptied.format(table))
    assert LOST in error("DATA BRANCH DIFF child AGAINST base")[1]
    assert LOST in error("DATA BRANCH MERGE child INTO base WHEN CONFLICT ACCEPT")[1]
    if table == "child":
        assert "not an active branch table" in error("DATA BRANCH DELETE TABLE child")[1]
    run(f"DATA BRANCH CREATE TABLE fresh FROM {table}")
    assert query(f"DATA BRANCH DIFF fresh AGAINST {table}") == []


def test_renamed_tables_are_still_branches(run, query):
    run(
        "DATA BRANCH CREATE TABLE child FROM base",
        "ALTER TABLE child RENAME TO kid",
        "INSERT INTO kid VALUES (9, 'nine')",
    )
    assert query("DATA BRANCH DIFF kid AGAINST base") == [("kid", "INSERT", 9, "nine")]
    run("DATA BRANCH DELETE TABLE kid")


def test_columns_of_one_side(run, error, query):
    run(
        "DATA BRANCH CREATE TABLE child FROM base",
        "UPDATE child SET a = 'uno' WHERE id = 1",
        "ALTER TABLE child ADD COLUMN b INT DEFAULT 7",
        "INSERT INTO child VALUES (4, 'four', 4)",
        "INSERT INTO base VALUES (8, 'eight')",
    )
    assert query("DATA BRANCH DIFF child AGAINST base") == [
        ("child", "UPDATE", 1, "uno", 7),
        ("child", "INSERT", 4, "four", 4),
        ("base", "INSERT", 8, "eight", None),
    ]
    assert "base column 'b' is not present in target schema" in error("DATA BRANCH MERGE base INTO child")[1]
    run("DATA BRANCH MERGE child INTO base")
    assert query("SELECT * FROM base ORDER BY id") == [(1, "uno"), (2, "two"), (3, "three"), (4, "four"), (8, "eight")]
    run("ALTER TABLE child DROP COLUMN a", "ALTER TABLE child ADD COLUMN a VARCHAR(20)")
    assert "column 'a' has different identity" in error("DATA BRANCH DIFF child AGAINST base")[1]


def test_alter_of_a_branch_is_refused_in_a_transaction(client, run, error, query):
    run("DATA BRANCH CREATE TABLE child FROM base")
    for table in ("child", "base"):
        with client.session() as session:
            with pytest.raises(QueryError, match="not supported inside an explicit transaction"):
                session.execute(f"ALTER TABLE {table} ADD COLUMN b INT")
            session.rollback()
    run("DATA BRANCH DELETE TABLE child")
    with client.session() as session:
        session.execute("ALTER TABLE base ADD COLUMN b INT")
        session.rollback()


def test_rows_without_a_key_are_known_by_their_hidden_number(run, error, query):
    run(
        "CREATE TABLE f0 (n INT, t VARCHAR(9))",
        "INSERT INTO f0 VALUES (1, 'x'), (1, 'x'), (2, NULL)",
        "DATA BRANCH CREATE TABLE f1 FROM f0",
        "DELETE FROM f1 WHERE n = 2",
        "INSERT INTO f1 VALUES (1, 'x'), (5, 'q''')",
        "UPDATE f1 SET t = 'n' WHERE n = 1",
        "INSERT INTO f0 VALUES (9, 'd'), (5, 'q''')",
    )
    found = query("DATA BRANCH DIFF f1 AGAINST f0")
    assert sorted(found, key=repr) == sorted(
        [
            ("f1", "UPDATE", 1, "n"),
            ("f1", "UPDATE", 1, "n"),
            ("f1", "INSERT", 1, "n"),
            ("f1", "DELETE", 2, None),
            ("f0", "INSERT", 9, "d"),
        ],
        key=repr,
    )
    run("DATA BRANCH MERGE f1 INTO f0")
    assert query("SELECT * FROM f0 ORDER BY n, t") == [(1, "n"), (1, "n"), (1, "n"), (5, "q'"), (9, "d")]
    run("UPDATE f0 SET t = 'm' WHERE n = 1", "UPDATE f1 SET t = 'l' WHERE n = 1")
    assert "conflict: f1 DELETE and f0 DELETE on pk(" in error("DATA BRANCH MERGE f1 INTO f0")[1]
    assert error("DATA BRANCH PICK f1 INTO f0 KEYS (1)")[0] == 20105


def test_members_of_enum_and_set_are_shown_as_numbers(run, query):
    run(
        "CREATE TABLE e0 (id INT PRIMARY KEY, e ENUM('a', 'b'), s SET('x', 'y'))", "DATA BRANCH CREATE TABLE e1 FROM e0"
    )
    run("INSERT INTO e1 VALUES (1, 'b', 'x,y')")
    assert query("DATA BRANCH DIFF e1 AGAINST e0") == [("e1", "INSERT", 1, "2", 3)]
    run("DATA BRANCH MERGE e1 INTO e0")
    assert [str(value) for value in query("SELECT e FROM e0")[0]] == ["b"]


@pytest.mark.parametrize(
    ("statement", "number", "text"),
    [
        ("DIFF t AGAINST u", 20101, "target primary key columns (id) do not match base primary key columns (x)"),
        ("DIFF t AGAINST n", 20101, "do not match base primary key columns (__mo_fake_pk_col)"),
        ("DIFF t AGAINST long", 20101, "exists in both schemas but has different types (target: 61, base: 71)"),
        ("DIFF t AGAINST short", 20101, "column 'a' has different type attributes"),
        ("DIFF t AGAINST t COLUMNS (b)", 20301, 'column "b" not found in table "t"'),
        ("DIFF t AGAINST t COLUMNS (a) OUTPUT FILE '/tmp/'", 20105, "COLUMNS is not supported with OUTPUT FILE"),
        ("DIFF t AGAINST t OUTPUT FILE '/no/such/place/'", 20301, "output directory /no/such/place/ does not exist"),
        ("DIFF t AGAINST t OUTPUT AS u", 1050, "table u already exists"),
        ("PICK t INTO t KEYS ('x')", 1105, 'strconv.ParseInt: parsing "x": invalid syntax'),
        ("PICK t INTO t KEYS (99999999999)", 1105, 'strconv.ParseInt: parsing "99999999999": value out of range'),
        ("PICK t INTO t KEYS (1.5)", 20301, 'numeric literal "1.5" is not an integer for primary key type INT'),
        ("PICK t INTO t KEYS (1 + 1)", 20301, "unsupported expression type for PK filter: *tree.BinaryExpr"),
        ("PICK t INTO t KEYS ((1, 2))", 20301, "KEYS contains tuples but table has a single-column primary key"),
        ("PICK t INTO t KEYS (SELECT id, a FROM t)", 20301, "returns 2 columns but table has a single-column"),
        ("PICK two INTO two KEYS (1)", 20301, "must be a tuple for composite primary key (expected 2 columns)"),
        ("PICK two INTO two KEYS ((1, 2, 3))", 20301, "has 3 elements but composite primary key has 2 columns"),
        ("PICK t INTO t BETWEEN SNAPSHOT a AND b", 20301, "snapshot 'a' not found"),
        ("PICK t {SNAPSHOT = 'no'} INTO t KEYS (1)", 20101, "find 0 snapshot records by name(no)"),
        ("MERGE t INTO nothing", 1064, 'table "nothing" does not exist'),
        ("MERGE t INTO nowhere.t", 1049, "Unknown database nowhere"),
    ],
)
def test_errors(run, error, statement, number, text):
    run(
        "CREATE TABLE t (id INT PRIMARY KEY, a VARCHAR(5))",
        "CREATE TABLE u (x INT PRIMARY KEY, a VARCHAR(5))",
        "CREATE TABLE n (id INT, a VARCHAR(5))",
        "CREATE TABLE `long` (id INT PRIMARY KEY, a TEXT)",
        "CREATE TABLE short (id INT PRIMARY KEY, a VARCHAR(4))",
        "CREATE TABLE two (x INT, y INT, PRIMARY KEY (x, y))",
    )
    found = error(f"DATA BRANCH {statement.replace('AGAINST long', 'AGAINST `long`')}")
    assert found[0] == number
    assert text in found[1]
