"""The server in the foreground: ``python -m matrixone_lite``."""

import argparse
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from matrixone_lite.engine.api import ServerError
from matrixone_lite.server import PASSWORD, USER, Server
from matrixone_lite.version import VERSION


def serve(port: int = 0, data: Path | None = None, sql: Path | None = None, password: str = PASSWORD) -> int:
    """Run a server until SIGINT or SIGTERM.

    Args:
        port: 0 takes a free one.
        data: directory of the database; without one it is temporary.
        sql: a file of statements to run first, as ``root``.
        password: password of ``root``, where the database is new.

    Returns:
        The exit status: 1 when the server cannot start or a statement of the file fails.
    """
    try:
        server = Server(data, port, password)
    except OSError as reason:
        return _fail(reason.strerror or str(reason))
    with server:
        if sql is not None:
            try:
                server.execute(sql.read_text(encoding="utf-8"))
            except (OSError, ServerError) as reason:
                return _fail(f"{sql}: {reason}")
        stopped = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stopped.set())
        sys.stdout.write(f"{VERSION} listens: matrixone://{USER}@127.0.0.1:{server.port}/\n")
        sys.stdout.flush()
        stopped.wait()
    return 0


def _fail(reason: str) -> int:
    sys.stderr.write(f"matrixone-lite: {reason}\n")
    return 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a server as the command line says.

    Returns:
        The exit status.
    """
    parser = argparse.ArgumentParser(
        "matrixone-lite", description="A development server that answers as MatrixOne does."
    )
    parser.add_argument("--port", type=int, default=0, help="TCP port on 127.0.0.1 (a free one by default)")
    parser.add_argument("--data", type=Path, help="directory of the database (temporary by default)")
    parser.add_argument("--sql", type=Path, help="file of statements to run first")
    parser.add_argument(
        "--password", default=PASSWORD, help=f"password of {USER} in a new database (default {PASSWORD})"
    )
    options = parser.parse_args(arguments)
    return serve(options.port, options.data, options.sql, options.password)
