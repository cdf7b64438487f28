from __future__ import annotations

import pytest

from matrixone.dialect.version import is_lite, matrixone_version, mysql_version


@pytest.mark.parametrize(
    ("text", "mysql", "matrixone", "lite"),
    [
        ("8.0.30-MatrixOne-v4.2.0", (8, 0, 30), (4, 2, 0), False),
        ("8.0.30-MatrixOne-v4.2.0-lite", (8, 0, 30), (4, 2, 0), True),
        ("8.0.30-MatrixOne-v3.0", (8, 0, 30), (3, 0, 0), False),
        ("8.0.30-MatrixOne-v4.12.0-rc1", (8, 0, 30), (4, 12, 0), False),
        ("8.4.2", (8, 4, 2), (), False),
        ("nonsense", (), (), False),
    ],
)
def test_version_texts(text, mysql, matrixone, lite):
    assert (mysql_version(text), matrixone_version(text), is_lite(text)) == (mysql, matrixone, lite)


def test_an_unknown_version_is_lower_than_any():
    assert matrixone_version("8.4.2") < (0, 5, 0)
