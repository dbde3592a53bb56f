"""Which code computes a stage's bytes: the closure of a module's imports inside the package, and its digest.

The same closure is what dvc.yaml lists as a stage's code dependencies (a test compares them) and what enters the
fingerprint of its scratch, so that code which cannot change a byte never makes a stage run again.
"""

import ast
import hashlib
import os
from importlib.metadata import version
from pathlib import Path

from platoscope.errors import StaleCodeError

PACKAGE = Path(__file__).parent

# Code that every stage leans on and that decides no byte of a result. A change of the stores' format is seen by their
# format version, which is part of what they hold.
EXEMPT = ("cli", "errors", "parallel", "params", "progress", "project", "provenance", "scratch", "store")

# Sources of the compiled module, as its build script has them: what is of all parts, and what each has besides.
RUST_SHARED = ("Cargo.toml", "Cargo.lock", "bindings/Cargo.toml", "bindings/build.rs", "bindings/src/lib.rs",
               "bindings/src/arguments.rs", "bindings/src/errors.rs")  # fmt: skip
RUST = {
    "overlap": ("overlap/Cargo.toml", "overlap/src", "bindings/src/ids.rs", "bindings/src/overlaps.rs",
                "bindings/src/search.rs"),
    "pictures": ("pictures/Cargo.toml", "pictures/src", "bindings/src/pictures.rs"),
}  # fmt: skip


def closure(*modules: str) -> list[str]:
    """Files of the package that the modules lean on, relative to the package, themselves included, in order.

    Parameters
    ----------
    modules
        Dotted names below the package, such as ``encoders.features``.
    """
    found: set[str] = set()
    waiting = [name for module in modules for name in _with_parents(module)]
    while waiting:
        name = waiting.pop()
        file = _file(name)
        if name.split(".")[0] in EXEMPT or file is None or file in found:
            continue
        found.add(file)
        waiting += [part for imported in _imports(PACKAGE / file) for part in _with_parents(imported)]
    return sorted(file for file in found if not _is_blank(PACKAGE / file))


def code_digest(files: list[str]) -> str:
    """SHA-256 of package files, by name and content."""
    total = hashlib.sha256()
    for file in files:
        total.update(file.encode() + b"\0" + hashlib.sha256((PACKAGE / file).read_bytes()).digest())
    return total.hexdigest()


def versions(*packages: str) -> dict[str, str]:
    """Installed versions of the packages whose arithmetic a stage leans on."""
    return {package: version(package) for package in packages}


def rust_digest(rust: Path, *, part: str | None = None) -> str:
    """SHA-256 of the sources of the Rust workspace, or of one part of ``RUST``, as its build script computes it."""
    entries = [*RUST_SHARED, *(entry for name in RUST if part in (None, name) for entry in RUST[name])]
    files = [file for entry in entries for file in _rust_files(rust / entry)]
    total = hashlib.sha256()
    for name, file in sorted((file.relative_to(rust).as_posix(), file) for file in files):
        content = file.read_bytes()
        total.update(name.encode() + b"\0" + len(content).to_bytes(8, "little") + content)
    return total.hexdigest()


def check_installed(root: Path, *modules: str) -> None:
    """Refuse to run code that is not the code beside params.yaml, which DVC hashes.

    Raises
    ------
    StaleCodeError
        If the compiled module was built from other sources than ``root/rust``, or the installed package differs from
        ``root/python/platoscope``.
    """
    from platoscope import _native

    if (root / "rust").is_dir() and rust_digest(root / "rust") != _native.source_digest():
        raise StaleCodeError(
            f"platoscope._native was built from other sources than {root / 'rust'}: "
            + (_remedy_of_copy(root) or "run `make setup`")
        )
    beside = root / "python" / "platoscope"
    if beside.is_dir() and beside.resolve() != PACKAGE.resolve():
        for file in closure(*modules):
            if not (beside / file).is_file() or (beside / file).read_bytes() != (PACKAGE / file).read_bytes():
                raise StaleCodeError(
                    f"{beside / file} is not the installed {PACKAGE / file}, which would run: "
                    + (
                        _remedy_of_copy(root)
                        or "run in the project that is installed, or install this one (`make setup`)"
                    )
                )


def _remedy_of_copy(root: Path) -> str | None:
    """What to do in the copy in which dvc runs a queued experiment, with the code that is installed; else None."""
    main = os.environ.get("DVC_ROOT")
    if main and Path(main).resolve() != root.resolve():
        return (
            f"{root} is what was queued, and {main} was edited since, or has code that git does not know: put it back "
            "(`git stash`), or `git add` it and queue the experiment again"
        )
    return None


def _imports(file: Path) -> list[str]:
    """Names below the package that a file imports anywhere."""
    names = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "platoscope":
            names += [".".join([*(node.module or "").split(".")[1:], alias.name]) for alias in node.names]
        elif isinstance(node, ast.Import):
            names += [".".join(a.name.split(".")[1:]) for a in node.names if a.name.startswith("platoscope.")]
    return names


def _with_parents(name: str) -> list[str]:
    """A dotted name and the packages that importing it runs."""
    parts = name.split(".")
    return [".".join(parts[:end]) for end in range(1, len(parts) + 1)]


def _file(name: str) -> str | None:
    stem = name.replace(".", "/")
    return next((f for f in (f"{stem}.py", f"{stem}/__init__.py") if (PACKAGE / f).is_file()), None)


def _is_blank(file: Path) -> bool:
    """Whether a file is a docstring and nothing else, as the packages' own files are."""
    return not [node for node in ast.parse(file.read_text(encoding="utf-8")).body if not isinstance(node, ast.Expr)]


def _rust_files(entry: Path) -> list[Path]:
    return [entry] if entry.is_file() else [file for file in entry.rglob("*") if file.is_file()]
