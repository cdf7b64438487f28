"""ALTER TABLE.

Changes of columns copy the rows into a new SQLite table ("copy mode"); the old one stays for time travel. Changes of
indexes, names and comments work on the table as it is ("inplace mode"), and so do new names of columns alone. The
server does not mix the two, nor do we.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from matrixone_lite.engine import alter_partitions, blueprint, ddl, partitions, physical, types, vector_index
from matrixone_lite.engine.api import Done
from matrixone_lite.engine.branches import check_alterable
from matrixone_lite.engine.changes import Writer
from matrixone_lite.engine.convert import Mode, converter
from matrixone_lite.engine.dispatch import handles
from matrixone_lite.engine.errors import ServerError, internal, invalid_input, unsupported
from matrixone_lite.engine.insert import Insertion
from matrixone_lite.engine.printer import stored_comment
from matrixone_lite.engine.rows import Defaults, to_stored
from matrixone_lite.sql import ast
from matrixone_lite.sql.naming import definition

if TYPE_CHECKING:
    from collections.abc import Callable

    from matrixone_lite.engine.catalog import Column, Index, Table
    from matrixone_lite.engine.session import LiteSession
    from matrixone_lite.engine.types import Type

_COPYING: Final = (ast.AddColumn, ast.DropColumn, ast.ChangeColumn, ast.RenameColumn, ast.AlterDefault)
_IGNORED_OPTIONS: Final = {"charset", "character set", "collate", "convert", "disable keys", "enable keys", "order by"}


@handles(ast.AlterTable)
def alter_table(session: LiteSession, statement: ast.AlterTable) -> Done:
    """Run ALTER TABLE."""
    table = ddl.table_to_alter(session, statement.name)
    if table.temporary:
        raise ServerError(20102, "alter table for temporary table is not yet implemented")
    if all(isinstance(action, ast.RenameColumn) for action in statement.actions):
        draft = _draft(session, table)
        for action in statement.actions:
            _rename_column(draft, action)
        session.catalog.replace_table(draft.table)
    elif any(_copies(action) for action in statement.actions):
        partitions.check_copyable(table)
        _copy(session, table, statement)
    else:
        for action in statement.actions:
            table = _INPLACE.get(type(action), _refuse)(session, table, action)
    return Done()


def _copies(action: ast.AlterAction) -> bool:
    if isinstance(action, ast.AddIndex):
        return action.index.kind is ast.IndexKind.PRIMARY
    if isinstance(action, ast.DropConstraint):
        return action.kind == "primary key"
    return isinstance(action, _COPYING)


def _refuse(_session: LiteSession, _table: Table, action: Any) -> Table:
    raise unsupported(f"ALTER TABLE {type(action).__name__}")


# --- inplace ---------------------------------------------------------------------------------------------------------


def _add_index(session: LiteSession, table: Table, action: ast.AddIndex) -> Table:
    return ddl.add_index(session, table, action.index)


def _drop_constraint(session: LiteSession, table: Table, action: ast.DropConstraint) -> Table:
    name = (action.name or "").lower()
    index = next((one for one in table.indexes if one.name.lower() == name), None)
    key = next((one for one in table.foreign_keys if one.name.lower() == name), None)
    if index is not None and action.kind in {"index", "constraint"}:
        physical.drop_index(session, table, index)
        changed = table.with_changes(indexes=tuple(one for one in table.indexes if one is not index))
    elif key is not None and action.kind in {"foreign key", "constraint"}:
        changed = table.with_changes(foreign_keys=tuple(one for one in table.foreign_keys if one is not key))
    else:
        raise internal(f"Can't DROP '{action.name}'; check that column/key exists")
    session.catalog.replace_table(changed)
    return changed


def _add_foreign_key(session: LiteSession, table: Table, action: ast.AddForeignKey) -> Table:
    key = blueprint.define_foreign_key(session, action.foreign_key, table)
    changed = table.with_changes(foreign_keys=(*table.foreign_keys, key))
    session.catalog.replace_table(changed)
    return changed


def _add_check(_session: LiteSession, _table: Table, action: ast.AddCheck) -> Table:
    name = f"constraint {action.check.name} " if action.check.name else ""
    condition = definition(action.check.expr).replace("`", "")
    raise internal(f"unsupported alter option in inplace mode: {name}check ({condition}) enforced")


def _rename(session: LiteSession, table: Table, action: ast.RenameTo) -> Table:
    return ddl.rename_table(session, table, action.name)


def _set_options(session: LiteSession, table: Table, action: ast.SetTableOptions) -> Table:
    for key, value in action.options:
        if key == "comment":
            table = table.with_changes(comment=stored_comment(str(value)))
        elif key not in _IGNORED_OPTIONS:
            raise invalid_input(f"unsupported alter option in inplace mode: {key} = {str(value).lower()}")
    session.catalog.replace_table(table)
    return table


def _set_visibility(session: LiteSession, table: Table, action: ast.AlterIndexVisibility) -> Table:
    if not any(index.name.lower() == action.name.lower() for index in table.indexes):
        raise internal(f"Can't ALTER '{action.name}'; check that column/key exists")
    indexes = tuple(
        replace(one, visible=action.visible) if one.name.lower() == action.name.lower() else one
        for one in table.indexes
    )
    changed = table.with_changes(indexes=indexes)
    session.catalog.replace_table(changed)
    return changed


def _reindex(session: LiteSession, table: Table, action: ast.Reindex | ast.AlterIndexOptions) -> Table:
    index = next((one for one in table.indexes if one.name.lower() == action.name.lower()), None)
    if index is None:
        raise internal(f"Can't REINDEX '{action.name}'; check that column/key exists")
    given = {**dict(index.options), **{key: value for key, value in action.options if key != "force_sync"}}
    options = vector_index.kept_options(index.kind, given)
    indexes: tuple[Index, ...] = tuple(replace(one, options=options) if one is index else one for one in table.indexes)
    changed = table.with_changes(indexes=indexes)
    session.catalog.replace_table(changed)
    return changed


def _accept(_session: LiteSession, table: Table, _action: ast.AcceptedAction) -> Table:
    return table


_INPLACE: Final[dict[type[ast.AlterAction], Callable[[LiteSession, Table, Any], Table]]] = {
    ast.AddIndex: _add_index,
    ast.DropConstraint: _drop_constraint,
    ast.AddForeignKey: _add_foreign_key,
    ast.AddCheck: _add_check,
    ast.RenameTo: _rename,
    ast.SetTableOptions: _set_options,
    ast.AlterIndexVisibility: _set_visibility,
    ast.Reindex: _reindex,
    ast.AlterIndexOptions: _reindex,
    ast.AcceptedAction: _accept,
    ast.AddPartitions: alter_partitions.add,
    ast.DropPartitions: alter_partitions.drop,
    ast.TruncatePartitions: alter_partitions.truncate,
}


# --- copy ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Draft:
    """The new shape of a table while its actions are applied; ``sources`` maps new column numbers to old columns."""

    session: LiteSession
    table: Table
    sources: dict[int, Column]
    next_number: int

    def place(self, columns: list[Column], column: Column, *, first: bool, after: str | None) -> tuple[Column, ...]:
        """``columns`` with ``column`` where the action wants it."""
        if first:
            columns.insert(0, column)
        elif after is not None:
            position = next((n for n, one in enumerate(columns) if one.name.lower() == after.lower()), None)
            if position is None:
                raise ServerError(1054, f"Unknown column '{after}' in '{self.table.name}'")
            columns.insert(position + 1, column)
        else:
            columns.append(column)
        return tuple(columns)


def _draft(session: LiteSession, table: Table) -> _Draft:
    numbered = {column.number: column for column in table.columns}
    return _Draft(session, table, numbered, max(numbered) + 1)


def _copy(session: LiteSession, table: Table, statement: ast.AlterTable) -> None:
    draft = _draft(session, table)
    for action in statement.actions:
        if not _copies(action):
            raise invalid_input(f"unsupported alter option in copy mode: {_action_text(action)}")
        _COPY[type(action)](draft, action)
    check_alterable(session, table)
    new = draft.table.with_changes(storage=session.catalog.next_id())
    physical.create_storage(session, new)
    _move_rows(session, table, new, draft.sources)
    session.catalog.replace_table(new)


def _action_text(action: ast.AlterAction) -> str:
    match action:
        case ast.AddIndex():
            columns = ", ".join(str(part.name) for part in action.index.columns)
            return f"add index {action.index.name} ({columns})"
        case ast.DropConstraint():
            return f"drop {action.kind} {action.name}"
        case ast.RenameTo():
            return f"rename to {action.name.name}"
        case ast.SetTableOptions():
            key, value = action.options[0]
            return f"{key} = '{value}'" if key == "comment" else f"{key} = {value}"
        case _:
            return type(action).__name__.lower()


def _move_rows(session: LiteSession, old: Table, new: Table, sources: dict[int, Column]) -> None:
    kept = [column for column in new.columns if column.number in sources]
    listed = ", ".join(sources[column.number].physical for column in kept)
    rows = session.connection.run(f"SELECT {listed or 'NULL'} FROM {old.physical} ORDER BY _id")
    if not rows:
        return
    shapes: list[Type] = [sources[column.number].type for column in kept]
    converters = [converter(shape, column.type, Mode.STORE) for shape, column in zip(shapes, kept, strict=True)]
    defaults = Defaults(session)
    positions = {column.number: n for n, column in enumerate(kept)}
    filled = []
    for row in rows:
        values = [value if convert is None else convert(value) for value, convert in zip(row, converters, strict=False)]
        filled.append(
            [
                values[positions[c.number]] if c.number in positions else _new_value(session, c, defaults)
                for c in new.columns
            ]
        )
    writer = Writer(session, new.with_changes(checks=(), foreign_keys=()))
    insertion = Insertion(session, new, ast.Insert(ast.Table(ast.Name(new.name))))
    insertion.number(filled)
    writer.insert(writer.prepare(filled))


def _new_value(session: LiteSession, column: Column, defaults: Defaults) -> Any:
    value = to_stored(session, column.type, defaults.value(column))
    if value is None and not column.nullable and not column.auto_increment and column.generated is None:
        return _zero(column)
    return value


def _zero(column: Column) -> Any:
    """What existing rows get in a new NOT NULL column without a default."""
    if column.type.kind in types.STRINGS:
        return ""
    convert = converter(types.BIGINT, column.type, Mode.STORE)
    return 0 if convert is None else convert(0)


def _find(table: Table, name: str) -> Column:
    column = table.by_name.get(name.lower())
    if column is None:
        raise ServerError(1054, f"Unknown column '{name}' in '{table.name}'")
    return column


def _add_column(draft: _Draft, action: ast.AddColumn) -> None:
    table = draft.table
    if action.column.name.lower() in table.by_name:
        raise ServerError(1060, f"Duplicate column name '{action.column.name}'")
    column = blueprint.define_column(draft.session, action.column, draft.next_number)
    draft.next_number += 1
    columns = draft.place(list(table.columns), column, first=action.first, after=action.after)
    draft.table = _with_column_keys(table.with_changes(columns=columns), action.column)


def _with_column_keys(table: Table, written: ast.ColumnDefinition) -> Table:
    part = (ast.IndexColumn(written.name),)
    if written.primary_key:
        table = _with_primary(table, ast.Index(ast.IndexKind.PRIMARY, part))
    if written.unique:
        index = ast.Index(ast.IndexKind.UNIQUE, part)
        table = blueprint.add_index(table, blueprint.define_index(index, table))
    return table


def _with_primary(table: Table, written: ast.Index) -> Table:
    if table.primary_key is not None:
        raise ServerError(1068, "Multiple primary key defined")
    return blueprint.add_index(table, blueprint.define_index(written, table))


def _drop_column(draft: _Draft, action: ast.DropColumn) -> None:
    table, name = draft.table, action.name.lower()
    if name not in table.by_name:
        raise ServerError(1091, f"Can't DROP '{action.name}'; check that column/key exists")
    for child, key in draft.session.catalog.children(table):
        if name in {referenced.lower() for referenced in key.referenced}:
            needed = f"needed in a foreign key constraint '{key.name}' of table '{child.name}'"
            raise ServerError(1829, f"Cannot drop column '{action.name}': {needed}")
    for own in table.foreign_keys:
        if name in {column.lower() for column in own.columns}:
            raise ServerError(
                1828, f"Cannot drop column '{action.name}': needed in a foreign key constraint '{own.name}'"
            )
    indexes = []
    for index in table.indexes:
        left = tuple(column for column in index.columns if column.lower() != name)
        if left and (len(left) == len(index.columns) or index.kind in {"plain", "unique"}):
            indexes.append(replace(index, columns=left))
    columns = tuple(column for column in table.columns if column.name.lower() != name)
    if not columns:
        raise ServerError(1090, "You can't delete all columns with ALTER TABLE; use DROP TABLE instead")
    draft.table = table.with_changes(columns=columns, indexes=tuple(indexes))


def _change_column(draft: _Draft, action: ast.ChangeColumn) -> None:
    table = draft.table
    old = _find(table, action.name)
    new = blueprint.define_column(draft.session, action.column, draft.next_number)
    draft.next_number += 1
    if new.name.lower() != old.name.lower() and new.name.lower() in table.by_name:
        raise ServerError(1060, f"Duplicate column name '{new.name}'")
    if table.primary_key is not None and old.name in table.primary_key.columns:
        new = replace(new, nullable=False)
    if old.number in draft.sources:
        draft.sources[new.number] = draft.sources[old.number]
    columns = list(table.columns)
    if action.first or action.after is not None:
        columns.remove(old)
        placed = draft.place(columns, new, first=action.first, after=action.after)
    else:
        placed = tuple(new if column is old else column for column in columns)
    draft.table = _with_column_keys(_renamed(table, old.name, new.name).with_changes(columns=placed), action.column)


def _renamed(table: Table, old: str, new: str) -> Table:
    def change(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(new if name.lower() == old.lower() else name for name in names)

    return table.with_changes(
        attributes=table.attributes | partitions.renamed(table, old, new),
        indexes=tuple(replace(index, columns=change(index.columns)) for index in table.indexes),
        foreign_keys=tuple(replace(key, columns=change(key.columns)) for key in table.foreign_keys),
    )


def _rename_column(draft: _Draft, action: Any) -> None:
    table = draft.table
    old = _find(table, action.name)
    if action.to.lower() != action.name.lower() and action.to.lower() in table.by_name:
        raise ServerError(1060, f"Duplicate column name '{action.to}'")
    columns = tuple(replace(column, name=action.to) if column is old else column for column in table.columns)
    draft.table = _renamed(table, old.name, action.to).with_changes(columns=columns)


def _alter_default(draft: _Draft, action: ast.AlterDefault) -> None:
    old = _find(draft.table, action.name)
    columns = tuple(
        replace(column, default=action.default) if column is old else column for column in draft.table.columns
    )
    draft.table = draft.table.with_changes(columns=columns)


def _add_primary_key(draft: _Draft, action: ast.AddIndex) -> None:
    draft.table = _with_primary(draft.table, action.index)


def _drop_primary_key(draft: _Draft, _action: ast.DropConstraint) -> None:
    if draft.table.primary_key is None:
        raise ServerError(1091, "Can't DROP 'PRIMARY'; check that column/key exists")
    draft.table = draft.table.with_changes(
        indexes=tuple(index for index in draft.table.indexes if index.kind != "primary")
    )


_COPY: Final[dict[type[ast.AlterAction], Callable[[_Draft, Any], None]]] = {
    ast.AddColumn: _add_column,
    ast.DropColumn: _drop_column,
    ast.ChangeColumn: _change_column,
    ast.RenameColumn: _rename_column,
    ast.AlterDefault: _alter_default,
    ast.AddIndex: _add_primary_key,
    ast.DropConstraint: _drop_primary_key,
}
