"""The engine: SQL text in, typed rows out."""
