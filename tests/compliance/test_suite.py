"""SQLAlchemy's test suite for dialects, and what this server answers otherwise, with its answer."""

from sqlalchemy.testing import config, suite
from sqlalchemy.testing.exclusions import closed
from sqlalchemy.testing.suite import *  # noqa: F403 - the tests are the module


class InAutocommit:
    """The tables and sequences of a test; 20101 Only CREATE of DDL is supported in transactions."""

    @classmethod
    def setup_bind(cls):
        return config.db.execution_options(isolation_level="AUTOCOMMIT")


class SequenceTest(InAutocommit, suite.SequenceTest):
    @closed("nextval() takes no database: the sequence has to be in the current one")
    def test_nextval_direct_schema_translate(self):
        pass

    @closed("nextval() takes no database: the sequence has to be in the current one")
    def test_insert_roundtrip_translate(self):
        pass


class HasSequenceTest(InAutocommit, suite.HasSequenceTest):
    pass


class EnumTest(suite.EnumTest):
    @closed("20105 DML RETURNING does not support volatile function: ENUM columns cannot be returned")
    def test_round_trip_executemany_returning(self):
        pass


if hasattr(suite, "NameDenormalizeTest"):  # since SQLAlchemy 2.1

    class NameDenormalizeTest(suite.NameDenormalizeTest):
        @closed("the server answers names that were not quoted in lower case")
        def test_cols_driver_cols(self):
            pass


class IsolationLevelTest(suite.IsolationLevelTest):
    @closed("there is no level besides READ COMMITTED and AUTOCOMMIT to set")
    def test_dialect_user_setting_is_restored(self):
        pass


class ReturningGuardsTest(suite.ReturningGuardsTest):
    @closed("DELETE RETURNING is sent where it is asked for: the server knows it for tables without foreign keys")
    def test_delete_single(self):
        pass


def kept_in_lower_case(test):
    return closed("the server keeps the names of indexes and constraints in lower case")(test)


class ComponentReflectionTest(suite.ComponentReflectionTest):
    def exp_columns(self, *args, **options):
        # SHOW CREATE TABLE prints a comment without its backslashes.
        tables = super().exp_columns(*args, **options)
        return {
            name: [{key: value for key, value in column.items() if key != "comment"} for column in columns]
            for name, columns in tables.items()
        }

    @kept_in_lower_case
    def test_get_foreign_keys_quoted_name(self):
        pass

    @kept_in_lower_case
    def test_get_indexes_quoted_name(self):
        pass

    @kept_in_lower_case
    def test_get_unique_constraints_quoted_name(self):
        pass


class ComponentReflectionTestExtra(suite.ComponentReflectionTestExtra):
    @kept_in_lower_case
    def test_check_constraint_inline(self):
        pass

    @kept_in_lower_case
    def test_check_constraint_standalone(self):
        pass


class QuotedNameArgumentTest(suite.QuotedNameArgumentTest):
    __requires__ = ("quotes_in_names",)
