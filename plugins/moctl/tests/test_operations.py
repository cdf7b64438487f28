"""What is sent and how it is read, without a server."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matrixone_moctl.operations import FindTable, FlushTable, GlobalCheckpoint, IncrementCheckpoint, SyncCommit
from sqlalchemy.engine import IteratorResult
from sqlalchemy.engine.result import SimpleResultMetaData

from matrixone.dialect.pymysql import MatrixOneDialect_pymysql
from matrixone.exceptions import MoCtlError
from matrixone.operations import InTransaction


def compiled(operation):
    return operation.statement().compile(dialect=MatrixOneDialect_pymysql())


def answer(text):
    return IteratorResult(SimpleResultMetaData(["mo_ctl"]), iter([(text,)]))


@pytest.mark.parametrize(
    ("operation", "values"),
    [
        (FlushTable("Shop", "Items"), ("dn", "flush", "shop.items")),
        (IncrementCheckpoint(), ("dn", "checkpoint", "")),
        (GlobalCheckpoint(), ("dn", "globalcheckpoint", "")),
        (SyncCommit(), ("cn", "synccommit", "")),
    ],
)
def test_the_command(operation, values):
    assert str(compiled(operation)) == "SELECT mo_ctl(%s, %s, %s)"
    assert tuple(compiled(operation).params.values()) == values
    assert operation.in_transaction is InTransaction.READS
    assert operation.undo() is None
    assert operation.error is MoCtlError


@given(st.text(max_size=20), st.text(max_size=20))
def test_names_are_values(database, table):
    assert str(compiled(FlushTable(database, table))) == "SELECT mo_ctl(%s, %s, %s)"
    assert f"{database.lower()}.{table.lower()}" in compiled(FlushTable(database, table)).params.values()
    assert str(compiled(FindTable(database, table))) == str(compiled(FindTable("d", "t")))


def test_answers():
    told = '{\n  "method": "Flush",\n  "result": [\n    {\n      "returnStr": "OK"\n    }\n  ]\n}\n'
    assert FlushTable("d", "t").read(answer(told)) == {"method": "Flush", "result": [{"returnStr": "OK"}]}
    text = '{"method": "SYNCCOMMIT", "result": "sync 1 cn"}'
    assert SyncCommit().read(answer(text)) == {"method": "SYNCCOMMIT", "result": "sync 1 cn"}


@pytest.mark.parametrize(
    "told", ['{"method": "Flush", "result": [{"returnStr": "OK"}, {"returnStr": "no space"}]}', "no JSON", None]
)
def test_answers_that_are_errors(told):
    with pytest.raises(MoCtlError):
        IncrementCheckpoint().read(answer(told))
