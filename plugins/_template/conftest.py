"""The tests of the template need it installed: ``tests/thirdparty/test_template.py`` runs them on a copy."""  # noqa: INP001 - not a package

collect_ignore = ["tests"]
