"""Features by version, without a server."""

from __future__ import annotations

import pytest

from matrixone.capabilities import Capabilities
from matrixone.exceptions import ConfigurationError, NotSupportedError, VersionError
from matrixone.features import FEATURES

RELEASE = "8.0.30-MatrixOne-v3.0.5"


def test_a_feature_is_there_from_its_first_release_on():
    before, first, later = (Capabilities(f"8.0.30-MatrixOne-v{version}") for version in ("3.0.4", "3.0.5", "3.1.0"))
    assert ["data_branch" in each for each in (before, first, later)] == [False, True, True]
    assert set(before) < set(first) <= set(later) <= set(FEATURES)


def test_what_is_missing_is_an_error_that_says_everything():
    with pytest.raises(VersionError) as caught:
        Capabilities(RELEASE).require("branch_pick")
    message = str(caught.value)
    for part in ("branch_pick", "DATA BRANCH PICK", "3.0.10", "3.0.5", "DATA BRANCH MERGE"):
        assert part in message
    assert (caught.value.feature, caught.value.required, caught.value.found) == ("branch_pick", (3, 0, 10), (3, 0, 5))
    assert isinstance(caught.value, NotSupportedError)
    Capabilities(RELEASE).require("data_branch")


@pytest.mark.parametrize("text", ["8.0.30-MatrixOne-v", "8.0.30-MatrixOne-7c27538f", "8.0.30-MatrixOne-vmain"])
def test_a_build_without_a_number_has_everything(text):
    capabilities = Capabilities(text)
    assert capabilities.is_development
    assert set(capabilities) == set(FEATURES)


def test_the_embedded_server_counts_as_the_release_it_names():
    lite = Capabilities("8.0.30-MatrixOne-v4.2.0-lite")
    assert (lite.is_lite, lite.is_development, lite.version) == (True, False, (4, 2, 0))
    assert set(lite) == set(FEATURES)


def test_another_database_has_nothing():
    assert list(Capabilities("8.4.2")) == []


def test_an_unknown_feature_is_a_mistake_of_the_caller():
    with pytest.raises(ConfigurationError, match="data_branch"):
        Capabilities(RELEASE).supports("branches")


@pytest.mark.parametrize("feature", FEATURES.values(), ids=lambda feature: feature.name)
def test_the_table_is_sound(feature):
    assert feature.name.isidentifier()
    assert len(feature.since) == 3
    assert feature.description
