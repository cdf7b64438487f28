"""Recorded statements with mistakes in them: the embedded server answers each, with nothing but errors of the server's kind.

A connection that was lost, one that says nothing, and an exception of this program fail; the connection goes on
answering.
"""

from __future__ import annotations

import re

import pymysql
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pymysql.constants import CLIENT
from sqlalchemy.engine import make_url

from . import cases

TOKEN = re.compile(r"\s+|\w+|'(?:[^'\\]|\\.|'')*'|.", re.DOTALL)
LITERAL = re.compile(r"'.*'|\d+", re.DOTALL)
LITERALS = (
    "0", "-1", "1e308", "''", "null", "x''", "9223372036854775808", "'\\\\'", "'é'", "1.5", "true", "'2024-02-30'",
    "@a", "?", "default", "(select 1)", "'$.a'",
)  # fmt: skip
ELSEWHERE = re.compile(
    r"sleep|benchmark|kill|account|lock|cdc|identified|password|user|suspend|infile|\$\{|wait|packet", re.IGNORECASE
)
"""What waits, ends connections, changes who may log in, or is about other servers."""
DEFECT = re.compile(r"internal error: panic \w+(Error|Exception|Operation|Interrupt): ")
"""How an exception of this program is worded; the server's own panics, which it has, too, are worded otherwise."""
LOST = {0, 2006, 2013, 2014, 2027}
LONGEST = 20
"""Seconds after which a statement counts as one that never ends."""

CASES = [
    statements
    for path in sorted((cases.HERE / "recorded").glob("*.jsonl"))
    for case in cases.recorded(path)
    if (statements := [step["sql"] for step in case.steps if "sql" in step and not ELSEWHERE.search(step["sql"])])
]
TOKENS = sorted({token for case in CASES for sql in case for token in TOKEN.findall(sql) if len(token) < LONGEST})


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Where the statements write: those whose path became a mere name do so in the working directory."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        directory = tmp_path_factory.mktemp("files")
        monkeypatch.chdir(directory)
        yield str(directory)


@pytest.fixture(scope="module")
def connection(files):
    from matrixone.lite import Server

    with Server() as server:
        url = make_url(server.url)
        connection = pymysql.connect(
            host=url.host, port=url.port, user=url.username, password=url.password, autocommit=True, ssl_disabled=True,
            read_timeout=LONGEST, client_flag=CLIENT.MULTI_STATEMENTS,
        )  # fmt: skip
        with connection:
            yield connection


def mutated(draw, sql):
    """A statement whose tokens are left out, doubled, exchanged, replaced or cut off in a few places."""
    tokens = TOKEN.findall(sql)
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, max(len(tokens) - 1, 0)))
        match draw(st.sampled_from(("drop", "double", "swap", "literal", "replace", "insert", "cut"))):
            case "drop":
                del tokens[at : at + draw(st.integers(1, 3))]
            case "double":
                tokens[at:at] = tokens[at : at + draw(st.integers(1, 4))]
            case "swap" if tokens:
                other = draw(st.integers(0, len(tokens) - 1))
                tokens[at], tokens[other] = tokens[other], tokens[at]
            case "literal" if any(map(LITERAL.fullmatch, tokens)):
                places = [n for n, token in enumerate(tokens) if LITERAL.fullmatch(token)]
                tokens[draw(st.sampled_from(places))] = draw(st.sampled_from(LITERALS))
            case "replace":
                tokens[at : at + 1] = [draw(st.sampled_from(TOKENS))]
            case "insert":
                tokens[at:at] = [" ", draw(st.sampled_from(TOKENS)), " "]
            case _:
                del tokens[at:]
    return "".join(tokens)


def failure(connection, sql):
    """Number and text of the error of a statement, or nothing."""
    cursor = connection.cursor()
    try:
        cursor.execute(sql.encode("utf-8", "surrogatepass"))
        while cursor.nextset():
            pass
    except pymysql.MySQLError as error:
        return (*error.args, "")[:2]
    return None, ""


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_recorded_statements_with_mistakes(connection, files, data):
    for sql in data.draw(st.sampled_from(CASES)):
        written = mutated(data.draw, sql).replace(cases.FILES, files)
        if not ELSEWHERE.search(written):
            number, text = failure(connection, written)
            assert number not in LOST, (written, text)
            assert not DEFECT.search(str(text)), (written, text)
    failure(connection, "rollback")
    cursor = connection.cursor()
    cursor.execute("select 1")
    assert cursor.fetchall() == ((1,),)
