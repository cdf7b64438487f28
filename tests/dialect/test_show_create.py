from __future__ import annotations

import pytest
from sqlalchemy import types

from matrixone.dialect.show_create import ShowCreateTableParser
from matrixone.dialect.types import DATALINK
from matrixone.vector import Vectorf32, Vectorf64

STATEMENT = """CREATE TABLE `t` (
  `id` bigint NOT NULL AUTO_INCREMENT,
  `ok` bool DEFAULT true,
  `u` uuid DEFAULT NULL,
  `d` datalink DEFAULT NULL,
  `v` vecf32(3) DEFAULT NULL,
  `w` vecf64(2) NOT NULL,
  `n` int unsigned DEFAULT 7,
  `a,b` varchar(5) DEFAULT NULL,
  `back``tick` text DEFAULT NULL COMMENT 'first
  `second` line',
  PRIMARY KEY (`id`),
  UNIQUE KEY `uq` (`n`,`a,b`(3)),
  KEY `ix` (`n`) COMMENT 'note',
 FULLTEXT `ft`(`a,b`,`back``tick`) WITH PARSER ngram,
 FULLTEXT (`back``tick`) ASYNC,
  KEY `iv` USING ivfflat (`v`) lists = 2  op_type 'vector_l2_ops'  INCLUDE (`n`, `a,b`)  quantization 'int8' ,
  KEY `hn` USING hnsw (`w`) m = 16  ef_construction = 64  ef_search = 32  op_type 'vector_ip_ops'  COMMENT 'it''s',
  CONSTRAINT `fk` FOREIGN KEY (`n`) REFERENCES `p` (`n`) ON DELETE CASCADE ON UPDATE RESTRICT,
  CONSTRAINT `ck` CHECK (`n` > 0)
) COMMENT='it''s'"""


@pytest.fixture
def state(dialect):
    return ShowCreateTableParser(dialect, dialect.identifier_preparer).parse(STATEMENT, "utf8mb4")


def test_columns(state):
    found = {column["name"]: column["type"] for column in state.columns}
    assert list(found) == ["id", "ok", "u", "d", "v", "w", "n", "a,b", "back`tick"]
    assert isinstance(found["ok"], types.BOOLEAN)
    assert isinstance(found["u"], types.UUID)
    assert isinstance(found["d"], DATALINK)
    assert isinstance(found["v"], Vectorf32)
    assert isinstance(found["w"], Vectorf64)
    assert (found["v"].dimension, found["w"].dimension) == (3, 2)
    assert state.columns[-1]["comment"] == "first\n  `second` line"


def test_keys(state):
    keys = {key["name"]: key for key in state.keys}
    assert list(keys) == [None, "uq", "ix", "ft", "iv", "hn"]
    assert keys["uq"]["columns"] == [("n", None, ""), ("a,b", 3, "")]
    assert (keys["ft"]["type"], keys["ft"]["parser"]) == ("FULLTEXT", "ngram")
    assert [column for column, _, _ in keys["ft"]["columns"]] == ["a,b", "back`tick"]
    assert (keys["iv"]["using"], keys["hn"]["using"]) == ("ivfflat", "hnsw")
    assert keys["iv"]["with"] == {
        "lists": 2,
        "op_type": "vector_l2_ops",
        "include": ["n", "a,b"],
        "quantization": "int8",
    }
    assert keys["hn"]["with"] == {"m": 16, "ef_construction": 64, "ef_search": 32, "op_type": "vector_ip_ops"}


def test_constraints_and_comment(state):
    assert [fk["name"] for fk in state.fk_constraints] == ["fk"]
    assert [check["sqltext"] for check in state.ck_constraints] == ["`n` > 0"]
    assert state.table_options == {"matrixone_comment": "it's"}


@pytest.mark.parametrize(
    ("last_line", "options"),
    [
        (")", {}),
        (") COMMENT='a'", {"matrixone_comment": "a"}),
        (") CLUSTER BY (`a`, `b,c`)", {"matrixone_cluster_by": ["a", "b,c"]}),
        (") COMMENT='a' CLUSTER BY (`a`)", {"matrixone_comment": "a", "matrixone_cluster_by": ["a"]}),
        (") partition by hash (`a`) partitions 3", {"matrixone_partition_by": "hash (`a`) partitions 3"}),
    ],
)
def test_table_options(dialect, last_line, options):
    parser = ShowCreateTableParser(dialect, dialect.identifier_preparer)
    parsed = parser.parse(f"CREATE TABLE `t` (\n  `a` int DEFAULT NULL\n{last_line}", "utf8mb4")
    assert parsed.table_options == options


@pytest.mark.parametrize(
    ("described", "kind"),
    [
        ("INT(32)", "INTEGER"),
        ("BIGINT UNSIGNED(64)", "BIGINT UNSIGNED"),
        ("VARCHAR(20)", "VARCHAR(20)"),
        ("TEXT(0)", "TEXT"),
        ("DOUBLE(0)", "DOUBLE"),
        ("BOOL(0)", "BOOL"),
        ("DECIMAL(10,2)", "DECIMAL(10, 2)"),
        ("DATETIME(0)", "DATETIME"),
        ("TIMESTAMP(6)", "TIMESTAMP(6)"),
        ("JSON(0)", "JSON"),
        ("UUID(0)", "UUID"),
        ("VECF32(3)", "vecf32(3)"),
        ("ENUM('a','b')", "ENUM('a','b')"),
    ],
)
def test_columns_of_views(dialect, described, kind):
    parser = ShowCreateTableParser(dialect, dialect.identifier_preparer)
    text = parser._describe_to_create("v", [("c", described, "YES", "", None, "", "")])
    (column,) = parser.parse(text, "utf8mb4").columns
    assert dialect.type_compiler_instance.process(column["type"]) == kind
