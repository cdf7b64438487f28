"""MATCH … AGAINST: tokens, patterns, an index in memory and scores."""
