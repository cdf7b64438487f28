"""Random statements of the kinds the SDK emits, as strategies of hypothesis.

Expressions come from the table below: a word in braces is any expression of that kind. Queries say in which order their
rows come whenever that decides which rows there are, so two servers must answer the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Draw = Callable[[st.SearchStrategy[Any]], Any]

DEEPEST = 2
"""Levels of operators and functions in an expression."""

TYPES = {
    "tinyint": ("number", ("0", "1", "-128", "127", "5")),
    "smallint unsigned": ("number", ("0", "1", "65535", "300")),
    "int": ("number", ("0", "1", "-2147483648", "2147483647", "42", "-7")),
    "bigint": ("number", ("0", "2", "-9223372036854775808", "9223372036854775807", "1000000")),
    "bigint unsigned": ("number", ("0", "3", "18446744073709551615", "9223372036854775808")),
    "decimal(10,2)": ("number", ("0", "1.50", "-0.01", "99999999.99", "3.33")),
    "decimal(30,10)": ("number", ("0", "0.0000000001", "12345678901234567890.5", "-2.5")),
    "float": ("number", ("0", "1.5", "-0.25", "1e10")),
    "double": ("number", ("0", "2.5", "-1e-3", "1e100")),
    "bool": ("truth", ("true", "false")),
    "varchar(20)": ("text", ("''", "'a'", "'Abc'", "'abc '", "'é'", "'日本'", "'x%y'", "'12'", "'-3.5'")),
    "char(5)": ("text", ("''", "'b'", "'B'", "'ab c'")),
    "text": ("text", ("'lorem'", "''", "'it''s'", "'2024-02-29'")),
    "date": ("moment", ("'2024-02-29'", "'1999-12-31'", "'2000-01-01'")),
    "datetime": ("moment", ("'2024-02-29 23:59:59'", "'1970-01-01 00:00:00'", "'2024-03-01 12:00:00'")),
    "datetime(6)": ("moment", ("'2024-02-29 23:59:59.999999'", "'2024-01-01 00:00:00.5'")),
    "timestamp": ("moment", ("'2024-06-01 10:00:00'", "'2001-09-09 01:46:40'")),
    "time": ("time", ("'10:30:00'", "'-01:00:00'", "'23:59:59'")),
    "varbinary(10)": ("bytes", ("'bin'", "x'00ff'", "''")),
    "blob": ("bytes", ("'blob'", "''")),
    "json": ("json", ("""'{"a": 1, "b": [1, 2]}'""", "'[]'", "'null'", "'\"s\"'")),
    "enum('red','green','blue')": ("enum", ("'red'", "'blue'")),
    "uuid": ("uuid", ("'00000000-0000-0000-0000-00000000000a'", "'ffffffff-ffff-4fff-bfff-ffffffffffff'")),
    "vecf32(3)": ("vector", ("'[1,2,3]'", "'[0,0,0]'", "'[-1.5,2.25,1e3]'")),
}
"""The kind of expressions the values of a type are, and values of it."""

LITERALS = {
    "number": ("0", "1", "2", "-1", "3.5", "10", "0.1", "1e2", "100"),
    "text": ("''", "'a'", "'B'", "'abc'", "'%b%'", "'12'", "'é'"),
    "moment": ("date '2024-02-29'", "timestamp '2024-03-01 12:00:00'", "cast('2000-01-01' as date)"),
    "truth": ("true", "false"),
    "time": ("time '10:30:00'",),
    "count": ("0", "1", "2", "5", "-1"),
}

EXPRESSIONS = {
    "number": (
        "({number} + {number})",
        "({number} - {number})",
        "({number} * {number})",
        "({number} / {number})",
        "({number} % {number})",
        "({number} div {number})",
        "(-{number})",
        "abs({number})",
        "floor({number})",
        "ceil({number})",
        "round({number}, {count})",
        "round({number})",
        "truncate({number}, 1)",
        "sign({number})",
        "mod({number}, 7)",
        "power({number}, 2)",
        "sqrt(abs({number}))",
        "length({text})",
        "char_length({text})",
        "locate({text}, {text})",
        "instr({text}, 'a')",
        "ascii({text})",
        "year({moment})",
        "month({moment})",
        "dayofmonth({moment})",
        "hour({moment})",
        "weekday({moment})",
        "extract(year from {moment})",
        "datediff({moment}, {moment})",
        "coalesce({number}, {number})",
        "ifnull({number}, {number})",
        "nullif({number}, {number})",
        "case when {truth} then {number} else {number} end",
        "case {number} when {number} then {number} end",
        "if({truth}, {number}, {number})",
        "greatest({number}, {number})",
        "least({number}, {number})",
        "cast({number} as signed)",
        "cast({number} as decimal(20, 4))",
        "cast({number} as double)",
        "({number} & 7)",
        "({number} | 1)",
    ),
    "text": (
        "concat({text}, {text})",
        "concat_ws('-', {text}, {text}, {number})",
        "upper({text})",
        "lower({text})",
        "trim({text})",
        "ltrim({text})",
        "reverse({text})",
        "left({text}, {count})",
        "right({text}, {count})",
        "substring({text}, {count})",
        "substring({text}, {count}, {count})",
        "replace({text}, 'a', {text})",
        "lpad({text}, 6, '*')",
        "repeat({text}, {count})",
        "hex({text})",
        "cast({number} as char)",
        "cast({moment} as char)",
        "date_format({moment}, '%Y/%m/%d %H:%i')",
        "coalesce({text}, {text})",
        "ifnull({text}, {text})",
        "nullif({text}, {text})",
        "case when {truth} then {text} else {text} end",
        "if({truth}, {text}, {text})",
        "greatest({text}, {text})",
    ),
    "moment": (
        "date_add({moment}, interval 1 day)",
        "date_add({moment}, interval 1 month)",
        "date_sub({moment}, interval 2 hour)",
        "cast({moment} as date)",
        "cast({moment} as datetime)",
        "date({moment})",
        "last_day({moment})",
        "coalesce({moment}, {moment})",
        "case when {truth} then {moment} end",
        "greatest({moment}, {moment})",
    ),
    "truth": (
        "({number} = {number})",
        "({number} <> {number})",
        "({number} < {number})",
        "({number} >= {number})",
        "({text} = {text})",
        "({text} < {text})",
        "({text} like {text})",
        "({text} not like 'a%')",
        "({moment} <= {moment})",
        "({moment} = '2024-02-29')",
        "({number} is null)",
        "({text} is not null)",
        "({number} in ({number}, {number}))",
        "({text} not in ('a', {text}))",
        "({number} between {number} and {number})",
        "({truth} and {truth})",
        "({truth} or {truth})",
        "(not {truth})",
        "({truth} is true)",
        "({number} <=> {number})",
        "({time} < {time})",
    ),
    "time": ("coalesce({time}, {time})",),
}

AGGREGATES = (
    "count(*)",
    "count({number})",
    "count(distinct {text})",
    "count(distinct {number})",
    "sum({number})",
    "avg({number})",
    "min({number})",
    "max({number})",
    "min({text})",
    "max({moment})",
    "sum({truth})",
    "stddev({number})",
    "bit_or({number} & 7)",
    "group_concat({text} order by {table}.id separator '|')",
    "sum(case when {truth} then {number} end)",
    "coalesce(sum({number}), 0)",
)
WINDOWS = (
    "row_number() over (order by {table}.id)",
    "rank() over (partition by {truth} order by {table}.id)",
    "dense_rank() over (order by {table}.id desc)",
    "sum({number}) over (partition by {truth} order by {table}.id)",
    "count(*) over (partition by {truth})",
    "lag({number}) over (order by {table}.id)",
    "max({text}) over (order by {table}.id)",
)

_HOLE = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Table:
    """A table with a key ``id``; ``columns`` are the names of the others and their types."""

    name: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def definition(self) -> str:
        """CREATE TABLE."""
        parts = ["id int not null", *(f"{name} {type_}" for name, type_ in self.columns), "primary key (id)"]
        return f"create table {self.name} ({', '.join(parts)})"

    @property
    def content(self) -> str:
        """INSERT of all rows."""
        return f"insert into {self.name} values " + ", ".join(f"({', '.join(row)})" for row in self.rows)


@dataclass(frozen=True)
class Expressions:
    """Draws expressions over the columns of tables, which are written ``name.column``."""

    draw: Draw
    tables: Sequence[Table]

    def any(self, kind: str, depth: int = DEEPEST) -> str:
        """An expression of a kind."""
        if not depth or kind not in EXPRESSIONS or self.draw(st.integers(0, 3)) == 0:
            return self._leaf(kind)
        return self.fill(self.draw(st.sampled_from(EXPRESSIONS[kind])), depth - 1)

    def fill(self, template: str, depth: int = DEEPEST - 1) -> str:
        """A template with an expression for each word in braces."""
        return _HOLE.sub(lambda hole: self.tables[0].name if hole[1] == "table" else self.any(hole[1], depth), template)

    def value(self, kind: str) -> str:
        """An expression of a kind; for ``any`` a column, of whatever kind."""
        return self.draw(st.sampled_from(self.columns())) if kind == "any" else self.any(kind)

    def columns(self, kind: str | None = None) -> list[str]:
        """All columns, or those of a kind but for the keys: the server loses rows where one follows a constant."""
        found = [f"{table.name}.id" for table in self.tables if kind is None]
        for table in self.tables:
            found += [f"{table.name}.{name}" for name, type_ in table.columns if kind in {None, TYPES[type_][0]}]
        return found

    def _leaf(self, kind: str) -> str:
        columns = self.columns(kind)
        if columns and self.draw(st.integers(0, 3)):
            return self.draw(st.sampled_from(columns))
        return self.draw(st.sampled_from(LITERALS[kind]))


@st.composite
def tables(draw: Draw, name: str) -> Table:
    """A table with columns of some types and some rows."""
    types = draw(st.lists(st.sampled_from(sorted(TYPES)), min_size=2, max_size=6))
    values = [st.sampled_from((*TYPES[type_][1], "null")) for type_ in types]
    rows = draw(st.lists(st.tuples(*values), min_size=1, max_size=6))
    return Table(
        name,
        tuple((f"c{number}", type_) for number, type_ in enumerate(types)),
        tuple((str(number), *row) for number, row in enumerate(rows, 1)),
    )


def databases() -> st.SearchStrategy[tuple[Table, Table]]:
    """Two tables."""
    return st.tuples(tables("t"), tables("u"))


@st.composite
def selects(draw: Draw, content: Sequence[Table], kinds: Sequence[str], *, plain: bool = False) -> str:
    """A query without an order: plain, joined, grouped, or with window functions.

    Args:
        kinds: Of the columns; aggregates and window functions are of any.
        plain: Whether all columns have to be of these kinds.
    """
    source, scope = draw(sources(content))
    write = Expressions(draw, scope)
    where = f" where {write.any('truth')}" if draw(st.booleans()) else ""
    items = [write.value(kind) for kind in kinds]
    form = "plain" if plain else draw(st.sampled_from(("plain", "plain", "grouped", "whole", "window")))
    distinct = grouping = ""
    match form:
        case "plain":
            distinct = draw(st.sampled_from(("", "distinct ")))
        case "whole":
            items = [write.fill(draw(st.sampled_from(AGGREGATES))) for _ in kinds]
        case "grouped":
            grouping = f" group by {', '.join(items)}"
            grouping += write.fill(" having count(*) >= {count}") if draw(st.booleans()) else ""
            items[-1] = write.fill(draw(st.sampled_from(AGGREGATES)))
        case "window":
            items[-1] = write.fill(draw(st.sampled_from(WINDOWS)))
    return f"select {distinct}{_named(items)} from {source}{where}{grouping}"


@st.composite
def sources(draw: Draw, content: Sequence[Table]) -> tuple[str, list[Table]]:
    """What follows FROM, and the tables whose columns it has."""
    one, two = content
    match draw(st.sampled_from(("one", "one", "join", "left", "right", "cross", "derived"))):
        case "one":
            chosen = draw(st.sampled_from((one, two)))
            return chosen.name, [chosen]
        case "cross":
            return f"{one.name}, {two.name}", [one, two]
        case "derived":
            where = Expressions(draw, [one]).any("truth")
            return f"(select * from {one.name} where {where}) as {one.name}", [one]
        case word:
            on = draw(st.sampled_from((f"{one.name}.id = {two.name}.id", None)))
            on = on or Expressions(draw, content).fill("{number} = {number}")
            word = "" if word == "join" else f"{word} "
            return f"{one.name} {word}join {two.name} on {on}", [one, two]


@st.composite
def queries(draw: Draw, content: Sequence[Table]) -> str:
    """A query whose rows, but not their order, are certain; their order, too, where it decides which there are."""
    kinds = draw(st.lists(st.sampled_from(("any", "number", "text", "moment", "truth")), min_size=1, max_size=3))
    width = len(kinds)
    text = draw(selects(content, kinds))
    match draw(st.sampled_from(("plain", "plain", "plain", "union", "cte", "in", "exists", "scalar"))):
        case "union":
            kinds = ["number" if kind == "any" else kind for kind in kinds]
            word = draw(st.sampled_from((" union ", " union all ", " intersect ", " except ")))
            text = word.join(draw(selects(content, kinds, plain=True)) for _ in range(2))
        case "cte":
            text = f"with q as ({text}) select q.*, count(*) over () as n from q"
            width += 1
        case "in":
            text = f"select t.id as a0 from t where t.id in ({draw(selects(content, ['number'], plain=True))})"
            width = 1
        case "exists":
            inner = Expressions(draw, content).any("truth")
            text = f"select t.id as a0 from t where exists (select 1 from u where u.id = t.id and {inner})"
            width = 1
        case "scalar":
            function = draw(st.sampled_from(("max", "min", "count", "sum")))
            text = f"select t.id as a0, (select {function}(u.id) from u where u.id < t.id) as a1 from t"
            width = 2
    if draw(st.booleans()):
        places = list(range(1, width + 1))
        directions = [f"{place}{draw(st.sampled_from(('', ' desc')))}" for place in draw(st.permutations(places))]
        text += f" order by {', '.join(directions)}"
        if draw(st.booleans()):
            text += f" limit {draw(st.integers(0, 4))}"
            text += f" offset {draw(st.integers(0, 2))}" if draw(st.booleans()) else ""
    return text


@st.composite
def changes(draw: Draw, content: Sequence[Table]) -> str:
    """INSERT in its forms, REPLACE, UPDATE or DELETE."""
    table = draw(st.sampled_from(content))
    write = Expressions(draw, [table])
    name, type_ = draw(st.sampled_from(table.columns))
    values = [st.sampled_from((*TYPES[kind][1], "null", "default")) for _, kind in table.columns]
    row = ", ".join((str(draw(st.integers(1, 9))), *draw(st.tuples(*values))))
    kind = TYPES[type_][0]
    new = write.any(kind) if kind in LITERALS else draw(st.sampled_from(TYPES[type_][1]))
    other = ", ".join((str(draw(st.integers(1, 9))), *draw(st.tuples(*values))))
    assigned = draw(st.sampled_from((f"values({name})", new)))
    where = f" where {write.any('truth')}" if draw(st.booleans()) else ""
    forms = (
        f"insert into {table.name} values ({row}), ({other})",
        f"insert ignore into {table.name} values ({row})",
        f"insert into {table.name} values ({row}) on duplicate key update {name} = {assigned}",
        f"insert into {table.name} (id, {name}) select id + 10, {name} from {table.name} where id < 4",
        f"replace into {table.name} values ({row})",
        f"update {table.name} set {name} = {new}{where}",
        f"delete from {table.name}{where}",
    )
    return draw(st.sampled_from(forms))


def transactions(content: Sequence[Table]) -> st.SearchStrategy[list[str]]:
    """Statements of a session that changes tables, inside and outside of transactions."""
    control = st.sampled_from(("begin", "commit", "rollback", "savepoint a", "rollback to a", "release savepoint a"))
    return st.lists(st.one_of(changes(content), changes(content), control), min_size=1, max_size=6)


def _named(items: Sequence[str]) -> str:
    return ", ".join(f"{item} as a{number}" for number, item in enumerate(items))
