"""Stores of any kind: their attributes, and whether they still hold what they were written with."""

from pathlib import Path

from platoscope.errors import StoreError
from platoscope.store.arrays import FORMATS, Attributes, array_names, kind_of, open_group, read
from platoscope.store.features import FeaturesStore
from platoscope.store.frames import FramesStore
from platoscope.store.neighbours import verify_neighbours
from platoscope.store.temporal import TemporalStore

PULL = "dvc pull"


def attributes_of(path: Path) -> Attributes:
    """Attributes of a store.

    Raises
    ------
    StoreError
        If there is no finished store of a known kind and format at ``path``, or it lacks a part.
    """
    kind = kind_of(path)
    if kind not in FORMATS:
        raise StoreError(f"{path} is a store of kind {kind}, which is none of {', '.join(FORMATS)}")
    return dict(open_group(path, kind, PULL).attrs)


def holds_its_digest(path: Path) -> bool | None:
    """Whether a store holds what its digest says; None where it has none but can be read, or is no store at all.

    Raises
    ------
    StoreError
        If it is a store and a part of it is missing or cannot be read.
    """
    if path.suffix != ".zarr":
        return None
    kind = attributes_of(path)["kind"]
    try:
        return _holds(path, kind)
    except (KeyError, TypeError, ValueError) as error:
        raise StoreError(f"{path} lacks what a store of {kind} has ({type(error).__name__}: {error})") from error


def _holds(path: Path, kind: str) -> bool | None:
    if kind == "features":
        return FeaturesStore(path).verify()
    if kind == "temporal":
        return TemporalStore(path).verify()
    if kind == "neighbours":
        return verify_neighbours(path)
    if kind == "frames":
        return FramesStore(path).verify()
    group = open_group(path, kind, PULL)
    for name in array_names(path):
        read(group, name)
    return None
