"""System variables without a server: conversion, scope, listing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matrixone_lite.engine.errors import ServerError
from matrixone_lite.engine.variables import VARIABLES, Variables


@pytest.fixture
def server():
    return Variables()


@pytest.fixture
def session(server):
    return Variables(server)


@pytest.mark.parametrize("written", [True, 1, "on", "ON", "true", "1"])
def test_switches_take_many_spellings(session, written):
    session.assign("foreign_key_checks", False)
    session.assign("foreign_key_checks", written)
    assert session.text("foreign_key_checks") == "1"
    assert dict(session.listing())["foreign_key_checks"] == "on"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("autocommit", 7, "convert to the system variable bool type failed"),
        ("autocommit", "x", "convert to the system variable bool type failed"),
        ("probe_limit", 0, "convert to the system variable int type failed"),
        ("probe_limit", 80001, "convert to the system variable int type failed"),
        ("probe_limit", "7", "convert to the system variable int type failed"),
        ("probe_limit", 1.5, "convert to the system variable int type failed"),
        ("transaction_isolation", "NO-SUCH", "convert to the system variable enum type failed"),
        ("sql_mode", "NOT_A_MODE", "the value is invalid"),
        ("nosuch", 1, "the system variable does not exist"),
        ("version", "1", "the system variable is global"),
    ],
)
def test_refused_values(session, name, value, message):
    before = dict(session.listing())
    with pytest.raises(ServerError) as caught:
        session.assign(name, value)
    assert (caught.value.errno, caught.value.message) == (20101, f"internal error: {message}")
    assert dict(session.listing()) == before


def test_an_unknown_time_zone_is_named(session):
    with pytest.raises(ServerError) as caught:
        session.assign("time_zone", "Mars/Olympus")
    assert (caught.value.errno, caught.value.message) == (1105, "unknown time zone Mars/Olympus")


@pytest.mark.parametrize("zone", ["SYSTEM", "+08:00", "-03:30", "UTC", "Europe/Berlin"])
def test_time_zones(session, zone):
    session.assign("time_zone", zone)
    assert session.text("time_zone") == zone


def test_a_global_value_is_that_of_later_sessions(server, session):
    session.assign("lock_wait_timeout", 7, "global")
    assert session.number("lock_wait_timeout") == 120
    assert session.text("lock_wait_timeout", "global") == "7"
    assert Variables(server).number("lock_wait_timeout") == 7


def test_set_names_sets_three_variables(session):
    session.assign("names", "latin1")
    listed = dict(session.listing())
    assert [listed[f"character_set_{part}"] for part in ("client", "connection", "results", "server")] == [
        *["latin1"] * 3,
        "utf8mb4",
    ]


def test_null_is_the_empty_text(session):
    session.assign("character_set_results", None)
    assert session.text("character_set_results") == ""


@given(st.sampled_from(sorted(VARIABLES)))
def test_the_default_of_every_variable_is_a_value_it_takes(name):
    variable = VARIABLES[name]
    assert variable.convert(variable.default) == variable.default


def test_reset_restores_the_default(session):
    session.assign("probe_limit", 9)
    session.reset("probe_limit")
    assert session.number("probe_limit") == 5
