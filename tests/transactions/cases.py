"""One example of each operation of the managers: itself, or made in a world where what it needs exists."""

from __future__ import annotations

import datetime as dt

import matrixone_account.operations as account
from matrixone_account import ObjectType
from matrixone_account.model import AdminLogin, GrantedObject
from matrixone_branch import MergeConflictStrategy, branches, differences, merges
from matrixone_branch.model import Side
from matrixone_cdc import CDCSinkType, reading
from matrixone_cdc import operations as cdc
from matrixone_clone import operations as clone
from matrixone_clone.model import Moment
from matrixone_export import operations as export
from matrixone_export.formats import Csv as CsvFile
from matrixone_export.queries import query_of
from matrixone_fulltext import operations as fulltext
from matrixone_fulltext.model import Searched as SearchedText
from matrixone_load_data import operations as load
from matrixone_load_data.formats import Csv
from matrixone_load_data.sources import ServerFile
from matrixone_metadata import catalog, objects, statistics
from matrixone_moctl import operations as moctl
from matrixone_pitr import operations as pitr
from matrixone_pitr import reading as pitr_reading
from matrixone_pitr.model import Range
from matrixone_pubsub import operations as pubsub
from matrixone_restore import checks
from matrixone_restore import operations as restore
from matrixone_snapshots import operations as snapshots
from matrixone_stage import operations as stage
from matrixone_vector import operations as vector
from matrixone_vector import search as vector_search
from matrixone_vector.model import Searched as SearchedVectors

from matrixone.fulltext import natural_match
from matrixone.scope import Scope
from matrixone.secret import Secret

PASSWORD = Secret("secret 1")
ADMIN = AdminLogin("admin", PASSWORD)
GRANTED = GrantedObject(ObjectType.DATABASE)
FAIL = MergeConflictStrategy.FAIL
GOODS, DOCS, STAGING = ("goods",), ("docs",), ("staging",)
NOW = Moment()
TIME = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def compared(world):
    return differences.Comparison(Side((world.branch,)), Side(GOODS))


def search_of_words():
    searched = SearchedText.of("docs", "body", ["id"])
    return fulltext.Search(searched, natural_match(*searched.matched, query="word"), 1)


EXAMPLES = {
    # reads
    account.ListAccounts: account.ListAccounts(),
    account.Moments: account.Moments((dt.datetime(2026, 1, 1),)),  # noqa: DTZ001 - the server's, without a zone
    account.ListGrants: account.ListGrants(("moadmin",)),
    account.ListRoleMembers: account.ListRoleMembers(),
    account.ListUserRoles: account.ListUserRoles(),
    account.ListRoles: account.ListRoles(),
    account.ListRules: account.ListRules(),
    account.FindTable: lambda world: account.FindTable(world.database, "goods"),
    account.ListUsers: account.ListUsers(("root",)),
    account.CurrentLogin: account.CurrentLogin(),
    branches.CheckSource: lambda world: branches.CheckSource(world.database),
    branches.ListSequences: lambda world: branches.ListSequences(world.database),
    differences.CountDifferences: lambda world: differences.CountDifferences(compared(world)),
    differences.DiffRows: lambda world: differences.DiffRows(compared(world)),
    differences.SummarizeDifferences: lambda world: differences.SummarizeDifferences(compared(world)),
    differences.DiffToFile: lambda world: differences.DiffToFile(compared(world), f"{world.folder}/"),
    differences.FindViews: differences.FindViews((GOODS,)),
    differences.FindFractions: differences.FindFractions(GOODS),
    merges.FindKeys: merges.FindKeys((GOODS, DOCS), ("id",), ((1,),)),
    merges.ReadPrimaryKey: merges.ReadPrimaryKey(GOODS),
    reading.ListTasks: reading.ListTasks(),
    reading.TablesOf: lambda world: reading.TablesOf((world.database,)),
    reading.TablesWithForeignKeys: reading.TablesWithForeignKeys(),
    reading.UnfinishedRunners: reading.UnfinishedRunners(("none",)),
    clone.CheckSource: lambda world: clone.CheckSource(world.database, NOW),
    clone.ListSequences: lambda world: clone.ListSequences(world.database, NOW),
    export.ReadNames: export.ReadNames(query_of("SELECT id FROM goods", None)),
    export.WriteFile: lambda world: export.WriteFile(
        query_of("SELECT id FROM goods", None), f"{world.folder}/{world.fresh}.csv", CsvFile()
    ),
    fulltext.ForeignKeys: lambda world: fulltext.ForeignKeys(world.database, "docs"),
    fulltext.ListIndexes: lambda world: fulltext.ListIndexes(world.database),
    fulltext.PrimaryKey: lambda world: fulltext.PrimaryKey(world.database, "docs"),
    fulltext.Search: search_of_words(),
    load.ReadColumns: load.ReadColumns(GOODS),
    load.ReadKeys: load.ReadKeys(GOODS),
    catalog.FindTable: lambda world: catalog.FindTable(world.database, "goods"),
    catalog.ListColumns: lambda world: catalog.ListColumns(world.database, "goods"),
    catalog.ListIndexes: lambda world: catalog.ListIndexes(world.database, "docs"),
    catalog.ListTables: lambda world: catalog.ListTables(world.database),
    objects.ScanObjects: lambda world: objects.ScanObjects(world.database, "goods"),
    statistics.CountRows: statistics.CountRows(GOODS),
    statistics.ReadStatistics: lambda world: statistics.ReadStatistics(world.database, "goods"),
    statistics.StoredRows: lambda world: statistics.StoredRows(world.database, "goods"),
    statistics.StoredSize: lambda world: statistics.StoredSize(world.database, "goods"),
    moctl.FindTable: lambda world: moctl.FindTable(world.database, "goods"),
    moctl.FlushTable: lambda world: moctl.FlushTable(world.database, "docs"),
    moctl.IncrementCheckpoint: moctl.IncrementCheckpoint(),
    moctl.SyncCommit: moctl.SyncCommit(),
    pitr_reading.ListPitrs: pitr_reading.ListPitrs(),
    pubsub.ListPublications: pubsub.ListPublications(),
    pubsub.ListSubscriptions: pubsub.ListSubscriptions(),
    pubsub.ReadDatabaseKind: lambda world: pubsub.ReadDatabaseKind(world.database),
    pubsub.ShowCreatePublication: pubsub.ShowCreatePublication("none"),
    checks.FindAccount: checks.FindAccount(),
    checks.FindChildren: lambda world: checks.FindChildren(world.database, "goods"),
    checks.FindSnapshot: lambda world: checks.FindSnapshot(world.snapshot),
    checks.FindWriters: lambda world: checks.FindWriters(checks.OWN_ACCOUNT, None, world.database),
    checks.ListObjects: lambda world: checks.ListObjects(checks.OWN_ACCOUNT, world.database),
    checks.ServerTime: checks.ServerTime(TIME),
    snapshots.ListSnapshots: snapshots.ListSnapshots(),
    stage.ListStages: stage.ListStages(),
    stage.ListFiles: lambda world: stage.ListFiles(world.stage, ""),
    vector.CountVectors: vector.CountVectors(DOCS, "v"),
    vector.ForeignKeys: lambda world: vector.ForeignKeys(world.database, "docs"),
    vector.ListIndexes: lambda world: vector.ListIndexes(world.database),
    vector.ReadColumns: vector.ReadColumns(DOCS),
    vector_search.Search: vector_search.Search(SearchedVectors.of("docs", "v", ["id"]), "[1,2]", limit=1),
    # asked beside the transaction
    reading.ShowTasks: reading.ShowTasks(),
    pitr_reading.ShowPitrs: pitr_reading.ShowPitrs(dt.timedelta()),
    pitr_reading.ShowRecoveryWindow: lambda world: pitr_reading.ShowRecoveryWindow(
        Scope.of("database", database=world.database)
    ),
    pitr_reading.ReadOffset: pitr_reading.ReadOffset(),
    # part of the transaction
    branches.CreateTableBranch: branches.CreateTableBranch(("twig",), Side(GOODS)),
    branches.CreateDatabaseBranch: lambda world: branches.CreateDatabaseBranch(world.fresh, world.database),
    branches.DeleteTableBranch: lambda world: branches.DeleteTableBranch((world.branch,)),
    branches.DeleteDatabaseBranch: lambda world: branches.DeleteDatabaseBranch(world.database_branch),
    differences.DiffToTable: lambda world: differences.DiffToTable(compared(world), ("differences",)),
    merges.CountLocked: merges.CountLocked(),
    merges.FindUncommitted: merges.FindUncommitted((GOODS,)),
    merges.MergeTable: lambda world: merges.MergeTable((world.branch,), GOODS, FAIL),
    clone.CloneDatabase: lambda world: clone.CloneDatabase(world.fresh, world.database, NOW),
    clone.CloneTable: clone.CloneTable(("copy",), GOODS, NOW),
    fulltext.CreateIndex: fulltext.CreateIndex(GOODS, "words", ("name",)),
    fulltext.DropIndex: fulltext.DropIndex(DOCS, "words"),
    load.CreateStaging: load.CreateStaging(("temporary",), GOODS, (load.Column("id"),)),
    load.DropStaging: load.DropStaging(STAGING),
    load.LoadFile: lambda world: load.LoadFile(GOODS, Csv(), ("id",), ServerFile(world.file)),
    load.LoadText: load.LoadText(GOODS, Csv(), ("id",), "20\n21\n"),
    load.MoveRows: load.MoveRows(STAGING, GOODS, ("id",)),
    pubsub.DropSubscription: lambda world: pubsub.DropSubscription(world.other_database),
    vector.CreateHnsw: vector.CreateHnsw(("points",), "near", "v"),
    vector.CreateIvf: vector.CreateIvf(GOODS, "near", "v", vector.IvfOptions(lists=1)),
    vector.DropIndex: vector.DropIndex(DOCS, "near"),
    vector.Reindex: vector.Reindex(DOCS, "near"),
    # refused in transactions
    account.AlterAccount: lambda world: account.AlterAccount(world.fresh, "comment"),
    account.CreateAccount: lambda world: account.CreateAccount(world.fresh, ADMIN),
    account.DropAccount: lambda world: account.DropAccount(world.fresh),
    account.GrantPrivilege: lambda world: account.GrantPrivilege(("show tables",), GRANTED, (world.role,), new=True),
    account.GrantRole: lambda world: account.GrantRole((world.role,), (world.user,), new=True),
    account.RevokePrivilege: lambda world: account.RevokePrivilege(("show tables",), GRANTED, (world.role,)),
    account.RevokeRole: lambda world: account.RevokeRole((world.role,), (world.user,)),
    account.CreateRole: lambda world: account.CreateRole(world.fresh),
    account.DropRole: lambda world: account.DropRole(world.role),
    account.RenameRole: lambda world: account.RenameRole(world.role, world.fresh),
    account.AddRule: lambda world: account.AddRule(world.role, world.database, "goods", "select 1"),
    account.DropRule: lambda world: account.DropRule(world.role, world.database, "goods"),
    account.AlterUser: lambda world: account.AlterUser(world.user, True),
    account.CreateUser: lambda world: account.CreateUser(world.fresh, PASSWORD),
    account.DropUser: lambda world: account.DropUser(world.user),
    merges.PickRows: lambda world: merges.PickRows((world.branch,), GOODS, ((1,),), None, FAIL),
    cdc.CreateTask: lambda world: cdc.CreateTask(
        world.fresh,
        world.uri,
        CDCSinkType.MATRIXONE,
        world.uri,
        f"{world.watched}.goods:{world.database}.sink",
        (("Level", "table"),),
    ),
    cdc.DropAllTasks: cdc.DropAllTasks(),
    cdc.DropTask: cdc.DropTask("none"),
    cdc.PauseAllTasks: cdc.PauseAllTasks(),
    cdc.PauseTask: cdc.PauseTask("none"),
    cdc.RestartTask: cdc.RestartTask("none"),
    cdc.ResumeTask: cdc.ResumeTask("none"),
    pitr.AlterPitr: pitr.AlterPitr("none", Range.of(1, "d")),
    pitr.CreatePitr: lambda world: pitr.CreatePitr(
        world.fresh, Scope.of("table", database=world.database, table="goods"), Range.of(1, "d")
    ),
    pitr.DropPitr: pitr.DropPitr("none"),
    pubsub.AlterPublication: lambda world: pubsub.AlterPublication(world.fresh, "", None),
    pubsub.CreatePublication: lambda world: pubsub.CreatePublication(world.fresh, world.database, None, None),
    pubsub.DropPublication: lambda world: pubsub.DropPublication(world.fresh),
    restore.RestoreAccount: lambda world: restore.RestoreAccount("none", world.fresh),
    restore.RestoreAccountFromPitr: lambda world: restore.RestoreAccountFromPitr(
        "none", "2026-01-01 00:00:00", world.fresh
    ),
    restore.RestoreDatabase: lambda world: restore.RestoreDatabase("none", world.database),
    restore.RestoreDatabaseFromPitr: lambda world: restore.RestoreDatabaseFromPitr(
        "none", "2026-01-01 00:00:00", world.database
    ),
    restore.RestoreTable: lambda world: restore.RestoreTable("none", world.database, "goods"),
    restore.RestoreTableFromPitr: lambda world: restore.RestoreTableFromPitr(
        "none", "2026-01-01 00:00:00", world.database, "goods"
    ),
    snapshots.CreateSnapshot: lambda world: snapshots.CreateSnapshot(
        world.fresh, Scope.of("database", database=world.database)
    ),
    snapshots.DropSnapshot: snapshots.DropSnapshot("none"),
    stage.AlterStage: lambda world: stage.AlterStage(world.stage, "comment", "COMMENT"),
    stage.CreateStage: lambda world: stage.CreateStage(world.fresh, "file:///tmp/"),
    stage.DropStage: lambda world: stage.DropStage(world.stage),
    stage.RemoveFiles: lambda world: stage.RemoveFiles(world.stage, "none.csv"),
}

NOT_TRIED = {
    restore.RestoreCluster: "resets the whole server if it is not refused",
    moctl.GlobalCheckpoint: "waits for a checkpoint of the whole server, for minutes",
    pubsub.CreateSubscription: "needs a second account that publishes; the manager's test makes one",
    vector.CountClusters: "reads a hidden table whose name only the server knows; the manager's test looks it up",
}
"""Operations without an example, and why."""

UNSEEN = {merges.CountLocked, merges.FindUncommitted, vector.Reindex, load.CreateStaging}
"""Join the transaction and change nothing that others would see in it."""

ASKED_BESIDE = {pitr_reading.ReadOffset}
"""The server would answer in a transaction, too, but in the zone of the session."""
