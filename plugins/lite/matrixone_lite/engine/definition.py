"""Tables as text: SHOW CREATE TABLE and DESC."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine.printer import (
    Printer,
    default_text,
    ends_too_early,
    quoted,
    quoted_text,
    read_again,
    shown_comment,
    shown_default,
)
from matrixone_lite.engine.types import Kind
from matrixone_lite.sql import ast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from matrixone_lite.engine.catalog import Column, ForeignKey, Index, Table

_PROPERTY: Final = re.compile(r"""['"]([^'"]*)['"]\s*=\s*['"]([^'"]*)['"]""")
_MAXVALUE: Final = re.compile(r"less than (?:maxvalue|\(maxvalue\))", re.IGNORECASE)
_HIDDEN_OPTIONS: Final = {"visible", "comment", "include"}  # printed elsewhere, or not at all
_TEXT_OPTIONS: Final = {"op_type", "quantization"}


def create_table(table: Table, find: Callable[[int], tuple[str, Table] | None]) -> str:
    """The statement SHOW CREATE TABLE prints.

    :param find: gives the table of an id and the name of its database, for foreign keys
    """
    lines = [f"  {_column(column, table)}" for column in table.columns]
    primary = [index for index in table.indexes if index.kind == "primary"]
    others = [index for index in table.indexes if index.kind != "primary"]
    lines += [_index(index) for index in (*primary, *others)]
    lines += [f"  {_foreign_key(key, table, find)}" for key in table.foreign_keys]
    printer = Printer(quote_columns=True)
    lines += [f"  CONSTRAINT {quoted(check.name)} CHECK ({printer.text(check.expr)})" for check in table.checks]
    word = "TEMPORARY " if table.temporary else "EXTERNAL " if table.kind == "external" else ""
    head = f"CREATE {word}TABLE {quoted(table.name)} (\n"
    return head + ",\n".join(lines) + "\n)" + "".join(_trailers(table))


def can_be_shown(table: Table) -> bool:
    """Whether the server can read what it would answer; a backslash before a quote, or at the end, is too much."""
    members = (member.replace("'", "''") for column in table.columns for member in column.type.members)
    literals = (table.comment, *(column.comment for column in table.columns), *members)
    return not any(ends_too_early(literal) for literal in literals)


def _column(column: Column, table: Table) -> str:
    type_ = read_again(column.type.sql)
    parts = [quoted(column.name), type_.lower() if column.type.kind is Kind.SET else type_]
    if column.generated is not None:
        text = Printer(parentheses=True).text(column.generated)
        parts.append(f"GENERATED ALWAYS AS ({text}) {'STORED' if column.stored else 'VIRTUAL'}")
    else:
        required = not column.nullable or is_primary(column, table)
        parts += ["NOT NULL"] if required else []
        if column.auto_increment:
            parts.append("AUTO_INCREMENT")
        elif column.default is not None and not is_null(column.default):
            parts.append(f"DEFAULT {shown_default(column.default)}")
        elif not required:
            parts.append("NULL DEFAULT NULL" if column.type.kind is Kind.TIMESTAMP else "DEFAULT NULL")
        if column.on_update is not None:
            parts.append(f"ON UPDATE {default_text(column.on_update)}")
    if column.comment:
        parts.append(f"COMMENT {shown_comment(column.comment)}")
    return " ".join(parts)


def _index(index: Index) -> str:
    lengths: dict[str, int] = dict(dict(index.options).get("lengths", ()))
    columns = ",".join(quoted(name) + (f"({lengths[name]})" if name in lengths else "") for name in index.columns)
    comment = f" COMMENT {quoted_text(index.comment)}" if index.comment else ""
    match index.kind:
        case "primary":
            return f"  PRIMARY KEY ({columns})"
        case "fulltext":
            name = "" if dict(index.options).get("unnamed") else quoted(index.name)
            parser = f" WITH PARSER {index.parser}" if index.parser else ""
            asynchronous = " ASYNC" if dict(index.options).get("async") else ""
            return f" FULLTEXT {name}({columns}){parser}{asynchronous}{comment}"
        case "ivfflat" | "hnsw":
            return f"  KEY {quoted(index.name)} USING {index.kind} ({columns}){_vector_options(index)}{comment}"
        case _:
            word = "UNIQUE KEY" if index.unique else "KEY"
            return f"  {word} {quoted(index.name)} ({columns}){comment}"


def _vector_options(index: Index) -> str:
    text = ""
    for key, value in index.options:
        if key in _TEXT_OPTIONS:
            text += f" {key} '{value}' "
        elif key == "async":
            text += " async "
        elif key not in _HIDDEN_OPTIONS:
            text += f" {key} = {_option_value(value)} "
    included = dict(index.options).get("include")
    return text + (f" INCLUDE ({', '.join(map(quoted, included))})" if included else "")


def _option_value(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _foreign_key(key: ForeignKey, table: Table, find: Callable[[int], tuple[str, Table] | None]) -> str:
    database, parent = find(key.parent) or ("", None)
    columns, referenced = (",".join(map(quoted, names)) for names in (key.columns, key.referenced))
    target = quoted(parent.name if parent else "")
    if parent is not None and parent.database != table.database:
        target = f"{quoted(database)}.{target}"
    actions = f"ON DELETE {key.on_delete.upper()} ON UPDATE {key.on_update.upper()}"
    return f"CONSTRAINT {quoted(key.name)} FOREIGN KEY ({columns}) REFERENCES {target} ({referenced}) {actions}"


def _trailers(table: Table) -> Iterator[str]:
    """What follows the closing parenthesis."""
    if table.comment:
        yield f" COMMENT={shown_comment(table.comment)}"
    if partitioning := table.attributes.get("partitioning"):
        yield f" {_partitioning(partitioning)}"
    properties = table.attributes.get("properties")
    if properties:
        pairs = _PROPERTY.findall(properties)
        yield " PROPERTIES(" + ", ".join(f'"{key}" = "{value}"' for key, value in pairs) + ")"
    cluster = table.attributes.get("cluster_by")
    if cluster:
        yield f" CLUSTER BY ({', '.join(map(quoted, cluster))})"


def _partitioning(text: str) -> str:
    """A PARTITION BY clause with its columns between backticks and MAXVALUE in parentheses."""
    head, _, rest = text.partition("(")
    method = " ".join(head.lower().split())
    if method.endswith("key"):
        method += " algorithm = 2"
    names, bracket, tail = rest.partition(")")
    plain = [name.strip().strip("`") for name in names.split(",")]
    if all(name.isidentifier() for name in plain):
        names = ", ".join(map(quoted, plain))
    return _MAXVALUE.sub("less than (MAXVALUE)", f"{method} ({names}{bracket}{tail}")


# --- DESC ------------------------------------------------------------------------------------------------------------


def described_type(column: Column) -> str:
    """A column's type as DESC prints it."""
    return column.type.described


def key_of(column: Column, table: Table) -> str:
    """PRI, UNI, MUL or nothing, as DESC prints it."""
    if is_primary(column, table):
        return "PRI"
    name = column.name.lower()
    leading = [index for index in table.indexes if index.columns and index.columns[0].lower() == name]
    if any(index.kind == "unique" and len(index.columns) == 1 for index in leading):
        return "UNI"
    return "MUL" if any(index.kind in {"plain", "unique"} for index in leading) else ""


def extra_of(column: Column) -> str:
    """What DESC says of a generated or AUTO_INCREMENT column."""
    if column.generated is not None:
        return "STORED GENERATED" if column.stored else "VIRTUAL GENERATED"
    return "auto_increment" if column.auto_increment else ""


def described_default(column: Column) -> str | None:
    """A column's default as DESC prints it: text as in SHOW CREATE TABLE, without the quotes around it."""
    if column.default is None or is_null(column.default):
        return None
    if isinstance(column.default, ast.Literal) and isinstance(column.default.value, str):
        return shown_default(column.default)[1:-1]
    return default_text(column.default)


def is_primary(column: Column, table: Table) -> bool:
    """Whether a column is part of the primary key."""
    key = table.primary_key
    return key is not None and column.name.lower() in {name.lower() for name in key.columns}


def is_null(expr: ast.Expr) -> bool:
    """Whether an expression is the literal NULL."""
    return isinstance(expr, ast.Literal) and expr.value is None
