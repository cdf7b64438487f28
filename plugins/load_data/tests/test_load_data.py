"""What becomes of files on a server."""

import csv
import io
import json
import uuid

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matrixone_load_data import LoadResult
from sqlalchemy import Column, Integer, String, create_engine, make_url
from sqlalchemy.exc import IntegrityError as SQLAlchemyIntegrityError
from sqlalchemy.ext.asyncio import AsyncSession as SQLAlchemyAsyncSession
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import Session as SQLAlchemySession
from sqlalchemy.orm import declarative_base

from matrixone import AsyncSession, Session
from matrixone.exceptions import (
    ConfigurationError,
    IntegrityError,
    LoadError,
    PendingOperationError,
    ProgrammingError,
)
from matrixone.vector import Vectorf32

Base = declarative_base()


class User(Base):
    __tablename__ = "users"
    id = Column(Integer, primary_key=True)
    name = Column(String(50))


@pytest.fixture
def users(matrixone_client):
    matrixone_client.create_table("users", {"id": "int primary key", "name": "varchar(50)"})
    return matrixone_client


@pytest.fixture
def file(tmp_path):
    def write(text, name="data.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return write


def rows(client, columns="id, name", table="users"):
    return [tuple(row) for row in client.execute(f"SELECT {columns} FROM {table} ORDER BY 1").rows]


def test_a_file_into_a_table(users, file):
    assert users.load_data.from_csv(file("1,one\n2,two\n"), "users") == LoadResult(2, 2)
    assert rows(users) == [(1, "one"), (2, "two")]


def test_a_mapped_class_and_a_path_as_text(users, file):
    assert users.load_data.from_csv(str(file("1,one\n")), User) == LoadResult(1, 1)
    assert rows(users) == [(1, "one")]


def test_a_table_of_another_database(users, file, matrixone_database):
    assert users.load_data.from_csv(file("1,one\n"), f"{matrixone_database}.users").rows_written == 1
    assert users.load_data.from_csv(file("2,two\n"), f"`{matrixone_database}`.`users`").rows_written == 1
    assert rows(users) == [(1, "one"), (2, "two")]


def test_all_or_nothing_with_the_transaction(users, file):
    with users.session() as session:
        assert session.load_data.from_csv(file("1,one\n"), "users").rows_written == 1
        assert session.load_data.from_csv(file("2,two\n"), "users").rows_written == 1
        assert session.execute("SELECT COUNT(*) FROM users").scalar() == 2
        session.rollback()
    assert rows(users) == []
    with users.session() as session:
        session.load_data.from_csv(file("1,one\n"), "users")
        session.load_data.from_csv(file("2,two\n"), "users")
    assert rows(users) == [(1, "one"), (2, "two")]


@pytest.mark.parametrize("text", ["3,three\n1,again\n", "3,three\n3,again\n"])
def test_a_key_that_exists_loads_nothing_and_the_transaction_goes_on(users, file, text):
    users.insert("users", {"id": 1, "name": "one"})
    with users.session() as session:
        session.insert("users", {"id": 2, "name": "two"})
        with pytest.raises(IntegrityError, match="Duplicate entry") as caught:
            session.load_data.from_csv(file(text), "users")
        assert isinstance(caught.value, SQLAlchemyIntegrityError)
    assert rows(users) == [(1, "one"), (2, "two")]


def test_a_unique_key_is_checked_as_well(matrixone_client, file):
    matrixone_client.create_table("users", {"id": "int primary key", "name": "varchar(50) unique"})
    with pytest.raises(IntegrityError):
        matrixone_client.load_data.from_csv(file("1,same\n2,same\n"), "users")
    assert rows(matrixone_client) == []


def test_ignore(users, file):
    users.insert("users", {"id": 1, "name": "one"})
    assert users.load_data.from_csv(file("1,again\n2,two\n"), "users", conflicts="ignore") == LoadResult(2, 1)
    assert rows(users) == [(1, "one"), (2, "two")]


def test_update(users, file):
    users.insert("users", {"id": 1, "name": "one"})
    assert users.load_data.from_csv(file("1,again\n2,two\n"), "users", conflicts="update") == LoadResult(2, 2)
    assert rows(users) == [(1, "again"), (2, "two")]


def test_update_where_all_columns_are_keys(users, file):
    users.insert("users", {"id": 1, "name": "one"})
    assert users.load_data.from_csv(file("1\n2\n"), "users", columns=["id"], conflicts="update") == LoadResult(2, 1)
    assert rows(users) == [(1, "one"), (2, None)]


def test_unchecked_stores_duplicates(users, file):
    users.insert("users", {"id": 1, "name": "one"})
    assert users.load_data.from_csv(file("1,again\n"), "users", conflicts="unchecked") == LoadResult(1, 1)
    assert users.execute("SELECT COUNT(*) FROM users").scalar() == 2


def test_a_table_without_keys(matrixone_client, file):
    matrixone_client.create_table("users", {"id": "int", "name": "varchar(50)"})
    assert matrixone_client.load_data.from_csv(file("1,one\n1,one\n"), "users") == LoadResult(2, 2)


def test_nothing_is_left_of_the_temporary_table(users, file):
    with users.session() as session:
        session.load_data.from_csv(file("1,one\n"), "users")
        with pytest.raises(IntegrityError):
            session.load_data.from_csv(file("1,one\n"), "users")
        with pytest.raises(LoadError):
            session.load_data.from_csv(file("x,one\n"), "users")
        assert [tuple(row) for row in session.execute("SHOW TABLES")] == [("users",)]
    assert rows(users) == [(1, "one")]


def test_the_server_counts_where_the_file_does_not(matrixone_client, file):
    matrixone_client.create_table(
        "t", {"id": "int auto_increment primary key", "a": "varchar(9)", "b": "int default 7", "c": "int as (b * 2)"}
    )
    matrixone_client.insert("t", {"a": "first"})
    matrixone_client.load_data.from_csv(file("second\n"), "t", columns=["a"])
    matrixone_client.load_data.from_csv(file("\\N,third,1\n"), "t")
    found = rows(matrixone_client, "id, a, b, c", "t")
    assert [row[1:] for row in found] == [("first", 7, 14), ("second", 7, 14), ("third", 1, 2)]
    assert len({row[0] for row in found}) == 3


def test_columns_in_another_order_and_left_out(users, file):
    users.load_data.from_csv(file("one,x,1\n"), "users", columns=["name", None, "ID"])
    assert rows(users) == [(1, "one")]


def test_a_header_names_the_columns(users, file):
    users.load_data.from_csv(file('# note\nname,"id"\none,1\n'), "users", header=True, ignore_lines=1)
    users.load_data.from_csv(file("whatever,x\n2,two\n"), "users", header=True, columns=["id", "name"])
    users.load_data.from_csv(file("a\nb\n3,three\n"), "users", ignore_lines=2)
    assert rows(users) == [(1, "one"), (2, "two"), (3, "three")]
    with pytest.raises(LoadError, match="nosuch"):
        users.load_data.from_csv(file("id,nosuch\n4,four\n"), "users", header=True)
    with pytest.raises(ConfigurationError, match="header"):
        users.load_data.from_csv(file(""), "users", header=True)


@pytest.mark.parametrize("local", [True, False])
def test_null(users, file, local):
    text = '1,NA\n2,\\N\n3,\n4,N\n5,"NA"\n6,NAN\n7,"x,NA"\nNA,8\n9,"NA\n"\n'
    users.drop_table("users").create_table("users", {"id": "int", "name": "varchar(50)"})
    users.load_data.from_csv(file(text), "users", null_value="NA", local=local)
    nulls = [(None, "8"), (1, None), (2, None)]
    assert rows(users) == [*nulls, (3, ""), (4, "N"), (5, None), (6, "NAN"), (7, "x,NA"), (9, "NA\n")]


def test_tabs_pipes_quotes_and_escapes(users, file):
    users.load_data.from_tsv(file("1\ta,b\n"), "users")
    users.load_data.from_csv(file("2|'a|b'\n"), "users", delimiter="|", quotechar="'")
    users.load_data.from_csv(file("3||a|b\n"), "users", delimiter="||", quotechar=None)
    users.load_data.from_csv(file('4,C:\\temp\n5,"say ""hi"""\n'), "users")
    users.load_data.from_csv(file('6,"a\\\\b"\n'), "users", escapechar="\\")
    users.load_data.from_csv(file("7,dos\r\n8,end"), "users")
    assert rows(users) == [
        (1, "a,b"),
        (2, "a|b"),
        (3, "a|b"),
        (4, "C:\\temp"),
        (5, 'say "hi"'),
        (6, "a\\b"),
        (7, "dos"),
        (8, "end"),
    ]


def test_character_sets_are_converted(users, file):
    users.load_data.from_csv(file("1,é\n", encoding="latin-1"), "users", charset="latin-1")
    users.load_data.from_csv(file("2,日本\n", encoding="gbk"), "users", charset="gbk")
    users.load_data.from_csv(file("3,🎉\n", encoding="utf-16"), "users", charset="utf-16")
    assert rows(users) == [(1, "é"), (2, "日本"), (3, "🎉")]


def test_bytes_of_another_character_set_load_nothing(users, file):
    good = "1,one\n" * 100_000
    with users.session() as session:
        session.insert("users", {"id": 7, "name": "seven"})
        with pytest.raises(LoadError, match=r"data\.csv.* is not utf-8"):
            session.load_data.from_csv(file(good + "2,é\n", encoding="latin-1"), "users")
    assert rows(users) == [(7, "seven")]


def test_an_empty_file(users, file):
    assert users.load_data.from_csv(file(""), "users") == LoadResult(0, 0)
    assert users.load_data.from_jsonl(file("\n"), "users") == LoadResult(0, 0)


def test_many_rows_and_large_packets(users, file):
    count = 60_000
    text = "".join(f"{number},{'x' * 40}\n" for number in range(count))
    assert users.load_data.from_csv(file(text), "users") == LoadResult(count, count)
    assert users.execute("SELECT COUNT(*), SUM(id) FROM users").first() == (count, count * (count - 1) // 2)


def test_an_error_early_in_a_large_file_leaves_the_connection_in_step(users, file):
    text = "x,bad\n" + "".join(f"{number},{'x' * 40}\n" for number in range(30_000))
    with users.session() as session:
        session.insert("users", {"id": 1, "name": "one"})
        with pytest.raises(LoadError):
            session.load_data.from_csv(file(text), "users", conflicts="unchecked")
        assert session.execute("SELECT COUNT(*) FROM users").scalar() == 1
    assert rows(users) == [(1, "one")]


def test_an_error_late_in_a_large_file_takes_all_of_it_back(matrixone_client, file):
    matrixone_client.create_table("users", {"id": "int", "name": "varchar(50)"})
    text = "".join(f"{number},{'x' * 40}\n" for number in range(30_000)) + "x,bad\n"
    with matrixone_client.session() as session:
        session.insert("users", {"id": 1, "name": "one"})
        with pytest.raises(LoadError) as caught:
            session.load_data.from_csv(file(text), "users")
        assert "rows are counted from row" in caught.value.__notes__[0]
    assert rows(matrixone_client) == [(1, "one")]


@pytest.mark.parametrize("text", ["1\n", "1,one,more\n", "x,one\n", f"1,{'x' * 51}\n"])
def test_rows_that_do_not_fit(users, file, text):
    with pytest.raises(LoadError):
        users.load_data.from_csv(file(text), "users")
    assert rows(users) == []


def test_constraints(matrixone_client, file):
    matrixone_client.create_table(
        "users", {"id": "int primary key", "name": "varchar(50) not null", "n": "int check (n < 10)"}
    )
    with pytest.raises(IntegrityError):
        matrixone_client.load_data.from_csv(file("1,\\N,1\n"), "users")
    with pytest.raises(IntegrityError):
        matrixone_client.load_data.from_csv(file("1,one,11\n"), "users")
    assert rows(matrixone_client) == []


def test_vectors_and_json(matrixone_client, file):
    matrixone_client.create_table("t", {"id": "bigint primary key", "v": Vectorf32(3), "j": "json"})
    matrixone_client.load_data.from_csv(file('1,"[1,2,3]","{""a"": 1}"\n'), "t")
    matrixone_client.load_data.from_jsonl(file('{"id": 2, "v": "[4, 5, 6]", "j": [1], "other": 0}\n'), "t")
    assert [json.loads(row[1]) for row in rows(matrixone_client, "id, v", "t")] == [[1, 2, 3], [4, 5, 6]]
    assert [json.loads(row[1]) for row in rows(matrixone_client, "id, j", "t")] == [{"a": 1}, [1]]


def test_json_lines(users, file):
    text = '\ufeff{"id": 1, "name": "one"}\n\n{"name": null, "id": 2}\n{"id": 3, "name": "\\"q\\" \\u00e9,\\n"}'
    assert users.load_data.from_jsonl(file(text), "users") == LoadResult(3, 3)
    assert users.load_data.from_jsonl(file('{"id": 4, "name": "x"}\n'), "users", columns=["id"]) == LoadResult(1, 1)
    assert rows(users) == [(1, "one"), (2, None), (3, '"q" é,\n'), (4, None)]


@pytest.mark.parametrize("line", ['{"id": 2, "name": "torn', "[2, 3]", "2", '{"id": 2} {"id": 3}'])
def test_a_line_that_is_no_object_is_named(users, file, line):
    with pytest.raises(LoadError, match=r"line 2 of the file .*data\.jsonl.* JSON"):
        users.load_data.from_jsonl(file('{"id": 1, "name": "x"}\n' + line + "\n", "data.jsonl"), "users")
    assert rows(users) == []


def test_a_missing_key(users, file):
    with pytest.raises(LoadError):
        users.load_data.from_jsonl(file('{"id": 1}\n'), "users")


def test_inline(users):
    assert users.load_data.from_inline('1,one\n2,it\'s \\ "q"\n', "users") == LoadResult(2, 2)
    assert users.load_data.from_inline('{"id": 3, "name": "three"}', User, format="jsonl") == LoadResult(1, 1)
    assert users.load_data.from_inline("id;name\n4;four\n", "users", delimiter=";", header=True) == LoadResult(1, 1)
    assert rows(users) == [(1, "one"), (2, 'it\'s \\ "q"'), (3, "three"), (4, "four")]


def test_files_of_the_server_and_of_stages(users, file):
    path = file("1,one\n")
    assert users.load_data.from_csv(path, "users", local=False) == LoadResult(1, 1)
    stage = f"load_{uuid.uuid4().hex[:12]}"
    users.execute(f"CREATE STAGE {stage} URL = 'file://{path.parent}/'")
    try:
        file("2,two\n")
        assert users.load_data.from_stage_csv(stage, "data.csv", "users") == LoadResult(1, 1)
        file("3,three\n")
        assert users.load_data.from_csv(f"stage://{stage}/data.csv", "users") == LoadResult(1, 1)
        with pytest.raises(LoadError):
            users.load_data.from_stage_csv(stage, "absent.csv", "users")
    finally:
        users.execute(f"DROP STAGE {stage}")
    with pytest.raises(LoadError):
        users.load_data.from_stage_csv(stage, "data.csv", "users")
    assert rows(users) == [(1, "one"), (2, "two"), (3, "three")]


def test_a_stage_that_is_created_after_the_commit(users, file):
    pytest.importorskip("matrixone_stage", reason="the stage is created by its own plugin")
    path = file("2,two\n")
    stage = f"load_{uuid.uuid4().hex[:12]}"
    with users.session() as session:
        session.insert("users", {"id": 1, "name": "one"})
        session.stage.create_local(stage, f"{path.parent}/")
        with pytest.raises(PendingOperationError, match=stage):
            session.load_data.from_stage_csv(stage, "data.csv", "users")
        session.rollback()


def test_a_missing_file_is_reported_before_anything_is_sent(users, tmp_path):
    with users.session() as session:
        with pytest.raises(LoadError, match=r"absent\.csv.*No such file.*nothing was loaded"):
            session.load_data.from_csv(tmp_path / "absent.csv", "users")
        with pytest.raises(LoadError, match="nothing was loaded"):
            session.load_data.from_csv(tmp_path, "users")
        assert not session.in_transaction()


def test_a_missing_table(users, file):
    with pytest.raises(ProgrammingError, match="nosuch"):
        users.load_data.from_csv(file("1,one\n"), "nosuch")


def test_arguments_that_cannot_work(users, file):
    path = file("1,one\n")
    for options in (
        {"conflicts": "replace"},
        {"columns": []},
        {"columns": "id"},
        {"columns": ["id", "ID"]},
        {"columns": [None]},
        {"delimiter": ""},
        {"quotechar": "''"},
        {"quotechar": ","},
        {"quotechar": "x", "escapechar": "x"},
        {"escapechar": ""},
        {"ignore_lines": -1},
        {"charset": "nosuch"},
        {"local": "maybe"},
        {"local": False, "charset": "latin-1"},
        {"local": False, "header": True},
        {"parallel": True},
        {"compression": "zip"},
        {"compression": "lz4"},
        {"line_end": ";"},
        {"line_start": ""},
        {"set_clause": {"name": "NULLIF(name, 'x')"}},
        {"local": False, "set_clause": {"name": "unhex(name)"}},
        {"local": False, "set_clause": {"name": "NULLIF(id, 'x')"}},
    ):
        with pytest.raises(ConfigurationError):
            users.load_data.from_csv(path, "users", **options)
    with pytest.raises(ConfigurationError):
        users.load_data.from_csv("relative.csv", "users", local=False)
    with pytest.raises(ConfigurationError):
        users.load_data.from_inline("x", "users", format="jsonl", delimiter=";")
    with pytest.raises(ConfigurationError):
        users.load_data.from_inline("x", "users", format="parquet")
    with pytest.raises(ConfigurationError):
        users.load_data.from_inline(b"x", "users")
    for options in ({"separator": ";"}, {"sep": ";", "delimiter": ";"}):
        with pytest.raises(TypeError):
            users.load_data.from_csv(path, "users", **options)
    with pytest.raises(TypeError):
        users.load_data.from_jsonl(path, "users", delimiter=";")
    assert rows(users) == []


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=20).filter(
    lambda text: text not in {"\\N", "NULL"}  # what the server takes for NULL
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(TEXT, min_size=1, max_size=20), st.sampled_from([(",", '"'), ("\t", "'"), ("|", '"'), ("%", '"')]))
def test_what_the_csv_module_writes_is_what_is_read_back(users, values, dialect):
    delimiter, quotechar = dialect
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, quotechar=quotechar).writerows(enumerate(values))
    with users.session() as session:
        session.load_data.from_inline(buffer.getvalue(), "users", delimiter=delimiter, quotechar=quotechar)
        assert [row[1] for row in session.execute("SELECT id, name FROM users ORDER BY id")] == values
        session.rollback()


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(TEXT, min_size=1, max_size=20), st.booleans())
def test_what_the_json_module_writes_is_what_is_read_back(users, values, ascii_only):
    lines = [json.dumps({"id": number, "name": value}, ensure_ascii=ascii_only) for number, value in enumerate(values)]
    with users.session() as session:
        session.load_data.from_inline("\n".join(lines), "users", format="jsonl")
        assert [row[1] for row in session.execute("SELECT id, name FROM users ORDER BY id")] == values
        session.rollback()


@pytest.mark.parametrize("name", ["it's.csv", 'a"b.csv', "a%s b.csv", "日本\\n.csv", "a;--.csv", "stage:.csv"])
def test_names_of_files_do_not_matter(users, file, name):
    assert users.load_data.from_csv(file("1,one\n", name), "users").rows_written == 1


@pytest.fixture
def legacy_url(matrixone_url, matrixone_database):
    return make_url(matrixone_url).set(drivername="mysql+pymysql", database=matrixone_database)


def test_in_a_session_of_another_engine(users, legacy_url, file):
    engine = create_engine(legacy_url)
    legacy = SQLAlchemySession(engine)
    wrapped = Session(client=users, wrap_session=legacy)
    wrapped.load_data.from_csv(file("1,one\n"), "users")
    wrapped.rollback()
    wrapped.load_data.from_csv(file("2,two\n"), "users")
    with pytest.raises(IntegrityError):
        wrapped.load_data.from_csv(file("2,two\n"), "users")
    wrapped.commit()
    wrapped.close()
    engine.dispose()
    assert rows(users) == [(2, "two")]


async def test_in_an_asynchronous_session_of_another_engine(users, matrixone_async_client, legacy_url, file):
    engine = create_async_engine(legacy_url.set(drivername="mysql+aiomysql"))
    async with matrixone_async_client as client:
        wrapped = AsyncSession(client=client, wrap_session=SQLAlchemyAsyncSession(engine))
        await wrapped.load_data.from_csv(file("1,one\n"), "users")
        await wrapped.commit()
        await wrapped.close()
    await engine.dispose()
    assert rows(users) == [(1, "one")]


async def test_asynchronously(users, matrixone_async_client, file):
    async with matrixone_async_client as client:
        async with client.session() as session:
            assert await session.load_data.from_csv(file("1,one\n2,two\n"), User) == LoadResult(2, 2)
            with pytest.raises(IntegrityError):
                await session.load_data.from_csv(file("1,one\n"), "users")
            with pytest.raises(LoadError, match="not utf-8"):
                await session.load_data.from_csv(file("3,é\n", encoding="latin-1"), "users")
            await session.rollback()
        assert rows(users) == []
        assert await client.load_data.from_jsonl(file('{"id": 1, "name": "one"}\n'), "users") == LoadResult(1, 1)
        assert await client.load_data.from_tsv(file("2\ttwo\n"), "users") == LoadResult(1, 1)
        assert await client.load_data.from_inline("3,three", "users", conflicts="ignore") == LoadResult(1, 1)
        assert await client.load_data.from_csv(file("4,four\n"), "users", local=False) == LoadResult(1, 1)
        count = 20_000
        text = "".join(f"{number},{'x' * 40}\n" for number in range(100, 100 + count))
        assert await client.load_data.from_csv(file(text), "users", conflicts="update") == LoadResult(count, count)
        with pytest.raises(LoadError):
            await client.load_data.from_stage_csv("nosuchstage", "x.csv", "users")
        assert (await client.execute("SELECT COUNT(*) FROM users")).scalar() == count + 4
