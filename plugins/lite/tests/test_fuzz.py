"""Statements with mistakes: whatever is written, the answer is rows, a count or an error of the server's kind."""

import re
from contextlib import contextmanager

import pymysql
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matrixone_lite import Server
from pymysql.constants import CLIENT

TABLES = """
create table t (id int primary key auto_increment, name varchar(20) not null default 'x', price decimal(10,2),
  born date, seen datetime(6), flag bool, doc json, v vecf32(3), b blob, e enum('a','b'), u uuid, key k (price), unique key (name));
create table child (id bigint unsigned primary key, t_id int, txt text, fulltext key f (txt),
  foreign key (t_id) references t (id) on delete cascade);
create view w as select id, name from t where id > 1;
create sequence s start 10;
insert into t (id, name, price, born, doc, v) values (1, 'one', 1.5, '2024-01-31', '{"a": [1, 2]}', '[1,2,3]'),
  (2, 'two', null, '2024-02-29', null, '[3,2,1]'), (3, 'three', -7.25, null, '[]', null);
insert into child values (1, 1, 'the quick brown fox'), (2, 2, 'lazy dogs'), (18446744073709551615, null, null)
"""

STATEMENTS = """
select 1
select * from t
select id, upper(name) as n, price * 2 from t where id in (1, 2, null) and name like 't%' order by n desc limit 2 offset 1
select count(*), sum(price), avg(price), group_concat(name separator '-') from t group by flag having count(*) > 1
select distinct t.name, c.txt from t left join child c on c.t_id = t.id where c.id is null or t.price between 1 and 2
select case when price > 0 then 'p' when price < 0 then 'n' else null end, if(flag, 1, 2), ifnull(born, now()) from t
select (select max(id) from child where t_id = t.id), exists (select 1 from child), id from t where id > all (select 0)
with recursive r (n) as (select 1 union all select n + 1 from r where n < 5) select * from r
with a as (select * from t), b as (select * from a) select a.id from a, b where a.id = b.id
select id from t union select id from child order by 1 limit 3
select id from t intersect select t_id from child
select row_number() over (partition by flag order by id), rank() over (order by price desc), sum(id) over () from t
select date_add(born, interval 1 month), datediff(now(), born), date_format(seen, '%Y-%m-%d'), extract(year from born) from t
select json_extract(doc, '$.a[0]'), doc -> '$.a', json_unquote(doc), json_object('k', id) from t
select l2_distance(v, '[1,1,1]'), cosine_distance(v, v), v + '[1,2,3]', vector_dims(v), l2_norm(v) from t
select id from t order by l2_distance(v, '[1,2,3]') limit 2 by rank with option 'mode=pre'
select id, match (txt) against ('quick' in natural language mode) from child where match (txt) against ('quick' in natural language mode)
select * from child where match (txt) against ('+quick -dog' in boolean mode)
select cast('12' as signed), cast(1.5 as decimal(5,1)), convert('2024-01-01', date), binary 'x', x'41', 0b11
select concat_ws(',', name, id), substring(name, 2, 2), lpad(name, 9, '*'), replace(name, 'o', '0'), trim(both 'x' from name) from t
select @a := 5, @a, @@version, @@session.autocommit, @@global.max_connections
select 1 + 2 * -3 / 4 % 5 div 2, 7 & 3 | 4 ^ 1, 1 << 70, ~0, not 1, 5 xor 3, !0
select 9223372036854775807 + 1, -9223372036854775808, 1e308 * 10, 1 / 0, sqrt(-1), power(10, 400), exp(1000)
select id from t {timestamp = '2024-01-01 00:00:00'}
select * from information_schema.columns where table_schema = 'fuzz'
select * from mo_catalog.mo_tables limit 1
select nextval('s'), currval('s'), lastval(), setval('s', 5)
select bit_and(id), std(price), variance(price), any_value(name), min(born), max(doc) from t
select greatest(1, '2', null), coalesce(null, 1.5), nullif(1, 1), field('a', 'b', 'a'), elt(1, 'x'), conv('ff', 16, 10)
select name regexp '^t', regexp_replace(name, '[aeiou]', '_'), name rlike 'x|y', locate('o', name) from t
select * from generate_series(1, 10, 3) g
select unnest(doc) from t
select * from t for update
select id into @x from t limit 1
values row(1, 2), row(3, 4)
insert into t (name, price) values ('new', 1), ('newer', default)
insert into t values (null, 'full', 1.005, '2024-12-31', '2024-01-01 10:00:00.123456', true, '{}', '[0,0,0]', 'b', 'a', uuid())
insert ignore into t (id, name) values (1, 'dup')
insert into t (id, name) values (1, 'dup') on duplicate key update price = values(price) + 1, flag = not flag
insert into child (id, txt) select id + 100, name from t
insert into t (name) values ('ret') returning id, name
insert into t set name = 'set', price = 2
replace into t (id, name) values (1, 'replaced')
update t set price = price * 2, name = concat(name, '!') where id = 1
update t, child set t.price = 1, child.txt = 'u' where t.id = child.t_id
update t set price = (select count(*) from child) order by id limit 1
delete from t where id = 3 limit 1
delete child from child join t on t.id = child.t_id where t.name = 'two'
create table n (a int unsigned not null comment 'c', b varchar(10) default 'd', primary key (a, b), check (a > 1))
create table if not exists t (a int)
create table n2 as select id, name from t where id < 3
create table n3 like t
create temporary table tmp (a int)
create index i on t (born)
create unique index ui on t (born, price)
create index iv using ivfflat on t (v) lists = 2 op_type 'vector_l2_ops'
create fulltext index ft on child (txt) with parser ngram
alter table t add column extra int default 3 after name, drop column flag
alter table t modify name varchar(30) not null, rename column price to cost
alter table t add constraint fk foreign key (id) references child (id), add index z (id)
alter table t comment 'text'
drop index k on t
drop table if exists n, n2, n3, tmp
truncate table child
rename table child to child2
create or replace view w as select id from t
drop view if exists w
create database if not exists fuzz_other
drop database if exists fuzz_other
use fuzz
show tables like 't%'
show full columns from t
show create table t
show index from t
show variables like 'auto%'
show databases where `Database` = 'x'
show processlist
show grants for 'root'@'localhost'
show table status
describe t
explain select * from t where id = 1
explain analyze select * from t
analyze table t (id, name)
begin
start transaction read only
commit
rollback
savepoint a
rollback to a
set @a = 1, @b = 'x'
set session sql_mode = ''
set time_zone = '+08:00'
set names utf8mb4 collate utf8mb4_bin
prepare p from 'select ? + 1'
execute p using @a
deallocate prepare p
create snapshot sp for table fuzz t
show snapshots where snapshot_name = 'sp'
drop snapshot if exists sp
create table cl clone t
create pitr if not exists pp for database fuzz range 1 'd'
drop pitr if exists pp
create user if not exists fu identified by '1'
create role if not exists fr
grant select on table fuzz.t to fr
revoke all on database fuzz from fr
drop user if exists fu
create stage if not exists st url = 'file:///nonexistent/'
drop stage if exists st
create publication pub database fuzz account all
drop publication if exists pub
load data inline format = 'csv', data = '9,1,x' into table child fields terminated by ',' enclosed by '"' lines terminated by '\\n'
kill query 4294967295
select sleep(0), database(), user(), connection_id(), last_insert_id(), row_count(), found_rows()
/* comment */ select 1 -- end
select 'it''s', "dq", `id` from t where name = 'a\\'b' # end
""".strip().splitlines()

TOKEN = re.compile(r"\s+|\w+|'[^']*'|.")
TOKENS = sorted({token for text in STATEMENTS for token in TOKEN.findall(text) if not token.isspace()})
ODDITIES = [
    "",
    "(",
    ")",
    "'",
    '"',
    "`",
    "\\",
    "\0",
    ";",
    "?",
    "@",
    "@@",
    "$$",
    "null",
    "-1",
    "1e999",
    "''",
    "0x",
    "é",
    "\ud83d",
]
DEFECT = "internal error: panic"
LOST = {2003, 2006, 2013}
LONGEST = 30
"""Seconds until a statement counts as one that never ends."""


@st.composite
def mutated(draw):
    """A statement, its tokens left out, doubled, exchanged or replaced in a few places."""
    tokens = TOKEN.findall(draw(st.sampled_from(STATEMENTS)))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, max(len(tokens) - 1, 0)))
        match draw(st.sampled_from(("drop", "double", "swap", "replace", "insert", "cut"))):
            case "drop":
                del tokens[at : at + draw(st.integers(1, 3))]
            case "double":
                tokens[at:at] = tokens[at : at + draw(st.integers(1, 4))]
            case "swap" if tokens:
                other = draw(st.integers(0, len(tokens) - 1))
                tokens[at], tokens[other] = tokens[other], tokens[at]
            case "replace":
                tokens[at : at + 1] = [draw(st.sampled_from(TOKENS + ODDITIES))]
            case "insert":
                tokens[at:at] = [" ", draw(st.sampled_from(TOKENS + ODDITIES)), " "]
            case _:
                del tokens[at:]
    return "".join(tokens)


@pytest.fixture(scope="module")
def server():
    with Server() as server:
        yield server


@contextmanager
def session(server):
    """A function that runs a statement on a new connection and returns the error; there are tables."""
    connection = pymysql.connect(
        host="127.0.0.1", port=server.port, user="root", password="111", autocommit=True, ssl_disabled=True,
        read_timeout=LONGEST, client_flag=CLIENT.MULTI_STATEMENTS,
    )  # fmt: skip

    def run(sql):
        cursor = connection.cursor()
        try:
            cursor.execute(sql.encode("utf-8", "surrogatepass"))
            while cursor.nextset():
                pass
        except pymysql.MySQLError as error:
            return error.args
        return None

    cursor = connection.cursor()
    cursor.execute("show publications")
    for name, *_ in cursor.fetchall():
        run(f"drop publication `{name}`")
    assert not run(f"drop database if exists fuzz; create database fuzz; use fuzz; {TABLES}")
    try:
        yield run
    finally:
        if connection.open:
            connection.close()


def check(error):
    """An error is the server's own: not a defect of this program, not a lost or silent connection."""
    if error is not None:
        number, text = error
        assert number not in LOST
        assert DEFECT not in text


def test_the_statements_as_they_are(server):
    with session(server) as run:
        for sql in STATEMENTS:
            check(run(sql))


@settings(max_examples=60, deadline=None)
@given(st.lists(mutated(), min_size=1, max_size=10))
def test_statements_with_mistakes(server, statements):
    with session(server) as run:
        for sql in statements:
            check(run(sql))


@pytest.mark.parametrize("deep", ["(", "not ", "- ", "select (", "case when ", "coalesce(", "a and (", "[", "/*"])
def test_deep_nesting(server, deep):
    with session(server) as run:
        check(run("select " + deep * 20_000))
        check(run("select " + deep * 2000 + "1" + ")" * 2000))
