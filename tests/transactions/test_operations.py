"""What each operation says of transactions is what the server does: tried inside one, and after a rollback."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import warnings
from contextlib import contextmanager
from pathlib import Path

import pytest
from matrixone_restore.operations import RestoreCluster

from matrixone.exceptions import (
    PendingOperationError,
    QueryError,
    RollbackWarning,
    TransactionRefusedError,
)
from matrixone.operations import InTransaction, Operation
from matrixone.registry import registry

from .cases import ASKED_BESIDE, EXAMPLES, NOT_TRIED, UNSEEN

MARKER = 99
REFUSED_BY_LITE = set((Path(__file__).parents[2] / "docs" / "lite-refuses.txt").read_text(encoding="utf-8").split())
NOT_SUPPORTED = 20105


def discovered():
    """All operations of all installed plugins."""
    for plugin in registry().plugins:
        for spec in plugin.managers:
            package = importlib.import_module(spec.manager.__module__.partition(".")[0])
            for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
                for _, cls in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
                    if issubclass(cls, Operation) and cls.__module__ == module.name and not inspect.isabstract(cls):
                        yield cls


def of(*kinds):
    """The examples of operations that the server treats so."""
    found = [cls for cls in EXAMPLES if cls.in_transaction in kinds]
    return pytest.mark.parametrize("cls", found, ids=[f"{cls.__module__}.{cls.__name__}" for cls in found])


def example(cls, world):
    """The example of an operation."""
    found = EXAMPLES[cls]
    return found if isinstance(found, Operation) else found(world)


@contextmanager
def known_to(world, cls):
    """The block sends an operation that the embedded server may lack, if the documentation says so."""
    try:
        yield
    except QueryError as error:
        if not lacks(world, error) or name_of(cls) not in REFUSED_BY_LITE:
            raise
        pytest.skip(f"the embedded server has no such thing: {error}")


def lacks(world, error):
    return world.client.is_lite and error.errno == NOT_SUPPORTED


def name_of(cls):
    return f"{cls.__module__}.{cls.__name__}"


@pytest.fixture
def session(world):
    """A session with an open transaction that has written a row; it must not be there in the end."""
    with world.client.session() as session:
        session.insert("goods", {"id": MARKER})
        yield session
        session.rollback()
    assert world.client.execute("SELECT count(*) FROM goods WHERE id = ?", (MARKER,)).scalar() == 0


def still_open(session):
    session.execute("UPDATE goods SET name = 'still open' WHERE id = ?", (MARKER,))
    return (
        session.in_transaction()
        and session.execute("SELECT count(*) FROM goods WHERE name = 'still open'").scalar() == 1
    )


def test_every_operation_has_an_example_or_a_reason():
    assert set(EXAMPLES) | set(NOT_TRIED) == set(discovered())
    assert not set(EXAMPLES) & set(NOT_TRIED)
    assert {cls.in_transaction for cls in EXAMPLES} == set(InTransaction) - {InTransaction.COMMITS}


@of(InTransaction.READS)
def test_what_reads_is_part_of_the_transaction_and_leaves_it_as_it_is(world, session, cls):
    with known_to(world, cls):
        assert not session.run(example(cls, world)).pending
    assert still_open(session)


@of(InTransaction.ASIDE)
def test_what_is_asked_beside_would_be_refused(world, session, cls):
    operation = example(cls, world)
    if cls not in ASKED_BESIDE:
        with pytest.raises(TransactionRefusedError), known_to(world, cls):
            session.execute(operation.statement())
    with known_to(world, cls):
        assert not session.run(operation).pending
    assert still_open(session)


@of(InTransaction.JOINS)
def test_what_joins_is_rolled_back(world, cls):
    with known_to(world, cls):
        operation = example(cls, world)
    before = world.state(world.client)  # what the example needs may have been made just now
    with world.client.session() as session:
        session.execute("SELECT 1")
        with known_to(world, cls):
            assert not session.run(operation).pending
        if cls not in UNSEEN:
            assert world.state(session) != before, "the example changes nothing"
        session.rollback()
    assert world.state(world.client) == before


@of(InTransaction.REFUSED)
def test_what_is_refused_waits_and_is_forgotten(world, session, cls):
    with known_to(world, cls):
        operation = example(cls, world)
    before = world.administration()
    with pytest.raises(TransactionRefusedError), known_to(world, cls):
        session.execute(operation.statement())
    assert still_open(session)
    outcome = session.run(operation)
    assert outcome.pending
    session.rollback()
    with pytest.raises(PendingOperationError):
        _ = outcome.value
    assert world.administration() == before


UNDONE = [cls for cls in EXAMPLES if cls.in_transaction is InTransaction.REFUSED and cls.undo is not Operation.undo]


@pytest.mark.parametrize("cls", UNDONE, ids=[cls.__name__ for cls in UNDONE])
def test_what_ran_at_once_is_undone(world, cls):
    operation = example(cls, world)
    before = world.administration()
    with world.client.session() as session, warnings.catch_warnings():
        warnings.simplefilter("error", RollbackWarning)
        with known_to(world, cls):
            assert not session.run(operation).pending
        assert world.administration() != before
        session.rollback()
    assert world.administration() == before


def test_what_cannot_be_undone_is_told(world):
    (operation,) = [example(cls, world) for cls in EXAMPLES if cls.__name__ == "AlterStage"]
    with world.client.session() as session:
        session.run(operation)
        with pytest.warns(RollbackWarning, match="AlterStage"):
            session.rollback()
    assert world.client.stage.get(world.stage).comment == "comment"


def test_refused_is_an_error_where_the_session_was_opened_so(world):
    with world.client.session(on_refused="raise") as session:
        session.execute("SELECT 1")
        for cls, operation in EXAMPLES.items():
            if cls.in_transaction is InTransaction.REFUSED and isinstance(operation, Operation):
                with pytest.raises(TransactionRefusedError, match="nothing was sent"):
                    session.run(operation)


def test_the_documentation_says_what_the_embedded_server_refuses(own_world):
    world = own_world
    if not world.client.is_lite:
        pytest.skip("is about the embedded server")
    refused = set()
    for cls in (*EXAMPLES, RestoreCluster):
        try:
            tried = RestoreCluster("none") if cls is RestoreCluster else example(cls, world)
            world.client.execute(tried.statement())
        except QueryError as error:
            if lacks(world, error):
                refused.add(name_of(cls))
    assert refused == REFUSED_BY_LITE, "docs/lite-refuses.txt is to be:\n" + "\n".join(sorted(refused))
