"""What is sent, without a server."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matrixone_vector.indexes import HnswOptions, IvfOptions, Recall
from matrixone_vector.model import Searched
from matrixone_vector.operations import (
    CountClusters,
    CountVectors,
    CreateHnsw,
    CreateIvf,
    DropIndex,
    ForeignKeys,
    ListIndexes,
    ReadColumns,
    Reindex,
)
from matrixone_vector.search import Search
from matrixone_vector.search_methods import _share
from sqlalchemy import BigInteger, Column, String
from sqlalchemy.orm import declarative_base

from matrixone.dialect.pymysql import MatrixOneDialect_pymysql
from matrixone.exceptions import ConfigurationError, InvalidNameError
from matrixone.operations import InTransaction
from matrixone.vector import Distance, IVFRankMode, Quantization, Vectorf32, VectorOpType

Base = declarative_base()


class Doc(Base):
    __tablename__ = "docs"
    __table_args__ = ({"schema": "d.b"},)
    id = Column(BigInteger, primary_key=True)
    title = Column(String(20))
    v = Column(Vectorf32(2))


COSINE = VectorOpType.VECTOR_COSINE_OPS
NAMED = Searched.of("d.t", "v", ["id"])


def compiled(operation):
    return operation.statement().compile(dialect=MatrixOneDialect_pymysql())


def sql(operation):
    return " ".join(str(compiled(operation)).split())


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (
            CreateIvf(("t",), "ix", "v"),
            "ALTER TABLE `t` ADD INDEX `ix` USING IVFFLAT (`v`) LISTS 100 OP_TYPE 'vector_l2_ops'",
        ),
        (
            CreateHnsw(("d", "t"), "ix", "v", HnswOptions(op_type=COSINE)),
            "ALTER TABLE `d`.`t` ADD INDEX `ix` USING HNSW (`v`) M 16 EF_CONSTRUCTION 200 EF_SEARCH 50 OP_TYPE 'vector_cosine_ops'",
        ),
        (
            CreateIvf(
                ("t",),
                "ix",
                "v",
                IvfOptions(
                    lists=4,
                    include=("a", "b`c"),
                    quantization=Quantization.INT8,
                    kmeans_train_percent=50,
                    kmeans_max_iteration=7,
                    asynchronous=True,
                    auto_update=(2, 3),
                    comment='so "far"',
                ),
            ),
            "ALTER TABLE `t` ADD INDEX `ix` USING IVFFLAT (`v`) LISTS 4 OP_TYPE 'vector_l2_ops' INCLUDE (`a`, `b``c`) QUANTIZATION 'int8' KMEANS_TRAIN_PERCENT = 50 KMEANS_MAX_ITERATION = 7 ASYNC AUTO_UPDATE = TRUE DAY = 2 HOUR = 3 COMMENT 'so \"far\"'",
        ),
        (
            CreateHnsw(("t",), "ix", "v", HnswOptions(8, 20, 30, max_index_capacity=9, asynchronous=True, comment="c")),
            "ALTER TABLE `t` ADD INDEX `ix` USING HNSW (`v`) M 8 EF_CONSTRUCTION 20 EF_SEARCH 30 MAX_INDEX_CAPACITY 9 OP_TYPE 'vector_l2_ops' ASYNC COMMENT 'c'",
        ),
        (Reindex(("t",), "ix", "hnsw", force_sync=True), "ALTER TABLE `t` ALTER REINDEX `ix` HNSW FORCE_SYNC"),
        (ReadColumns(("d", "t")), "SHOW COLUMNS FROM `d`.`t`"),
        (CountVectors(("d", "t"), "v"), "SELECT COUNT(`v`) FROM `d`.`t`"),
        (
            CountClusters("d", "e"),
            "SELECT COUNT(*), __mo_index_centroid_fk_id, __mo_index_centroid_fk_version FROM `d`.`e` GROUP BY __mo_index_centroid_fk_id, __mo_index_centroid_fk_version ORDER BY 3, 2",
        ),
        (
            Search(Searched.of("t", "v", ["id"]), "[1.0]", limit=3, snapshot="S1", mode=IVFRankMode.EXACT),
            "SELECT id, l2_distance(v, %s) AS distance FROM t {SNAPSHOT = 's1'} ORDER BY distance LIMIT %s BY RANK WITH OPTION 'mode=force'",
        ),
        (DropIndex(("t",), "ix"), "ALTER TABLE `t` DROP INDEX `ix`"),
        (Reindex(("t",), "ix"), "ALTER TABLE `t` ALTER REINDEX `ix` IVFFLAT"),
        (Reindex(("t",), "ix", lists=4), "ALTER TABLE `t` ALTER REINDEX `ix` IVFFLAT LISTS = 4"),
        (
            Search(NAMED, "[1.0,2.0]", limit=3),
            "SELECT id, l2_distance(v, %s) AS distance FROM d.t ORDER BY distance LIMIT %s",
        ),
        (
            Search(Searched.of("t", "v", None), "[1.0]", Distance.COSINE, 3, mode=IVFRankMode.PRE, with_null=False),
            "SELECT *, cosine_distance(v, %s) AS distance FROM t WHERE v IS NOT NULL ORDER BY distance LIMIT %s BY RANK WITH OPTION 'mode=pre'",
        ),
        (
            Search(Searched.of(Doc, "v", ["title"]), "[1.0,2.0]", Distance.INNER_PRODUCT, within=0.5, where=Doc.id > 3),
            "SELECT `d.b`.docs.title, inner_product(`d.b`.docs.v, %s) AS distance FROM `d.b`.docs WHERE inner_product(`d.b`.docs.v, %s) <= %s AND `d.b`.docs.id > %s ORDER BY distance",
        ),
    ],
)
def test_the_statement(operation, expected):
    assert sql(operation) == expected


@pytest.mark.parametrize(
    ("operation", "kind"),
    [
        (CreateIvf, InTransaction.JOINS),
        (CreateHnsw, InTransaction.JOINS),
        (DropIndex, InTransaction.JOINS),
        (Reindex, InTransaction.JOINS),
        (ListIndexes, InTransaction.READS),
        (ReadColumns, InTransaction.READS),
        (ForeignKeys, InTransaction.READS),
        (CountClusters, InTransaction.READS),
        (CountVectors, InTransaction.READS),
        (Search, InTransaction.READS),
    ],
)
def test_what_the_server_does_in_a_transaction(operation, kind):
    assert operation.in_transaction is kind
    assert operation.name.startswith("vector_ops.")


@settings(deadline=None)
@given(st.text(max_size=20), st.text(max_size=20))
def test_names_cannot_leave_their_quotes(table, name):
    try:
        text = str(compiled(CreateIvf((table,), name, name, IvfOptions(lists=1))))
    except InvalidNameError:
        return
    quoted_table, quoted = ("`" + part.replace("`", "``").replace("%", "%%") + "`" for part in (table, name))
    assert (
        text
        == f"ALTER TABLE {quoted_table} ADD INDEX {quoted} USING IVFFLAT ({quoted}) LISTS 1 OP_TYPE 'vector_l2_ops'"
    )


@settings(deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=8))
def test_the_vector_is_bound(vector):
    query = NAMED.query(vector)
    assert query in compiled(Search(NAMED, query, limit=3)).params.values()
    assert [float(number) for number in query.strip("[]").split(",")] == vector


@pytest.mark.parametrize(
    ("vector", "error"), [([], ValueError), ([math.nan], ValueError), ("[1]", TypeError), (None, TypeError)]
)
def test_what_is_no_vector(vector, error):
    with pytest.raises(error):
        NAMED.query(vector)


def test_the_dimension_of_a_mapped_column_is_known():
    searched = Searched.of(Doc, "v", None)
    assert searched.query((1, 2)) == "[1.0,2.0]"
    with pytest.raises(ValueError, match="2 dimensions, not 3"):
        searched.query([1, 2, 3])


def test_columns_that_cannot_be():
    for columns in (["distance"], "id", ["nosuch"]):
        with pytest.raises(ConfigurationError):
            Searched.of(Doc, "v", columns)
    with pytest.raises(ConfigurationError):
        Searched.of(Doc, "nosuch", None)
    with pytest.raises(ConfigurationError):
        Searched.of(3, "v", None)


def test_t1_and_t2_indexes_are_made_and_dropped_by_alter_table():
    for operation in (CreateIvf(("t",), "i", "v"), CreateHnsw(("t",), "i", "v"), DropIndex(("t",), "i")):
        assert sql(operation).startswith("ALTER TABLE `t` ")


@pytest.mark.parametrize(
    "options",
    [
        {"lists": 0},
        {"kmeans_train_percent": 0},
        {"kmeans_train_percent": 101},
        {"kmeans_max_iteration": 0},
        {"auto_update": (0, 3)},
        {"auto_update": (1, 24)},
        {"quantization": Quantization.INT8, "op_type": COSINE},
        {"quantization": Quantization.UINT8, "op_type": VectorOpType.VECTOR_IP_OPS},
    ],
)
def test_options_no_index_has(options):
    with pytest.raises(ValueError):
        IvfOptions(**options)


def test_the_rank_modes_by_what_they_do():
    for name, mode in (
        ("exact", "force"),
        ("filter_first", "pre"),
        ("Filter_Afterwards", "post"),
        ("filter_in_index", "include"),
        ("server_chooses", "auto"),
        ("PRE", "pre"),
    ):
        assert IVFRankMode(name) == mode
    for name in ("", "x", None):
        with pytest.raises(ValueError):
            IVFRankMode(name)


@settings(deadline=None)
@given(st.text(max_size=20), st.text(max_size=20))
def test_options_cannot_leave_their_quotes(column, comment):
    try:
        text = str(compiled(CreateIvf(("t",), "i", "v", IvfOptions(include=(column,), comment=comment))))
    except (InvalidNameError, ConfigurationError):
        return
    quoted = "`" + column.replace("`", "``").replace("%", "%%") + "`"
    literal = "'" + comment.replace("%", "%%") + "'"
    assert text.endswith(f" OP_TYPE 'vector_l2_ops' INCLUDE ({quoted}) COMMENT {literal}")


def test_the_share_of_what_was_found():
    exact = {(1,): 1.0, (2,): 2.0, (3,): 3.0}
    assert _share(exact, exact) == 1
    assert _share(exact, {(1,): 1.0, (9,): 4.0}) == pytest.approx(1 / 3)
    assert _share(exact, {(1,): 1.0, (2,): 2.0, (4,): 3.0}) == 1  # as far away as the last one
    assert _share({}, {}) == 1
    recall = Recall((1.0, 0.5), 10)
    assert (recall.mean, recall.worst) == (0.75, 0.5)


@pytest.mark.parametrize("text", ["it's", "a\\b", "'); DROP TABLE t; --"])
def test_what_the_server_writes_unescaped_into_statements_of_its_own(text):
    for table, index, column in (((text,), "i", "v"), (("t",), text, "v"), (("t",), "i", text)):
        with pytest.raises(InvalidNameError):
            CreateIvf(table, index, column)
        with pytest.raises(InvalidNameError):
            CreateHnsw(table, index, column)
    with pytest.raises(ConfigurationError):
        CreateIvf(("t",), "i", "v", IvfOptions(comment=text))
