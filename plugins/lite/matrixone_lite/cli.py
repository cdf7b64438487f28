"""The server in the foreground: ``python -m matrixone_lite``."""

import argparse
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from matrixone_lite.embedded import PASSWORD, USER
from matrixone_lite.engine.api import ServerError
from matrixone_lite.server import Server
from matrixone_lite.version import VERSION


def serve(
    port: int = 0,
    data: Path | None = None,
    sql: Path | None = None,
    password: str = PASSWORD,
    tls_cert: Path | None = None,
    tls_key: Path | None = None,
) -> int:
    """Run a server until SIGINT or SIGTERM.

    Args:
        port: 0 takes a free one.
        data: Directory of the database; without one it is temporary.
        sql: A file of statements to run first, as ``root``.
        password: Password of ``root``, where the database is new.
        tls_cert: File of a certificate (PEM); with it clients may ask for TLS.
        tls_key: File of its key; the certificate's file if left out.

    Returns:
        The exit status: 1 when the server cannot start or a statement of the file fails.
    """
    if tls_key is not None and tls_cert is None:
        return _fail("--tls-key is the key of a certificate: give --tls-cert, too")
    tls = None if tls_cert is None else (tls_cert, tls_key or tls_cert)
    try:
        server = Server(data, port, password, sql=sql, tls=tls)
    except ServerError as reason:
        return _fail(f"{sql}: {reason}")
    except OSError as reason:
        return _fail(str(reason) if reason.filename else reason.strerror or str(reason))
    with server:
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
    parser.add_argument("--tls-cert", type=Path, help="certificate (PEM) for clients that ask for TLS")
    parser.add_argument("--tls-key", type=Path, help="its key, where it is not in the same file")
    return serve(**vars(parser.parse_args(arguments)))
