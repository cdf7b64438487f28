"""The pages on types and tables say what is: their examples run, and each row of their tables is tried."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from sqlalchemy import exc

import matrixone
from matrixone.dialect.pymysql import MatrixOneDialect_pymysql
from matrixone.vector import HnswVectorIndex, Vectorf32, Vectorint8

DOCS = Path(__file__).parents[2] / "docs"


def run(code, scope):
    exec(compile(code, "example", "exec", dont_inherit=True), scope)


def blocks(page):
    return re.findall(r"```python\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL)


def rows(page, heading):
    """The cells of the table with this heading."""
    lines = (DOCS / page).read_text(encoding="utf-8").split(f"| {heading} |", 1)[1].split("\n\n")[0].splitlines()[2:]
    return [tuple(cell.strip() for cell in line.strip("|").split(" | ")) for line in lines]


def code_of(cell):
    """What a cell has between its first backquotes; None if it begins with words."""
    found = re.match(r"`([^`]*)`", cell)
    return found and found[1]


TYPES = rows("types.md", "Type | In the server | A value in | and out")
WRONG_TYPES = rows("types.md", "Wrong | What happens")
WRONG_TABLES = rows("tables.md", "Wrong | What happens")


@pytest.fixture(scope="module")
def names():
    """What the examples of the page on types import and define."""
    scope = {"__name__": "example"}
    run(blocks("types.md")[0], scope)
    return scope


@pytest.fixture
def engine(client):
    return client.engine


def plain(value):
    return (value.dtype, value.tolist()) if isinstance(value, np.ndarray) else value


@pytest.mark.parametrize("row", TYPES, ids=[f"{row[0]}-{row[2]}" for row in TYPES])
def test_types(engine, names, row):
    type_, kept, given, found = map(code_of, row)
    table = sa.Table("things", sa.MetaData(), sa.Column("v", eval(type_, names)))
    assert table.c.v.type.compile(dialect=engine.dialect) == kept
    value = eval(given, names)
    expected = value if found is None else eval(found, names)
    with engine.connect() as connection:
        table.create(connection)
        connection.execute(sa.insert(table), [{"v": value}, {"v": None}])
        results = connection.scalars(sa.select(table.c.v)).all()
        (result,) = [result for result in results if result is not None]
        assert (type(result), plain(result)) == (type(expected), plain(expected))
        table.drop(connection)


@pytest.mark.parametrize("row", WRONG_TYPES, ids=[row[0] for row in WRONG_TYPES])
def test_wrong_types(engine, names, row):
    columns = {
        "v": Vectorf32(2),
        "small": Vectorint8(2),
        "year": names["mysql"].YEAR(),
        "kind": names["mysql"].ENUM("a", "b"),
        "n": sa.Integer(),
    }
    things = sa.Table("things", sa.MetaData(), *(sa.Column(name, type_) for name, type_ in columns.items()))

    def create(type_, **options):
        sa.Table("created", sa.MetaData(), sa.Column("v", type_, **options)).create(engine)

    scope = {**names, "insert": sa.insert, "create": create, "things": things}
    with engine.connect() as connection:
        things.create(connection)
        with pytest.raises((exc.SQLAlchemyError, ValueError)) as caught:
            connection.execute(eval(code_of(row[0]), scope))
        things.drop(connection)
    check(caught.value, row[1])


def check(error, cell):
    """The error is of the class that the cell names, and has the words that follow."""
    name, _, reason = cell.partition(": ")
    assert code_of(name) in {cls.__name__ for cls in type(error).__mro__}
    assert reason in str(error)


def test_tables(client):
    scope = {"client": client, "__name__": "example"}
    for code in blocks("tables.md"):
        run(code, scope)
    assert (scope["nearest"], scope["nearest_cheap"], scope["close"], scope["found"]) == ([1, 3], [1, 2], [1], [1])
    assert str(scope["plan"])
    assert (scope["price"], scope["gone"]) == (25, [3])
    assert scope["plan"].uses_index != client.is_lite


@pytest.mark.parametrize("row", WRONG_TABLES, ids=[row[0] for row in WRONG_TABLES])
def test_wrong_tables(names, row):
    dialect = MatrixOneDialect_pymysql()
    examples = blocks("tables.md")
    scope = {"matrixone": matrixone, "HnswVectorIndex": HnswVectorIndex}
    run(examples[0].replace("client.create_all(metadata)", ""), scope)
    for imports in re.findall(r"^from .*$", "\n".join(examples), re.MULTILINE):
        run(imports, scope)

    def compiled(statement):
        return statement.compile(dialect=dialect)

    def create(*parts, key=sa.BigInteger, parent=None, **options):
        columns = [sa.Column("id", key or sa.BigInteger, primary_key=key is not None), sa.Column("name", sa.String(9))]
        columns += [
            sa.Column("v", Vectorf32(3)),
            sa.Column("p", sa.Integer, *([sa.ForeignKey(parent)] if parent else [])),
        ]
        metadata = sa.MetaData()
        sa.Table("parents", metadata, sa.Column("id", sa.Integer, primary_key=True))
        table = sa.Table("created", metadata, *columns, *parts, **options)
        compiled(sa.schema.CreateTable(table))
        for index in table.indexes:
            compiled(sa.schema.CreateIndex(index))

    near = sa.select(scope["products"].c.id).order_by(scope["products"].c.embedding.l2_distance([1, 0, 0])).limit(2)
    with pytest.raises((exc.SQLAlchemyError, ValueError, matrixone.MatrixOneError)) as caught:
        eval(code_of(row[0]), {**scope, "compiled": compiled, "create": create, "near": near})
    check(caught.value, row[1])
