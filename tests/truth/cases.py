"""Cases: files of statements with directives, and the recordings made of them."""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

HERE = Path(__file__).parent
FILES = "/tmp/matrixone_truth"

Step = dict[str, Any]
"""A statement with its connection and directives, or one of ``connect``, ``close``, ``sleep``, ``cat``; once recorded,
with the answer under ``expect``."""

_DROPS = ("cdc", "publication", "database", "snapshot", "pitr", "stage", "account", "user", "role")  # in this order
_CREATES = re.compile(
    rf"(?:^|;)\s*(?:data\s+branch\s+)?create\s+({'|'.join(_DROPS)})\s+(?:if\s+not\s+exists\s+)?([`'\"]?)(\w+)\2",
    re.IGNORECASE,
)
_UNORDERED = re.compile(
    r"\(*\s*(select|with|values|insert|replace|update|delete|show\s+(index|indexes|keys))\b", re.IGNORECASE
)
_FLAGS: dict[str, Callable[[str], Any]] = {  # directives of the next statement, and what the rest of their line means
    "unordered": lambda _: True,
    "skip-compare": lambda _: True,
    "background": lambda _: True,
    "let": str,
    "any": lambda rest: rest.split(","),
    "fuzzy": lambda rest: rest.split(","),
    "poll": lambda rest: rest.split(None, 1),
}


@dataclass
class Case:
    """Steps that need no other case; what they create outside a database has a name that begins with ``t_``."""

    area: str
    case: str
    note: str = ""
    files: dict[str, Any] = field(default_factory=dict)
    cleanup: list[str] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.area}/{self.case}"


def recorded(path: Path) -> list[Case]:
    """The cases of a recording."""
    return [Case(**json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def write(path: Path, cases: Iterable[Case]) -> None:
    """Write a recording."""
    lines = [json.dumps(asdict(case), ensure_ascii=False) + "\n" for case in cases]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(lines), encoding="utf-8")


def parse(path: Path) -> list[Case]:
    """The cases of a file of statements.

    Raises:
        ValueError: A directive is unknown, or a name could be somebody else's.
    """
    reading = _Reading(path.stem)
    lines = iter(enumerate(path.read_text(encoding="utf-8").splitlines(), 1))
    for number, line in lines:
        try:
            reading.take(line, (text for _, text in lines))
        except ValueError as error:
            raise ValueError(f"{path.name}:{number}: {error}") from None
    for case in reading.cases:
        case.cleanup += _cleanup(case)
    return reading.cases


class _Reading:
    """What is known of a file line by line."""

    def __init__(self, area: str) -> None:
        self.cases: list[Case] = []
        self._area = area
        self._connection = "a"
        self._flags: Step = {}
        self._sql: list[str] = []

    def take(self, line: str, following: Iterator[str]) -> None:
        if self._sql or not (line.startswith(("-- ", "#")) or not line.strip()):
            self._statement(line)
        elif line.startswith("-- "):
            word, _, rest = line.removeprefix("-- ").partition(":")
            self._directive(word.strip(), rest.strip(), following)

    def _statement(self, line: str) -> None:
        self._sql.append(line)
        if not line.rstrip().endswith(";"):
            return
        text = "\n".join(self._sql).rstrip()[:-1].rstrip()
        if _UNORDERED.match(text) and not re.search(r"order\s+by", text, re.IGNORECASE):
            self._flags["unordered"] = True
        self.cases[-1].steps.append({"conn": self._connection, "sql": text, **self._flags})
        self._flags, self._sql = {}, []

    def _directive(self, word: str, rest: str, following: Iterator[str]) -> None:
        if word == "case":
            self._connection = "a"
            self.cases.append(Case(self._area, rest))
            return
        case = self.cases[-1]
        match word:
            case "note":
                case.note = f"{case.note} {rest}".strip()
            case "cleanup":
                case.cleanup.append(rest.rstrip(";"))
            case "conn":
                self._connection, _, options = rest.partition(" ")
                if options:
                    pairs = (option.partition("=") for option in options.split())
                    case.steps.append({"conn": self._connection, "connect": {key: value for key, _, value in pairs}})
            case "close" | "sleep" | "cat":
                case.steps.append({word: rest})
            case "file":
                head, _, end = rest.partition("<<")
                body = "".join(text + "\n" for text in itertools.takewhile(lambda text: text != end, following))
                name, *kind = head.split()
                case.files[name] = {"base64": body} if "base64" in kind else body
            case _ if word in _FLAGS:
                self._flags[word] = _FLAGS[word](rest)
            case _:
                raise ValueError(f"unknown directive {word!r}")


def _cleanup(case: Case) -> list[str]:
    """Statements that drop what the case creates at the level of an account."""
    made = {
        (_DROPS.index(kind.lower()), name.lower())
        for step in case.steps
        for kind, _, name in _CREATES.findall(step.get("sql", ""))
    }
    if foreign := sorted(name for _, name in made if not name.startswith("t_")):
        raise ValueError(f"{case}: names begin with t_, not {', '.join(foreign)}")
    return [f"drop {_DROPS[kind]} if exists {name}" for kind, name in sorted(made)]
