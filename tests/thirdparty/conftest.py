"""Builds and installs projects as their users do, away from this environment."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

collect_ignore = ["topics-plugin"]


@pytest.fixture
def installed(tmp_path):
    """Build a wheel of a project and install it; returns how to run Python where it is installed."""
    for tool in ("pip", "hatchling"):
        if importlib.util.find_spec(tool) is None:
            pytest.skip(f"{tool} is needed to build and install a project")
    wheels, site = tmp_path / "wheels", tmp_path / "site"

    def python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-W", "error", *arguments]
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(site), **environment},
        )

    def pip(*arguments: str) -> None:
        command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments, "--no-deps"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    def install(project: Path):
        pip("wheel", "--no-build-isolation", "--wheel-dir", str(wheels), str(project))
        (wheel,) = wheels.iterdir()
        pip("install", "--no-index", "--target", str(site), str(wheel))
        return python

    return install
