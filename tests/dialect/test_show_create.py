from __future__ import annotations

import pytest
from sqlalchemy import types
from sqlalchemy.exc import SAWarning

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
def parser(dialect):
    return ShowCreateTableParser(dialect.name, dialect.ischema_names)


@pytest.fixture
def state(parser):
    return parser.parse(STATEMENT)


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
    assert keys["hn"]["comment"] == "it's"
    assert keys["ix"]["comment"] == "note"
    assert keys["hn"]["with"] == {"m": 16, "ef_construction": 64, "ef_search": 32, "op_type": "vector_ip_ops"}


@pytest.mark.parametrize(
    ("printed", "default"),
    [
        ("DEFAULT NULL", None),
        ("NULL DEFAULT NULL", None),
        ("DEFAULT 'it''''s, \\ (x'", "'it''s, \\\\ (x'"),
        ("DEFAULT (concat('it''s', 'q\\w)'))", "(concat('it''s', 'q\\\\w)'))"),
        ("DEFAULT 0b101", "0b101"),
        ("NOT NULL DEFAULT now() COMMENT 'DEFAULT 1'", "now()"),
        (
            "DEFAULT current_timestamp(6) ON UPDATE current_timestamp(6) COMMENT 'c'",
            "current_timestamp(6) ON UPDATE current_timestamp(6)",
        ),
    ],
)
def test_defaults(parser, printed, default):
    (column,) = parser.parse(f"CREATE TABLE `t` (\n  `a` timestamp {printed}\n)").columns
    assert column["default"] == default


def test_computed_columns(parser):
    printed = "`a` int NOT NULL GENERATED ALWAYS AS ((b + 1)) STORED COMMENT 'c'"
    (column,) = parser.parse(f"CREATE TABLE `t` (\n  {printed}\n)").columns
    assert (column["computed"], column["nullable"]) == ({"sqltext": "(b + 1)", "persisted": True}, False)


def test_a_definition_it_does_not_know_is_not_passed_over_in_silence(parser):
    with pytest.warns(SAWarning, match="MYSTERY"):
        parser.parse("CREATE TABLE `t` (\n  `a` int,\n  MYSTERY `b`\n)")


def test_views_are_no_tables(parser):
    assert parser.parse("create view `v` as select 1") is None


def test_constraints_and_comment(state):
    assert [fk["name"] for fk in state.fk_constraints] == ["fk"]
    assert [check["sqltext"] for check in state.ck_constraints] == ["`n` > 0"]
    assert state.table_options == {"matrixone_comment": "it's"}


@pytest.mark.parametrize(
    ("last_line", "options"),
    [
        (")", {}),
        (") COMMENT='a'", {"matrixone_comment": "a"}),
        (") CLUSTER BY (`A`)", {"matrixone_cluster_by": ["a"]}),
        (") CLUSTER BY (`a`, `b,c`)", {"matrixone_cluster_by": ["a", "b,c"]}),
        (") COMMENT='a' CLUSTER BY (`a`)", {"matrixone_comment": "a", "matrixone_cluster_by": ["a"]}),
        (") partition by hash (`a`) partitions 3", {"matrixone_partition_by": "hash (`a`) partitions 3"}),
        (
            ') COMMENT=\'(\' partition by hash (`a`) partitions 3 PROPERTIES("k" = "v") CLUSTER BY (`a`)',
            {
                "matrixone_comment": "(",
                "matrixone_partition_by": "hash (`a`) partitions 3",
                "matrixone_cluster_by": ["a"],
            },
        ),
    ],
)
def test_table_options(parser, last_line, options):
    parsed = parser.parse(f"CREATE TABLE `t` (\n  `a` int DEFAULT NULL\n{last_line}")
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
def test_columns_of_views(dialect, parser, described, kind):
    (column,) = parser.parse_columns([("c", described, None, "YES", "", None, "", "", "")]).columns
    assert dialect.type_compiler_instance.process(column["type"]) == kind
