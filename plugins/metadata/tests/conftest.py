"""A table with indexes of every kind, flushed."""

from __future__ import annotations

import pytest


@pytest.fixture
def items(matrixone_client, matrixone_database):
    """A client whose database has the table ``items`` with 500 rows, 3 of them deleted, and the view ``cheap``."""
    matrixone_client.execute(
        "CREATE TABLE items (id INT AUTO_INCREMENT, k INT, Name VARCHAR(20) NOT NULL DEFAULT 'x' COMMENT 'what', "
        "v VECF32(2), body TEXT, PRIMARY KEY (id, k), KEY ix (name), UNIQUE KEY uq (k, name), FULLTEXT ft (body))"
    )
    matrixone_client.execute("ALTER TABLE items ADD INDEX iv USING IVFFLAT (v) LISTS 1 OP_TYPE 'vector_l2_ops'")
    matrixone_client.execute(
        "INSERT INTO items (k, name, v, body) SELECT result, CONCAT('n', result), '[1,2]', 'word' "
        "FROM generate_series(1, 500) g"
    )
    matrixone_client.execute(f"SELECT mo_ctl('dn', 'flush', '{matrixone_database}.items')")
    matrixone_client.execute("DELETE FROM items WHERE k < 4")
    matrixone_client.execute("CREATE VIEW cheap AS SELECT id, name FROM items")
    hidden = [name for index in matrixone_client.metadata.indexes("items") for name in index.hidden_tables.values()]
    for table in ("items", *hidden):
        matrixone_client.execute(f"SELECT mo_ctl('dn', 'flush', '{matrixone_database}.{table}')")
    return matrixone_client
