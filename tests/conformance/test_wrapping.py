"""Sessions of projects that know nothing of the SDK, wrapped: one transaction behind two handles."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import Column, Integer, String, create_engine, event, insert, select, text
from sqlalchemy.ext.asyncio import async_scoped_session, async_sessionmaker
from sqlalchemy.orm import Session as SQLAlchemySession
from sqlalchemy.orm import scoped_session, sessionmaker
from sqlalchemy.pool import NullPool

from matrixone import AsyncClient, AsyncSession, Client, Session
from matrixone.exceptions import (
    ConfigurationError,
    ConnectionError,  # noqa: A004 - the name the specification gives it
    ImplicitCommitError,
    NestedTransactionError,
    OperationalError,
    QueryError,
    SessionClosedError,
    TransactionLostError,
)
from matrixone.fulltext import FulltextIndex

from .models import Product, User
from .operations import CloneDatabase, CreateStage

pytestmark = pytest.mark.usefixtures("tables")

INSERT = "INSERT INTO users (name) VALUES (?)"


@pytest.fixture
def legacy(engine):
    with sessionmaker(bind=engine)() as session:
        yield session


@pytest.fixture
def wrapper(client, legacy):
    return Session(client=client, wrap_session=legacy)


class TestOneTransaction:
    def test_begins_explicitly(self, wrapper, names, production):
        copy = names.new("database")
        wrapper.execute(f"CREATE DATABASE {copy} CLONE {production}")
        wrapper.rollback()

        assert not names.exists(copy)

    def test_both_handles_show_the_same(self, legacy, wrapper, count):
        ann = User(name="Ann")
        wrapper.add(ann)
        assert (ann in legacy, list(legacy.new)) == (True, [ann])
        legacy.flush()
        assert list(wrapper.new) == []
        assert wrapper.scalar("SELECT name FROM users WHERE name = 'Ann'") == "Ann"
        assert wrapper.get(User, ann.id) is legacy.get(User, ann.id) is ann
        assert wrapper.in_transaction()
        legacy.rollback()
        assert not wrapper.in_transaction()

        assert count("users", "name = 'Ann'") == 0

    @pytest.mark.parametrize("committing", ["legacy", "wrapper"])
    def test_either_handle_commits(self, legacy, wrapper, names, count, committing):
        stage = names.new("stage")
        legacy.execute(insert(User).values(name="Ann"))
        wrapper.execute(INSERT, ("Ben",))
        outcome = wrapper.run(CreateStage(stage))
        assert outcome.pending
        {"legacy": legacy, "wrapper": wrapper}[committing].commit()

        assert not outcome.pending
        assert names.exists(stage)
        assert count("users", "name IN ('Ann', 'Ben')") == 2

    @pytest.mark.parametrize("closing", ["legacy", "wrapper"])
    def test_either_handle_closes(self, legacy, wrapper, names, count, closing):
        stage = names.new("stage")
        wrapper.run(CreateStage(stage))
        legacy.execute(insert(User).values(name="Ann"))
        {"legacy": legacy, "wrapper": wrapper}[closing].close()

        assert not legacy.in_transaction()
        assert not wrapper.in_transaction()
        assert not names.exists(stage), "what ran at once is undone"
        assert count("users", "name = 'Ann'") == 0

    def test_works_after_commit(self, legacy, wrapper, names, production, count):
        copy = names.new("database")
        for name in ("first", "second"):
            wrapper.execute(INSERT, (name,))
            wrapper.commit()
        legacy.add(User(name="third"))
        wrapper.execute(f"CREATE DATABASE {copy} CLONE {production}")
        wrapper.rollback()

        assert not names.exists(copy), "each transaction begins explicitly"
        assert count("users", "name IN ('first', 'second')") == 2
        assert count("users", "name = 'third'") == 0

    def test_wrapped_again_it_is_the_same_transaction(self, client, legacy, wrapper, names, count):
        wrapper.execute(INSERT, ("first",))
        again = Session(client=client, wrap_session=legacy)
        outcome = wrapper.run(CreateStage(stage := names.new("stage")))
        again.commit()
        assert not outcome.pending
        again.execute(INSERT, ("second",))
        legacy.commit()

        assert names.exists(stage)
        assert count("users", "name IN ('first', 'second')") == 2

    def test_wrapped_again_with_other_options_is_refused(self, client, legacy):
        Session(client=client, wrap_session=legacy)
        with pytest.raises(ConfigurationError, match="wrapped already"):
            Session(client=client, wrap_session=legacy, on_refused="raise")

    def test_the_session_of_a_scope(self, client, engine, count):
        scope = scoped_session(sessionmaker(bind=engine))
        session = Session(client=client, wrap_session=scope)
        session.execute(INSERT, ("Ann",))
        scope.commit()
        scope.remove()

        assert count("users", "name = 'Ann'") == 1

    def test_tables_in_a_database_of_another_kind(self, client, engine, count):
        elsewhere = create_engine("sqlite://")
        Product.metadata.create_all(elsewhere)
        with sessionmaker(binds={User: engine, Product: elsewhere})() as legacy:
            session = Session(client=client, wrap_session=legacy)
            session.add_all([User(name="Ann"), Product(name="Chair")])
            session.commit()
            assert session.get(Product, 1).name == "Chair"
        elsewhere.dispose()

        assert count("users", "name = 'Ann'") == 1

    def test_as_a_context_manager_it_commits(self, client, legacy, count):
        with Session(client=client, wrap_session=legacy) as session:
            session.execute(INSERT, ("Ann",))

        assert count("users", "name = 'Ann'") == 1

    def test_keeps_the_settings_of_the_session(self, client, engine):
        with SQLAlchemySession(engine, autoflush=False, expire_on_commit=True, info={"a": 1}) as legacy:
            session = Session(client=client, wrap_session=legacy)
            session.add(User(name="Ann"))

            assert session.scalars(select(User.name)).all() == ["Root"]
            assert (session.autoflush, session.info) == (False, {"a": 1})

    def test_begins_on_connections_that_are_new(self, client, legacy_url, names, production):
        """Their status says autocommit for a while, whatever the driver has set."""
        copy = names.new("database")
        engine = create_engine(legacy_url, poolclass=NullPool)
        for _ in range(2):
            with Session(client=client, wrap_session=SQLAlchemySession(engine)) as session:
                session.execute(f"CREATE DATABASE {copy} CLONE {production}")
                session.rollback()
            assert not names.exists(copy)


class TestAlreadyBegun:
    def test_shares_the_transaction(self, client, legacy, count):
        legacy.execute(insert(User).values(name="before"))
        session = Session(client=client, wrap_session=legacy)
        assert session.scalar("SELECT count(*) FROM users WHERE name = 'before'") == 1
        session.execute(INSERT, ("after",))
        assert count("users", "name IN ('before', 'after')") == 0
        session.rollback()
        session.execute(INSERT, ("later",))
        session.commit()

        assert [count("users", "name = ?", name) for name in ("before", "after", "later")] == [0, 0, 1]

    def test_a_clone_waits_for_the_commit(self, client, legacy, names, production):
        copy = names.new("database")
        legacy.execute(insert(User).values(name="before"))
        session = Session(client=client, wrap_session=legacy)
        outcome = session.run(CloneDatabase(copy, production))
        assert outcome.pending, "without BEGIN the server would run it in a transaction of its own"
        session.commit()
        assert names.exists(copy)

        session.run(CloneDatabase(other := names.new("database"), production))
        session.rollback()
        assert not names.exists(other), "the next transaction began explicitly"

    def test_no_statement_commits_what_came_before(self, client, legacy, count):
        legacy.execute(insert(User).values(name="before"))
        session = Session(client=client, wrap_session=legacy)
        with pytest.raises(ImplicitCommitError):
            session.execute("SET @a = 1")
        assert count("users", "name = 'before'") == 0
        session.commit()

        assert count("users", "name = 'before'") == 1

    def test_a_failing_set_loses_the_transaction(self, client, legacy, count):
        legacy.execute(insert(User).values(name="before"))
        session = Session(client=client, wrap_session=legacy, allow_implicit_commit=True)
        with pytest.raises(QueryError):
            session.execute("SET no_such_variable = 1")
        with pytest.raises(TransactionLostError):
            session.execute(INSERT, ("after",))
        with pytest.raises(TransactionLostError):
            session.commit()
        session.rollback()
        session.execute(INSERT, ("recovered",))
        session.commit()

        assert [count("users", "name = ?", name) for name in ("before", "after", "recovered")] == [0, 0, 1]

    def test_a_lock_timeout_loses_the_transaction(self, client, legacy, count):
        with client.session() as holder:
            holder.execute("UPDATE users SET email = 'held' WHERE id = 1")
            legacy.execute(text("SET lock_wait_timeout = 1"))
            legacy.execute(insert(User).values(name="before"))
            session = Session(client=client, wrap_session=legacy)
            with pytest.raises(OperationalError):
                session.execute("UPDATE users SET email = 'wanted' WHERE id = 1")
            with pytest.raises(TransactionLostError):
                legacy.execute(insert(User).values(name="after"))
            with pytest.raises(TransactionLostError):
                legacy.commit()
            legacy.rollback()

        assert count("users", "name IN ('before', 'after')") == 0

    def test_an_open_block_of_the_project(self, client, engine, count):
        with sessionmaker(bind=engine).begin() as legacy:
            session = Session(client=client, wrap_session=legacy)
            session.execute(INSERT, ("Ann",))

        assert count("users", "name = 'Ann'") == 1


class TestTheEngineIsNotAltered:
    def test_its_other_sessions_are_as_before(self, engine, wrapper):
        wrapper.execute("SELECT 1")
        sent = []
        event.listen(engine, "before_cursor_execute", lambda _c, _cursor, statement, *_: sent.append(statement))
        with engine.connect() as connection:
            assert str(connection.scalar(text("SELECT @@autocommit"))) == "0"
        wrapper.execute("SELECT 3")

        assert sent == ["SELECT @@autocommit", "SELECT 3"]
        assert engine.dialect.name == "mysql"

    def test_a_returned_connection_is_not_watched(self, engine, wrapper):
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        wrapper.execute("SELECT 1")
        wrapper.close()
        with engine.connect() as connection:
            connection.execute(text("SET @a = 1"))
            connection.execute(text("BEGIN"))

    def test_an_engine_in_autocommit_stays_so(self, client, legacy_url, names, count):
        stage = names.new("stage")
        engine = create_engine(legacy_url)
        engine.connect().close()  # PyMySQL takes new connections for autocommitting ones and sends no SET
        with SQLAlchemySession(engine.execution_options(isolation_level="AUTOCOMMIT")) as legacy:
            session = Session(client=client, wrap_session=legacy)
            session.execute(INSERT, ("Ann",))
            assert count("users", "name = 'Ann'") == 1
            assert not session.run(CreateStage(stage)).pending
        engine.dispose()

    def test_a_connection_of_the_project_in_a_transaction(self, client, engine, count):
        with engine.connect() as connection, connection.begin() as outer:
            connection.execute(insert(User).values(name="outer"))
            with Session(bind=connection, client=client) as session:
                session.execute(INSERT, ("inner",))
            assert count("users", "name IN ('outer', 'inner')") == 0
            outer.rollback()

        assert count("users", "name IN ('outer', 'inner')") == 0

    def test_a_connection_whose_transaction_the_session_controls(self, client, engine, count):
        for source in (engine, client.get_sqlalchemy_engine()):
            with source.connect() as connection, connection.begin():
                connection.execute(insert(User).values(name="outer"))
                session = Session(bind=connection, client=client, join_transaction_mode="control_fully")
                with pytest.raises(ImplicitCommitError):
                    session.execute("SET @a = 1")
                session.execute(INSERT, ("inner",))
                assert count("users", "name = 'outer'") == 0, "it has not been committed by a BEGIN or SET"
                session.close()

        assert count("users", "name IN ('outer', 'inner')") == 0

    def test_nested_transactions_are_refused_there_too(self, legacy, wrapper, count):
        wrapper.execute(INSERT, ("Ann",))
        with pytest.raises(NestedTransactionError):
            wrapper.begin_nested()
        with pytest.raises(NestedTransactionError):
            legacy.connection().execute(text("SAVEPOINT a"))
        wrapper.commit()

        assert count("users", "name = 'Ann'") == 1

    def test_a_client_over_the_engine_of_the_project(self, engine, count):
        client = Client.from_engine(engine)
        with client.session() as session:
            session.execute(INSERT, ("Ann",))
            session.rollback()
            session.execute(INSERT, ("Ben",))
        client.disconnect()

        assert [count("users", "name = ?", name) for name in ("Ann", "Ben")] == [0, 1]
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT 1")) == 1


class TestIndexesOfOurDialect:
    """A foreign dialect would silently make ordinary indexes of them."""

    def test_vector_indexes_are_refused(self, wrapper, client):
        description = {"name": "i", "column": "v", "type": "ivfflat"}
        with pytest.raises(ConfigurationError, match="needs an engine of matrixone://"):
            wrapper.create_table_with_index("vectors", {"id": "int primary key", "v": "vecf32(3)"}, [description])
        assert client.execute("SHOW TABLES LIKE 'vectors'").rows == []

    def test_full_text_indexes_are_refused(self, wrapper):
        columns = [Column("id", Integer, primary_key=True), Column("body", String(50)), FulltextIndex("f", "body")]
        with pytest.raises(ConfigurationError, match="needs an engine of matrixone://"):
            wrapper.create_table_orm("texts", *columns)


class TestArguments:
    def test_without_a_client_sql_works_and_managers_say_what_is_missing(self, legacy, count):
        session = Session(wrap_session=legacy)
        session.execute(INSERT, ("Ann",))
        session.commit()
        assert count("users", "name = 'Ann'") == 1
        with pytest.raises(ConnectionError, match=r"snapshots.*client"):
            _ = session.snapshots

    def test_another_bind_or_settings(self, client, engine, legacy):
        with pytest.raises(ConfigurationError, match="wrap_session"):
            Session(bind=engine, client=client, wrap_session=legacy)
        with pytest.raises(ConfigurationError, match="wrap_session"):
            Session(client=client, wrap_session=legacy, autoflush=False)

    @pytest.mark.parametrize("thing", ["session", 7])
    def test_something_else_than_a_session(self, client, thing):
        with pytest.raises(ConfigurationError, match=type(thing).__name__):
            Session(client=client, wrap_session=thing)

    def test_a_closed_wrapper(self, wrapper):
        wrapper.close()
        with pytest.raises(SessionClosedError):
            wrapper.execute("SELECT 1")


class TestAsync:
    @pytest.fixture
    async def client(self, server):
        async with AsyncClient(**server) as client:
            yield client

    @pytest.fixture
    async def legacy(self, async_engine):
        async with async_sessionmaker(bind=async_engine)() as session:
            yield session

    async def test_begins_explicitly_and_works_after_commit(self, client, legacy, names, production, count):
        session = AsyncSession(client=client, wrap_session=legacy)
        await session.execute(INSERT, ("Ann",))
        await legacy.commit()
        await session.execute(f"CREATE DATABASE {(copy := names.new('database'))} CLONE {production}")
        await session.rollback()

        assert not names.exists(copy)
        assert count("users", "name = 'Ann'") == 1

    async def test_both_handles_show_the_same(self, client, legacy, names, count):
        session = AsyncSession(client=client, wrap_session=legacy)
        ann = User(name="Ann")
        session.add(ann)
        assert ann in legacy
        await legacy.flush()
        assert await session.get(User, ann.id) is ann
        outcome = await session.run(CreateStage(stage := names.new("stage")))
        assert outcome.pending
        await legacy.commit()

        assert names.exists(stage)
        assert count("users", "name = 'Ann'") == 1

    @pytest.mark.parametrize("closing", ["legacy", "wrapper"])
    async def test_either_handle_closes(self, client, legacy, names, count, closing):
        session = AsyncSession(client=client, wrap_session=legacy)
        await session.run(CreateStage(stage := names.new("stage")))
        await session.execute(INSERT, ("Ann",))
        await {"legacy": legacy, "wrapper": session}[closing].close()

        assert not names.exists(stage)
        assert count("users", "name = 'Ann'") == 0

    async def test_already_begun(self, client, legacy, names, production, count):
        await legacy.execute(insert(User).values(name="before"))
        session = AsyncSession(client=client, wrap_session=legacy)
        with pytest.raises(ImplicitCommitError):
            await session.execute("SET @a = 1")
        outcome = await session.run(CloneDatabase(copy := names.new("database"), production))
        assert outcome.pending
        assert count("users", "name = 'before'") == 0
        await session.commit()

        assert names.exists(copy)
        assert count("users", "name = 'before'") == 1

    async def test_the_session_of_a_scope(self, client, async_engine, count):
        scope = async_scoped_session(async_sessionmaker(bind=async_engine), asyncio.current_task)
        session = AsyncSession(client=client, wrap_session=scope)
        await session.execute(INSERT, ("Ann",))
        await scope.commit()
        await scope.remove()

        assert count("users", "name = 'Ann'") == 1

    async def test_something_else_than_a_session(self, client, engine):
        with (
            sessionmaker(bind=engine)() as synchronous,
            pytest.raises(ConfigurationError, match="AsyncSession"),
        ):
            AsyncSession(client=client, wrap_session=synchronous)
