"""What is sent and how it is read, without a server."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matrixone_fulltext.model import FulltextIndexInfo, Searched, index_name, indexed_columns, indexed_table
from matrixone_fulltext.operations import CreateIndex, DropIndex, ForeignKeys, ListIndexes, PrimaryKey, Search
from sqlalchemy import Column, Integer, String
from sqlalchemy.engine import IteratorResult
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.orm import declarative_base

from matrixone.dialect.pymysql import MatrixOneDialect_pymysql
from matrixone.exceptions import ConfigurationError, FulltextError, InvalidNameError
from matrixone.fulltext import FulltextParserType, boolean_match, natural_match
from matrixone.operations import InTransaction

Base = declarative_base()


class Doc(Base):
    __tablename__ = "docs"
    __table_args__ = ({"schema": "shop"},)
    id = Column(Integer, primary_key=True)
    title = Column(String(20))


NAMED = Searched.of("d.t", ["a", "b"], ["id"])
KEYED = Searched.of("t", "a", None, key=["id", "n"])
MAPPED = Searched.of(Doc, "title", None)


def compiled(operation):
    return operation.statement().compile(dialect=MatrixOneDialect_pymysql())


def sql(operation):
    return " ".join(str(compiled(operation)).split())


def result(columns, *rows):
    return IteratorResult(SimpleResultMetaData(columns), iter(rows))


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (CreateIndex(("t",), "ft", ("a",)), "ALTER TABLE `t` ADD FULLTEXT INDEX `ft` (`a`)"),
        (
            CreateIndex(("d", "t"), "ft", ("a", "b"), FulltextParserType.JSON_VALUE, asynchronous=True),
            "ALTER TABLE `d`.`t` ADD FULLTEXT INDEX `ft` (`a`, `b`) WITH PARSER json_value ASYNC",
        ),
        (DropIndex(("t",), "ft"), "ALTER TABLE `t` DROP INDEX `ft`"),
        (
            Search(NAMED, natural_match(*NAMED.matched, query="red"), 3),
            (
                "SELECT `d`.`t`.`id`, MATCH (`d`.`t`.`a`, `d`.`t`.`b`) AGAINST (%s IN NATURAL LANGUAGE MODE) AS score FROM `d`.`t` "
                "WHERE MATCH (`d`.`t`.`a`, `d`.`t`.`b`) AGAINST (%s IN NATURAL LANGUAGE MODE) ORDER BY score DESC LIMIT %s"
            ),
        ),
        (
            Search(MAPPED, boolean_match(*MAPPED.matched, query="+red"), None, where=Doc.id > 3),
            (
                "SELECT shop.docs.id, shop.docs.title, MATCH (shop.docs.title) AGAINST (%s IN BOOLEAN MODE) AS score FROM shop.docs "
                "WHERE MATCH (shop.docs.title) AGAINST (%s IN BOOLEAN MODE) AND shop.docs.id > %s ORDER BY score DESC"
            ),
        ),
        (
            Search(KEYED, natural_match(*KEYED.matched, query="red"), 3, 1, all_rows=True),
            (
                "SELECT *, coalesce((SELECT MATCH (t_1.`a`) AGAINST (%s IN NATURAL LANGUAGE MODE) AS anon_1 FROM `t` AS t_1 "
                "WHERE t_1.`id` = `t`.`id` AND t_1.`n` = `t`.`n`), %s) AS score FROM `t` ORDER BY score DESC LIMIT %s, %s"
            ),
        ),
    ],
)
def test_the_statement(operation, expected):
    assert sql(operation) == expected


@pytest.mark.parametrize(
    ("operation", "kind", "error"),
    [
        (CreateIndex, InTransaction.JOINS, FulltextError),
        (DropIndex, InTransaction.JOINS, FulltextError),
        (ListIndexes, InTransaction.READS, None),
        (PrimaryKey, InTransaction.READS, None),
        (ForeignKeys, InTransaction.READS, None),
        (Search, InTransaction.READS, None),
    ],
)
def test_what_the_server_does_in_a_transaction(operation, kind, error):
    assert operation.in_transaction is kind
    assert operation.error is error
    assert operation.name.startswith("fulltext_index.")


def test_t1_and_t2_indexes_come_and_go_by_alter_table():
    assert sql(CreateIndex(("t",), "ft", ("a",))).startswith("ALTER TABLE")
    assert sql(DropIndex(("t",), "ft")).startswith("ALTER TABLE")


def test_the_catalog_is_asked_in_lower_case():
    for operation in (ListIndexes("Shop", "Docs"), PrimaryKey("Shop", "Docs"), ForeignKeys("Shop", "Docs")):
        values = compiled(operation).params
        assert (values["database"], values["table"]) == ("shop", "docs")
        assert "SELECT *" not in sql(operation)
    assert "table" not in compiled(ListIndexes("shop")).params


def test_reading_indexes():
    rows = result(
        ["name", "relname", "column_name", "algo_params", "index_table_name"],
        ("ft", "docs", "title", "", "__mo_1"),
        ("ft", "docs", "body", "", "__mo_1"),
        ("ft", "other", "x", '{"async":"true","parser":"ngram"}', "__mo_2"),
    )
    assert ListIndexes("shop").read(rows) == [
        FulltextIndexInfo("ft", "docs", ("title", "body"), None, False, "__mo_1"),
        FulltextIndexInfo("ft", "other", ("x",), "ngram", True, "__mo_2"),
    ]


def test_reading_keys():
    assert PrimaryKey("d", "t").read(result(["column_name"], ("a",), ("b",))) == ("a", "b")
    keys = result(["refer_db_name", "refer_table_name"], ("d", "t"), ("d", "p"), ("e", "t"))
    assert ForeignKeys("D", "t").read(keys) == ["d.p", "e.t"]


def test_reading_rows():
    search = Search(NAMED, natural_match(*NAMED.matched, query="red"))
    assert search.read(result(["id", "score"], (1, 0.5))) == [{"id": 1, "score": 0.5}]


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_names_cannot_leave_their_quotes(table, index, column):
    try:
        create = CreateIndex(indexed_table(f"`{table}`"), index_name(index), indexed_columns([column]))
        text = str(compiled(create))
    except (InvalidNameError, ConfigurationError):
        return
    quoted = ["`" + part.replace("`", "``").replace("%", "%%") + "`" for part in (table, index, column)]
    assert text == "ALTER TABLE {} ADD FULLTEXT INDEX {} ({})".format(*quoted)


@given(st.text(min_size=1, max_size=20), st.text(min_size=1, max_size=20))
def test_values_and_names_of_a_search(column, query):
    try:
        searched = Searched.of("t", [column], ["id"])
        statement = compiled(Search(searched, natural_match(*searched.matched, query=query)))
    except (ConfigurationError, InvalidNameError):
        return
    quoted = "`t`.`" + column.replace("`", "``").replace("%", "%%") + "`"
    assert query in statement.params.values()
    assert str(statement).count(f"MATCH ({quoted}) AGAINST (%s IN NATURAL LANGUAGE MODE)") == 2


@pytest.mark.parametrize("columns", [[], ["a b"], ["a", "A"], "é", ["select`"], ["1a"], [""], "x'"])
def test_columns_an_index_cannot_have(columns):
    with pytest.raises((ConfigurationError, InvalidNameError)):
        indexed_columns(columns)


@pytest.mark.parametrize("name", ["it's", "a\\b", "", "x" * 65])
def test_names_an_index_cannot_have(name):
    with pytest.raises((ConfigurationError, InvalidNameError)):
        index_name(name)


def test_columns_that_cannot_be():
    for arguments in (([], None), ("title", "id"), ("title", ["score"]), ("nosuch", None), ("title", ["nosuch"])):
        with pytest.raises(ConfigurationError):
            Searched.of(Doc, *arguments)
    with pytest.raises(ConfigurationError):
        indexed_table("`a``b`")
