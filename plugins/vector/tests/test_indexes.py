"""What becomes of vector indexes on a server: options, lists, statistics, settings."""

import threading
import warnings

import pytest
from matrixone_vector import Quantization, Recall, VectorIndexInfo, VectorIndexWarning

from matrixone.exceptions import ConfigurationError, QueryError


@pytest.fixture
def docs(matrixone_client):
    matrixone_client.create_table("docs", {"id": "bigint primary key", "kind": "int", "v": "vecf32(2)"})
    matrixone_client.vector_ops.batch_insert("docs", [{"id": n, "kind": n % 7, "v": [n, n % 5]} for n in range(1, 200)])
    return matrixone_client


def probe_limit(session):
    return int(session.execute("SELECT @@probe_limit").scalar())


def test_every_option_of_ivf(docs, matrixone_database):
    docs.vector_ops.create_ivf(
        "docs",
        "Ix",
        "v",
        4,
        include=["kind"],
        quantization="int8",
        kmeans_train_percent=50,
        kmeans_max_iteration=5,
        auto_update_days=2,
        auto_update_hour=3,
        comment='so "far" 100%',
    )
    found = docs.vector_ops.get("ix")
    assert isinstance(found, VectorIndexInfo)
    assert (found.name.lower(), found.database, found.table, found.column) == ("ix", matrixone_database, "docs", "v")
    assert (found.algorithm, found.op_type, found.include) == ("ivfflat", "vector_l2_ops", ("kind",))
    assert (found.quantization, found.asynchronous, found.comment) == (Quantization.INT8, False, 'so "far" 100%')
    assert found.visible
    assert found.options["lists"] == 4
    assert found.options["kmeans_train_percent"] == 50
    assert found.options["kmeans_max_iteration"] == 5
    assert (found.options["day"], found.options["hour"]) == (2, 3)
    assert {"metadata", "centroids", "entries"} <= found.hidden_tables.keys()
    rows = docs.vector_ops.similarity_search(
        "docs", "v", [50, 0], 3, ["id"], where_clause="kind = ?", where_params=[1], rank_mode="filter_in_index"
    )
    assert [row["id"] for row in rows] == [50, 57, 43] or len(rows) == 3


def test_every_option_of_hnsw(docs):
    docs.vector_ops.create_hnsw(
        "docs", "hx", "v", 8, 20, 30, "vector_cosine_ops", max_index_capacity=1000, comment="deep"
    )
    (found,) = docs.vector_ops.list("docs")
    assert (found.algorithm, found.op_type, found.comment) == ("hnsw", "vector_cosine_ops", "deep")
    assert dict(found.options) == {"m": 8, "ef_construction": 20, "ef_search": 30, "max_index_capacity": 1000}
    assert docs.vector_ops.rebuild("hx") is docs.vector_ops
    with pytest.raises(ValueError, match="no lists"):
        docs.vector_ops.reindex("docs", "hx", lists=3)
    with pytest.raises(QueryError, match="no clusters"):
        docs.vector_ops.wait_until_built("docs", "hx")


def test_list_get_and_rebuild(docs, matrixone_database):
    vectors = docs.vector_ops
    docs.create_table("more", {"id": "bigint primary key", "v": "vecf32(2)", "w": "vecf32(2)"})
    vectors.create("docs", "ix", "v", algorithm="ivf", config={"lists": 2})
    vectors.create(table_name="more", name="ix", column="v", config={"lists": 1})
    vectors.create(f"{matrixone_database}.more", "hx", "w", "hnsw", {"m": 8})
    assert [(index.table, index.name, index.algorithm) for index in vectors.list()] == [
        ("docs", "ix", "ivfflat"),
        ("more", "hx", "hnsw"),
        ("more", "ix", "ivfflat"),
    ]
    assert [index.name for index in vectors.list(f"{matrixone_database}.more")] == ["hx", "ix"]
    assert vectors.list("nosuch") == []
    assert vectors.rebuild("ix", "docs", lists=3).get("ix", "docs").options["lists"] == 3
    with pytest.raises(QueryError, match="several"):
        vectors.rebuild("ix")
    with pytest.raises(QueryError, match="there are: hx, ix"):
        vectors.get("nosuch", "more")
    with pytest.raises(ValueError, match="algorithm"):
        vectors.create("docs", "i", "v", algorithm="btree")
    with pytest.raises(TypeError):
        vectors.create("docs", "i", "v", config={"list": 1})


def test_what_is_listed_is_part_of_the_transaction(docs):
    with docs.session() as session:
        session.vector_ops.create_ivf("docs", "ix", "v", 2).reindex("docs", "ix", lists=3)
        assert [index.options["lists"] for index in session.vector_ops.list()] == [3]
        session.rollback()
    assert docs.vector_ops.list() == []


def test_insert_and_batch_insert(docs):
    vectors = docs.vector_ops
    assert vectors.insert("docs", {"id": 500, "v": (0.5, 1)}) is vectors
    assert vectors.batch_insert("docs", []) is vectors
    with docs.session() as session:
        session.vector_ops.insert("docs", {"id": 501, "v": [0.5, 2]})
        session.rollback()
    with pytest.raises(QueryError):
        vectors.batch_insert("docs", [{"id": 600, "v": [1, 2]}, {"id": 600, "v": [1, 2]}])
    found = vectors.similarity_search(table_name="docs", vector_column="v", query_vector=[0.5, 1], limit=1)
    assert found[0]["id"] == 500
    assert docs.execute("SELECT COUNT(*) FROM docs WHERE id > 500").scalar() == 0


def test_scores_mean_what_they_are_called(matrixone_client):
    matrixone_client.create_table("docs", {"id": "bigint primary key", "v": "vecf32(2)"})
    matrixone_client.vector_ops.batch_insert("docs", [{"id": 1, "v": [1, 0]}, {"id": 2, "v": [0, 3]}])

    def scores(kind):
        found = matrixone_client.vector_ops.similarity_search(
            "docs", "v", [2, 0], select_columns=["id"], distance_type=kind, with_score=True
        )
        return [(row["id"], round(row["score"], 4)) for row in found]

    assert scores("l2") == [(1, 1.0), (2, 3.6056)]
    assert scores("cosine") == [(1, 1.0), (2, 0.0)]
    assert scores("inner_product") == [(1, 2.0), (2, 0.0)]
    near = matrixone_client.vector_ops.range_search(
        "docs", "v", [2, 0], -2, distance_type="inner_product", with_score=True
    )
    assert [(row["id"], row["score"]) for row in near] == [(1, 2.0)]


def test_conditions_together(docs):
    found = docs.vector_ops.similarity_search(
        "docs",
        "v",
        [1, 1],
        3,
        ["id"],
        "kind = ? OR kind = ?",
        where_conditions=["id > ?", "id < ?"],
        where_params=[1, 2, 20, 40],
        log_mode="off",
    )
    assert [row["id"] for row in found] == [22, 23, 29]
    assert len(docs.vector_ops.search_with_rank("docs", "v", [1, 1], 3)) == 3
    exact = docs.vector_ops.search_with_rank("docs", "v", [1, 1], 3, ["id"], "kind = 1", rank_mode="exact")
    assert [row["id"] for row in exact] == [1, 8, 15]


def test_an_offset_leaves_out_rows_with_vectors(docs):
    docs.batch_insert("docs", [{"id": n, "v": None} for n in (1000, 1001, 1002)])
    found = docs.vector_ops.similarity_search("docs", "v", [1, 1], 2, ["id"], offset=2)
    assert [row["id"] for row in found] == [3, 5]


def test_columns_with_the_names_of_distance_and_score(matrixone_client):
    matrixone_client.create_table(
        "docs", {"id": "int primary key", "distance": "int", "score": "int", "v": "vecf32(2)"}
    )
    matrixone_client.vector_ops.insert("docs", {"id": 1, "distance": 7, "score": 8, "v": [1, 2]})
    search = matrixone_client.vector_ops.similarity_search
    with pytest.raises((ConfigurationError, QueryError), match="distance"):  # some servers see it before we do
        search("docs", "v", [1, 2])
    with pytest.raises(ConfigurationError, match="score"):
        search("docs", "v", [1, 2], select_columns=["score"], with_score=True)
    assert search("docs", "v", [1, 2], select_columns=["score"]) == [{"score": 8, "distance": pytest.approx(0)}]


# -- settings ---------------------------------------------------------------------------------------------------------


def test_probe_limits_reach_every_connection_and_no_open_transaction(docs):
    with docs.session() as one, docs.session() as other:
        one.vector_ops.insert("docs", {"id": 700, "v": [7, 0]})
        assert one.vector_ops.enable_ivf(probe_limit=8) is one.vector_ops
        assert (probe_limit(one), probe_limit(other)) == (5, 8)
        one.rollback()
        assert probe_limit(one) == 8
    assert docs.execute("SELECT COUNT(*) FROM docs WHERE id = 700").scalar() == 0
    docs.vector_ops.disable_ivf()
    with docs.session() as one, docs.session() as other:
        assert (probe_limit(one), probe_limit(other)) == (5, 5)
    with pytest.raises(ValueError, match="probe_limit"):
        docs.vector_ops.enable_ivf(probe_limit=0)


def test_hnsw_turned_off_and_on(docs):
    docs.vector_ops.disable_hnsw()
    with pytest.raises(QueryError, match="experimental_hnsw_index"):
        docs.vector_ops.create_hnsw("docs", "hx", "v")
    docs.vector_ops.enable_hnsw().create_hnsw("docs", "hx", "v").drop("docs", "hx")


# -- statistics -------------------------------------------------------------------------------------------------------


def test_statistics_of_the_clusters(docs, matrixone_database):
    docs.vector_ops.create_ivf("docs", "ix", "v", lists=4)
    stats = docs.vector_ops.get_ivf_stats("docs")
    distribution = stats["distribution"]
    assert {"metadata", "centroids", "entries"} == stats["index_tables"].keys()
    assert sum(distribution["centroid_count"]) == 199
    assert distribution["centroid_id"] == sorted(set(distribution["centroid_id"]))
    assert len(distribution["centroid_version"]) == len(distribution["centroid_id"]) == 4
    assert (stats["database"], stats["table_name"], stats["column_name"]) == (matrixone_database, "docs", "v")
    assert docs.vector_ops.get_ivf_stats("docs", "v", matrixone_database) == stats


def test_statistics_there_are_none_of(docs):
    vectors = docs.vector_ops
    docs.create_table("two", {"id": "int primary key", "v": "vecf32(2)", "w": "vecf32(2)"})
    docs.create_table("none_", {"id": "int primary key"})
    with pytest.raises(QueryError, match="No IVF index found"):
        vectors.get_ivf_stats("docs")
    with pytest.raises(QueryError, match=r"Multiple vector columns found.*v, w"):
        vectors.get_ivf_stats("two")
    with pytest.raises(QueryError, match="No vector columns found"):
        vectors.get_ivf_stats("none_")
    with pytest.raises(QueryError):
        vectors.get_ivf_stats("nosuch")


def test_recall_against_exact_search(docs):
    vectors = docs.vector_ops
    queries = [[n, 2] for n in range(0, 200, 40)]
    assert vectors.check_recall("docs", "v", queries) == Recall((1.0,) * 5, 10)
    vectors.create_ivf("docs", "ix", "v", lists=16).enable_ivf(probe_limit=1)
    few = vectors.check_recall("docs", "v", queries, limit=30)
    assert 0 < few.mean <= 1
    all_of_them = vectors.enable_ivf(probe_limit=16).check_recall("docs", "v", queries, limit=30)
    assert all_of_them.mean == 1
    if not docs.is_lite:
        assert few.mean < 1
    with pytest.raises(ValueError, match="vector"):
        vectors.check_recall("docs", "v", [])
    docs.create_table("loose", {"v": "vecf32(2)"})
    with pytest.raises(ConfigurationError, match="primary key"):
        vectors.check_recall("loose", "v", queries)


# -- traps ------------------------------------------------------------------------------------------------------------


def test_t1_rows_written_while_an_index_is_built_are_found(docs):
    with docs.session() as writer:
        writer.vector_ops.insert("docs", {"id": 900, "v": [1000, 1000]})
        building = threading.Thread(target=lambda: docs.vector_ops.create_ivf("docs", "ix", "v", lists=2))
        building.start()
    building.join()
    assert [row["id"] for row in docs.vector_ops.similarity_search("docs", "v", [1000, 1000], 1)] == [900]


def test_t2_a_writer_commits_while_an_index_is_dropped(docs):
    docs.vector_ops.create_ivf("docs", "ix", "v", lists=2)
    with docs.session() as writer:
        writer.vector_ops.insert("docs", {"id": 900, "v": [1000, 1000]})
        dropping = threading.Thread(target=lambda: docs.vector_ops.drop("docs", "ix"))
        dropping.start()
    dropping.join()
    assert docs.vector_ops.list("docs") == []
    assert docs.execute("SELECT COUNT(*) FROM docs WHERE id = 900").scalar() == 1


def test_t5_a_search_of_the_past_does_not_ask_todays_index(docs, matrixone_database):
    name = f"t5_{matrixone_database}"
    docs.vector_ops.create_ivf("docs", "ix", "v", lists=2)
    docs.execute(f"CREATE SNAPSHOT {name} FOR DATABASE {matrixone_database}")
    try:
        docs.execute("DELETE FROM docs WHERE id = 50")
        search = docs.vector_ops.similarity_search
        assert [row["id"] for row in search("docs", "v", [50, 0], 1, snapshot=name)] == [50]
        assert [row["id"] for row in search("docs", "v", [50, 0], 1)] == [51]
        past = docs.vector_ops.range_search("docs", "v", [50, 0], 0.5, snapshot=name)
        assert [row["id"] for row in past] == [50]
        with pytest.raises(ConfigurationError, match="past"):
            search("docs", "v", [50, 0], 1, snapshot=name, rank_mode="pre")
    finally:
        docs.execute(f"DROP SNAPSHOT {name}")


def test_t8_an_index_built_in_the_background_warns_and_can_be_waited_for(docs):
    with pytest.warns(VectorIndexWarning, match="wait_until_built") as caught:
        docs.vector_ops.create_ivf("docs", "ix", "v", lists=2, asynchronous=True)
    assert caught[0].filename == __file__
    assert docs.vector_ops.get("ix").asynchronous
    seen = []
    docs.vector_ops.wait_until_built("docs", "ix", on_progress=lambda *rows: seen.append(rows))
    assert seen[-1] == (199, 199)
    assert [row["id"] for row in docs.vector_ops.similarity_search("docs", "v", [50, 0], 1)] == [50]
    docs.vector_ops.reindex("docs", "ix", force_sync=True)


def test_t8_the_wait_has_an_end(docs):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", VectorIndexWarning)
        docs.vector_ops.create_ivf("docs", "ix", "v", lists=2, asynchronous=True)
    if docs.is_lite:  # builds no index in the background: there is nothing to wait for
        docs.vector_ops.wait_until_built("docs", "ix", timeout=0)
        return
    with pytest.raises(TimeoutError, match="of 199 rows"):
        docs.vector_ops.wait_until_built("docs", "ix", timeout=0)


def test_t9_a_table_that_refers_to_another_gets_no_ivf_index(docs):
    docs.create_table("parent", {"id": "int primary key"})
    docs.execute(
        "CREATE TABLE child (id bigint primary key, p int, v vecf32(2), FOREIGN KEY (p) REFERENCES parent (id))"
    )
    with pytest.raises(QueryError, match="foreign key"):
        docs.vector_ops.create_ivf("child", "ix", "v", 1)
    docs.vector_ops.create_hnsw("child", "hx", "v")


def test_t14_a_setting_that_fails_leaves_the_transaction(docs):
    with docs.session() as session:
        session.vector_ops.insert("docs", {"id": 901, "v": [1, 1]})
        with pytest.raises(QueryError):
            session.set_session_variables(probe_limit="many")
    assert docs.execute("SELECT COUNT(*) FROM docs WHERE id = 901").scalar() == 1


def test_the_primary_key_is_not_included(docs):
    with pytest.raises(QueryError, match="primary key"):
        docs.vector_ops.create_ivf("docs", "ix", "v", include=["id"])


async def test_asynchronously(docs, matrixone_async_client):
    async with matrixone_async_client as client:
        vectors = client.vector_ops
        assert await vectors.create("docs", "ix", "v", config={"lists": 2}) is vectors
        assert (await vectors.get("ix")).options["lists"] == 2
        assert await vectors.rebuild("ix", lists=3) is vectors
        assert [index.options["lists"] for index in await vectors.list("docs")] == [3]
        assert await vectors.insert("docs", {"id": 800, "v": [1, 1]}) is vectors
        assert await vectors.enable_ivf(probe_limit=3) is vectors
        async with client.session() as session:
            assert int((await session.execute("SELECT @@probe_limit")).scalar()) == 3
            await session.vector_ops.disable_ivf()
            await session.rollback()
            assert int((await session.execute("SELECT @@probe_limit")).scalar()) == 5
        assert (await vectors.check_recall("docs", "v", [[1, 1]], limit=3)).mean == 1
        assert len(await vectors.search_with_rank("docs", "v", [1, 1], 3)) == 3
        await vectors.drop("docs", "ix")
        with pytest.warns(VectorIndexWarning):
            await vectors.create_ivf("docs", "ax", "v", 2, asynchronous=True)
        await vectors.wait_until_built("docs", "ax")
        assert sum((await vectors.get_ivf_stats("docs"))["distribution"]["centroid_count"]) == 200
