"""What is sent, without a server."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matrixone_vector.model import Distance, Searched, table_parts
from matrixone_vector.operations import CreateHnsw, CreateIvf, DropIndex, Reindex, Search
from sqlalchemy import BigInteger, Column, String
from sqlalchemy.orm import declarative_base

from matrixone.dialect.pymysql import MatrixOneDialect_pymysql
from matrixone.exceptions import ConfigurationError, InvalidNameError
from matrixone.operations import InTransaction
from matrixone.vector import Vectorf32, VectorOpType

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
            CreateIvf(("t",), "ix", "v", 100),
            "ALTER TABLE `t` ADD INDEX `ix` USING IVFFLAT (`v`) LISTS 100 OP_TYPE 'vector_l2_ops'",
        ),
        (
            CreateHnsw(("d", "t"), "ix", "v", 16, 200, 50, COSINE),
            "ALTER TABLE `d`.`t` ADD INDEX `ix` USING HNSW (`v`) M 16 EF_CONSTRUCTION 200 EF_SEARCH 50 OP_TYPE 'vector_cosine_ops'",
        ),
        (DropIndex(("t",), "ix"), "ALTER TABLE `t` DROP INDEX `ix`"),
        (Reindex(("t",), "ix"), "ALTER TABLE `t` ALTER REINDEX `ix` IVFFLAT"),
        (Reindex(("t",), "ix", 4), "ALTER TABLE `t` ALTER REINDEX `ix` IVFFLAT LISTS = 4"),
        (
            Search(NAMED, "[1.0,2.0]", limit=3),
            "SELECT id, l2_distance(v, %s) AS distance FROM d.t ORDER BY distance LIMIT %s",
        ),
        (
            Search(Searched.of("t", "v", None), "[1.0]", Distance.COSINE, 3, mode="pre", with_null=False),
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
        (Search, InTransaction.READS),
    ],
)
def test_what_the_server_does_in_a_transaction(operation, kind):
    assert operation.in_transaction is kind
    assert operation.name.startswith("vector_ops.")


@given(st.text(max_size=20), st.text(max_size=20))
def test_names_cannot_leave_their_quotes(table, name):
    try:
        text = str(compiled(CreateIvf((table,), name, name, 1)))
    except InvalidNameError:
        return
    quoted_table, quoted = ("`" + part.replace("`", "``").replace("%", "%%") + "`" for part in (table, name))
    assert (
        text
        == f"ALTER TABLE {quoted_table} ADD INDEX {quoted} USING IVFFLAT ({quoted}) LISTS 1 OP_TYPE 'vector_l2_ops'"
    )


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


def test_names_of_tables():
    assert table_parts("d.t") == ("d", "t")
    assert table_parts("`d.x`.t") == ("d.x", "t")
    assert table_parts(Doc) == ("d.b", "docs")
