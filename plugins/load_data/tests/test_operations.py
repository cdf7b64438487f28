"""What is sent, without a server."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matrixone_load_data.formats import Csv, JsonLines, Parquet
from matrixone_load_data.loading import ClientData, _pieces
from matrixone_load_data.model import Settings
from matrixone_load_data.operations import (
    Column,
    CreateStaging,
    DropStaging,
    LoadFile,
    LoadText,
    MoveRows,
    ReadColumns,
    ReadKeys,
)
from matrixone_load_data.sources import ServerFile, Text, file_source
from matrixone_load_data.structures import CompressionFormat, JsonDataStructure

from matrixone.dialect.pymysql import MatrixOneDialect_pymysql
from matrixone.exceptions import ConfigurationError, InvalidNameError, LoadError
from matrixone.operations import InTransaction

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=12)


def compiled(operation):
    return operation.statement().compile(dialect=MatrixOneDialect_pymysql())


def sql(operation):
    return str(compiled(operation))


def load(written=None, columns=("a",), table=("t",), data="1\n"):
    return LoadText(table, written or Csv(), columns, data)


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (
            load(columns=("a", None, "b")),
            "LOAD DATA INLINE FORMAT = 'csv', DATA = %s INTO TABLE `t` FIELDS TERMINATED BY ',' ENCLOSED BY '\"' ESCAPED BY '' (`a`, @skipped_2, `b`)",
        ),
        (
            load(Csv(delimiter="\t", quotechar=None, escapechar="\\"), table=("d", "t")),
            "LOAD DATA INLINE FORMAT = 'csv', DATA = %s INTO TABLE `d`.`t` FIELDS TERMINATED BY '\t' ENCLOSED BY '' ESCAPED BY '\\\\' (`a`)",
        ),
        (
            load(JsonLines()),
            "LOAD DATA INLINE FORMAT = 'jsonline', DATA = %s, JSONTYPE = 'object' INTO TABLE `t` (`a`)",
        ),
        (
            LoadFile(
                ("t",), Csv(header=True, ignore_lines=2, null_value="it's"), ("a", "b"), ServerFile("/x/it's.csv")
            ),
            "LOAD DATA INFILE '/x/it''s.csv' INTO TABLE `t` FIELDS TERMINATED BY ',' ENCLOSED BY '\"' ESCAPED BY '' IGNORE 3 LINES (`a`, `b`) SET `a` = NULLIF(`a`, 'it''s'), `b` = NULLIF(`b`, 'it''s')",
        ),
        (
            LoadFile(("t",), JsonLines(), ("a",), ServerFile("stage://s/f")),
            "LOAD DATA INFILE {'filepath' = 'stage://s/f', 'format' = 'jsonline', 'jsondata' = 'object'} INTO TABLE `t` (`a`)",
        ),
        (
            load(JsonLines(JsonDataStructure.ARRAY)),
            "LOAD DATA INLINE FORMAT = 'jsonline', DATA = %s, JSONTYPE = 'array' INTO TABLE `t` (`a`)",
        ),
        (
            LoadFile(
                ("t",), Csv(line_start="x", line_end="\r\n"), ("a",), ServerFile("/f.gz", CompressionFormat.GZIP, True)
            ),
            "LOAD DATA INFILE {'filepath' = '/f.gz', 'format' = 'csv', 'compression' = 'gzip'} INTO TABLE `t` FIELDS TERMINATED BY ',' ENCLOSED BY '\"' ESCAPED BY '' LINES STARTING BY 'x' TERMINATED BY '\r\n' (`a`) PARALLEL 'true'",
        ),
        (
            LoadFile(
                ("t",),
                Csv(optionally_enclosed=True, set_clause={"b": "nullif(`b`, 'it''s')"}),
                ("a", "b"),
                ServerFile("/f"),
            ),
            "LOAD DATA INFILE '/f' INTO TABLE `t` FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '\"' ESCAPED BY '' (`a`, `b`) SET `b` = NULLIF(`b`, 'it''s')",
        ),
        (
            LoadFile(("t",), Parquet(), ("a",), ServerFile("stage://s/f*.parquet")),
            "LOAD DATA INFILE {'filepath' = 'stage://s/f*.parquet', 'format' = 'parquet'} INTO TABLE `t` (`a`)",
        ),
        (
            CreateStaging(("d", "s"), ("d", "t"), (Column("id", auto_increment=True), Column("a"))),
            "CREATE TEMPORARY TABLE `d`.`s` AS SELECT NULLIF(`id`, NULL) AS `id`, `a` FROM `d`.`t` WHERE 1 = 0",
        ),
        (MoveRows(("s",), ("t",), ("a", "b")), "INSERT INTO `t` (`a`, `b`) SELECT `a`, `b` FROM `s`"),
        (MoveRows(("s",), ("t",), ("a",), ignore=True), "INSERT IGNORE INTO `t` (`a`) SELECT `a` FROM `s`"),
        (
            MoveRows(("s",), ("t",), ("a", "b"), update=("b",)),
            "INSERT INTO `t` (`a`, `b`) SELECT `a`, `b` FROM `s` ON DUPLICATE KEY UPDATE `b` = VALUES(`b`)",
        ),
        (DropStaging(("s",)), "DROP TABLE `s`"),
        (ReadColumns(("d", "t")), "SHOW COLUMNS FROM `d`.`t`"),
        (ReadKeys(("t",)), "SHOW INDEX FROM `t`"),
    ],
)
def test_the_statement(operation, expected):
    assert sql(operation) == expected


@pytest.mark.parametrize("operation", [LoadText, LoadFile, CreateStaging, MoveRows, DropStaging])
def test_loading_joins_the_transaction(operation):
    assert operation.in_transaction is InTransaction.JOINS
    assert operation.name.startswith("load_data.")


@pytest.mark.parametrize("operation", [ReadColumns, ReadKeys])
def test_what_only_reads(operation):
    assert operation.in_transaction is InTransaction.READS


def test_a_file_of_a_stage_needs_the_stage():
    assert list(LoadFile(("t",), Csv(), ("a",), ServerFile("stage://S/f.csv")).needs()) == [("stage", "s")]
    assert list(LoadFile(("t",), Csv(), ("a",), ServerFile("/f.csv")).needs()) == []


@settings(deadline=None)
@given(TEXT)
def test_data_is_bound_and_not_shown(data):
    operation = load(data=f"hunter2{data}")
    assert list(compiled(operation).params.values()) == [f"hunter2{data}"]
    assert "hunter2" not in sql(operation) + repr(operation)


@settings(deadline=None)
@given(TEXT, TEXT)
def test_names_and_texts_cannot_leave_their_quotes(name, null):
    try:
        text = sql(LoadFile((name,), Csv(null_value=null), (name,), ServerFile(f"/{null}")))
    except (InvalidNameError, ConfigurationError):
        return
    quoted = "`" + name.replace("`", "``").replace("%", "%%") + "`"
    literal = "'" + null.replace("\\", "\\\\").replace("'", "''").replace("%", "%%") + "'"
    assert f"INTO TABLE {quoted} FIELDS" in text
    assert text.endswith(f"({quoted}) SET {quoted} = NULLIF({quoted}, {literal})")


@settings(deadline=None)
@given(
    st.lists(st.lists(TEXT, min_size=1, max_size=4), max_size=8),
    st.sampled_from([(",", '"'), ("\t", "'"), ("|", '"')]),
    st.booleans(),
)
def test_a_row_ends_where_the_csv_module_ends_it(values, dialect, escaped):
    delimiter, quotechar = dialect
    options = {"escapechar": "\\", "doublequote": False} if escaped else {}
    written = []
    for row in values:
        buffer = io.StringIO()
        csv.writer(buffer, delimiter=delimiter, quotechar=quotechar, lineterminator="\n", **options).writerow(row)
        written.append(buffer.getvalue())
    rows = Csv(delimiter, quotechar, "\\" if escaped else None).rows(Text("".join(written)))
    assert list(rows) == written


def test_a_row_ends_where_the_server_ends_it():
    data = 'a"b,"x\ny",1\n"a""\nb"\nx"y\n"open\n'
    assert list(Csv().rows(Text(data))) == ['a"b,"x\ny",1\n', '"a""\nb"\n', 'x"y\n', '"open\n']
    assert list(Csv(delimiter="||").rows(Text('1||"x\n"||2\n3|"\n'))) == ['1||"x\n"||2\n', '3|"\n']
    assert list(Csv(quotechar=None).rows(Text('"a\nb"\n'))) == ['"a\n', 'b"\n']


@settings(deadline=None)
@given(st.lists(TEXT.map(lambda text: text + "\n"), max_size=20), st.integers(1, 40))
def test_pieces_hold_all_rows_whole(rows, size):
    pieces = list(_pieces(iter(rows), size))
    assert "".join(pieces) == "".join(rows)
    ends = {len("".join(rows[: number + 1])) for number in range(len(rows))}
    place = 0
    for piece in pieces:
        place += len(piece)
        assert place in ends
        assert len(piece) <= size or piece in rows


@pytest.mark.parametrize("path", ["relative.csv", "s3://bucket/x", ""])
def test_a_path_the_server_cannot_open(path):
    with pytest.raises(ConfigurationError):
        file_source(path, Settings(local=False))


def test_whose_file_it_is():
    assert file_source("stage://s/f", Settings()) == ServerFile("stage://s/f")
    assert file_source("/x/f.csv", Settings(local=False)) == ServerFile("/x/f.csv")


def test_what_goes_in_one_statement_has_a_limit():
    line = "x" * (1 << 20) + "\n"
    assert ClientData(Text(line * 14), Csv(), None, whole=True).at_once
    assert not ClientData(Text(line * 14), Csv(), None, whole=False).at_once
    with pytest.raises(LoadError, match="too large"):
        ClientData(Text(line * 16), Csv(), None, whole=True)


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("a.csv", "auto", "none"),
        ("a.CSV.GZ", "auto", "gzip"),
        ("a.tar.gz", "auto", "tar.gz"),
        ("a.bz2", "auto", "bzip2"),
        ("a.lz4", "auto", "lz4"),
        ("a.gz", "none", "none"),
        ("a", "gz", "gzip"),
        ("a", "bz2", "bzip2"),
    ],
)
def test_how_a_file_is_compressed(name, given, expected):
    assert Settings(compression=given).compression_of(name) == expected
