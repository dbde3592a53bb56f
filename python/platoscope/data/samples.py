"""The ``samples`` stage: which samples take part, settled once before any feature is computed.

A sample takes part if it is asked for, its video is there and decoded, has enough frames where ``frames.short`` is
``exclude``, and has at least as many captions as the largest budget. N is what was asked for or an error; who is out
stands in ``excluded.csv``.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from platoscope.data.captions.modes import counted
from platoscope.data.exclusions import Out, kinds_of, read_absent, table_of
from platoscope.data.rows import ranked, read_lines, write_lines
from platoscope.errors import DataError, StoreError
from platoscope.params import Params, SamplesParams
from platoscope.project import Project
from platoscope.scratch import write_file
from platoscope.store import FramesStore, digest_ids

SHOWN = 5  # kinds of reasons in a message


@dataclass(frozen=True)
class Samples:
    """The samples in the order of every store after this stage.

    rows: int64 [sample], each sample's row in the frames store; sources: what the clip was cut from, if known.
    """

    ids: tuple[str, ...]
    sources: tuple[str | None, ...]
    rows: NDArray[np.int64]

    @property
    def digest(self) -> str:
        """Digest of the ordered ids, which every store carries."""
        return digest_ids(self.ids)


def read_samples(path: Path) -> Samples:
    """Read ``data/samples.jsonl``."""
    lines = read_lines(path)
    return Samples(
        ids=tuple(line["id"] for line in lines),
        sources=tuple(line["source"] for line in lines),
        rows=np.array([line["row"] for line in lines], np.int64),
    )


def samples_of(path: Path, *, digest: str, store: Path) -> Samples:
    """Read ``data/samples.jsonl``, which has to hold the samples that ``store`` was made from, in their order.

    Raises
    ------
    StoreError
        If their digest is another than the store's; it names both.
    """
    samples = read_samples(path)
    if samples.digest != digest:
        raise StoreError(
            f"{path} ({len(samples.ids)} samples, {samples.digest[:12]}) holds other samples, or in another order, "
            f"than {store} ({digest[:12]}): run `dvc repro`"
        )
    return samples


def run(params: Params, project: Project) -> str:
    """Write ``data/samples.jsonl`` and ``data/excluded.csv``; gives the summary line."""
    videos = read_lines(project.dataset / "videos.jsonl")
    ids = [video["id"] for video in videos]
    out = read_absent(project.dataset / "absent.csv")
    asked = set(params.samples.ids) or {*ids, *(one.id for one in out)}
    _check_known(params, {*ids, *(one.id for one in out)})
    faults = {row: Out(ids[row], *why) for row, why in _faults(params, project, ids)}
    out += [faults[row] for row in sorted(faults)]
    out = [one for one in out if one.id in asked]
    able = [row for row in range(len(videos)) if row not in faults and ids[row] in asked]
    others = [Out(id_, "samples", "not among samples.ids") for id_ in ids if id_ not in asked]
    write_file(project.excluded, table_of(Out._fields, [*out, *others]))  # to be read where too few are left
    kept = _draw(able, ids, params.samples, out=out)
    _check_depth(len(kept), params)
    write_lines(project.samples, ({"id": ids[row], "source": videos[row]["source"], "row": row} for row in kept))
    left = [Out(ids[row], "samples", f"not among the {len(kept)} drawn") for row in sorted({*able} - {*kept})]
    write_file(project.excluded, table_of(Out._fields, [*out, *left, *others]))
    return f"samples: {len(kept)} of {len(asked)} take part, {len(out)} cannot, {len(left)} were not drawn"


def _check_known(params: Params, known: Collection[str]) -> None:
    strange = [id_ for id_ in params.samples.ids if id_ not in known]
    if strange:
        asked = params.dataset.model_dump(include={"n", "ids"})
        narrow = " and ".join(f"dataset.{name}" for name, value in asked.items() if value)
        raise DataError(
            f"samples.ids names {len(strange)} that the data set does not have, first {strange[0]!r}"
            + (f"; of what its source lists, {narrow} let only {len(known)} in" if narrow else "")
        )


def _check_depth(n: int, params: Params) -> None:
    """Refuse here, before hours of features, neighbours that so few samples do not have."""
    for name, value in (("alignment.k", params.alignment.k), ("neighbours.depth", params.neighbours.depth)):
        if value > n - 1:
            raise DataError(f"{name} is {value}, but {n} samples take part: set it to at most {n - 1}")


def _faults(params: Params, project: Project, ids: Sequence[str]) -> Iterator[tuple[int, tuple[str, str]]]:
    """Rows that cannot take part, with the stage that says so and why."""
    frames = FramesStore(project.frames)
    captions = {row["id"]: row for row in read_lines(project.captions)}
    if frames.attributes["videos"] != digest_ids(ids):
        raise StoreError(f"{project.frames} was not made from the {len(ids)} videos of videos.jsonl: run `dvc repro`")
    if captions.keys() != set(ids):
        odd = min(captions.keys() ^ set(ids))
        raise StoreError(
            f"{project.captions} and videos.jsonl are of different samples, such as {odd!r}: run `dvc repro`"
        )
    n_f, n_c = max(params.budgets.frames), max(params.budgets.captions)
    for row, (id_, status) in enumerate(zip(ids, frames.status, strict=True)):
        if status == "failed" or (status in ("truncated", "damaged") and not params.samples.damaged):
            yield row, ("frames", frames.notes.get(row, status))
        elif params.frames.short == "exclude" and frames.n_decoded[row] < n_f:
            yield row, ("frames", f"{frames.n_decoded[row]} frames, {n_f} are needed")
        elif "refused" in captions[id_]:
            yield row, ("captions", captions[id_]["refused"])
        else:
            few = ((mode, counted(captions[id_], mode)) for mode in params.captions.modes)
            if why := next((_short_of(mode, n, n_c) for mode, n in few if n < n_c), None):
                yield row, ("captions", why)


def _short_of(mode: str, n: float, n_c: int) -> str:
    kind = "" if mode == "distinct" else f" of mode {mode}"
    return f"{n} captions{kind}, {n_c} are needed"


def _draw(able: list[int], ids: Sequence[str], asked: SamplesParams, *, out: Sequence[Out]) -> list[int]:
    if len(able) < (asked.n or 2):
        why = "; ".join(f"{len(kind.ids)} {kind.stage}: {kind.reason}" for kind in kinds_of(out)[:SHOWN])
        raise DataError(
            f"samples.n asks for {asked.n or 'at least 2'} samples, {len(able)} of {len(able) + len(out)} can take part"
            + (f"; out are {why} (one by one in data/excluded.csv)" if out else "")
        )
    if asked.n is None:
        return able
    order = ranked([ids[row] for row in able], seed=asked.seed)
    return sorted(able[place] for place in order[: asked.n])
