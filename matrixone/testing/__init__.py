"""For tests of plugins and of applications.

:mod:`matrixone.testing.plugin` is a pytest plugin with a server and a database for each test;
:mod:`matrixone.testing.contract` is what every manager plugin keeps.
"""
