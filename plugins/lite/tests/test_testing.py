"""The fixtures for pytest, in test runs of their own."""

import pytest
from matrixone_lite import Server

import matrixone  # noqa: F401 - what is imported before a run of its own need not be imported in each

pytest_plugins = ["pytester"]


@pytest.fixture(autouse=True)
def no_server_in_the_environment(monkeypatch):
    monkeypatch.delenv("MATRIXONE_TEST_URL", raising=False)


@pytest.fixture
def run(pytester):
    """Runs a module of tests; the outcomes by number."""

    def run(code, *options, **configuration):
        pytester.makeini(
            "[pytest]\naddopts = -p no:cacheprovider\n" + "".join(f"{k} = {v}\n" for k, v in configuration.items())
        )
        pytester.makepyfile(code)
        return pytester.runpytest_inprocess("-p", "matrixone_lite.testing", "-p", "no:asyncio", "-W", "error", *options)

    return run


def test_each_test_has_a_fresh_database(run):
    result = run(
        """
        import pytest

        names = set()

        @pytest.mark.parametrize("number", range(3))
        def test_fresh(matrixone_lite, matrixone_lite_proc, number):
            assert matrixone_lite.is_lite
            assert matrixone_lite.execute("show tables").all() == []
            matrixone_lite.execute("create table t (id int)")
            name = matrixone_lite.get_login_info()["database"]
            shown = set(matrixone_lite.execute("show databases").scalars())
            assert name in shown
            assert not names & shown
            names.add(name)
        """
    )
    result.assert_outcomes(passed=3)


def test_what_a_test_leaves_open_is_rolled_back_and_dropped(run):
    result = run(
        """
        import pytest
        from matrixone.exceptions import MatrixOneError

        left = []

        def test_leaving(matrixone_lite):
            session = matrixone_lite.session()
            session.execute("create table t (id int primary key)")
            session.execute("insert into t values (1)")
            left.append((session, matrixone_lite.get_login_info()["database"]))

        def test_after(matrixone_lite):
            assert left[0][1] not in matrixone_lite.execute("show databases").scalars().all()
            matrixone_lite.execute("create table t (id int primary key)")
            with pytest.raises(MatrixOneError):
                left.pop()[0].close()
        """
    )
    result.assert_outcomes(passed=2)


def test_the_server_has_a_password_of_the_run_and_a_port_of_its_own(run):
    result = run(
        """
        import pymysql
        import pytest

        def test_it(matrixone_lite_proc, matrixone_lite):
            assert matrixone_lite_proc.owned
            url = matrixone_lite.engine.url
            assert (url.host, url.port == 6001) == ("127.0.0.1", False)
            assert url.password not in repr(matrixone_lite_proc)
            with pytest.raises(pymysql.OperationalError):
                pymysql.connect(host=url.host, port=url.port, user="root", password="111")
        """
    )
    result.assert_outcomes(passed=1)


def test_the_asynchronous_client(run):
    result = run(
        """
        import asyncio

        def test_it(matrixone_lite, matrixone_lite_async):
            matrixone_lite.execute("create table t (id int)")

            async def main():
                async with matrixone_lite_async as client:
                    return (await client.execute("select count(*) from t")).scalar()

            assert asyncio.run(main()) == 0
        """
    )
    result.assert_outcomes(passed=1)


def test_files_of_statements(run, pytester):
    first = pytester.path / "first.sql"
    first.write_text("create table t (a varchar(20)); insert into t values ('a?b:c%d');")
    second = pytester.path / "second.sql"
    second.write_text("insert into t values ('second')")
    result = run(
        """
        def test_it(matrixone_lite):
            assert sorted(matrixone_lite.execute("select a from t").scalars()) == ["a?b:c%d", "second"]
        """,
        "--matrixone-lite-load",
        str(first),
        "--matrixone-lite-load",
        str(second),
    )
    result.assert_outcomes(passed=1)
    run(
        "def test_it(matrixone_lite): matrixone_lite.execute('select * from t')", matrixone_lite_load="first.sql"
    ).assert_outcomes(passed=1)


def test_fixtures_of_a_suite_of_its_own(run):
    result = run(
        """
        from pathlib import Path
        from matrixone_lite import testing

        def rows(client):
            client.insert("t", {"id": 1})

        shop_server = testing.proc(sql="create user extra identified by '1'")
        shop = testing.client("shop_server", load=["create table t (id int); insert into t values (0)", rows])

        def test_it(shop, matrixone_lite):
            assert sorted(shop.execute("select id from t").scalars()) == [0, 1]
            users = "select count(*) from mo_catalog.mo_user where user_name = 'extra'"
            assert (shop.execute(users).scalar(), matrixone_lite.execute(users).scalar()) == (1, 0)
        """
    )
    result.assert_outcomes(passed=1)


def test_a_mistake_in_what_is_loaded_is_an_error_and_leaves_no_database(run):
    result = run(
        """
        from matrixone_lite import testing

        broken = testing.client(load=["create table t (id int); selec 1"])

        def test_broken(broken):
            pass

        def test_after(matrixone_lite):
            names = matrixone_lite.execute("show databases").scalars().all()
            assert [name for name in names if name.startswith("test_")] == [matrixone_lite.get_login_info()["database"]]
        """
    )
    result.assert_outcomes(errors=1, passed=1)
    result.stdout.fnmatch_lines(["*SQL parser error*selec 1*"])


USES_NOPROC = """
    from matrixone_lite import testing

    there = testing.client("matrixone_lite_noproc")

    def test_it(there, matrixone_lite_noproc):
        assert not matrixone_lite_noproc.owned
        there.execute("create table t (id int)")
"""


def test_a_server_that_runs_already_needs_permission(run):
    with Server(password="s3cret") as server:
        url = f"--matrixone-lite-url=mysql://root:s3cret@127.0.0.1:{server.port}"
        refused = run(USES_NOPROC, url)
        refused.assert_outcomes(errors=1)
        refused.stdout.fnmatch_lines(["*did not start this server*--matrixone-lite-existing*"])
        run(USES_NOPROC, url, "--matrixone-lite-existing").assert_outcomes(passed=1)
        run(USES_NOPROC, matrixone_lite_url=server.url, matrixone_lite_existing="true").assert_outcomes(passed=1)


def test_a_server_that_is_not_named(run):
    result = run(USES_NOPROC, "--matrixone-lite-existing")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*name the server: --matrixone-lite-url*"])


def test_a_taken_port_is_an_error(run):
    with Server() as server:
        result = run("def test_it(matrixone_lite): pass", f"--matrixone-lite-port={server.port}")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"*cannot listen on 127.0.0.1:{server.port}*"])


def test_the_options_are_described(run):
    help_ = run("", "--help").stdout.str()
    assert all(name in help_ for name in ("--matrixone-lite-url", "--matrixone-lite-existing", "--matrixone-lite-load"))
