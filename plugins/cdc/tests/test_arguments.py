"""Addresses, mappings and options: what the server would refuse or ignore is refused first."""

from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matrixone_cdc import CDCLevel, CDCTableMapping, build_mysql_uri
from matrixone_cdc.addresses import checked_uri, same_place, stored_uri
from matrixone_cdc.mappings import checked_level, table_mappings
from matrixone_cdc.options import checked_options

from matrixone.exceptions import ConfigurationError, InvalidNameError

# -- addresses --------------------------------------------------------------------------------------------------------


def test_an_address():
    assert build_mysql_uri("h", 6001, "root", "111").reveal() == "mysql://root:111@h:6001"
    assert build_mysql_uri("h", 6001, "root").reveal() == "mysql://root:@h:6001"
    assert (
        build_mysql_uri("h", 6001, "u", "p@ss:w/rd", account="acc").reveal() == "mysql://acc%23u:p%40ss%3Aw%2Frd@h:6001"
    )
    assert build_mysql_uri("h", 6001, "acc:u:r", "").reveal() == "mysql://acc%3Au%3Ar:@h:6001"


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), st.text(st.characters(exclude_categories=["Cs"])))
def test_any_user_and_password_arrive_as_they_are(user, password):
    uri = build_mysql_uri("10.0.0.1", 6001, user, password).reveal()
    login, _, address = uri.removeprefix("mysql://").partition("@")
    assert address == "10.0.0.1:6001"
    assert [unquote(part) for part in login.split(":")] == [user, password]


def test_an_account_is_given_once():
    with pytest.raises(ConfigurationError):
        build_mysql_uri("h", 1, "acc:u", "p", account="acc")


@pytest.mark.parametrize(
    "uri",
    [
        "not a uri",
        "mysql://hunter2",
        "mysql://u@h:1",
        "mysql://u:hunter2@h",
        "mysql://u:hunter2@h:1/db",
        "mysql://u:hunter2@[::1]:1",
        "mysql://u:hunter2@x@h:1",
        "mysql://u:hunter2%@h:1",
        "http://u:hunter2@h:1",
    ],
)
def test_an_address_the_server_cannot_read_is_refused_and_not_told(uri):
    with pytest.raises(ConfigurationError) as caught:
        checked_uri(uri, "the sink")
    assert "hunter2" not in str(caught.value)


def test_the_same_place():
    one = build_mysql_uri("h", 1, "u", "p", account="a")
    assert same_place(one, checked_uri("mysql://a#u:other@h:1", "the sink"))
    assert not same_place(one, build_mysql_uri("h", 2, "u", "p", account="a"))


def test_what_the_server_keeps_of_an_address():
    kept = b'{"_":"","user":"acc#u","ip":"h","port":6001,"reserved":""}'.hex()
    assert stored_uri(kept).reveal() == "mysql://acc%23u@h:6001"
    assert stored_uri("something else").reveal() == "something else"


# -- mappings ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("*", "*"),
        ("*:*", "*"),
        ("shop", "shop:shop"),
        ("Shop:Copies", "shop:Copies"),
        ({"shop": "copies"}, "shop:copies"),
        ("shop.t", "shop.t:shop.t"),
        ("shop.t:c.u, shop.v:c.v", "shop.t:c.u,shop.v:c.v"),
        ({"shop.t": "c.u"}, "shop.t:c.u"),
        (["shop.t:c.u", ("shop.v", "c.w")], "shop.t:c.u,shop.v:c.w"),
        ([("shop", "t")], "shop.t:shop.t"),
        ([("shop", "t", "c")], "shop.t:c.t"),
        ([("Shop", "T", "C", "U")], "shop.t:C.U"),
        ({"`a b`.`c-d`": "`e`.`f$`"}, "a b.c-d:e.f$"),
    ],
)
def test_the_forms_of_a_mapping(given, expected):
    assert ",".join(map(str, table_mappings(given))) == expected


@pytest.mark.parametrize(
    "given",
    [
        [],
        {},
        [("t",)],
        [("a", "b", "c", "d", "e")],
        "a.b.c",
        "a.t:b",
        "a,a",
        "a.t:b.t,a.t:c.t",
        "a,b.t",
        "*,a",
        [()],
    ],
)
def test_a_mapping_the_server_would_not_understand(given):
    with pytest.raises(ConfigurationError):
        table_mappings(given)


@pytest.mark.parametrize(
    "given",
    [
        "",
        "a.",
        "a.*",
        "*:a",
        {"`a.b`": "c"},
        [("a:b", "t", "c")],
        [("a", "t,u", "c")],
        [("a", "it's", "c")],
        [("a", 't"', "c")],
        [("a", "t\\", "c")],
        [("a", " t", "c")],
        [("a", "t\n", "c")],
        [("a", "t" * 65, "c")],
    ],
)
def test_a_name_that_cannot_be_written_in_a_mapping(given):
    with pytest.raises(InvalidNameError):
        table_mappings(given)


@given(st.tuples(*[st.text(min_size=1, max_size=66)] * 4))
def test_names_are_kept_apart_or_refused(names):
    try:
        (mapping,) = table_mappings([names])
    except InvalidNameError:
        return
    source, _, sink = str(mapping).partition(":")
    assert source.split(".") == [name.lower() for name in names[:2]]
    assert sink.split(".") == list(names[2:])


@pytest.mark.parametrize(
    ("level", "given", "expected"),
    [
        (None, "*", CDCLevel.ACCOUNT),
        (None, "d", CDCLevel.DATABASE),
        (None, "d.t", CDCLevel.TABLE),
        ("Table", "d.t", CDCLevel.TABLE),
        ("cluster", "*", CDCLevel.CLUSTER),
    ],
)
def test_the_level(level, given, expected):
    assert checked_level(level, table_mappings(given)) is expected


@pytest.mark.parametrize(("level", "given"), [("nosuch", "d"), ("table", "d"), ("cluster", "d"), ("database", "*")])
def test_a_level_that_does_not_fit(level, given):
    with pytest.raises(ConfigurationError):
        checked_level(level, table_mappings(given))


def test_a_mapping_is_a_value():
    assert table_mappings("d.t:e.u") == (CDCTableMapping("d", "t", "e", "u"),)


# -- options ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("NoFull", True, "true"),
        ("NoFull", "FALSE", "false"),
        ("InitSnapshotSplitTxn", False, "false"),
        ("MaxSqlLength", 1000, "1000"),
        ("MaxSqlLength", "0042", "42"),
        ("SendSqlTimeout", timedelta(seconds=1.5), "1500000us"),
        ("SendSqlTimeout", "1h30m", "1h30m"),
        ("Frequency", timedelta(hours=1), "60m"),
        ("Frequency", "15m", "15m"),
        ("StartTs", datetime(2024, 1, 2, 3, 4, 5, 999, UTC), "2024-01-02T03:04:05Z"),
        ("EndTs", datetime(2024, 1, 2, tzinfo=timezone(timedelta(hours=2))), "2024-01-01T22:00:00Z"),
        ("StartTs", "2024-01-02T03:04:05+02:00", "2024-01-02T01:04:05Z"),
        ("Exclude", r"^shop\.log_\d+$", r"^shop\.log_\d+$"),
    ],
)
def test_an_option(name, value, expected):
    assert checked_options({name: value}) == ((name, expected),)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Nope", "1"),
        ("nofull", True),
        ("Level ", "table"),
        ("NoFull", "yes"),
        ("NoFull", 1),
        ("MaxSqlLength", -1),
        ("MaxSqlLength", 0),
        ("MaxSqlLength", True),
        ("MaxSqlLength", "1k"),
        ("SendSqlTimeout", "5"),
        ("SendSqlTimeout", "0s"),
        ("SendSqlTimeout", "-5s"),
        ("SendSqlTimeout", timedelta(0)),
        ("Frequency", "10s"),
        ("Frequency", "0m"),
        ("Frequency", "1h30m"),
        ("Frequency", timedelta(seconds=90)),
        ("StartTs", datetime(2024, 1, 1)),  # noqa: DTZ001 - the point: whose midnight?
        ("StartTs", "2024-01-01 00:00:00"),
        ("StartTs", "yesterday"),
        ("StartTs", 5),
        ("Exclude", 'a"b'),
        ("Exclude", ""),
        ("Exclude", None),
    ],
)
def test_an_option_the_server_would_refuse_or_ignore(name, value):
    with pytest.raises(ConfigurationError, match=name):
        checked_options({name: value})


def test_an_end_before_the_start():
    with pytest.raises(ConfigurationError):
        checked_options({"StartTs": "2024-01-02T00:00:00Z", "EndTs": "2024-01-01T00:00:00Z"})


@given(st.text(max_size=20), st.one_of(st.text(max_size=20), st.integers(), st.booleans(), st.none(), st.binary()))
def test_no_other_option_gets_through(name, value):
    with pytest.raises(ConfigurationError):
        checked_options({f"x{name}": value})
