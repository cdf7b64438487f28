"""Version checks of programs: the module ``matrixone.version``."""

from __future__ import annotations

import pytest

import matrixone.exceptions
from matrixone.capabilities import Capabilities
from matrixone.version import (
    FeatureRequirement,
    VersionComparison,
    VersionError,
    VersionInfo,
    VersionManager,
    get_version_manager,
    requires_version,
)


@pytest.fixture
def versions():
    return VersionManager()


@pytest.fixture
def process_wide():
    yield get_version_manager()
    get_version_manager().set_backend_version(None)


class TestVersions:
    def test_parsing(self, versions):
        assert versions.parse_version("3.0.1") == VersionInfo(3, 0, 1)
        assert str(versions.parse_version(" 3.0.1 ")) == "3.0.1"

    @pytest.mark.parametrize("text", ["", "3", "3.0", "3.0.x", "v3.0.1", "3.0.1.2", "3.0.1-rc1", "٣.0.1"])
    def test_what_is_no_version(self, versions, text):
        with pytest.raises(ValueError, match=r"x\.y\.z"):
            versions.parse_version(text)

    def test_order(self, versions):
        assert versions.compare_versions("3.0.10", "3.0.9") is VersionComparison.GREATER
        assert versions.compare_versions("3.0.1", "3.0.1") is VersionComparison.EQUAL
        assert versions.compare_versions("2.9.9", "3.0.0") is VersionComparison.LESS
        assert VersionInfo(3, 0, 1) < VersionInfo(3, 1, 0)

    @pytest.mark.parametrize(
        ("operator", "expected"),
        [(">=", True), (">", False), ("<=", True), ("<", False), ("==", True), ("!=", False)],
    )
    def test_compatibility(self, versions, operator, expected):
        assert versions.is_version_compatible("3.0.1", "3.0.1", operator) is expected
        versions.set_backend_version("8.0.30-MatrixOne-v3.0.1")
        assert versions.is_version_compatible("3.0.1", operator=operator) is expected
        with pytest.raises(ValueError, match=">="):
            versions.is_version_compatible("3.0.1", operator="~=")

    def test_nothing_is_known_before_a_version_is_set(self, versions):
        assert versions.get_backend_version() is None
        assert versions.is_version_compatible("99.0.0")
        assert versions.is_feature_available("clone")

    @pytest.mark.parametrize("text", ["8.0.30-MatrixOne-v", "999.0.0"])
    def test_development(self, versions, text):
        versions.set_backend_version(text)
        assert versions.is_development_version()
        assert versions.get_backend_version() == VersionInfo(999, 0, 0)
        assert not versions.is_development_version("4.2.0")


class TestFeatures:
    def test_those_of_the_server(self, versions):
        versions.set_backend_version("2.2.0")
        assert not versions.is_feature_available("clone")
        assert versions.is_feature_available("never heard of")
        assert versions.get_feature_info("clone")["min_version"] == "3.0.0"
        assert versions.get_feature_info("never heard of") is None
        hint = versions.get_version_hint("clone", "it failed")
        assert hint.startswith("it failed: clone")
        assert "3.0.0" in hint
        assert "2.2.0" in hint

    def test_those_of_the_program(self, versions):
        versions.register_feature_requirement(
            FeatureRequirement("old_syntax", max_version=VersionInfo(3, 9, 9), alternative="the new one")
        )
        versions.set_backend_version("4.2.0")
        assert not versions.is_feature_available("old_syntax")
        assert "the new one" in versions.get_version_hint("old_syntax")
        assert VersionManager().get_feature_info("old_syntax") is None, "each manager has its own"


class TestDecorator:
    def test_the_version_of_the_process(self, process_wide):
        @requires_version(min_version="3.0.0", max_version="3.9.9", description="a thing", alternative="another")
        def thing(number):
            return number + 1

        assert thing(1) == 2
        process_wide.set_backend_version("3.0.5")
        assert thing(1) == 2
        for version in ("2.2.0", "4.0.0"):
            process_wide.set_backend_version(version)
            with pytest.raises(VersionError, match=r"thing .a thing. needs a version .*3\.0\.0.*3\.9\.9, this is"):
                thing(1)

    def test_the_version_of_the_owner_comes_first(self, process_wide):
        class Owner:
            capabilities = Capabilities("8.0.30-MatrixOne-v4.2.0")

            @requires_version("4.0.0")
            def method(self):
                return "ran"

        process_wide.set_backend_version("1.0.0")
        assert Owner().method() == "ran"
        Owner.capabilities = Capabilities("8.0.30-MatrixOne-v3.0.0")
        with pytest.raises(VersionError):
            Owner().method()

    def test_a_warning_instead(self, process_wide):
        @requires_version("4.0.0", feature_name="news", raise_error=False)
        def function():
            return "ran"

        process_wide.set_backend_version("3.0.0")
        with pytest.warns(UserWarning, match="news"):
            assert function() is None
        assert function._version_requirement.feature_name == "news"

    async def test_a_warning_instead_of_a_coroutine(self, process_wide):
        @requires_version("4.0.0", raise_error=False)
        async def function():
            return "ran"

        process_wide.set_backend_version("3.0.0")
        with pytest.warns(UserWarning, match="function"):
            assert await function() is None
        process_wide.set_backend_version("4.0.0")
        assert await function() == "ran"

    def test_one_error(self):
        assert VersionError is matrixone.exceptions.VersionError
