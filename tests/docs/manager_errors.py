"""What brings about each error in the tables of ``docs/managers``: by page, and by the text that says when."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from .manager_world import World

NOW = dt.datetime.now(dt.UTC)
LONG_AGO = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)


def twice(call: Callable[[], object]) -> None:
    """The call, and the same again."""
    call()
    call()


def in_transaction(call: Callable[[World, Any], object], **options: Any) -> Callable[[World], None]:
    """The call in a session whose transaction has changed a row."""

    def case(world: World) -> None:
        with world.client.session(**options) as session:
            session.execute("UPDATE goods SET name = 'changed' WHERE id = 1")
            call(world, session)

    return case


def closed(session: Any) -> Any:
    """The session, closed."""
    session.close()
    return session


CASES: dict[str, dict[str, Callable[[World], object]]] = {
    "snapshots": {
        "a snapshot of that name exists": lambda w: twice(
            lambda: w.client.snapshots.create(w.name, "database", database=w.database)
        ),
        "`delete` of a snapshot that does not exist": lambda w: w.client.snapshots.delete(w.name),
        "`get` of a snapshot that does not exist": lambda w: w.client.snapshots.get(w.name),
        "the database, table or account to keep does not exist": lambda w: w.client.snapshots.create(
            w.name, "table", table=f"{w.database}.missing"
        ),
        "another account, or the cluster, from an account other than `sys`": lambda w: w.tenant().snapshots.create(
            w.name, "cluster"
        ),
        "an unknown level": lambda w: w.client.snapshots.create(w.name, "planet"),
        "no database is named, and the connection has none": lambda w: w.without_database().snapshots.create(
            w.name, "database"
        ),
        "a query reads a snapshot that does not exist": lambda w: w.client.query("goods", snapshot=w.name).all(),
    },
    "clone": {
        "the database to copy does not exist, or `clone_table` has no such database to copy into": lambda w: (
            w.client.clone.clone_database(w.name, "missing")
        ),
        "the table to copy does not exist, or did not when the snapshot was made": lambda w: w.client.clone.clone_table(
            "copy", "missing"
        ),
        "the table to copy is a view": lambda w: w.client.clone.clone_table("copy", "seen"),
        "a database of the new name exists": lambda w: w.client.clone.clone_database(w.database, w.database),
        "a table of the new name exists": lambda w: w.client.clone.clone_table("goods", "goods"),
        "there is no such snapshot, or it is one of a table and a database is to be copied": lambda w: (
            w.client.clone.clone_table("copy", "goods", w.name)
        ),
        "the account to copy to does not exist": lambda w: (
            w.snapshot(),
            w.client.clone.clone_database(w.name, w.database, w.name, to_account="missing"),
        ),
        "`as_of` is a moment that no snapshot or recovery window keeps": lambda w: w.client.clone.clone_table(
            "copy", "goods", as_of=LONG_AGO
        ),
        "`as_of` without a zone, or beside a snapshot; another account without a snapshot, or with `copy_grants`": lambda w: (
            w.client.clone.clone_database(w.name, w.database, to_account="x")
        ),
        "a database that has a table made in the same transaction": in_transaction(
            lambda w, s: (s.execute("CREATE TABLE fresh (id INT)"), s.clone.clone_database(w.name, w.database))
        ),
    },
    "branch": {
        "a branch is made of a table, or tables are compared, that does not exist": lambda w: w.client.branch.create(
            "b", "missing"
        ),
        "`delete` of a table that does not exist": lambda w: w.client.branch.delete("missing"),
        "the database does not exist": lambda w: w.client.branch.create(w.name, "missing", database=True),
        "a table of the new name exists": lambda w: twice(lambda: w.client.branch.create("b", "goods")),
        "a branch of a view": lambda w: w.client.branch.create("b", "seen"),
        "a view is compared or merged, or a table without a primary key picked from": lambda w: w.client.branch.diff(
            "seen", "goods"
        ),
        "`delete` of what is no branch, or none any more": lambda w: w.client.branch.delete("goods"),
        "the primary keys of the two tables differ": lambda w: (
            w.client.execute("CREATE TABLE o (x INT PRIMARY KEY)"),
            w.client.branch.diff("o", "goods"),
        ),
        '`on_conflict="fail"`, and both tables changed a row': lambda w: (
            w.conflict(),
            w.client.branch.merge("b", "goods", on_conflict="fail"),
        ),
        "the transaction has changed rows of a table to merge": lambda w: (
            w.client.branch.create("b", "goods"),
            in_transaction(lambda _, s: s.branch.merge("b", "goods"))(w),
        ),
        "a table was truncated, or emptied without a condition, and is merged": lambda w: (
            w.client.branch.create("b", "goods"),
            w.client.execute("TRUNCATE TABLE b"),
            w.client.branch.merge("b", "goods"),
        ),
        "a branch is made as of a snapshot that does not exist": lambda w: w.client.branch.create(
            "b", "goods", snapshot=w.name
        ),
        "rows are picked between snapshots that do not exist; the directory of `diff_to_file` does not": lambda w: (
            w.client.branch.create("b", "goods"),
            w.client.branch.pick("b", "goods", between=("one", "two")),
        ),
        "`ALTER TABLE` of a branch, or of what has branches, in a transaction": lambda w: (
            w.client.branch.create("b", "goods"),
            in_transaction(lambda _, s: s.execute("ALTER TABLE b ADD COLUMN c INT"))(w),
        ),
        "an unknown strategy or output, columns or a limit for something other than rows": lambda w: (
            w.client.branch.merge("b", "goods", on_conflict="ours")
        ),
    },
    "export": {
        "the file exists": lambda w: twice(lambda: w.client.export.to_csv(w.folder / "a.csv", "SELECT 1")),
        "there is no such stage": lambda w: w.client.export.to_stage("missing", "a.csv", "SELECT 1"),
        "the query names a table that does not exist, or is not understood": lambda w: w.client.export.to_csv(
            w.folder / "a.csv", "SELECT * FROM missing"
        ),
        "the query names a column that does not exist": lambda w: w.client.export.to_csv(
            w.folder / "a.csv", "SELECT missing FROM goods"
        ),
        "the server may not write there": lambda w: w.client.export.to_csv("/proc/missing/a.csv", "SELECT 1"),
        "a path, an option or a query that cannot work": lambda w: w.client.export.to_csv("a.csv", "SELECT 1"),
        "the values do not fit the placeholders": lambda w: w.client.export.to_csv(
            w.folder / "a.csv", "SELECT ?", (1, 2)
        ),
    },
    "fulltext_index": {
        "the table to index does not exist": lambda w: w.client.fulltext_index.create("missing", "ft", "name"),
        "a column to index does not exist": lambda w: w.client.fulltext_index.create("goods", "ft", "missing"),
        "an index of that name exists": lambda w: twice(lambda: w.client.fulltext_index.create("goods", "ft", "name")),
        "a column of another type than text or JSON, or one that such an index has already": lambda w: (
            w.client.fulltext_index.create("goods", "ft", "id")
        ),
        "the table has no primary key": lambda w: (
            w.client.execute("CREATE TABLE p (t TEXT)"),
            w.client.fulltext_index.create("p", "ft", "t"),
        ),
        "the table refers to another by a foreign key": lambda w: (
            w.child(),
            w.client.fulltext_index.create("parts", "ft", "name"),
        ),
        "`drop` of an index that does not exist": lambda w: w.client.fulltext_index.drop("goods", "missing"),
        "no index has exactly the columns to search": lambda w: w.client.fulltext_index.search("goods", "name", "one"),
        "a search beside a subquery that reads a table": lambda w: (
            w.client.fulltext_index.create("goods", "ft", "name"),
            w.client.fulltext_index.search("goods", "name", "one", where="id IN (SELECT id FROM goods)"),
        ),
        "the table to search does not exist": lambda w: w.client.fulltext_index.search("missing", "name", "one"),
        "a search without a word, a name the server cannot index, a column `score` in the answer": lambda w: (
            w.client.fulltext_index.search("goods", "name", "")
        ),
        "an unknown mode, or a limit below 1": lambda w: w.client.fulltext_index.search(
            "goods", "name", "one", limit=0
        ),
    },
    "metadata": {
        "the table does not exist": lambda w: w.client.metadata.columns("missing"),
        "`row_count` of a table that does not exist": lambda w: w.client.metadata.row_count("missing"),
        "the index to scan does not exist": lambda w: w.client.metadata.scan(w.database, "goods", indexname="missing"),
        "no database is named, and the connection has none": lambda w: w.without_database().metadata.columns("goods"),
        "the size, the objects or the statistics of a view; a name with a dot to scan; an unknown column of a scan": lambda w: (
            w.client.metadata.table_stats("seen")
        ),
    },
    "moctl": {
        "the table does not exist": lambda w: w.client.moctl.flush_table(w.database, "missing"),
        "an account other than `sys`": lambda w: w.tenant().moctl.increment_checkpoint(),
        "a view, or a name with a dot": lambda w: w.client.moctl.flush_table(w.database, "seen"),
    },
    "pitr": {
        "a window of that name exists, or the object has one already": lambda w: twice(
            lambda: w.client.pitr.create_database_pitr(w.name, w.database)
        ),
        "the account, database or table to cover does not exist": lambda w: w.client.pitr.create_table_pitr(
            w.name, w.database, "missing"
        ),
        "`alter` or `delete` of a window that does not exist": lambda w: w.client.pitr.alter(w.name, 1, "d"),
        "`get` of a window that does not exist, or no window covers the database to restore": lambda w: (
            w.client.pitr.get(w.name)
        ),
        "a range of more than 100 units, an unknown unit or level": lambda w: w.client.pitr.create_database_pitr(
            w.name, w.database, 101, "d"
        ),
        "the cluster, from an account other than `sys`": lambda w: w.tenant().pitr.create_cluster_pitr(w.name),
        "`restore_to_time` of a moment that the window does not reach": lambda w: (
            w.window(),
            w.client.pitr.restore_to_time(LONG_AGO, w.name),
        ),
        "`restore_to_time` of a moment without a zone": lambda w: (
            w.window(),
            w.client.pitr.restore_to_time(LONG_AGO.replace(tzinfo=None), w.name),
        ),
    },
    "pubsub": {
        "a publication of that name exists": lambda w: twice(lambda: w.publication("ALL")),
        "the database, the table or the account does not exist, or the account is the publisher's own": lambda w: (
            w.publication("missing")
        ),
        "`alter_publication` or `drop_publication` of one that does not exist": lambda w: (
            w.client.pubsub.drop_publication(w.name)
        ),
        "`get_publication` or `get_subscription` of one that does not exist; `drop_subscription` of an ordinary database": lambda w: (
            w.client.pubsub.drop_subscription(w.database)
        ),
        "there is no such publication, or it does not name the subscriber's account": lambda w: (
            w.tenant().pubsub.create_subscription("subscribed", w.name, "sys")
        ),
        "a database of the subscription's name exists": lambda w: (
            w.publication("ALL"),
            w.subscribed("CREATE DATABASE subscribed"),
        ),
        "`drop_subscription` in the transaction that made it": lambda w: (
            w.publication("ALL"),
            w.subscribed_and_dropped(),
        ),
        "several changes of accounts at once, or none": lambda w: w.client.pubsub.alter_publication(
            w.name, add_account="a", drop_account="b"
        ),
        "a subscription is written to": lambda w: (
            w.publication("ALL"),
            w.subscribed(then="INSERT INTO subscribed.goods VALUES (5, 1)"),
        ),
    },
    "stage": {
        "a stage of that name exists": lambda w: twice(w.stage),
        "`alter` or `drop` of a stage that does not exist": lambda w: w.client.stage.drop(w.name),
        "`get` of a stage that does not exist": lambda w: w.client.stage.get(w.name),
        "the files of a stage that does not exist, or that is below one": lambda w: w.client.stage.list_files(w.name),
        "a file to load that does not exist": lambda w: (
            w.stage(),
            w.client.stage.get(w.name).load_csv("missing.csv", "goods"),
        ),
        "a url that begins with something else, or a url, key or comment with a quote or backslash": lambda w: (
            w.client.stage.create(w.name, "ftp://x/y")
        ),
    },
    "account": {
        "an account, user or role of that name exists": lambda w: twice(lambda: w.client.account.create_role(w.name)),
        "an account, user or role to alter or drop, to grant or to grant to, does not exist": lambda w: (
            w.client.account.drop_user(w.name)
        ),
        "`get_account`, `get_user` or `get_role` of one that does not exist; a rule for a table that does not": lambda w: (
            w.client.account.get_user(w.name)
        ),
        "the table or database of a privilege does not exist": lambda w: (
            w.client.account.create_role(w.name),
            w.client.account.grant_privilege("select", "table", f"{w.database}.missing", to_role=w.name),
        ),
        "the caller may not": lambda w: w.tenant().account.create_account("x", "boss", "p"),
        "a privilege or a user that privileges cannot go to, an empty password": lambda w: (
            w.client.account.grant_privilege("fly", "table", f"{w.database}.goods", to_role="r")
        ),
        "a login with a wrong password, or to a suspended account": lambda w: w.log_in("root", "wrong"),
        "a login of a locked user": lambda w: (
            w.client.account.create_user(w.name, "p", lock=True),
            w.log_in(w.name, "p"),
        ),
        "a statement that the user's roles do not allow": lambda w: (
            w.client.account.create_user(w.name, "p"),
            w.log_in(w.name, "p").execute(f"SELECT * FROM {w.database}.goods"),
        ),
    },
    "load_data": {
        "a key exists, in the table or twice in the data": lambda w: w.client.load_data.from_inline("1,5\n", "goods"),
        "no value for a column that needs one": lambda w: w.client.load_data.from_inline("\\N,5\n", "goods"),
        "a foreign key leads nowhere": lambda w: (
            w.child(),
            w.client.load_data.from_inline("1,77\n", "parts", columns=["id", "good"]),
        ),
        "the table does not exist": lambda w: w.client.load_data.from_inline("1,one\n", "missing"),
        "a value does not fit its column": lambda w: w.client.load_data.from_inline("x,one\n", "goods"),
        "a row has more or fewer fields than there are columns; the server has no such file": lambda w: (
            w.client.load_data.from_inline("9\n", "goods")
        ),
        "there is no such stage": lambda w: w.client.load_data.from_stage("missing", "a.csv", "goods"),
        "a file of the client cannot be read, or is not what it says; the table has no such column": lambda w: (
            w.client.load_data.from_csv(w.folder / "missing.csv", "goods")
        ),
        "arguments that cannot work": lambda w: w.client.load_data.from_inline("9,one\n", "goods", format="xml"),
    },
    "vector_ops": {
        "the table to index does not exist": lambda w: w.client.vector_ops.create_ivf("missing", "i", "v"),
        "the column to index does not exist": lambda w: w.client.vector_ops.create_ivf("goods", "i", "v"),
        "the column holds no vectors, or has such an index already": lambda w: w.client.vector_ops.create_ivf(
            "goods", "i", "name"
        ),
        "an index of that name exists": lambda w: (
            w.vectors(),
            w.client.vector_ops.create_ivf("v", "i", "v"),
            w.client.vector_ops.create_ivf("v", "i", "v2"),
        ),
        "an HNSW index of a table whose primary key is not one BIGINT": lambda w: (
            w.vectors(),
            w.client.vector_ops.create_hnsw("v", "i", "v"),
        ),
        "an HNSW index after `disable_hnsw`": lambda w: (
            w.vectors("BIGINT"),
            w.client.vector_ops.disable_hnsw(),
            w.client.vector_ops.create_hnsw("v", "i", "v"),
        ),
        "an IVF-Flat index of a table that refers to another by a foreign key": lambda w: (
            w.child(),
            w.client.vector_ops.create_ivf("parts", "i", "v"),
        ),
        "`drop` of an index that does not exist": lambda w: (w.vectors(), w.client.vector_ops.drop("v", "i")),
        "`get`, `reindex` or `get_ivf_stats` of an index that does not exist": lambda w: (
            w.vectors(),
            w.client.vector_ops.get("i", "v"),
        ),
        "the table to search does not exist": lambda w: w.client.vector_ops.similarity_search("missing", "v", [1, 2]),
        "a search with a vector of another dimension": lambda w: (
            w.vectors(),
            w.client.vector_ops.similarity_search("v", "v", [1, 2, 3]),
        ),
        "a vector of another dimension is inserted": lambda w: (
            w.vectors(),
            w.client.vector_ops.insert("v", {"id": 9, "v": [1, 2, 3]}),
        ),
        "an unknown distance, `op_type` or number out of its range": lambda w: w.client.vector_ops.create_ivf(
            "v", "i", "v", op_type="vector_l1_ops"
        ),
        "a name the server cannot index": lambda w: w.client.vector_ops.create_ivf("v", "it's", "v"),
    },
    "restore": {
        "the snapshot does not exist, or does not cover what is to be restored": lambda w: (
            w.client.restore.restore_table(w.name, None, w.database, "goods")
        ),
        "the snapshot has no such table": lambda w: (
            w.snapshot(),
            w.client.restore.restore_table(w.name, None, w.database, "missing"),
        ),
        "a database or table to another account": lambda w: (
            w.snapshot(),
            w.client.restore.restore_database(w.name, None, w.database, to_account="x"),
        ),
        "a table that foreign keys refer to": lambda w: (
            w.child(),
            w.snapshot(),
            w.client.restore.restore_table(w.name, None, w.database, "goods"),
        ),
        "open transactions have written there": lambda w: (
            w.snapshot(),
            in_transaction(lambda w, _: w.client.restore.restore_table(w.name, None, w.database, "goods"))(w),
        ),
        "the recovery window does not exist": lambda w: w.client.restore.restore_table_from_pitr(
            w.name, NOW, w.database, "goods"
        ),
        "the recovery window does not reach the moment": lambda w: (
            w.window(),
            w.client.restore.restore_database_from_pitr(w.name, LONG_AGO, w.database),
        ),
        "a moment without a zone": lambda w: w.client.restore.restore_table_from_pitr(
            w.name, NOW.replace(tzinfo=None), w.database, "goods"
        ),
    },
    "cdc": {
        "`get` of a task that does not exist": lambda w: w.client.cdc.get(w.name),
        "`drop`, `pause`, `resume` or `restart` of a task that does not exist": lambda w: w.client.cdc.drop(w.name),
        "a task of that name exists": lambda w: (w.window(), twice(w.task)),
        "no recovery window of two hours or more covers the tables": lambda w: w.task(),
        "the sink cannot be reached, or does not let the user in": lambda w: (w.window(), w.task(password="wrong")),
        "a table onto itself, a table with foreign keys, `resume` of a failed task": lambda w: (
            w.window(),
            w.task(copies=w.database),
        ),
        "the task is not where it was waited for in time": lambda w: (
            w.window(),
            w.task(),
            w.client.cdc.wait_until_caught_up(w.name, timeout=0.01),
        ),
        "an address, an option or a mapping that cannot work": lambda w: w.task(options={"Missing": 1}),
    },
    "index": {
        "a name that the server could not store as it is": lambda w: w.client.snapshots.create("it's", "database"),
        "an argument that cannot work": lambda w: w.client.moctl.flush_table(w.database, "a.b"),
        "the server is too old": lambda w: (w.client.set_backend_version("0.7.0"), w.client.snapshots.list()),
        'the server is asked inside a transaction for what it does outside only, and the session was opened with `on_refused="raise"`': in_transaction(
            lambda w, s: s.snapshots.create(w.name, "database"), on_refused="raise"
        ),
        "something is needed that is made only after the commit": in_transaction(
            lambda w, s: (s.snapshots.create(w.name, "database"), s.clone.clone_table("copy", "goods", w.name))
        ),
        "what waited for the commit failed": lambda w: (
            w.snapshot(),
            in_transaction(lambda w, s: (s.snapshots.create(w.name, "database"), s.commit()))(w),
        ),
        "the session was closed": lambda w: closed(w.client.session()).snapshots.list(),
    },
}
