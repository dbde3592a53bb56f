"""``platoscope import``: features that were published elsewhere become an encoder of this project.

Files of any layout become one ``.npz`` with the ids of their rows, in the precision that they came in, and an entry of
the family ``stored``.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from platoscope.commons.entries import check_free, key_of, put, with_entry
from platoscope.commons.layouts import read_layout
from platoscope.commons.sets import FeatureSet, checked, lines_of, write_npz
from platoscope.commons.thingsvision import names_of_rows
from platoscope.data.samples import Samples, read_samples
from platoscope.data.sampling import budgets_of
from platoscope.encoders.weights import digest_weights
from platoscope.errors import InputError
from platoscope.params import read_params
from platoscope.project import Project, Side


def import_features(
    project: Project,
    files: Sequence[Path],
    *,
    side: Side,
    key: str | None = None,
    ids: Path | None = None,
    budgets: Sequence[int] = (),
    sampler: str = "center",
) -> str:
    """Put features beside those that are computed here; gives what was read and what to run.

    Parameters
    ----------
    files
        One, or one for each of ``budgets``, numbers of frames or captions.
    ids
        A file with the id of each row, or a name of a file whose stem is one; without it a file that has no ids has
        the rows of data/samples.jsonl.

    Raises
    ------
    InputError
        If the files do not say which sample is which row, lack a sample or a budget, or hold what is no features.
    """
    key = key or key_of(files[0].stem)
    if not key:
        raise InputError(f"{files[0]} has no name that a key could be made of: give one, --as KEY")
    check_free(project, side, key)
    samples, params = read_samples(project.samples), read_params(project.params)
    found = _of_several([_one(file, ids, samples, project) for file in files], files, budgets)
    asked = budgets_of(sampler, params.budgets.frames) if side == "video" else params.budgets.captions
    _check_asked(found, asked, samples, name=str(files[0]), project=project)

    place = project.commons(side, f"{key}.npz")
    part = place.with_name(f".{place.name}.part")
    part.parent.mkdir(parents=True, exist_ok=True)
    layers = ((name, values if found.budgets else values[0]) for name, values in found.layers.items())
    write_npz(part, layers, ids=found.ids or (), budgets=found.budgets, about=found.about)
    fields = {"family": "stored", "weights": place.relative_to(project.root).as_posix(), "digest": digest_weights(part)}
    fields |= {} if sampler == "center" else {"sampler": sampler}
    named = ", ".join(file.name for file in files)
    try:
        text = with_entry(project.params, side, key, fields, note=f"imported from {named}")
    except InputError:
        part.unlink()
        raise
    part.rename(place)
    put(project, text)
    dims = [values.shape[2] for values in found.layers.values()]
    shape = f"{len(dims)} layers of {_spread(dims)} dims x {found.rows} samples"
    at = f"budgets {', '.join(map(str, found.budgets))}" if found.budgets else "one budget"
    return f"{key}: {shape}, {at}; encoders.{side}.{key} is in params.yaml: `dvc repro` compares it"


def _one(file: Path, ids: Path | None, samples: Samples, project: Project) -> FeatureSet:
    """Read a file whose rows are named, by itself, by a list, or by their number."""
    found = read_layout(file)
    beside = names_of_rows(file) if file.is_dir() else None
    if found.ids is not None and ids is not None:
        raise InputError(f"{file} has ids of its own: leave --ids {ids} out")
    if found.ids is None and (named := ids or beside):
        found = _named(found, file, named, samples)
    found = checked(found, name=str(file))
    if found.ids is None:
        if found.rows != len(samples.ids):
            raise InputError(
                f"{file} has {found.rows} rows and no ids, {project.samples} {len(samples.ids)} samples: name its rows "
                "with --ids FILE, one id a line"
            )
        found = FeatureSet(found.layers, samples.ids, found.budgets, found.about)
    return found


def _named(found: FeatureSet, file: Path, names: Path, samples: Samples) -> FeatureSet:
    """Rows by a list of ids, or of the names of files whose stems are ids."""
    lines = lines_of(names)
    if len(lines) != found.rows:
        raise InputError(f"{file} has {found.rows} rows, {names} {len(lines)} lines: one for each row is needed")
    known = set(samples.ids)
    if not known & set(lines):
        lines = tuple(Path(line).stem for line in lines)
    return FeatureSet(found.layers, lines, found.budgets, found.about)


def _of_several(found: Sequence[FeatureSet], files: Sequence[Path], budgets: Sequence[int]) -> FeatureSet:
    """Files of a budget each as one feature set."""
    first = found[0]
    if not budgets:
        if len(files) > 1:
            raise InputError(f"{len(files)} files are given: say what each is of, by as many --budget")
        return first
    if len(set(budgets)) < len(budgets) or len(budgets) != len(files):
        raise InputError(f"{len(files)} files and --budget {_list(budgets)}: one for each file is needed, none twice")
    for one, file in zip(found, files, strict=True):
        if one.budgets is not None:
            raise InputError(f"{file} has the budgets {_list(one.budgets)} of its own: leave --budget out")
        for what, mine, its in (("ids", first.ids, one.ids), ("layers", list(first.layers), list(one.layers))):
            if mine != its:
                raise InputError(f"{file} has other {what} than {files[0]}: {_first_of(mine or (), its or ())}")
    layers = {}
    for name in first.layers:
        shapes = {one.layers[name].shape for one in found}
        if len(shapes) > 1:
            raise InputError(f"layer {name!r} has other dims in {_list(files)}: {_list(sorted(s[2] for s in shapes))}")
        layers[name] = np.concatenate([one.layers[name] for one in found])
    return FeatureSet(layers, first.ids, tuple(budgets), first.about)


def _first_of(mine: Iterable[str], its: Iterable[str]) -> str:
    """The first that two lists do not share."""
    a, b = list(mine), list(its)
    at = next((at for at, pair in enumerate(zip(a, b, strict=False)) if pair[0] != pair[1]), min(len(a), len(b)))
    return f"at {at} {_at(b, at)}, not {_at(a, at)}"


def _at(names: Sequence[str], at: int) -> str:
    return repr(names[at]) if at < len(names) else "none"


def _check_asked(found: FeatureSet, asked: Sequence[int], samples: Samples, *, name: str, project: Project) -> None:
    """Refuse features that the stage would refuse: a budget or a sample that is not there."""
    if found.budgets is None and len(asked) > 1:
        raise InputError(
            f"{name} holds one budget that it does not name, params ask for {_list(asked)}: give a file for each, "
            "with as many --budget"
        )
    missing = [budget for budget in asked if found.budgets is not None and budget not in found.budgets]
    if missing:
        raise InputError(f"{name} has no budget {missing[0]}, only {_list(found.budgets or ())}")
    known = set(found.ids or ())
    lacking = [id_ for id_ in samples.ids if id_ not in known]
    if lacking:
        raise InputError(
            f"{name} lacks {len(lacking)} of the {len(samples.ids)} samples of {project.samples}, the first "
            f"{lacking[0]!r}; its own begin with {next(iter(found.ids or ()), 'none')!r}"
        )


def _list(values: Iterable[object]) -> str:
    return ", ".join(map(str, values))


def _spread(dims: Sequence[int]) -> str:
    return str(dims[0]) if min(dims) == max(dims) else f"{min(dims)} to {max(dims)}"
