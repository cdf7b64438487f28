"""A plugin of somebody else, built, installed and used; it is no part of the project but in this test."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import make_url

PROJECT = Path(__file__).parent / "topics-plugin"


def test_third_party_plugin_is_used_on_both_faces(installed, server_url, database):
    python = installed(PROJECT)
    url = make_url(server_url).set(database=database).render_as_string(hide_password=False)
    done = python(str(PROJECT / "use_topics.py"), url)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["a", "b", "c", "d", "e", "f"]


def test_it_is_not_installed_here():
    from matrixone.registry import registry

    assert "topics" not in registry().names()
