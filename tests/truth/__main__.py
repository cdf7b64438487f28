"""``python -m tests.truth``: record what a server answers, or compare a server with what is recorded."""

from __future__ import annotations

import argparse
import fnmatch
import os
import re
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from . import cases, expected, varying
from .comparing import brief, differences
from .running import Runner

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .cases import Case
    from .comparing import Difference

EMBEDDED_PATIENCE = 0.2
_NOT_SUPPORTED = re.compile(r'"not supported: (lite: [^"]*)"|got \[20105, "[^"]*", "not supported: (lite: [^"]*)"')


@contextmanager
def _runner(url: str | None) -> Iterator[Runner]:
    """A runner on the server named, or on an embedded one."""
    with tempfile.TemporaryDirectory() as directory:
        if url is not None:
            yield Runner(url, Path(cases.FILES))
            return
        from matrixone.lite import Server

        with Server() as server:
            yield Runner(server.url.replace("matrixone://", "mysql://"), Path(directory) / "files", EMBEDDED_PATIENCE)


def _selected(pattern: str | None, kinds: Sequence[str]) -> Iterator[tuple[str, Case]]:
    for kind in kinds:
        for path in sorted((cases.HERE / kind).glob("*.jsonl")):
            for case in cases.recorded(path):
                if pattern in (None, case.area) or fnmatch.fnmatch(str(case), pattern or ""):
                    yield kind, case


def _differing(runner: Runner, case: Case) -> dict[int, list[Difference]]:
    found = {
        number: differences(step, step["expect"], answer)
        for number, (step, answer) in enumerate(zip(case.steps, runner.run(case), strict=True), 1)
    }
    return {number: pairs for number, pairs in found.items() if pairs}


def check(options: argparse.Namespace) -> int:
    """Print every step that differs, and how many agree."""
    steps = differing = 0
    with _runner(options.url) as runner:
        for kind, case in _selected(options.only, options.kind):
            found = _differing(runner, case)
            steps, differing = steps + len(case.steps), differing + len(found)
            for number, pairs in found.items():
                print(f"{kind}/{case} {number}: {case.steps[number - 1].get('sql') or case.steps[number - 1]}")
                print("".join(f"    {what}: {how}\n" for what, how in pairs), end="")
    print(f"{steps - differing} of {steps} steps agree")
    return 1 if differing else 0


def update(options: argparse.Namespace) -> int:
    """Write the list of steps that differ on the embedded server; a reason once given stays."""
    before = expected.read() if expected.LISTED.exists() else {}
    run: list[tuple[str, str]] = []
    listed: dict[expected.Place, str] = {}
    with _runner(None) as runner:
        for kind, case in _selected(options.only, options.kind):
            run.append((kind, str(case)))
            refused = expected.UNKNOWN
            for number, pairs in _differing(runner, case).items():
                refused = _refusal(pairs) or refused
                known = before.get((kind, str(case), number), expected.UNKNOWN)
                listed[kind, str(case), number] = refused if known == expected.UNKNOWN else known
    kept = {place: reason for place, reason in before.items() if place[:2] not in run}
    expected.write(kept | listed)
    print(f"{len(before)} steps differed, {len(kept | listed)} do")
    return 0


def _refusal(pairs: list[Difference]) -> str | None:
    """What the embedded server says it has not; later steps of the case depend on it."""
    found = next((match for _, how in pairs if (match := _NOT_SUPPORTED.search(how))), None)
    return None if found is None else found[1] or found[2]


def record(options: argparse.Namespace) -> int:
    """Record cases, twice each: what differs between the runs is not compared later."""
    with _runner(options.url) as runner:
        for path in map(Path, options.files):
            written = cases.parse(path)
            for kind, varied in (("recorded", False), ("varied", True)):
                if kind in options.kind:
                    _record(
                        runner, [case for case in map(varying.varied, written) if case] if varied else written, kind
                    )
    return 0


def _record(runner: Runner, chosen: list[Case], kind: str) -> None:
    for case in chosen:
        for step, first, second in zip(case.steps, runner.run(case), runner.run(case), strict=True):
            step["expect"] = first
            if unstable := differences(step, first, second):
                step["skip-compare"] = True
                print(f"unstable: {case}: {step.get('sql')}: {unstable}", file=sys.stderr)
            print(f"{case}| {step.get('sql') or step} -> {brief(first)}")
    cases.write(cases.HERE / kind / f"{chosen[0].area}.jsonl", chosen)


def main() -> int:
    """Run a command."""
    parser = argparse.ArgumentParser(prog="python -m tests.truth", description=__doc__)
    parser.add_argument("command", choices=["check", "update", "record"])
    parser.add_argument("files", nargs="*", help="record: files of cases")
    parser.add_argument(
        "--url", default=os.environ.get("MATRIXONE_TEST_URL"), help="a server; an embedded one if left out"
    )
    parser.add_argument("--only", help="an area, or a pattern of area/case")
    parser.add_argument("--kind", action="append", choices=expected.KINDS, help="both if left out")
    options = parser.parse_args()
    options.kind = options.kind or expected.KINDS
    return {"check": check, "update": update, "record": record}[options.command](options)


if __name__ == "__main__":
    sys.exit(main())
