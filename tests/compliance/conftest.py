"""Runs SQLAlchemy's test suite for dialects, in databases made for the run.

On the embedded server, unless ``MATRIXONE_TEST_URL`` names another. What that server answers otherwise than the real
one is listed, with its answer, in ``lite.txt``; ``--record`` writes the list anew.
"""

from __future__ import annotations

import os
import re
import uuid
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url

pytest.register_assert_rewrite("sqlalchemy.testing.assertions")

from sqlalchemy.testing.plugin import plugin_base, pytestplugin  # noqa: E402 - after the registration above
from sqlalchemy.testing.plugin.pytestplugin import *  # noqa: E402, F403 - the plugin is its hooks

LISTED = Path(__file__).parent / "lite.txt"
CLASS_OF_RUN = re.compile(r"_matrixone\+\w+(?=::)")  # SQLAlchemy names classes after driver and server
NAME_OF_RUN = re.compile(r"compliance_[0-9a-f]{12}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")  # and the server's own
RECORDED = pytest.StashKey[dict[str, str]]()


def pytest_addoption(parser):
    pytestplugin.pytest_addoption(parser)
    parser.addoption("--driver", default="pymysql", help="driver of the connections: pymysql or aiomysql")
    parser.addoption("--record", action="store_true", help=f"write what fails to {LISTED.name}")


def pytest_configure(config):
    config.stash[RECORDED] = {}
    resources = ExitStack()
    config.add_cleanup(resources.close)
    url = os.environ.get("MATRIXONE_TEST_URL") or resources.enter_context(lite())
    database = resources.enter_context(databases(url))
    address = make_url(url).set(drivername=f"matrixone+{config.option.driver}", database=database)
    config.option.dburi = [address.render_as_string(hide_password=False)]
    plugin_base.configure_follower(database)
    pytestplugin.pytest_configure(config)


@contextmanager
def lite():
    from matrixone.lite import Server

    with Server() as server:
        yield server.url


@contextmanager
def databases(url):
    from sqlalchemy.testing import provision

    engine = create_engine(make_url(url).set(drivername="matrixone", database=None))
    engine.dialect.load_provisioning()
    name = f"compliance_{uuid.uuid4().hex[:12]}"
    provision.create_db(engine, engine, name)
    try:
        yield name
    finally:
        provision.drop_db(engine, engine, name)
        engine.dispose()


def pytest_collection_modifyitems(session, config, items):
    pytestplugin.pytest_collection_modifyitems(session, config, items)
    if os.environ.get("MATRIXONE_TEST_URL") or config.option.record:
        return
    reasons = dict(line.split(" | ", 1) for line in LISTED.read_text().splitlines())
    for item in items:
        if reason := reasons.get(name_of(item.nodeid)):
            item.add_marker(pytest.mark.xfail(reason=reason, strict=True))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.failed and item.config.option.record:
        answer = NAME_OF_RUN.sub("…", str(call.excinfo.value).splitlines()[0])[:160]
        item.config.stash[RECORDED][name_of(item.nodeid)] = f"{call.excinfo.type.__name__}: {answer}"
    return report


def pytest_sessionfinish(session):
    pytestplugin.pytest_sessionfinish(session)
    if session.config.option.record:
        recorded = session.config.stash[RECORDED]
        LISTED.write_text("".join(f"{name} | {recorded[name]}\n" for name in sorted(recorded)))


def name_of(nodeid):
    return CLASS_OF_RUN.sub("", nodeid.partition("::")[2])
