"""The recordings are those of the cases, the list is of their steps, and variations are varied."""

from __future__ import annotations

import pytest

from . import cases, expected
from .varying import varied

AREAS = sorted(path.stem for path in (cases.HERE / "cases").glob("*.sql"))


def without_answers(case):
    steps = [{k: v for k, v in step.items() if k not in {"expect", "skip-compare"}} for step in case.steps]
    return case.case, case.cleanup, case.files, steps


@pytest.mark.parametrize("area", AREAS)
def test_recordings_are_of_the_cases(area):
    written = cases.parse(cases.HERE / "cases" / f"{area}.sql")
    recorded = cases.recorded(cases.HERE / "recorded" / f"{area}.jsonl")
    assert list(map(without_answers, recorded)) == list(map(without_answers, written))


@pytest.mark.parametrize("area", AREAS)
def test_variations_are_of_the_cases(area):
    written = filter(None, map(varied, cases.parse(cases.HERE / "cases" / f"{area}.sql")))
    recorded = cases.recorded(cases.HERE / "varied" / f"{area}.jsonl")
    assert list(map(without_answers, recorded)) == list(map(without_answers, written))


def test_the_list_is_of_steps_that_exist():
    known = {
        (kind, str(case)): len(case.steps)
        for kind in expected.KINDS
        for path in (cases.HERE / kind).glob("*.jsonl")
        for case in cases.recorded(path)
    }
    assert [place for place in expected.read() if not 1 <= place[2] <= known.get(place[:2], 0)] == []


@pytest.mark.parametrize(
    ("sql", "changed"),
    [
        ("create table t (id int, body varchar(20))", "create table t0 (id0 bigint, body0 varchar(21))"),
        ("insert into t values (2, 'one', '2024-01-31')", "insert into t0 values (3, 'onf', '2025-01-31')"),
        ("select id, x'41' from `t` where body like 'a%'", "select id0, x'41' from `t0` where body0 like 'a%'"),
        ("show create table t", "show create table t0"),
    ],
)
def test_what_a_variation_changes(sql, changed):
    table = {"conn": "a", "sql": "create table t (id int, body varchar(20))"}
    case = cases.Case("area", "case", steps=[table, {"conn": "a", "sql": sql}])
    assert varied(case).steps[1]["sql"] == changed


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("-- case: a\n-- nonsense: b\n", "unknown directive 'nonsense'"),
        ("-- case: a\ncreate database mine;\n", "names begin with t_"),
    ],
)
def test_cases_with_mistakes_are_refused(tmp_path, text, message):
    path = tmp_path / "area.sql"
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        cases.parse(path)
