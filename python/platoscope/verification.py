"""``platoscope verify``: what lies on the disk against dvc.lock and its own digests, and stores against each other.

One line an out. DVC trusts what a remote gives it by its name; here every byte is hashed.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from platoscope.committed import (
    FOLDER,
    Out,
    committed_outs,
    file_md5,
    files_md5,
    is_made,
    kept_here,
    listed_md5,
    listing_md5,
    stages_made,
)
from platoscope.data.rows import read_lines
from platoscope.data.samples import read_samples
from platoscope.errors import DataError, InputError, StoreError
from platoscope.project import Project
from platoscope.store import digest_ids, same_samples
from platoscope.store.whole import attributes_of, holds_its_digest

WHOLE, AWAY, MISSING, OTHER, DAMAGED, APART = "whole", "away", "missing", "other", "damaged", "apart"
FAULTS = (MISSING, OTHER, DAMAGED, APART)
SHOWN_FILES = 2


@dataclass(frozen=True)
class Finding:
    """What is to be said of one out; ``objects`` are damaged files of DVC's cache behind it."""

    path: str
    state: str
    words: str
    objects: tuple[Path, ...] = ()


def verified(project: Project, paths: Sequence[str] = ()) -> tuple[str, list[str]]:
    """A line for every out below ``paths`` (none: all), what to do about faults, and the paths that have any.

    What is named has to be on the disk, unless dvc.yaml keeps it out of remotes (``push: false``).

    Raises
    ------
    InputError
        If a path is neither an out nor holds one.
    DataError
        If dvc.lock or dvc.yaml cannot be read.
    """
    made = stages_made(project.root / "dvc.yaml", project.params)
    outs = {
        out.path: out
        for out in committed_outs(project.root / "dvc.lock")
        if made is None or is_made(out.stage, made) or (project.root / out.path).exists()
    }
    stray = [path for path in _stores(project) if path not in outs and not _below(path, outs)]
    chosen = [path for path in (*outs, *stray) if not paths or _below(path, paths)]
    strange = [path for path in paths if not any(_below(one, [path]) for one in (*outs, *stray))]
    if strange:
        raise InputError(f"{strange[0]} is no out of dvc.lock and holds none; run `dvc repro` first, or name another")
    never_shared = kept_here(made or {})
    findings = []
    for path in chosen:
        found = _committed(project, outs[path]) if path in outs else _stray(project, path)
        if found.state == AWAY and paths and path not in never_shared:
            found = Finding(path, MISSING, "not here: no remote gave it; `dvc push` where it was made, then pull again")
        findings.append(found)
    faulty = {found.path for found in findings if found.state in FAULTS}
    findings = [_beside_others(project, found, faulty) for found in findings]
    faults = [found.path for found in findings if found.state in FAULTS]
    return "\n".join([*_lines(findings), *_remedies(project, findings)]), faults


def _committed(project: Project, out: Out) -> Finding:
    """An out of dvc.lock, by the hashes of all its files and, where they differ, by its own digest."""
    place = project.root / out.path
    if not place.exists():
        return Finding(out.path, AWAY, f"not here; `dvc pull {out.path}` gets it where a remote has it")
    files = files_md5(place) if place.is_dir() else {"": file_md5(place)}
    if (listing_md5(files) if place.is_dir() else files[""]) == out.md5:
        return Finding(out.path, WHOLE, f"{len(files)} files" if place.is_dir() else "1 file")
    wanted = _wanted(project, out)
    differing = {} if wanted is None else {name: md5 for name, md5 in wanted.items() if files.get(name) != md5}
    more = [] if wanted is None else [name for name in files if name not in wanted]
    objects = _damaged_objects(project, list(differing.values()))
    words = f"is not what dvc.lock holds{_named([*differing, *more])}"
    try:
        own = holds_its_digest(place)
    except StoreError as error:
        return Finding(out.path, DAMAGED, _below_root(project, error), objects)
    if own is False or objects:
        return Finding(out.path, DAMAGED, words, objects)
    return Finding(out.path, OTHER, words)


def _stray(project: Project, path: str) -> Finding:
    """A store that dvc.lock does not know, by its own digest."""
    try:
        own = holds_its_digest(project.root / path)
    except StoreError as error:
        return Finding(path, DAMAGED, _below_root(project, error))
    if own is False:
        return Finding(path, DAMAGED, "does not hold what it was written with (its digest differs)")
    return Finding(path, WHOLE, "not in dvc.lock; by its own digest" if own else "not in dvc.lock; can be read")


def _beside_others(project: Project, found: Finding, faulty: Collection[str]) -> Finding:
    """The same, unless it is whole and was made from other samples or features than what lies beside it, whole too."""
    if found.state != WHOLE or not (project.root / found.path).is_dir():
        return found
    try:
        for store in _stores_of(project.root / found.path):
            _check_beside(project, store, faulty)
    except (StoreError, DataError) as error:
        return Finding(found.path, APART, _below_root(project, error))
    return found


def _check_beside(project: Project, path: Path, faulty: Collection[str]) -> None:
    def is_sound(other: Path) -> bool:
        return other.exists() and other.relative_to(project.root).as_posix() not in faulty

    told, videos, samples = attributes_of(path), project.dataset / "videos.jsonl", project.samples
    if told["kind"] in ("frames", "thumbnails"):
        of_videos = told["videos" if told["kind"] == "frames" else "samples"]
        if is_sound(videos) and of_videos != digest_ids(row["id"] for row in read_lines(videos)):
            raise StoreError(f"{path} was not made from the videos of {videos}: run `dvc repro`")
        return
    if is_sound(samples):
        kept = read_samples(samples)
        if kept.digest != told["samples"] and "ids" not in told:
            raise StoreError(f"{path} was made from other samples than {samples} names: run `dvc repro`")
        same_samples((samples, {"samples": kept.digest, "ids": kept.ids}), (path, told))
    features = project.data / "features" / path.parent.name / path.name
    if told["kind"] == "neighbours" and is_sound(features) and attributes_of(features)["digest"] != told["features"]:
        raise StoreError(f"{path} was made from other features than {features} holds: run `dvc repro`")


def _lines(findings: Sequence[Finding]) -> Iterator[str]:
    width = max((len(found.path) for found in findings), default=0)
    for found in findings:
        yield f"{found.state:8} {found.path:{width}}  {found.words}"
    counts = {state: sum(found.state == state for found in findings) for state in (WHOLE, AWAY, *FAULTS)}
    yield ", ".join(f"{n} {state}" for state, n in counts.items() if n) or "nothing to verify: run `dvc repro` first"


def _remedies(project: Project, findings: Sequence[Finding]) -> Iterator[str]:
    damaged = [found for found in findings if found.state == DAMAGED]
    objects = list(dict.fromkeys(file for found in damaged for file in found.objects))
    if damaged:
        gone = [found.path for found in damaged] + [_shown(project, file) for file in objects]
        yield ""
        yield f"To get what is damaged again: rm -rf {' '.join(gone)} && dvc pull --allow-missing"
    if objects:
        names = [f"{file.parent.name}/{file.name}" for file in objects]
        names += [f"{md5[:2]}/{md5[2:]}" for md5 in _folders_of(project, damaged)]
        yield (
            f"If it comes back damaged, so is the remote: remove {', '.join(f'files/md5/{name}' for name in names)} "
            "there, `dvc push` where all is whole, and do this again"
        )
    if any(found.state == OTHER for found in findings):
        yield ""
        yield "What is other than dvc.lock: `dvc repro` makes it anew, `dvc checkout` brings back what was"


def _folders_of(project: Project, damaged: Sequence[Finding]) -> list[str]:
    named = {found.path for found in damaged if found.objects}
    outs = committed_outs(project.root / "dvc.lock")
    return [out.md5 for out in outs if out.path in named and out.md5.endswith(FOLDER)]


def _wanted(project: Project, out: Out) -> dict[str, str] | None:
    """MD5 of the files of an out by DVC's cache; None where that does not say."""
    if not out.md5.endswith(FOLDER):
        return {"": out.md5}
    listing = _cached(project, [out.md5]).get(out.md5)
    return None if listing is None else listed_md5(listing)


def _damaged_objects(project: Project, wanted: Sequence[str]) -> tuple[Path, ...]:
    """Files of DVC's cache that do not hold what their names say."""
    cached = _cached(project, list(dict.fromkeys(wanted)))
    return tuple(file for md5, file in cached.items() if file.is_file() and file_md5(file) != md5)


def _cached(project: Project, md5s: Sequence[str]) -> dict[str, Path]:
    """Where DVC's cache has these objects, by DVC's own configuration; nothing where there is no DVC."""
    from dvc.repo import Repo

    if not md5s or not (project.root / ".dvc").is_dir():
        return {}
    with Repo(str(project.root)) as repo:
        return {md5: Path(repo.cache.local.oid_to_path(md5)) for md5 in md5s}


def _stores(project: Project) -> list[str]:
    """Stores below ``data/`` that are not inside of another out's folder, by their paths below the project."""
    staging = project.staging
    found = (file for file in project.data.rglob("*.zarr") if not file.is_relative_to(staging))
    return sorted(file.relative_to(project.root).as_posix() for file in found)


def _stores_of(place: Path) -> list[Path]:
    return [place] if place.suffix == ".zarr" else sorted(place.rglob("*.zarr"))


def _below(path: str, folders: Sequence[str] | Mapping[str, Out]) -> bool:
    return any(path == folder.rstrip("/") or path.startswith(f"{folder.rstrip('/')}/") for folder in folders)


def _named(files: Sequence[str]) -> str:
    """Which files of a folder differ, where that is known."""
    names = [name for name in files if name]
    if not names:
        return ""
    rest = f" and {len(names) - SHOWN_FILES} more files" if len(names) > SHOWN_FILES else ""
    return f": {', '.join(names[:SHOWN_FILES])}{rest}"


def _below_root(project: Project, error: Exception) -> str:
    return " ".join(str(error).split()).replace(f"{project.root}/", "")


def _shown(project: Project, file: Path) -> str:
    return file.relative_to(project.root).as_posix() if file.is_relative_to(project.root) else str(file)
