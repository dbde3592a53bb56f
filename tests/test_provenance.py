"""Closures of imports over a small package of every kind of import, and digests that see what they have to."""

import numpy as np
import pytest

from platoscope import provenance
from platoscope.errors import StaleCodeError
from platoscope.provenance import check_installed, closure, code_digest, rust_digest, versions

FILES = {
    "__init__.py": '"""Package."""\nfrom platoscope import hidden\n',
    "steps/__init__.py": '"""Nothing but a docstring."""\n',
    "steps/one.py": "from platoscope.steps.two import name\nfrom platoscope.errors import Error\nimport numpy\n",
    "steps/two.py": "def later():\n    import platoscope.deep.below\n    from platoscope.loaded import code\n",
    "steps/loop.py": "from platoscope.steps import one, loop\n",
    "deep/__init__.py": "from platoscope.deep.beside import value\n",
    "deep/below.py": "",
    "deep/beside.py": "value = 1\n",
    "loaded/__init__.py": "code = 1\n",
    "hidden.py": "x = 1\n",
    "errors.py": "from platoscope.hidden import x\n",
    "store/__init__.py": "from platoscope.hidden import x\n",
}


@pytest.fixture
def package(tmp_path, monkeypatch):
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(provenance, "PACKAGE", tmp_path)
    return tmp_path


@pytest.mark.usefixtures("package")
def test_a_closure_follows_every_import_wherever_it_stands_and_runs_packages_on_the_way():
    assert closure("steps.one") == [
        "deep/__init__.py",
        "deep/beside.py",
        "loaded/__init__.py",
        "steps/one.py",
        "steps/two.py",
    ]


@pytest.mark.usefixtures("package")
def test_a_closure_of_several_modules_is_the_union_of_theirs_and_ends_in_a_loop():
    assert closure("steps.two", "hidden") == sorted({*closure("steps.two"), *closure("hidden")})
    assert closure("steps.loop") == sorted({"steps/loop.py", *closure("steps.one")})


@pytest.mark.usefixtures("package")
def test_exempt_code_is_neither_listed_nor_followed():
    assert closure("errors", "store") == []
    assert "hidden.py" not in closure("steps.one")


def test_a_digest_of_code_sees_names_and_contents(package):
    digests = [code_digest(["steps/one.py"]), code_digest(["steps/two.py"]), code_digest(["steps/one.py", "hidden.py"])]
    (package / "steps/one.py").write_text("x = 2\n")
    digests.append(code_digest(["steps/one.py"]))
    (package / "steps/copy.py").write_text("x = 2\n")
    digests.append(code_digest(["steps/copy.py"]))
    assert len(set(digests)) == 5


@pytest.fixture
def rust(tmp_path):
    """A workspace of which every source says where it lies, and the file of each entry."""
    files = {}
    for entry in (*provenance.RUST_SHARED, *(entry for entries in provenance.RUST.values() for entry in entries)):
        files[entry] = tmp_path / entry / "a.rs" if entry.endswith("src") else tmp_path / entry
        files[entry].parent.mkdir(parents=True, exist_ok=True)
        files[entry].write_text(entry)
    return files


@pytest.mark.parametrize("part", provenance.RUST)
def test_a_digest_of_a_part_of_rust_sees_its_own_sources_and_the_shared_alone(tmp_path, rust, part):
    seen = set()
    for entry, file in rust.items():
        before = rust_digest(tmp_path, part=part)
        file.write_text("edited")
        seen |= {entry} if rust_digest(tmp_path, part=part) != before else set()
    assert seen == {*provenance.RUST_SHARED, *provenance.RUST[part]}


def test_a_digest_of_rust_sees_every_source_and_nothing_that_is_built(tmp_path, rust):
    digests = [rust_digest(tmp_path)]
    for file in rust.values():
        file.write_text("edited")
        digests.append(rust_digest(tmp_path))
    assert len(set(digests)) == len(digests)
    (tmp_path / "target").mkdir()
    (tmp_path / "target/built").touch()
    (tmp_path / "overlap/benches").mkdir()
    (tmp_path / "overlap/benches/b.rs").touch()
    assert rust_digest(tmp_path) == digests[-1]
    (tmp_path / "overlap/src/more").mkdir()
    (tmp_path / "overlap/src/more/b.rs").touch()
    assert rust_digest(tmp_path) != digests[-1]


def test_versions_are_those_that_are_installed():
    assert versions("numpy") == {"numpy": np.__version__}


def test_a_copy_with_other_code_is_told_to_be_queued_again_and_a_project_to_be_installed(
    package, tmp_path, monkeypatch
):
    copy = tmp_path / "copy/python/platoscope"
    for name, text in FILES.items():
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_text(text)
    monkeypatch.delenv("DVC_ROOT", raising=False)
    check_installed(tmp_path / "copy", "steps.one")
    (package / "steps/two.py").write_text("x = 3\n")
    with pytest.raises(StaleCodeError, match=r"two\.py is not the installed .*make setup"):
        check_installed(tmp_path / "copy", "steps.one")
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    with pytest.raises(StaleCodeError, match=r"was edited since.*git add.*queue the experiment again"):
        check_installed(tmp_path / "copy", "steps.one")
    check_installed(tmp_path / "copy", "hidden")  # whose code is what is installed
