"""The embedded server answers as the real one did, step by step, but for the listed steps. ``nox -s truth``."""

from __future__ import annotations

import pytest

from . import cases, expected
from .comparing import differences
from .running import Runner

LISTED = expected.read()
PATIENCE = 0.2  # an embedded server needs less time than the recorded one
LEAST_TOGETHER = 95.0
LEAST = {"recorded": 97.0, "varied": 95.0}
TIER_ONE = {
    "connect_and_session", "types", "dml", "queries", "transactions", "snapshots", "clone", "vector", "fulltext",
    "load_data", "pubsub", "stage", "pitr", "restore",
}  # fmt: skip
CASES = [
    (kind, case)
    for kind in expected.KINDS
    for path in sorted((cases.HERE / kind).glob("*.jsonl"))
    for case in cases.recorded(path)
]


@pytest.fixture(scope="session")
def runner(tmp_path_factory):
    from matrixone.lite import Server

    with Server() as server:
        address = server.url.replace("matrixone://", "mysql://")
        runner = Runner(address, tmp_path_factory.mktemp("truth") / "files", PATIENCE)
        yield runner
        runner.close()


@pytest.mark.parametrize(("kind", "case"), [pytest.param(*pair, id=f"{pair[0]}/{pair[1]}") for pair in CASES])
def test_exactly_the_listed_steps_differ(runner, kind, case):
    listed = {number for where, name, number in LISTED if (where, name) == (kind, str(case))}
    answers = runner.run(case, hopeless=listed)
    found = {
        number: differences(step, step["expect"], answer)
        for number, (step, answer) in enumerate(zip(case.steps, answers, strict=True), 1)
    }
    worse = {number: (case.steps[number - 1], found[number]) for number in found if found[number]}
    assert {number: what for number, what in worse.items() if number not in listed} == {}, "steps that agreed differ"
    assert listed <= worse.keys(), "listed steps agree: nox -s truth -- --update"


@pytest.mark.parametrize("kind", expected.KINDS)
def test_the_shares_that_agree(kind):
    areas = list(expected.agreements(kind, LISTED))
    assert expected.together(areas).percent >= LEAST_TOGETHER
    assert [area for area in areas if area.area in TIER_ONE and area.percent < LEAST[kind]] == []
