"""Everything the project does to itself. ``nox -l`` lists it; every session installs what it needs."""

from __future__ import annotations

import os
from pathlib import Path

import nox

ROOT = Path(__file__).parent
PLUGINS = sorted(path.parent for path in ROOT.glob("plugins/[!_]*/pyproject.toml"))
TEST_TOOLS = [
    "alembic>=1.18.4",
    "pytest>=8.3",
    "pytest-asyncio>=1.0",
    "pytest-xdist>=3.6",
    "hypothesis>=6.120",
    "numpy>=1.26",
    "hatchling>=1.27",
    "trustme>=1.2",
    "mysql-connector-python>=9.1",
    "pandas>=2.3",
    "polars>=1.30",
    "pyarrow>=20",
    "sqlmodel>=0.0.24",
]
COMPILED = ["sqlalchemy[asyncio]", "greenlet", "apsw", "sqlite-vec", "cryptography", "pydantic-core"]  # also of tools
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]
# The tags of wheels a machine of each kind takes.
PLATFORMS = {
    "Linux x86-64": ["manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"],
    "Linux ARM64": ["manylinux_2_28_aarch64", "manylinux_2_17_aarch64", "manylinux2014_aarch64"],
    "macOS ARM64": ["macosx_14_0_arm64", "macosx_12_0_arm64", "macosx_11_0_arm64", "macosx_10_9_universal2"],
    "macOS x86-64": ["macosx_14_0_x86_64", "macosx_12_0_x86_64", "macosx_10_15_x86_64", "macosx_10_9_x86_64"],
    "Windows x86-64": ["win_amd64"],
}
PARALLEL = ["-n", "auto"]  # each worker has an embedded server of its own
LIVE_URL = "MATRIXONE_TEST_URL"

nox.needs_version = ">=2025.2.9"
nox.options.sessions = ["tests", "typing", "lint"]
nox.options.reuse_existing_virtualenvs = True
nox.options.error_on_external_run = True


def install(session: nox.Session, *further: str) -> None:
    """Install the core with the command line, every plugin, and what else the session needs."""
    plugins = [argument for plugin in PLUGINS for argument in ("-e", str(plugin.relative_to(ROOT)))]
    session.install("-e", ".[cli]", *plugins, *further)


@nox.session
def demo(session: nox.Session) -> None:
    """Index the documentation of Python's standard library and search it: the main job on real input."""
    install(session, "numpy>=1.26")
    session.run("matrixone", "demo", *session.posargs)


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests on the embedded server."""
    install(session, *TEST_TOOLS)
    session.run("pytest", *PARALLEL, *session.posargs, env={LIVE_URL: ""})


@nox.session
def tests_sqlalchemy_20(session: nox.Session) -> None:
    """Run the tests with the oldest supported SQLAlchemy series."""
    install(session, *TEST_TOOLS, "sqlalchemy[asyncio]>=2.0.43,<2.1")
    session.run("pytest", *PARALLEL, *session.posargs, env={LIVE_URL: ""})


@nox.session(python=PYTHONS)
def matrix(session: nox.Session) -> None:
    """Run the tests with every supported Python that is installed."""
    install(session, *TEST_TOOLS)
    session.run("pytest", *PARALLEL, *session.posargs, env={LIVE_URL: ""})


@nox.session
def live(session: nox.Session) -> None:
    """Run the tests on the real server that MATRIXONE_TEST_URL names; they make and drop their own objects."""
    if not os.environ.get(LIVE_URL):
        session.error(f"set {LIVE_URL}, for example to mysql://root:111@127.0.0.1:6001")
    install(session, *TEST_TOOLS)
    session.run("pytest", "--ignore=plugins/lite", *session.posargs)


@nox.session
def truth(session: nox.Session) -> None:
    """Compare the embedded server with recorded answers of the real one, but for the steps in tests/truth/expected.txt.

    ``nox -s truth -- --update`` writes that list anew; ``-- --update --only branch`` the part of one area.
    """
    install(session, *TEST_TOOLS)
    if "--update" in session.posargs:
        options = [option for option in session.posargs if option != "--update"]
        session.run("python", "-m", "tests.truth", "update", *options, env={LIVE_URL: ""})
    else:
        session.run("pytest", "-q", "tests/truth/check_truth.py", *PARALLEL, *session.posargs, env={LIVE_URL: ""})


@nox.session
def compliance(session: nox.Session) -> None:
    """Run SQLAlchemy's tests of dialects, on the embedded server or the one MATRIXONE_TEST_URL names.

    ``nox -s compliance -- --driver aiomysql`` connects by the other driver.
    """
    install(session, "pytest>=8.3")
    folder = "tests/compliance"
    session.run("pytest", "-q", "-c", f"{folder}/setup.cfg", "--rootdir", folder, folder, *session.posargs)


@nox.session
def typing(session: nox.Session) -> None:
    """Check the types of the package and of the files that use it, right and wrong."""
    install(session, *TEST_TOOLS, "mypy>=1.18", "pyright>=1.1.400")
    packages = [str(package.relative_to(ROOT)) for plugin in PLUGINS for package in plugin.glob("matrixone_*")]
    session.run("mypy", "matrixone", *packages)
    session.run("pyright", "matrixone", *packages)
    session.run("pytest", "tests/typing/check_types.py", "-q")


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and format."""
    session.install("ruff>=0.14")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation; warnings are errors."""
    install(session, "sphinx>=8.1", "furo", "myst-parser>=4")
    session.run("sphinx-build", "-W", "--keep-going", "-n", "-b", "html", "docs", "docs/_build/html")


@nox.session
def bench(session: nox.Session) -> None:
    """Measure; figures of one run can be compared with each other, not with other runs."""
    install(session, *TEST_TOOLS)
    session.run("python", "tests/benchmarks/run.py", *session.posargs)


@nox.session
def build(session: nox.Session) -> None:
    """Build a wheel of every distribution into dist/."""
    session.install("build>=1.2")
    for directory in [ROOT, *PLUGINS]:
        session.run("python", "-m", "build", "--outdir", str(ROOT / "dist"), str(directory), silent=True)


@nox.session
def wheels(session: nox.Session) -> None:
    """Ask whether everything has a wheel for every supported Python and platform, test tools included."""
    for python in PYTHONS:
        for platform, tags in PLATFORMS.items():
            session.log(f"Python {python}, {platform}")
            options = [option for tag in tags for option in ("--platform", tag)]
            only = ["--dry-run", "--no-deps", "--ignore-installed", "--only-binary=:all:", "--target", "unused"]
            session.run("pip", "install", "-q", *only, "--python-version", python, *options, *COMPILED, *TEST_TOOLS)


@nox.session
def new_plugin(session: nox.Session) -> None:
    """Start a plugin from plugins/_template: ``nox -s new_plugin -- name``."""
    if len(session.posargs) != 1:
        session.error("say its name: nox -s new_plugin -- topics")
    session.run("python", "plugins/_template/new_plugin.py", *session.posargs)
