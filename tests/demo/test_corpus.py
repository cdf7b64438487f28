import os

import pytest

from matrixone.demo.corpus import Entry, docstrings, read_corpus, standard_library


@pytest.fixture(scope="session")
def library():
    return read_corpus(standard_library())


def test_the_standard_library_has_thousands_of_docstrings(library):
    assert len(library) > 3000
    assert len({entry.module for entry in library}) > 200
    by_name = {(entry.module, entry.name): entry for entry in library}
    assert by_name["json", "dumps"].kind == "function"
    assert by_name["json", "dumps"].text.startswith("Serialize ``obj``")
    assert by_name["json.decoder", "JSONDecoder.decode"].kind == "function"
    assert by_name["textwrap", "TextWrapper"].kind == "class"
    assert by_name["shlex", "shlex"].kind in {"class", "module"}


def test_names_are_public_and_texts_are_not_empty(library):
    for entry in library:
        assert entry.text.strip()
        assert entry.kind == "module" or not any(part.startswith("_") for part in entry.name.split("."))


def test_a_limit_takes_the_first(library):
    assert read_corpus(standard_library(), limit=25) == library[:25]


def test_docstrings_of_a_module():
    source = '''"""About m."""
import os
class A:
    """About A.

    More.
    """
    x = 1
    def f(self):
        "About f."
    def g(self): pass
    async def h(self):
        """About h."""
    def _private(self):
        """Not shown."""
    class B:
        """About B."""
class _C:
    """Not shown."""
    def f(self):
        """Not shown either."""
def f():
    """About the other f."""
'''
    assert list(docstrings(source, "p.m")) == [
        Entry("p.m", "p.m", "module", "About m."),
        Entry("p.m", "A", "class", "About A.\n\nMore."),
        Entry("p.m", "A.f", "function", "About f."),
        Entry("p.m", "A.h", "function", "About h."),
        Entry("p.m", "A.B", "class", "About B."),
        Entry("p.m", "f", "function", "About the other f."),
    ]


@pytest.mark.parametrize("source", ["def f(:", "x = '\0'", "", "pass", "'\\d'\ndef f(): '\\d'"])
def test_odd_sources_raise_nothing_and_warn_of_nothing(source):
    assert all(isinstance(entry, Entry) for entry in docstrings(source, "m"))


def test_nothing_is_imported_and_files_that_are_not_python_are_passed_over(tmp_path):
    (tmp_path / "package" / "tests").mkdir(parents=True)
    (tmp_path / "package" / "__init__.py").write_text('"""About the package."""\nraise SystemExit')
    (tmp_path / "package" / "part.py").write_text('"""About the part."""\nimport missing')
    (tmp_path / "package" / "tests" / "test_part.py").write_text('"""A test."""')
    (tmp_path / "package" / "_inner.py").write_text('"""Written here."""')
    (tmp_path / "package" / "latin.py").write_bytes(b'"""Caf\xe9."""')
    (tmp_path / "package" / "declared.py").write_bytes(b'# -*- coding: latin-1 -*-\n"""Caf\xe9."""')
    assert [(entry.module, entry.text) for entry in read_corpus(tmp_path)] == [
        ("package", "About the package."),
        ("package._inner", "Written here."),
        ("package.declared", "Café."),
        ("package.part", "About the part."),
    ]


def test_an_empty_folder_is_an_error_that_names_it(tmp_path):
    with pytest.raises(FileNotFoundError, match=os.fspath(tmp_path).replace("\\", "\\\\")):
        read_corpus(tmp_path)


def test_the_subject_is_the_name_and_the_first_paragraph():
    assert Entry("m", "A.f", "function", "First.\nLine.\n\nSecond.").subject == "m A.f A.f First.\nLine."
