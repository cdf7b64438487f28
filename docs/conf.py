"""Sphinx configuration."""

import sys
from importlib.metadata import version as installed
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "matrixone"
author = "The matrixone authors"
release = version = installed("matrixone")

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "operations",
    "requirements",
    "features",
    "lite_refuses",
    "modules",
    "truth",
]
html_theme = "furo"
html_title = f"matrixone {release}"
exclude_patterns = ["_build"]

autodoc_typehints = "none"
autodoc_member_order = "bysource"
autodoc_default_options = {"exclude-members": "inherit_cache"}  # SQLAlchemy's, and documented there
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
# Names of SQLAlchemy and of the standard library are written as code, not as links.
nitpick_ignore_regex = [(r"py:.*", r".*")]
