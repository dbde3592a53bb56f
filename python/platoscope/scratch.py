"""Work that survives being killed: fingerprinted scratch, blocks under locks, and publication by hard link.

A stage works in ``<scratch>/<stage>/<fingerprint>/``. Its blocks are plain files that are renamed into place when
whole; the finished result is built beside them and an out is a hard-linked copy of it, renamed into place. The
scratch stays until dvc.lock holds those bytes, since DVC deletes outs before it runs a stage again.
"""

import fcntl
import hashlib
import json
import os
import shutil
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Self

from platoscope.errors import StoreError
from platoscope.store.arrays import FORMATS

LINE = "work.json"


def fingerprint(spec: Mapping[str, object]) -> str:
    """SHA-256 of a JSON-able spec, independent of the order of its keys."""
    text = json.dumps(spec, sort_keys=True, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def digest_of(path: Path) -> str:
    """SHA-256 of a file, or of a folder's relative names and contents in order of name.

    Raises
    ------
    StoreError
        If there is nothing at ``path``.
    """
    if not path.exists():
        raise StoreError(f"{path} is missing: there is nothing to digest")
    total = hashlib.sha256()
    for file in [path] if path.is_file() else _files(path):
        total.update(b"" if file == path else file.relative_to(path).as_posix().encode() + b"\0")
        with file.open("rb") as handle:
            total.update(hashlib.file_digest(handle, "sha256").digest())
    return total.hexdigest()


def write_file(path: Path, content: bytes | str) -> None:
    """Write a small file so that it is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    part.write_bytes(content.encode() if isinstance(content, str) else content)
    part.replace(path)


def require_space(folder: Path, n_bytes: int) -> None:
    """Refuse work that will not fit on the disk of ``folder``.

    Raises
    ------
    StoreError
        If fewer than ``n_bytes`` are free.
    """
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free
    if free < n_bytes:
        raise StoreError(
            f"{folder} has {free / 1e9:.1f} GB free, this stage needs about {n_bytes / 1e9:.1f} GB: "
            "free some (`platoscope work clean`) or set PLATOSCOPE_WORK to another disk"
        )


class Work:
    """The scratch of one stage at one fingerprint.

    Parameters
    ----------
    base
        The scratch folder of the project.
    stage
        Name of the stage, such as ``video_features@lite0``.
    spec
        Everything that can change a byte of the result.
    """

    def __init__(self, base: Path, *, stage: str, spec: Mapping[str, object]) -> None:
        self.stage = stage
        self.fingerprint = fingerprint({"stage": stage, "formats": FORMATS, **spec})
        self._parent = os.getppid()
        self.path = base / stage / self.fingerprint[:32]
        (self.path / "blocks").mkdir(parents=True, exist_ok=True)
        (self.path / "locks").mkdir(exist_ok=True)
        held = os.open(self.path / "locks" / "in_use", os.O_CREAT | os.O_RDWR)
        weakref.finalize(self, os.close, held)
        fcntl.flock(held, fcntl.LOCK_SH)  # as long as this object lives, so that nobody cleans under it
        write_file(self.path / LINE, json.dumps({"stage": stage, "spec": dict(spec)}, indent=1, sort_keys=True))

    def block(self, name: str) -> Path:
        """Path of a block, whether it is there or not."""
        return self.path / "blocks" / name

    def claims(self, names: Sequence[str]) -> "Iterator[Claim]":
        """Yield every block once: those that are there as ``whole``, the others under a lock, to be made.

        A block that another process is making is left to it and looked at again at the end, when its lock is waited
        for: a killed process frees its locks. A claim may be finished later, while others are made.
        """
        busy, locks = [], self.path / "locks"
        for name in names:
            if self.block(name).exists():
                yield Claim(self.block(name))
            elif lock := _lock_if_free(locks / name):
                yield Claim(self.block(name), lock)
            else:
                busy.append(name)
        for name in busy:
            yield Claim(self.block(name), _lock(locks / name))

    def compute(self, names: Sequence[str], make: Callable[[str, Path], None]) -> Iterator[str]:
        """Make every block that is not there yet, by ``make(name, part)``; yield each name as it is whole."""
        for claim in self.claims(names):
            if not claim.whole:
                with claim:
                    make(claim.name, claim.part)
                    claim.finish()
            yield claim.name

    def keep(self, name: str, content: str) -> None:
        """Keep a line of text beside the blocks, for the next process that works here."""
        write_file(self.path / name, content)

    def kept(self, name: str) -> str | None:
        """What was kept under a name, if anything was."""
        file = self.path / name
        return file.read_text(encoding="utf-8") if file.exists() else None

    def publish(self, outs: Mapping[str, Path], build: Callable[[Path], None], *, staging: Path) -> None:
        """Build the result once and put hard-linked copies of its entries where ``outs`` says.

        ``build(folder)`` writes every name of ``outs`` into ``folder``. An out that already holds these bytes is
        left alone. One process of a stage publishes at a time, whatever its fingerprint; one that dvc started and that
        outlived dvc keeps its result in the scratch, since another run may have other params by now.

        Raises
        ------
        StoreError
            If ``build`` left an out away, or dvc is gone.
        """
        result = self.path / "result"
        with _lock(publish_lock(self.path)):
            if not result.exists():
                part = self.path / "result.part"
                shutil.rmtree(part, ignore_errors=True)
                part.mkdir()
                build(part)
                missing = [name for name in outs if not (part / name).exists()]
                if missing:
                    raise StoreError(f"stage {self.stage} did not write {', '.join(missing)}")
                part.rename(result)
            if "DVC_ROOT" in os.environ and os.getppid() != self._parent:
                raise StoreError(f"the dvc that started {self.stage} is gone: its result waits in {self.path}")
            for name, out in outs.items():
                _place(result / name, out, staging / f"{self.fingerprint[:12]}-{name}")


class Claim:
    """A block that is there (``whole``), or that this process alone may make: written to ``part``, then finished."""

    def __init__(self, block: Path, lock: IO[str] | None = None) -> None:
        self.name, self._block, self._lock = block.name, block, lock
        self.part = block.with_name(f"{block.name}.part")
        self.whole = block.exists()
        if self.whole:
            self.free()

    def finish(self) -> None:
        """Rename what was written into place and free the lock; from any thread."""
        with self.part.open("rb") as handle:
            os.fsync(handle.fileno())
        self.part.rename(self._block)
        self.free()

    def free(self) -> None:
        """Leave the block to others."""
        if self._lock is not None:
            self._lock.close()

    @contextmanager
    def until_it_fails(self) -> Iterator[None]:
        """Leave the block to others if what is done here fails; else it stays claimed."""
        try:
            yield
        except BaseException:
            self.free()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.free()


def publish_lock(work: Path) -> Path:
    """The lock that one stage's processes publish under, whatever the fingerprint of their scratch."""
    return work.parent.with_name(f".{work.parent.name}.lock")


def _lock(file: Path) -> IO[str]:
    """Wait for the lock of a file; it is held until what is given here is closed."""
    handle = file.open("w")
    fcntl.flock(handle, fcntl.LOCK_EX)
    return handle


def _lock_if_free(file: Path) -> IO[str] | None:
    """The same where nobody holds it, else None."""
    handle = file.open("w")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        handle.close()
        return None
    return handle


def in_use(work: Path) -> bool:
    """Whether a process holds a lock in this scratch of one stage at one fingerprint."""
    for lock in (work / "locks").iterdir():
        held = _lock_if_free(lock)
        if held is None:
            return True
        held.close()
    return False


def _place(result: Path, out: Path, staged: Path) -> None:
    """Make ``out`` a hard-linked copy of ``result`` by renames alone."""
    old = staged.with_name(f"{staged.name}.old")
    for left in (staged, old):  # by a process that was killed here
        _remove(left)
    if out.exists() and digest_of(out) == digest_of(result):
        return
    staged.parent.mkdir(parents=True, exist_ok=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    if result.is_dir():
        shutil.copytree(result, staged, copy_function=_link)
    else:
        _link(str(result), str(staged))
    if out.is_dir():
        out.rename(old)
        staged.rename(out)
        _remove(old)
    else:
        staged.replace(out)
    with suppress(OSError):
        staged.parent.rmdir()


def _link(source: str, target: str) -> None:
    """Hard link, or a copy where scratch and project lie on different file systems."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _files(folder: Path) -> list[Path]:
    return sorted((p for p in folder.rglob("*") if p.is_file()), key=lambda p: p.relative_to(folder).as_posix())
