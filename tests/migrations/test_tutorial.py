"""The example of docs/alembic.md runs as it stands."""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy import inspect

PAGE = Path(__file__).parents[2] / "docs" / "alembic.md"


def test_the_example_of_the_page(project, engine):
    models, written, sequence = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    scope = {}
    exec(compile(models, "models", "exec", dont_inherit=True), scope)
    metadata = scope["target_metadata"]
    revision = "".join(project.revise(metadata, "products").split())
    imported, _, index = written.partition("\n\n")
    assert imported.replace(" ", "") in revision
    assert "".join(index.split()).replace('"', "'").replace(",)", ")") in revision
    project.upgrade()
    project.check(metadata)
    assert {each["name"] for each in inspect(engine).get_indexes("products")} == {"near", "words"}
    project.new("numbers", [line for line in sequence.splitlines() if line])
    project.upgrade()
    assert inspect(engine).get_sequence_names() == ["numbers"]
    project.downgrade("base")
