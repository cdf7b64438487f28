"""Runs cases on a server: the answers to their steps."""

from __future__ import annotations

import base64
import re
import shutil
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlparse

import pymysql

from .answers import cell, connect, failure, send
from .cases import FILES

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from .answers import Answer, Connection
    from .cases import Case, Step

BLOCKED_AFTER = 0.7
POLL_INTERVAL = 0.1
ANY = {"any": True}
"""Stands for a value that is not compared."""


class Runner:
    """Runs cases, one after the other, as root of account sys.

    Args:
        url: ``mysql://user:password@host:port``.
        directory: Where the files of cases live; the machine of the server and the runner share it. Recorded statements
            call it ``/tmp/matrixone_truth``.
        patience: Factor on the seconds a case waits for an expected answer; an embedded server needs fewer.
    """

    def __init__(self, url: str, directory: Path, patience: float = 1.0) -> None:
        self._url = urlparse(url)
        self._directory = directory
        self._patience = patience
        self._admin = connect(self._url, {})

    def run(self, case: Case, hopeless: Collection[int] = ()) -> list[Answer]:
        """The answers to the steps of a case, which starts from and leaves behind a clean server.

        Args:
            case: The case.
            hopeless: Numbers of steps, from 1, whose answer is known to differ: nothing waits for them.
        """
        self._clean(case)
        self._write(case.files)
        run = _Run(self._url, self._directory, self._patience)
        try:
            answers = [run.step(step, patient=number not in hopeless) for number, step in enumerate(case.steps, 1)]
            run.join()
        finally:
            run.close()
            self._clean(case)
        return [self._as_recorded(answer) for answer in answers]

    def close(self) -> None:
        """Leave."""
        if self._admin.open:
            self._admin.close()

    def _write(self, files: dict[str, Any]) -> None:
        self._directory.mkdir(parents=True, exist_ok=True)
        self._directory.chmod(0o777)  # another user's server writes there
        for name, content in files.items():
            path = self._directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else base64.b64decode(content["base64"]))

    def _clean(self, case: Case) -> None:
        for sql in case.cleanup:
            try:
                self._admin.cursor().execute(sql)
            except pymysql.MySQLError:
                self._admin = self._admin if self._admin.open else connect(self._url, {})
        shutil.rmtree(self._directory, ignore_errors=True)

    def _as_recorded(self, answer: Any) -> Any:
        """The answer with the recorded name of the directory."""
        match answer:
            case str():
                return answer.replace(str(self._directory), FILES)
            case list():
                return [self._as_recorded(item) for item in answer]
            case dict():
                return {key: self._as_recorded(value) for key, value in answer.items()}
        return answer


class _Run:
    """One case under way: its connections, its threads, the values it has kept."""

    def __init__(self, url: Any, directory: Path, patience: float) -> None:
        self._url = url
        self._directory = directory
        self._patience = patience
        self._connections: dict[str, Connection | None] = {}
        self._threads: dict[str, threading.Thread] = {}
        self._values = {
            "host": url.hostname,
            "port": str(url.port),
            "user": url.username,
            "password": unquote(url.password or ""),
        }

    def step(self, step: Step, *, patient: bool) -> Answer:
        if "sleep" in step:
            time.sleep(float(step["sleep"]))
            return {}
        if "cat" in step:
            return self._cat(step["cat"])
        if "close" in step:
            self._close(step["close"])
            return {}
        name = step["conn"]
        if name in self._threads:
            self._threads.pop(name).join()
        if "connect" in step or name not in self._connections:
            try:
                self._connect(name, step.get("connect", {}))
            except Exception as error:  # noqa: BLE001 - whatever hinders it is the answer
                return failure(error)
        if "connect" in step or self._connections[name] is None:
            return {"connected": self._connections[name] is not None}
        return self._in_background(step) if step.get("background") else self._execute(step, patient=patient)

    def join(self) -> None:
        for thread in self._threads.values():
            thread.join()

    def close(self) -> None:
        for name in list(self._connections):
            self._close(name)

    def _connect(self, name: str, options: dict[str, str]) -> None:
        self._close(name)
        self._connections[name] = None
        self._connections[name] = connect(self._url, {key: self._filled(value) for key, value in options.items()})

    def _close(self, name: str) -> None:
        connection = self._connections.pop(name, None)
        if connection is not None and connection.open:
            with suppress(pymysql.MySQLError):
                connection.close()

    def _cat(self, pattern: str) -> Answer:
        texts = [(path.name, cell(path.read_bytes())) for path in sorted(self._directory.glob(pattern))]
        rows = [
            [name, line] for name, text in texts for line in (text.split("\n") if isinstance(text, str) else [text])
        ]
        return {"columns": [["file", 253, 33], ["line", 253, 33]], "rows": rows}

    def _in_background(self, step: Step) -> Answer:
        answer: Answer = {}  # filled by the thread, which ends before the answers are looked at
        thread = threading.Thread(target=lambda: answer.update(self._execute(step, patient=True)))
        self._threads[step["conn"]] = thread
        thread.start()
        thread.join(BLOCKED_AFTER)
        answer["blocked"] = thread.is_alive()
        return answer

    def _filled(self, text: str) -> str:
        known = re.sub(r"\$\{(\w+)\}", lambda match: self._values.get(match[1], match[0]), text)
        return known.replace(FILES, str(self._directory))

    def _execute(self, step: Step, *, patient: bool) -> Answer:
        """Send a statement; with ``poll``, until the first cell is the wanted one or the time is over."""
        seconds, wanted = step.get("poll") or (0, None)
        deadline = time.monotonic() + float(seconds) * self._patience * patient
        connection = self._connections[step["conn"]]
        assert connection is not None
        while True:
            answer = send(connection, self._filled(step["sql"]))
            first = answer["rows"][0][0] if answer.get("rows") else None
            if wanted is None or first == wanted:
                break
            if time.monotonic() > deadline:
                self._patience = 0  # what one step waited for in vain, the next ones need not wait for
                break
            time.sleep(POLL_INTERVAL)
        if "let" in step:
            self._values[step["let"]] = str(first)
        for part in [answer, *answer.get("more", [])]:
            _hide(part, step.get("any", ()))
        return answer


def _hide(answer: Answer, names: Collection[str]) -> None:
    """Replace the values of these columns, except NULL; of all of them for ``*``."""
    if "*" in names and "rows" in answer:
        answer["columns"], answer["rows"] = [], []
    for row in answer.get("rows", []):
        row[:] = [
            ANY if column[0] in names and value is not None else value
            for column, value in zip(answer["columns"], row, strict=False)
        ]
