"""What ends a session from another thread ends also the statement that is about to begin."""

import pytest
from matrixone_lite.embedded import SYS_ROOT
from matrixone_lite.engine.engine import LiteEngine
from matrixone_lite.engine.errors import ServerError


@pytest.fixture
def engine(tmp_path):
    engine = LiteEngine(tmp_path, password="111")
    yield engine
    engine.close()


@pytest.fixture
def session(engine):
    session = engine.connect(SYS_ROOT, "", connection_id=1)
    yield session
    session.close()


def test_an_interrupted_statement_says_nothing_of_the_next(session):
    session.interrupt()
    assert len(list(session.execute("select 1"))) == 1


def test_no_statement_begins_after_the_end(session):
    prepared = session.prepare("select 1")
    session.interrupt(for_good=True)
    for run in (lambda: session.execute("select sleep(60)"), lambda: session.execute_prepared(prepared, [])):
        with pytest.raises(ServerError) as caught:
            list(run())
        assert caught.value.errno == 1105
