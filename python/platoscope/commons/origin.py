"""Another project, to read from: a folder, or what git and DVC hold of it at a revision, here or at a URL.

Paths below its root become files below a folder of ours; nothing is written to the project itself.
"""

import json
import logging
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platoscope.encoders.weights import first_line
from platoscope.errors import InputError, StoreError
from platoscope.project import Project


@dataclass(frozen=True)
class Origin:
    """A project to read from; ``name`` says which, ``files`` is None where it is read as it lies in its folder.

    ``into`` is the folder that gets what is fetched, laid out as a project.
    """

    name: str
    into: Path
    folder: Path | None = None
    files: Any = None

    @property
    def fetched(self) -> Project:
        """What was fetched, as a project."""
        return Project(self.into)

    def fetch(self, path: Path) -> bool:
        """Get a file or a folder, ``path`` below the project's root, unless it is not there.

        Raises
        ------
        StoreError
            If it should be there and cannot be had.
        """
        target = self.into / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if self.folder is not None and (self.folder / path).exists():
            place = self.folder / path
            if place.is_dir():
                shutil.copytree(place, target, dirs_exist_ok=True)
            else:
                shutil.copy2(place, target)
            return True
        if self.files is None:
            return False
        shutil.rmtree(target, ignore_errors=True)  # into a folder that is there a copy would be put below it
        try:
            if not self.files.exists(path.as_posix()):
                return False
            self.files.get(path.as_posix(), str(target), recursive=self.files.isdir(path.as_posix()))
        except Exception as error:
            why = first_line(error)
            raise StoreError(
                f"{self.name} names {path.as_posix()} but it cannot be had from its remote or cache ({why}): ask for "
                "`dvc push` there"
            ) from error
        return True

    def attributes(self, path: Path) -> dict[str, Any] | None:
        """Attributes of a store, of which no more than that is fetched; None if there is no store."""
        if not self.fetch(path / "zarr.json"):
            return None
        try:
            found: dict[str, Any] = json.loads((self.into / path / "zarr.json").read_text(encoding="utf-8"))
            return dict(found["attributes"])
        except (ValueError, KeyError) as error:
            raise StoreError(f"{self.name}: {path.as_posix()} is not a Zarr 3 group: {error}") from error


@contextmanager
def opened(place: str, *, rev: str | None, remote: str | None, into: Path) -> Iterator[Origin]:
    """Open a project: the folder as it is, or, with a revision or a URL, what git and DVC hold of it.

    A store that a folder does not have checked out is looked for by DVC too.

    Raises
    ------
    InputError
        If there is no such folder, repository or revision.
    """
    folder = Path(place).expanduser()
    as_it_lies = rev is None and (folder / "params.yaml").is_file()
    name = re.sub(r"//[^/@]*@", "//", place)  # without a user's name and token
    if as_it_lies and not (folder / ".dvc").is_dir():
        yield Origin(name, into, folder.resolve())
        return
    with _repository(place, rev, remote) as repo:
        if as_it_lies:
            yield Origin(name, into, folder.resolve(), repo.dvcfs)
        else:
            yield Origin(f"{name} at {repo.get_rev()[:12]}", into, None, repo.dvcfs)


@contextmanager
def _repository(place: str, rev: str | None, remote: str | None) -> Iterator[Any]:
    from dvc.repo import Repo

    logging.getLogger("dvc").setLevel(logging.CRITICAL)
    folder = Path(place).expanduser()
    try:
        repo = Repo.open(str(folder) if folder.exists() else place, rev=rev, remote=remote)
    except Exception as error:
        at = "" if rev is None else f" at revision {rev!r}"
        raise InputError(
            f"{place} cannot be opened{at} as a repository with DVC ({first_line(error)}): wanted is a folder with "
            "params.yaml, or a repository by its path or URL"
        ) from error
    with repo:
        yield repo
