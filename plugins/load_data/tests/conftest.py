"""What the tests of loading share."""

import contextlib
import os

import pytest

from matrixone.exceptions import QueryError


@pytest.fixture
def may_refuse():
    """Skips a test where the embedded server, and only that, answers that it lacks the feature."""

    @contextlib.contextmanager
    def block(feature):
        try:
            yield
        except QueryError as error:
            if "MATRIXONE_TEST_URL" in os.environ or error.errno != 20105 or f"lite: {feature}" not in str(error):
                raise
            pytest.skip(f"lite: {feature}")

    return block
