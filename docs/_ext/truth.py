"""What is measured of the embedded server: ``agreement-table`` of its areas, ``known-differences`` by reason."""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from docutils.parsers.rst import Directive
from operations import table_of

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.truth import expected

if TYPE_CHECKING:
    from docutils import nodes
    from sphinx.application import Sphinx

SUBJECTS = {
    "account": "accounts, users, roles, privileges",
    "branch": "data branches",
    "cdc": "change data capture",
    "clone": "clones",
    "connect_and_session": "connecting, session settings",
    "ddl_reflection": "definitions and what reflects them",
    "dml": "INSERT, UPDATE, DELETE",
    "errors": "errors",
    "export": "INTO OUTFILE",
    "fulltext": "full-text search",
    "load_data": "LOAD DATA",
    "metadata": "catalog and storage metadata",
    "pitr": "recovery windows",
    "prepared": "prepared statements",
    "pubsub": "publications",
    "queries": "queries",
    "restore": "restores",
    "snapshots": "snapshots, time travel",
    "stage": "stages",
    "transactions": "transactions",
    "types": "types",
    "vector": "vectors",
}


def agreement_rows() -> list[tuple[str, ...]]:
    """A row an area, and one for all together: how many steps agree as recorded, and how many varied."""
    listed = expected.read()
    columns = [list(expected.agreements(kind, listed)) for kind in expected.KINDS]
    by_area = [{area.area: area for area in (*found, expected.together(found))} for found in columns]
    return [
        (SUBJECTS.get(name, name), *(_share(areas[name]) if name in areas else "" for areas in by_area))
        for name in by_area[0]
    ]


def _share(found: expected.Agreement) -> str:
    return f"{found.agree} of {found.steps} ({found.percent:.1f} %)"


def difference_rows() -> list[tuple[str, str]]:
    """A row a reason, and the cases it is found in with the numbers of their steps."""
    places: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for (_, case, number), reason in expected.read().items():
        places[reason][case].add(number)
    return [
        (reason, ", ".join(f"{case} {_numbers(steps)}" for case, steps in sorted(cases.items())))
        for reason, cases in sorted(places.items())
    ]


def _numbers(steps: set[int]) -> str:
    return "+".join(map(str, sorted(steps)))


class AgreementTable(Directive):
    """How many recorded answers are the same, by area."""

    def run(self) -> list[nodes.Node]:
        head = ("Area", "As recorded", "With other names, values and types")
        return [table_of(head, agreement_rows(), widths=(40, 30, 30), code=False)]


class KnownDifferences(Directive):
    """The list of steps that differ, by reason."""

    def run(self) -> list[nodes.Node]:
        return [table_of(("Reason", "Cases, and which of their steps"), difference_rows(), widths=(40, 60), code=False)]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directives."""
    app.add_directive("agreement-table", AgreementTable)
    app.add_directive("known-differences", KnownDifferences)
    return {"parallel_read_safe": True}
