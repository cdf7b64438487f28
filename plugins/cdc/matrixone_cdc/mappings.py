"""What is copied where, in the forms a program may give it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, cast

from matrixone.exceptions import CDCError, ConfigurationError, InvalidNameError
from matrixone.sql import checked_name, split_name
from matrixone_cdc.model import EVERY, CDCLevel, CDCSinkType, CDCTableMapping

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

TableMappings = str | Mapping[str, str] | Iterable[str | tuple[str, ...]]

_UNUSABLE = ".:,*`'\"\\"
_ALL = CDCTableMapping(EVERY, EVERY, EVERY, EVERY)
_TABLE_PARTS = 2
_BOTH_SIDES = 4


def table_mappings(given: TableMappings) -> tuple[CDCTableMapping, ...]:
    """What is copied where.

    Args:
        given: ``"db.t:sink.t2, ..."``, ``"db:sink"`` or ``"*"``; a dictionary of source to sink; or a list of such
            texts and of tuples ``(source, sink)``, ``(db, table)``, ``(db, table, sink_db)`` and
            ``(db, table, sink_db, sink_table)``. A sink that is left out has the name of the source.

    Raises:
        ConfigurationError: It is none of these, names a source twice, or mixes levels.
        InvalidNameError: A name that cannot be copied.
    """
    found = tuple(_mapping(source, sink) for source, sink in _pairs(given))
    if not found:
        raise ConfigurationError("a task copies at least one table")
    sources = [(each.source_database, each.source_table) for each in found]
    if len(set(sources)) < len(sources):
        raise ConfigurationError("a task copies each table to one place only")
    if len({each.level for each in found}) > 1:
        raise ConfigurationError("a task copies an account, databases or tables, not some of each")
    return found


def _pairs(given: TableMappings) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    if isinstance(given, str):
        for piece in given.split(","):
            source, _, sink = piece.strip().partition(":")
            yield _names(source), _names(sink or source)
    elif isinstance(given, Mapping):
        for source, sink in cast("Mapping[str, str]", given).items():
            yield _names(source), _names(sink)
    else:
        for each in given:
            if isinstance(each, str):
                yield from _pairs(each)
            else:
                yield _pair(tuple(each))


def _pair(names: tuple[str, ...]) -> tuple[Sequence[str], Sequence[str]]:
    if len(names) == _TABLE_PARTS and any("." in name for name in names):
        source, sink = map(_names, names)
        return source, sink
    if not _TABLE_PARTS <= len(names) <= _BOTH_SIDES:
        raise ConfigurationError(f"a mapping is a tuple of two to four names, not of {len(names)}")
    source, sink = names[:_TABLE_PARTS], names[_TABLE_PARTS:]
    return source, (*sink, *source[len(sink) :])


def _mapping(source: Sequence[str], sink: Sequence[str]) -> CDCTableMapping:
    if tuple(source) == tuple(sink) == (EVERY,):
        return _ALL
    if len(source) != len(sink) or len(source) > _TABLE_PARTS:
        raise ConfigurationError(f"{'.'.join(source)!r} cannot be copied to {'.'.join(sink)!r}: name both as deep")
    from_, to = [_name(name).lower() for name in source], [_name(name) for name in sink]
    if len(from_) < _TABLE_PARTS:
        return CDCTableMapping(from_[0], EVERY, to[0], EVERY)
    return CDCTableMapping(from_[0], from_[1], to[0], to[1])


def _names(dotted: str) -> tuple[str, ...]:
    try:
        return split_name(dotted)
    except InvalidNameError as error:
        raise ConfigurationError(str(error)) from error


def _name(name: str) -> str:
    if checked_name(name) != name.strip() or any(character in _UNUSABLE for character in name):
        raise InvalidNameError(f"{name!r} cannot be named in a CDC task: it begins with a blank or holds {_UNUSABLE}")
    return name


def checked_level(level: CDCLevel | str | None, mappings: tuple[CDCTableMapping, ...]) -> CDCLevel:
    """The level of a task, that of what it copies if none is named.

    Raises:
        ConfigurationError: There is no such level, or it does not fit what is copied.
    """
    fitting = mappings[0].level
    if level is None:
        return fitting
    try:
        level = CDCLevel(str(level).lower())
    except ValueError:
        raise ConfigurationError(f"unknown level {level!r}; there are {', '.join(CDCLevel)}") from None
    if level is not fitting and (level, fitting) != (CDCLevel.CLUSTER, CDCLevel.ACCOUNT):
        raise ConfigurationError(f"what is copied is of level {fitting}, not {level}")
    return level


def checked_sink_type(value: CDCSinkType | str) -> CDCSinkType:
    """The kind of a sink.

    Raises:
        ConfigurationError: There is no such kind.
    """
    try:
        return CDCSinkType(str(value).lower())
    except ValueError:
        raise ConfigurationError(f"unknown sink type {value!r}; there are {', '.join(CDCSinkType)}") from None


def refuse_copies_onto_themselves(mappings: tuple[CDCTableMapping, ...]) -> None:
    """See that no table is copied onto itself, on one and the same server.

    Raises:
        CDCError: One would be.
    """
    for each in mappings:
        source, sink = (each.source_database, each.source_table), (each.sink_database, each.sink_table)
        if source == sink:
            raise CDCError(f"{'.'.join(source)} would be copied onto itself; nothing was sent")
