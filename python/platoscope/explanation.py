"""``platoscope explain``: on which samples two encoders agree, and who is near to whom, as text for people."""

from collections.abc import Iterable, Mapping, Sequence

from platoscope.alignment.extremes import Extreme, extremes
from platoscope.data.rows import read_lines
from platoscope.data.samples import samples_of
from platoscope.errors import InputError
from platoscope.project import Project
from platoscope.store import PairLayers, read_alignment

WIDTH = 76  # characters of a caption that are shown


def explanation(project: Project, video: str, text: str, *, count: int, neighbours: int) -> str:
    """Show the ``count`` samples that two encoders agree on most, and least, with ``neighbours`` of each side.

    Raises
    ------
    InputError
        If the alignment has no such pair; the message lists those that it has.
    StoreError
        If stores are missing, or samples and captions are not those of the alignment.
    """
    pair = _pair(read_alignment(project.alignment), video, text)
    ids = samples_of(project.samples, digest=pair.samples, store=project.alignment).ids
    captions = {row["id"]: row["captions"][0]["text"] for row in read_lines(project.captions) if row["captions"]}
    most, least = extremes(pair, count)
    layers = pair.video_layers[pair.fixed[0]], pair.text_layers[pair.fixed[1]]
    lines = [
        f"{video}:{text}@{pair.frames[-1]},{pair.captions[-1]} by {pair.metric}, layers {layers[0]} and {layers[1]}, "
        f"N = {pair.n}, k = {pair.k}; * stands before neighbours that both sides name"
    ]
    for title, samples in (("agreed on most", most), ("agreed on least", least)):
        lines += ["", title]
        for sample in samples:
            lines += _lines(sample, ids, captions, neighbours)
    return "\n".join(lines)


def _pair(pairs: Iterable[PairLayers], video: str, text: str) -> PairLayers:
    known = []
    for pair in pairs:
        if (pair.video, pair.text) == (video, text):
            return pair
        known.append(f"{pair.video}:{pair.text}")
    raise InputError(f"no pair {video}:{text}; the pairs are {', '.join(known)}")


def _lines(sample: Extreme, ids: Sequence[str], captions: Mapping[str, str], neighbours: int) -> list[str]:
    lines = ["", f"  {ids[sample.sample]}: {sample.counted}", f"    {_short(captions.get(ids[sample.sample], ''))}"]
    for side, near in (("video", sample.video), ("text", sample.text)):
        lines.append(f"    nearest by {side}")
        for other in near[:neighbours]:
            mark = "*" if other in sample.shared else " "
            lines.append(f"    {mark} {ids[other]}  {_short(captions.get(ids[other], ''))}")
    return lines


def _short(caption: str) -> str:
    """One line of a caption."""
    line = " ".join(caption.split())
    return line if len(line) <= WIDTH else line[: WIDTH - 1] + "\N{HORIZONTAL ELLIPSIS}"
