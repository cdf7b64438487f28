"""Alembic, run as users run it: revisions are written, applied, taken back, and then nothing is left to do."""

from __future__ import annotations

import io
import re

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.util import CommandError
from sqlalchemy import Column, ForeignKey, Integer, MetaData, String, Table, Text, inspect, text
from sqlalchemy.exc import DBAPIError

from matrixone.dialect.verbatim import escaped
from matrixone.fulltext import FulltextIndex

from .models import first, second


def indexes(engine, table):
    return {index["name"]: index.get("dialect_options", {}) for index in inspect(engine).get_indexes(table)}


@pytest.mark.parametrize("name", ["project", "async_project"])
def test_nothing_is_left_to_do_after_each_upgrade_and_downgrade(request, engine, name):
    project = request.getfixturevalue(name)
    text_of_first = project.revise(first(), "first")
    assert "from matrixone.vector.types import Vectorf32" in text_of_first
    assert "matrixone_with={'lists': 2, 'op_type': 'vector_l2_ops'}" in text_of_first
    project.upgrade()
    for _ in range(2):
        project.check(first())
    text_of_second = project.revise(second(), "second")
    for changed in ("near", "graph", "words"):
        assert len(re.findall(rf"op\.drop_index\((?:op\.f\()?'{changed}'", text_of_second)) == 2
    assert "kinds', 'removed'" in text_of_second
    assert text_of_second.count("kinds") == 2  # of its other columns, none differs
    project.upgrade()
    for _ in range(2):
        project.check(second())
    assert indexes(engine, "documents")["near"]["matrixone_with"] == {"lists": 4, "op_type": "vector_cosine_ops"}
    assert indexes(engine, "documents")["words"]["matrixone_with_parser"] == "ngram"
    project.downgrade("-1")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, first()) == []
    assert inspect(engine).get_table_comment("authors")["text"] == "who writes; it's 100% theirs"
    project.downgrade("base")
    assert inspect(engine).get_table_names() == ["alembic_version"]


def test_offline_the_same_is_written_as_sql(project, engine):
    project.revise(first(), "first")
    project.config.output_buffer = io.StringIO()
    project.upgrade("head", sql=True)
    script = project.config.output_buffer.getvalue()
    assert inspect(engine).get_table_names() == ["alembic_version"]
    assert script.startswith("BEGIN;\n")
    assert script.rstrip().endswith("COMMIT;")
    assert "ALTER TABLE documents ADD INDEX near USING ivfflat (v) LISTS 2 OP_TYPE 'vector_l2_ops';" in script
    assert "ALTER TABLE documents ADD FULLTEXT INDEX words (body, title);" in script
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("SET experimental_hnsw_index = 1")
        connection.exec_driver_sql("DROP TABLE alembic_version")
        for statement in script.split(";\n\n"):
            if statement.strip() not in ("", "BEGIN", "COMMIT"):
                connection.exec_driver_sql(statement.replace("%", "%%"))
    project.config.output_buffer = None
    project.check(first())


def test_a_migration_that_fails_leaves_nothing_behind(project, engine):
    project.new("base", ["op.create_table('kept', sa.Column('id', sa.Integer, primary_key=True))"])
    project.upgrade()
    project.new(
        "fails",
        [
            "op.add_column('kept', sa.Column('added', sa.Integer))",
            "op.create_table('lost', sa.Column('id', sa.Integer, primary_key=True))",
            "op.create_index('ix', 'kept', ['added'])",
            "op.execute('INSERT INTO not_there VALUES (1)')",
        ],
    )
    with pytest.raises(DBAPIError, match="not_there"):
        project.upgrade()
    assert inspect(engine).get_table_names() == ["alembic_version", "kept"]
    assert [column["name"] for column in inspect(engine).get_columns("kept")] == ["id"]
    assert indexes(engine, "kept") == {}


def test_columns_are_altered(project, engine):
    project.new(
        "base",
        [
            "op.create_table('t', sa.Column('id', sa.Integer, primary_key=True), sa.Column('a', sa.Integer, comment='c'))"
        ],
    )
    project.new(
        "alter",
        [
            "op.alter_column('t', 'a', new_column_name='the b', existing_type=sa.Integer(), existing_comment='c')",
            "op.alter_column('t', 'the b', server_default=sa.text('1 + 2'), existing_type=sa.Integer())",
            "kept = {'existing_comment': 'c', 'existing_server_default': sa.text('(1 + 2)')}",
            "op.alter_column('t', 'the b', nullable=False, type_=sa.BigInteger(), **kept)",
            "op.rename_table('t', 'renamed')",
            "op.create_table_comment('renamed', 'a comment')",
        ],
    )
    project.upgrade()
    (column,) = inspect(engine).get_columns("renamed")[1:]
    assert (column["name"], column["default"], column["nullable"], column["comment"]) == (
        "the b",
        "(1 + 2)",
        False,
        "c",
    )
    assert inspect(engine).get_table_comment("renamed") == {"text": "a comment"}
    project.new(
        "no default", ["op.alter_column('renamed', 'the b', server_default=None, existing_type=sa.BigInteger())"]
    )
    project.upgrade()
    assert inspect(engine).get_columns("renamed")[1]["default"] is None


def test_sequences_are_made_outside_the_transaction(project, engine):
    project.new(
        "sequence",
        [
            "with op.get_context().autocommit_block():",
            "    op.execute(sa.schema.CreateSequence(sa.Sequence('numbers')))",
        ],
    )
    project.upgrade()
    assert inspect(engine).get_sequence_names() == ["numbers"]


@pytest.mark.parametrize(
    "refused",
    ["op.create_check_constraint('positive', 't', 'id > 0')", "op.drop_constraint('positive', 't', type_='check')"],
)
def test_a_check_can_neither_be_added_nor_dropped(project, engine, refused):
    project.new("base", ["op.create_table('t', sa.Column('id', sa.Integer, primary_key=True))"])
    project.new("refused", [refused])
    with pytest.raises(CommandError, match="CHECK only in CREATE TABLE"):
        project.upgrade()


def test_an_index_that_would_stop_inserts_is_refused(project):
    metadata = MetaData()
    Table("parents", metadata, Column("id", Integer, primary_key=True))
    Table(
        "children",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("body", Text),
        Column("parent", ForeignKey("parents.id")),
        FulltextIndex("words", "body"),
    )
    project.revise(metadata, "first")
    with pytest.raises(CommandError, match="no row could be inserted"):
        project.upgrade()


@pytest.mark.parametrize(
    ("index", "is_refused"),
    [
        ("op.create_index('words', 'Pages', ['body'], matrixone_prefix='FULLTEXT')", True),
        ("op.create_index('near', 'Pages', ['v'], matrixone_using='ivfflat', matrixone_with={'lists': 1})", True),
        ("op.create_index('graph', 'Pages', ['v'], matrixone_using='hnsw')", False),
        ("op.create_index('plain', 'Pages', ['parent'])", False),
    ],
    ids=["fulltext", "ivfflat", "hnsw", "plain"],
)
def test_a_foreign_key_that_would_stop_inserts_is_refused(project, engine, index, is_refused):
    integer = "sa.Column('%s', sa.BigInteger%s)"
    columns = integer % ("id", ", primary_key=True"), integer % ("parent", ""), "sa.Column('body', sa.Text)"
    project.new(
        "base",
        [
            "from matrixone.vector import Vectorf32",
            f"op.create_table('parents', {columns[0]})",
            f"op.create_table('Pages', {', '.join(columns)}, sa.Column('v', Vectorf32(2)))",
            index,
            "op.create_foreign_key('itself', 'Pages', 'pages', ['parent'], ['id'])",
        ],
    )
    project.upgrade()
    project.new("key", ["op.create_foreign_key('elsewhere', 'Pages', 'parents', ['parent'], ['id'])"])
    if is_refused:
        with pytest.raises(CommandError, match=r"key elsewhere on a table with the index .* no row could be inserted"):
            project.upgrade()
    else:
        project.upgrade()
        assert [key["name"] for key in inspect(engine).get_foreign_keys("pages")] == ["elsewhere", "itself"]
    with engine.begin() as connection:
        connection.exec_driver_sql("INSERT INTO pages (id, body, v) VALUES (1, 'a', '[1, 2]')")


def test_defaults_are_compared_by_what_they_mean(project, engine):
    def model(default):
        metadata = MetaData()
        Table("t", metadata, Column("id", Integer, primary_key=True), Column("a", Integer, server_default=default))
        return metadata

    project.revise(model("1"), "first")
    project.upgrade()
    for same in ("1", text("1"), text("(1)"), text("'1'")):
        project.check(model(same))
    for other in ("2", text("1 + 1"), None):
        with pytest.raises(CommandError, match="New upgrade operations"):
            project.check(model(other))


HARD_DEFAULTS = {
    "'100%:0'": "100%:0",
    "' :a :b: '": " :a :b: ",
    r"'a\\b'": r"a\b",
    r"'\\:c'": r"\:c",
    "concat('%s', ':d')": "%s:d",
}


def test_defaults_with_colons_backslashes_and_percent_signs(project, engine):
    def model(defaults):
        columns = [Column(f"c{n}", String(20), server_default=text(escaped(sql))) for n, sql in enumerate(defaults)]
        kept = Column("id", Integer, primary_key=True), Column("kept", String(9), server_default="%:e")
        metadata = MetaData()
        Table("t", metadata, *kept, *columns)
        return metadata

    all_of_them = model(HARD_DEFAULTS)
    project.revise(all_of_them, "first")
    project.upgrade()
    project.check(all_of_them)
    project.revise(model([]), "none of them")
    project.upgrade()
    project.check(model([]))
    project.downgrade("-1")
    with engine.begin() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, all_of_them) == []
        connection.exec_driver_sql("INSERT INTO t (id) VALUES (1)")
        row = connection.exec_driver_sql("SELECT kept, c0, c1, c2, c3, c4 FROM t").one()
    assert row == ("%:e", *HARD_DEFAULTS.values())


def test_table_names_with_capitals_are_those_of_the_models(project, engine):
    def model(*further):
        metadata = MetaData()
        columns = Column("Id", Integer, primary_key=True), Column("body", Text), *further
        Table("Parents", metadata, *columns, FulltextIndex("Words", "body"))
        Table("childRen", metadata, Column("id", Integer, primary_key=True), Column("p", ForeignKey("Parents.Id")))
        return metadata

    project.revise(model(), "first")
    project.upgrade()
    assert inspect(engine).get_table_names() == ["alembic_version", "children", "parents"]
    project.check(model())
    added = project.revise(model(Column("more", Integer, comment="new")), "second")
    assert re.findall(r"op\.(\w+)\('(\w+)'", added) == [("add_column", "Parents"), ("drop_column", "Parents")]
    project.upgrade()
    project.check(model(Column("more", Integer, comment="new")))
    project.downgrade("base")
    assert inspect(engine).get_table_names() == ["alembic_version"]
