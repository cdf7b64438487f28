"""Words with a fixed meaning."""

from __future__ import annotations

from typing import Final

RESERVED: Final = frozenset(
    """
    add all alter analyze and apply as asc auto_update begin between binary both by call case ccpr cdc change char
    character check collate column config constraint convert coverage create cross cume_dist current_date current_role
    current_time current_timestamp current_user database databases datalink day_hour day_microsecond day_minute
    day_second declare dedup default delayed delete dense_rank desc describe distinct div drop else elseif enclosed end
    escape escaped except exists explain false for force force_sync foreign from full fulltext function group groups
    having high_priority hour_microsecond hour_minute hour_second if ignore ilike in index infile inner inout insert
    int1 int2 int3 int4 int8 intersect interval into is iterate join key kill leading leave left like limit lines load
    localtime localtimestamp lock loop low_priority match maxvalue minus minute_microsecond minute_second mod natural
    not ntile null of on optionally or order out outer outfile over partition percent_rank phyplan precision primary
    quick rank recursive references regexp reindex remove rename repeat replace require retention right rlike row
    row_number rows schema schemas second_microsecond select separator set show sql_big_result sql_buffer_result
    sql_calc_found_rows sql_no_cache sql_small_result ssl starting straight_join strict subscription sync table
    temporary terminated then to trailing true union unique until update upgrade usage use using utc_date utc_time
    utc_timestamp values when where while with xor year_month _binary _utf8mb4
    """.split(),  # noqa: SIM905 - a list would be a page of quotes
)
"""Words that name something only between back-quotes."""

FUNCTION_WORDS: Final = frozenset(
    """
    char cume_dist current_date current_role current_time current_timestamp current_user database dense_rank if insert
    left localtime localtimestamp mod ntile percent_rank rank repeat replace right row_number schema utc_date utc_time
    utc_timestamp
    """.split(),  # noqa: SIM905 - a list would be a page of quotes
)
"""Reserved words that are functions before a parenthesis."""

BARE_FUNCTIONS: Final = frozenset(
    """
    current_date current_role current_time current_timestamp current_user localtime localtimestamp utc_date utc_time
    utc_timestamp
    """.split(),  # noqa: SIM905 - a list would be a page of quotes
)
"""Functions that need no parentheses."""

UNITS: Final = frozenset(
    """
    microsecond second minute hour day week month quarter year second_microsecond minute_microsecond minute_second
    hour_microsecond hour_second hour_minute day_microsecond day_second day_minute day_hour year_month
    """.split(),  # noqa: SIM905 - a list would be a page of quotes
)
"""Units of intervals."""

NEVER_ALIAS: Final = RESERVED | {"returning", "offset", "window"}
"""Words that end a table reference or an output column rather than name it."""
