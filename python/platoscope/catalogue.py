"""``platoscope encoders list``, ``show`` and ``check``: the registry and the encoders of params, as text for people."""

from collections.abc import Mapping, Sequence
from itertools import groupby

import yaml

from platoscope.encoders.device import BATCH, batch_size
from platoscope.encoders.registry import Setting, select, setting
from platoscope.errors import PlatoscopeError
from platoscope.params import EncoderParams, Params, TextEncoderParams, VideoEncoderParams

Entry = VideoEncoderParams | TextEncoderParams
SIDES = ("video", "text")
UNITS = ((1e9, "G"), (1e6, "M"), (1e3, "k"))
INDENT = 2
GATES = {
    "open": "",
    "gated": "; gated: accept it on the model's page and set HF_TOKEN",
    "unknown": "; where the hub asks for it, accept it on the model's page and set HF_TOKEN",
}
TOLERANCE = 0.02  # of a count of parameters
COLUMNS = ("side", "name", "family", "checkpoint", "pool", "px", "n_o", "parameters", "gate", "licence")


def list_table(*, side: str | None, family: str | None, gated: bool | None, most_parameters: float | None) -> str:
    """Settings that meet the conditions, a line each, and how many there are of either side."""
    found = select(side=side, family=family, gated=gated, most_parameters=most_parameters)
    if not found:
        return "no setting of the registry meets all of this"
    ordered = sorted(found.items(), key=lambda item: (SIDES.index(item[1].side), item[1].family))
    rows = [COLUMNS, *(_row(name, one) for name, one in ordered)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    counts = [f"{sum(one.side == which for one in found.values())} {which}" for which in SIDES]
    return "\n".join([*lines, "", f"{len(found)} settings: {', '.join(counts)}"])


def shown(names: Sequence[str]) -> str:
    """Settings as they are pasted into params.yaml, with what is worth knowing of each as a comment.

    Raises
    ------
    InputError
        If the registry lacks a name.
    """
    settings = {name: setting(name) for name in names}
    lines = ["encoders:"]
    for side in SIDES:
        blocks = [_pasted(name, one) for name, one in settings.items() if one.side == side]
        lines += [f"{'':{INDENT}}{side}:"] if blocks else []
        lines += [f"{'':{2 * INDENT}}{line}" for block in blocks for line in block]
    return "\n".join(lines)


def entries_of(names: Sequence[str]) -> dict[str, tuple[Entry, Setting | None]]:
    """Entries of settings by name, each with its setting.

    Raises
    ------
    InputError
        If the registry lacks a name.
    """
    return {name: (setting(name).params(), setting(name)) for name in names}


def entries_in(params: Params) -> dict[str, tuple[Entry, Setting | None]]:
    """All encoders of a params file; those of the video side first."""
    entries: list[tuple[str, Entry]] = [*params.encoders.video.items(), *params.encoders.text.items()]
    return {key: (entry, None) for key, entry in entries}


def check_table(entries: Mapping[str, tuple[Entry, Setting | None]]) -> tuple[str, list[str]]:
    """What each encoder is without its weights, a paragraph each, and the names of those that could not be made."""
    paragraphs, failed = [], []
    for name, (entry, known) in entries.items():
        try:
            lines = _checked(entry, known)
        except PlatoscopeError as error:
            lines = [f"fails       {' '.join(str(error).split())}"]
            failed.append(name)
        paragraphs.append("\n  ".join([f"{name} ({_what(entry)})", *lines]))
    return "\n\n".join(paragraphs), failed


def _checked(entry: Entry, known: Setting | None) -> list[str]:
    from platoscope.encoders.skeleton import skeleton

    found, batch = skeleton(entry), batch_size("cpu") or BATCH
    lines = [
        f"layers      {len(found.layers)}, {' to '.join(dict.fromkeys((found.layers[0], found.layers[-1])))}",
        f"widths      {_runs(found.widths)}",
        f"parameters  {found.parameters:,}{'' if known is None else _beside(found.parameters, known.parameters)}",
    ]
    if found.frame_size is not None:
        frames = "" if found.n_frames == 1 else f", {found.n_frames or 'any number'} at a time"
        lines.append(f"frames      {found.frame_size} px{frames} (frames.size must be at least that)")
    item = f"a text of {found.tokens} tokens" if found.tokens else "a frame" if found.n_frames == 1 else "a clip"
    lines.append(
        f"memory      {_rounded(found.weights)}B of weights in {entry.dtype} + batch x {_rounded(found.each)}B, "
        f"{item}: at least {_rounded(found.memory(batch))}B for {batch}"
    )
    return lines


def _beside(found: int, listed: int) -> str:
    """What the registry says of a count, and how far that is from it where it is more than rounding."""
    off = abs(found - listed) / max(listed, 1)
    return f", {listed:,} in the registry" + (f": {off:.0%} apart" if off > TOLERANCE else "")


def _row(name: str, one: Setting) -> tuple[str, ...]:
    size = "" if one.image_size is None else str(one.image_size)
    n_o = str(one.n_o) if one.side == "video" else ""
    what = one.checkpoint or one.kind or ""
    return one.side, name, one.family, what, one.pool, size, n_o, _rounded(one.parameters), one.gate, one.licence


def _pasted(name: str, one: Setting) -> list[str]:
    lines = [f"# {_rounded(one.parameters)} parameters, licence {one.licence}{GATES[one.gate]}"]
    lines += [] if one.notes is None else [f"# {one.notes}"]
    body = yaml.safe_dump(one.entry(), sort_keys=False, default_flow_style=False).splitlines()
    return [f"{name}:", *(f"{'':{INDENT}}{line}" for line in [*lines, *body])]


def _what(entry: EncoderParams) -> str:
    return f"{entry.family}, {entry.checkpoint or getattr(entry, 'kind', None)}"


def _runs(widths: Sequence[int]) -> str:
    """Widths in order, equal ones beside each other as one: 24 x 1024, 1 x 768."""
    return ", ".join(f"{len(list(equal))} x {width}" for width, equal in groupby(widths))


def _rounded(number: int) -> str:
    """A number in three digits and a thousand's letter: 86.6M."""
    for unit, name in UNITS:
        if number >= unit:
            return f"{number / unit:.3g}{name}"
    return str(number)
