"""What dvc.yaml and dvc.lock say: stages, their outs with hashes, and the hash that DVC gives to what lies on the disk.

A folder's hash is that of the listing of its files; DVC keeps the listing in its cache as a file of that name.
"""

import hashlib
import json
from collections.abc import Mapping
from functools import reduce
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from platoscope.errors import DataError

FOLDER = ".dir"


class Out(NamedTuple):
    """An out as dvc.lock has it: its stage, its path below the project, its MD5 (of a folder with ``.dir`` behind)."""

    stage: str
    path: str
    md5: str


def committed_outs(lock: Path) -> list[Out]:
    """Outs of all stages that dvc.lock knows, in its order; none where there is no lock file.

    Raises
    ------
    DataError
        If it is no lock file of DVC.
    """
    if not lock.is_file():
        return []
    try:
        stages: dict[str, Any] = yaml.safe_load(lock.read_text(encoding="utf-8")).get("stages") or {}
    except (yaml.YAMLError, AttributeError) as error:
        raise DataError(f"{lock} is not a lock file of DVC: {error}") from error
    return [
        Out(stage, out["path"], out["md5"])
        for stage, entry in stages.items()
        for out in entry.get("outs", ())
        if "md5" in out
    ]


def stages_made(pipeline: Path, params: Path) -> dict[str, Any] | None:
    """The stages of dvc.yaml, ``foreach`` being the list of what one is made for; None where there is no dvc.yaml.

    Raises
    ------
    DataError
        If it, or params.yaml, cannot be read.
    """
    if not pipeline.is_file():
        return None
    try:
        stages: dict[str, Any] = yaml.safe_load(pipeline.read_text(encoding="utf-8"))["stages"]
        values = yaml.safe_load(params.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError, TypeError, KeyError) as error:
        raise DataError(f"{pipeline} and params.yaml are not a pipeline of DVC: {error}") from error
    loops = {name: entry["foreach"] for name, entry in stages.items() if "foreach" in entry}
    return {**stages, **{name: {**stages[name], "foreach": _items(values, over)} for name, over in loops.items()}}


def _items(params: Any, over: Any) -> list[str]:
    """What a ``foreach`` runs over: a list, a dict, or the name of one in params, ``${a.b}``."""
    if isinstance(over, str):
        names = over.removeprefix("${").removesuffix("}").split(".")
        over = reduce(lambda found, name: (found or {}).get(name), names, params)
    return [str(item) for item in over or ()]


def is_made(stage: str, made: Mapping[str, Any]) -> bool:
    """Whether a stage of dvc.lock still is one of dvc.yaml: of an encoder that params no longer name it is none."""
    name, _, item = stage.partition("@")
    return name in made and (not item or item in made[name].get("foreach", ()))


def kept_here(stages: Mapping[str, Any]) -> set[str]:
    """Outs that dvc.yaml keeps out of remotes."""
    outs = [out for entry in stages.values() for out in entry.get("do", entry).get("outs", ())]
    flagged = [pair for out in outs if isinstance(out, dict) for pair in out.items()]
    return {path for path, flags in flagged if flags.get("push") is False}


def dvc_md5(path: Path) -> str:
    """The hash under which DVC 3 records a file or a folder in dvc.lock."""
    return file_md5(path) if path.is_file() else listing_md5(files_md5(path))


def file_md5(path: Path) -> str:
    """MD5 of a file."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "md5").hexdigest()


def files_md5(folder: Path) -> dict[str, str]:
    """MD5 of every file of a folder, by its name below it, in order."""
    files = ((file.relative_to(folder).as_posix(), file) for file in folder.rglob("*") if file.is_file())
    return {name: file_md5(file) for name, file in sorted(files)}


def listing_md5(files: Mapping[str, str]) -> str:
    """The hash that DVC gives to a folder of such files."""
    listing = [{"md5": md5, "relpath": name} for name, md5 in sorted(files.items())]
    return hashlib.md5(json.dumps(listing, sort_keys=True).encode(), usedforsecurity=False).hexdigest() + FOLDER


def listed_md5(listing: Path) -> dict[str, str] | None:
    """The files of a folder by a listing of DVC's cache; None where the listing is not there, or is damaged itself."""
    if not listing.is_file() or file_md5(listing) != listing.parent.name + listing.name.removesuffix(FOLDER):
        return None
    return {row["relpath"]: row["md5"] for row in json.loads(listing.read_text(encoding="utf-8"))}
