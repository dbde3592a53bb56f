"""The document of laws, a JSON file: what ``platoscope fit`` and the stage write, and ``platoscope predict`` reads.

A ``Fit`` a group becomes an entry of it (docs/formats.md), which ``read_laws`` gives back checked. Floats are written
in full precision, draws to 7 digits; each key of an entry is a line, and so is each parameter's list of draws.
"""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np

from platoscope.errors import DataError, InputError
from platoscope.scaling.fit import Fit
from platoscope.scaling.law import Law
from platoscope.scaling.points import EXPONENTS
from platoscope.scaling.rivals import CRITERIA, FORMULAS, best_by
from platoscope.scaling.schema import fault_in
from platoscope.scaling.words import rivals_words
from platoscope.scratch import write_file

KIND, FORMAT = "laws", 1


def entry(
    fit: Fit,
    *,
    chance: float | None = None,
    layers: Mapping[str, Law | str] | None = None,
    draws: Literal["kept", "dropped"] = "kept",
) -> dict[str, Any]:
    """Turn a fit into an entry; what does not exist is left out.

    ``layers`` of the stage: {"layers": "fixed", "other": its law}, which scores were fitted, and the fit of the others.
    Of ``draws`` that are dropped only the intervals of the parameters are left: predictions have none.
    """
    law, boot = fit.law, fit.bootstrap
    found: dict[str, Any] = {
        "form": law.form,
        "held": law.held,
        "parameters": _parameters(law),
        "r2": law.r2,
        "rmse": law.rmse,
        "max_residual": law.max_residual,
        "heldout_rmse": fit.heldout_rmse,
        "n_points": law.n_points,
        "chance": chance,
        "convergence": _convergence(law),
        "intervals": {
            "level": fit.level,
            "from": fit.intervals_from,
            "bootstrap": None if boot is None else boot.kind,
            "draws": None if boot is None else len(boot),
            "seed": None if boot is None else boot.seed,
            "parameters": {name: list(ends) for name, ends in fit.intervals.items()},
        },
        "profiles": {name: _profile(profile) for name, profile in fit.profiles.items()},
        "flags": fit.flags,
        "not_pinned": fit.not_pinned,
        "rivals": _rivals(fit),
        "points": {
            "n_f": fit.cells.frames.tolist(),
            "n_c": fit.cells.captions.tolist(),
            "score": fit.scores.tolist(),
            "residual": law.residuals.tolist(),
        },
        "draws": None if boot is None or draws == "dropped" else _draws({**boot.parameters, "rmse": boot.rmse}),
    }
    return _existing(found | (_layers(layers) if layers else {}))


def write_laws(path: Path, laws: Mapping[str, Mapping[str, Any]], *, without: Mapping[str, str]) -> None:
    """Write the entries by name, and ``without``: the groups that have no law, with the reason."""
    document = {"kind": KIND, "format": FORMAT, "laws": laws, "without": without}
    write_file(path, _lines(document, depth=3) + "\n")


def read_laws(path: Path) -> dict[str, dict[str, Any]]:
    """Read the entries of a document by name, of which there is one at least.

    Raises
    ------
    InputError
        Where there is no such file.
    DataError
        Where it is no document of laws of this format, lacks something, or has no law in it.
    """
    if not path.is_file():
        raise InputError(f"{path} is no file: write it with `platoscope fit TABLE.csv --json {path.name}`")
    document = read_document(path)
    if not document["laws"]:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in document["without"].items())
        raise DataError(f"{path} has no law: {reasons or 'and no group that lacks one'}")
    laws: dict[str, dict[str, Any]] = document["laws"]
    return laws


def read_document(path: Path) -> dict[str, Any]:
    """Read a whole document, checked: ``laws`` and ``without`` by name, either of which may be empty.

    Raises
    ------
    DataError
        Where it is no document of laws of this format, or lacks something that one has; it names the place.
    """
    try:
        document: Any = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise DataError(f"{path} is no JSON: {error}") from error
    if not isinstance(document, dict) or (document.get("kind"), document.get("format")) != (KIND, FORMAT):
        raise DataError(
            f"{path} is no document of kind {KIND!r}, format {FORMAT}, as `platoscope fit --json` writes it"
        )
    if (fault := fault_in(document)) is not None:
        raise DataError(f"{path}: {fault}: write it anew with `platoscope fit --json`, or `dvc repro scaling`")
    return document


def choose_law(laws: Mapping[str, dict[str, Any]], group: str | None, *, path: Path) -> dict[str, Any]:
    """Give the entry of a group, or the only one; raises InputError where it is not said which, or there is none."""
    if group is None and len(laws) == 1:
        return next(iter(laws.values()))
    if group is None or group not in laws:
        said = "has several laws" if group is None else f"has no law {group!r}"
        raise InputError(f"{path} {said}; --group takes one of {', '.join(laws)}")
    return laws[group]


def _lines(value: Any, *, depth: int, indent: int = 0, key: str = "") -> str:
    """Write JSON whose objects have a line a key down to some depth, and those that are draws; all else is one line."""
    if not isinstance(value, Mapping) or not value or (depth == 0 and key != "draws"):
        return json.dumps(value, allow_nan=False, ensure_ascii=False)
    deeper = ((name, _lines(x, depth=max(depth - 1, 0), indent=indent + 1, key=name)) for name, x in value.items())
    start = "\n" + " " * (indent + 1)
    inside = ("," + start).join(f"{json.dumps(name, ensure_ascii=False)}: {text}" for name, text in deeper)
    return "{" + start + inside + "\n" + " " * indent + "}"


def _parameters(law: Law) -> dict[str, float]:
    return {name: value for name, value in law.to_dict().items() if name not in ("r2", "rmse")}


def _convergence(law: Law) -> dict[str, Any]:
    return {
        "converged": law.converged,
        "starts": law.starts,
        "agreeing": law.agreeing,
        "gradient": law.gradient,
        "exponents": list(EXPONENTS),
        "at_bound": list(law.at_bound),
    }


def _profile(profile: Any) -> dict[str, Any]:
    open_ends = [name for name, is_open in (("low", profile.low_open), ("high", profile.high_open)) if is_open]
    return {"low": profile.low, "high": profile.high, "open": open_ends}


def _rivals(fit: Fit) -> dict[str, Any]:
    names = ("n_parameters", "parameters", "r2", "rmse", "heldout_rmse", "aic", "bic")
    return {
        "curves": {
            rival.name: _existing(
                {"formula": _formula(fit, rival.name)} | {name: getattr(rival, name) for name in names}
            )
            for rival in fit.rivals
        },
        "best": _existing({criterion: best_by(fit.rivals, criterion) for criterion in CRITERIA}),
        "words": rivals_words(fit.rivals),
    }


def _formula(fit: Fit, name: str) -> str:
    """Write a curve's formula; of a reduced law without the budget that does not vary."""
    reduced = {"frames": "captions", "captions": "frames"}.get(fit.law.form)
    if reduced is None:
        return FORMULAS[name]
    if name == "additive":
        return FORMULAS[fit.law.form]
    return "S + C_f ln n_f" if fit.law.form == "frames" else "S + C_c ln n_c"


def _layers(layers: Mapping[str, Law | str]) -> dict[str, Any]:
    other = layers["other"]
    assert isinstance(other, Law)
    return {"layers": layers["layers"], "other_layers": _existing({"parameters": _parameters(other), "r2": other.r2,
                                                                  "rmse": other.rmse})}  # fmt: skip


def _draws(parameters: Mapping[str, Any]) -> dict[str, list[float | None]]:
    """Write draws; an exponent that does not exist is null."""
    return {
        name: [float(f"{x:.7g}") if math.isfinite(x) else None for x in np.asarray(values).tolist()]
        for name, values in parameters.items()
    }


def _existing(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
