"""Names of objects as SQLAlchemy writes them: only those in quotes that need them."""

from __future__ import annotations

from sqlalchemy.dialects.mysql.base import MySQLIdentifierPreparer

# Found by asking the server, as MySQL has them not.
_RESERVED_HERE = frozenset(
    """
    _binary _utf8mb4 apply auto_update begin ccpr cdc config coverage current_role datalink dedup end escape force_sync
    full ilike minus phyplan quick reindex remove retention sql_buffer_result sql_no_cache strict subscription sync
    temporary until upgrade
    """.split()  # noqa: SIM905 - a list would be a page of quotes
)


class MatrixOneIdentifierPreparer(MySQLIdentifierPreparer):
    """Knows more reserved words than MySQL's."""

    reserved_words = MySQLIdentifierPreparer.reserved_words | _RESERVED_HERE
