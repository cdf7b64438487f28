"""The commands and their options; each command imports what it needs when it runs."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

import matrixone
from matrixone.exceptions import MatrixOneError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["app"]

# A traceback with local variables would print passwords.
app = typer.Typer(name="matrixone", no_args_is_help=True, pretty_exceptions_enable=False, help=matrixone.__doc__)
lite = typer.Typer(no_args_is_help=True, help="The embedded development server.")
app.add_typer(lite, name="lite")


@app.command()
def version() -> None:
    """Print the version of the SDK."""
    typer.echo(matrixone.__version__)


@app.command()
def plugins() -> None:
    """List the installed manager plugins, with the errors of those that cannot be loaded."""
    from matrixone.registry import discover

    table = Table("plugin", "distribution", "version", "managers")
    for plugin in discover():
        offered = ", ".join(spec.name for spec in plugin.managers)
        table.add_row(
            plugin.name,
            plugin.distribution,
            plugin.version,
            offered if plugin.error is None else f"failed: {plugin.error!r}",
        )
    if table.row_count:
        Console().print(table)
    else:
        typer.echo("no plugins installed: pip install 'matrixone[managers]'")


@app.command()
def demo(
    query: Annotated[str | None, typer.Option(help="Print the best matches for this, such as 'parse dates'.")] = None,
    url: Annotated[
        str | None, typer.Option(help="A server, as in mysql://user:password@host:6001; an embedded one if left out.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Index so many docstrings instead of all.")] = None,
) -> None:
    """Index and search the documentation of Python's standard library."""
    with _needing("demo", "numpy"), _clear_errors():
        from matrixone import demo as demonstration

        demonstration.run(Console(), url=url, query=query, limit=limit)


@lite.command()
def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="TCP port on 127.0.0.1; 0 takes a free one.")] = 0,
    data: Annotated[Path | None, typer.Option(help="Directory of the database; a temporary one if left out.")] = None,
    sql: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="File of SQL to run first.")] = None,
    tls_cert: Annotated[Path | None, typer.Option(help="Certificate (PEM) for clients that ask for TLS.")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="Its key, where it is not in the same file.")] = None,
) -> None:
    """Serve an embedded database until Ctrl-C."""
    with _needing("lite", "matrixone_lite"):
        from matrixone_lite.cli import serve as serve_lite

        raise typer.Exit(serve_lite(port=port, data=data, sql=sql, tls_cert=tls_cert, tls_key=tls_key))


@contextmanager
def _needing(extra: str, module: str) -> Iterator[None]:
    """Name the extra when a module of it is missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        sys.exit(f"matrixone: this command needs the extra {extra!r}: pip install 'matrixone[{extra}]'")


@contextmanager
def _clear_errors() -> Iterator[None]:
    """End with the message of an error, not with a traceback."""
    try:
        yield
    except (MatrixOneError, FileNotFoundError) as error:
        sys.exit(f"matrixone: {error}")
