"""Names and values that break careless SQL, for property tests with hypothesis (which the tests have to install).

A manager keeps its word if each of them works exactly or is refused before anything is sent.
"""

from __future__ import annotations

from hypothesis import strategies as st

HOSTILE = (
    "",
    " ",
    "a b",
    "trailing ",
    "it's",
    'say "hi"',
    "`",
    "a`b",
    "back\\slash",
    "ends\\",
    "100%",
    "%s",
    "%(name)s",
    ":name",
    "?",
    "a;b",
    "x'; DROP TABLE canary; --",
    "x`; DROP TABLE canary; -- ",
    "/* comment */",
    "-- comment",
    "# comment",
    "{SNAPSHOT = 's'}",
    "dotted.name",
    "a.b.c",
    "*",
    "sel\0ect",
    "line\nfeed",
    "tab\tulator",
    "select",
    "SELECT",
    "CamelCase",
    "naïve",
    "İstanbul",
    "日本語",
    "\N{GRINNING FACE}",
    "\ud800",
    "0",
    "$",
    "_",
    "x" * 64,
    "x" * 65,
    "\N{GRINNING FACE}" * 64,
    "y" * 300,
)
"""What people type and attackers try: quotes, comments, placeholders, blanks, other scripts, too long, empty."""

_CHARACTERS = st.one_of(st.sampled_from("'\"`\\%:;?{}.*-#/ \n\0$_"), st.characters())


def hostile_names() -> st.SearchStrategy[str]:
    """Names of objects."""
    return st.one_of(st.sampled_from(HOSTILE), st.text(_CHARACTERS, max_size=70))


def hostile_texts() -> st.SearchStrategy[str]:
    """Values: comments, passwords, paths, patterns."""
    return st.one_of(st.sampled_from(HOSTILE), st.text(_CHARACTERS, max_size=200))
