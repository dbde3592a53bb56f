"""``platoscope add``: one encoder's features of another project become an encoder of this one, as they are.

Its features store is fetched once its attributes, samples and captions agree with ours, held against its digest, and
named by an entry of the family ``stored``, from which stages copy: nothing is computed again.
"""

import shutil
import tempfile
from pathlib import Path

from platoscope.commons.agreement import check_format, check_samples, check_shown, check_videos, missing_variants
from platoscope.commons.entries import check_free, put, with_entry
from platoscope.commons.origin import Origin, opened
from platoscope.encoders.weights import digest_weights
from platoscope.errors import InputError, StoreError
from platoscope.params import read_params
from platoscope.project import Project, Side
from platoscope.store import FeaturesStore
from platoscope.store.arrays import Attributes


def add_features(
    project: Project,
    place: str,
    key: str,
    *,
    side: Side | None = None,
    rev: str | None = None,
    remote: str | None = None,
    name: str | None = None,
    other_files: bool = False,
) -> str:
    """Put the features of encoder ``key`` of another project beside our own, under ``name``; gives what to run.

    ``other_files``: videos whose bytes are others than ours are taken for the same.

    Raises
    ------
    InputError
        If the project cannot be opened, has no such features, shows other frames or captions, or ``name`` is taken.
    StoreError
        If the features are of another format or other samples, cannot be had, or are not what they were written as.
    """
    project.staging.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=project.staging, prefix="add-") as folder:
        theirs = Project(Path(folder))
        with opened(place, rev=rev, remote=remote, into=theirs.root) as origin:
            if not origin.fetch(_below(theirs.params, theirs)):
                raise InputError(f"{origin.name} has no params.yaml: it is no project of platoscope")
            _check_params(origin)
            one, attributes = _found(origin, key, side)
            called = name or key
            check_free(project, one, called)
            what = f"{key} of {origin.name}"
            check_format(attributes, name=what)
            check_samples(attributes, project, name=what)
            _fetch_shown(origin, one, other_files=other_files)
            if one == "video" and not other_files:
                check_videos(project, theirs, name=what)
            check_shown(attributes, one, project, theirs, name=what)
            origin.fetch(_below(theirs.features(one, key), theirs))
        store = theirs.features(one, key)
        if not FeaturesStore(store).verify():
            raise StoreError(f"{what} does not hold what it was written with (its digest differs): it was not added")
        place_here = project.commons(one, f"{called}.zarr")
        fields = {
            "family": "stored",
            "weights": place_here.relative_to(project.root).as_posix(),
            "digest": digest_weights(store),
        }
        if attributes.get("sampler", "center") != "center":
            fields["sampler"] = attributes["sampler"]
        text = with_entry(project.params, one, called, fields, note=f"added: {what}")
        place_here.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(place_here, ignore_errors=True)  # of an entry that is no longer in params
        store.rename(place_here)
    put(project, text)
    return _said(project, one, called, attributes, what)


def _check_params(origin: Origin) -> None:
    """Refuse a project whose params are not read here, by its name: the file's would be taken for ours."""
    try:
        read_params(origin.fetched.params)
    except InputError as error:
        raise InputError(f"{origin.name} is of another version: {error}") from error


def _found(origin: Origin, key: str, side: Side | None) -> tuple[Side, Attributes]:
    """The side that an encoder is of, and its store's attributes."""
    theirs = origin.fetched
    sides: tuple[Side, ...] = ("video", "text") if side is None else (side,)
    found = [
        (one, attributes)
        for one in sides
        if (attributes := origin.attributes(_below(theirs.features(one, key), theirs))) is not None
    ]
    if len(found) == 1:
        return found[0]
    if found:
        raise InputError(f"{origin.name} has {key!r} on both sides: say --side video or --side text")
    params = read_params(theirs.params)
    known = ", ".join(f"{one}/{name}" for one in ("video", "text") for name in params.encoders.of(one))
    raise InputError(f"{origin.name} has no features of {key!r}; its params name {known}")


def _fetch_shown(origin: Origin, side: Side, *, other_files: bool) -> None:
    """Get what tells what was shown: the list of videos, or the captions."""
    theirs = origin.fetched
    place = _below(theirs.dataset / "videos.jsonl" if side == "video" else theirs.captions, theirs)
    if not (side == "video" and other_files) and not origin.fetch(place):
        raise StoreError(f"{origin.name} has no {place.as_posix()}: what was shown cannot be compared")


def _said(project: Project, side: Side, key: str, attributes: Attributes, what: str) -> str:
    shape = (
        f"{len(attributes['layers'])} layers x {len(attributes['budgets'])} budgets x {len(attributes['ids'])} samples"
    )
    lines = [
        f"{key}: {shape}, {what}, digest as written; encoders.{side}.{key} is in params.yaml: `dvc repro` compares it"
    ]
    missing = missing_variants(attributes, read_params(project.params)) if side == "text" else []
    if missing:
        names = ", ".join(f"{mode} captions by {combine}" for mode, combine in missing)
        lines.append(f"it has no {names}: pairs with it have none either")
    return "\n".join(lines)


def _below(path: Path, project: Project) -> Path:
    return path.relative_to(project.root)
