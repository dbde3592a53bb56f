"""VideoComp (Kim et al. 2025): paragraphs about several events of a video, each beside one that was disrupted.

``activitynet_comp_{train,val}.json`` and ``youcook2_comp_{train,val}.json`` as published, those that are there, beside
``videos/``. An entry is about an interval of a YouTube video; entries of one interval become one clip, whose captions
are the right paragraphs (one that stands in several entries once) and whose negatives are the disrupted ones, entry by
entry: reordered in time, an action word replaced, a part that is another's. ``labels.disruptions`` has key, type and
the place of the right caption of each negative.

Where the interval is the whole video, its file has the name that ActivityNet (``v_ID``) and YouCook2 (``ID``) give it;
else it has to be cut out, as ``v_ID_START_END`` or ``ID_START_END`` with the numbers of ``query_video/start_time`` and
``query_video/end_time``. The clip's id is that name without ``v_``, its source the YouTube id.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from platoscope.data.datasets.annotations import Faults, json_records, object_of, require_folder, text_of
from platoscope.data.datasets.found import Found, matched, of_split
from platoscope.data.rows import Row
from platoscope.errors import DataError

# Splits by file, with what stands before the YouTube id in names of videos.
_PREFIXES = {
    "activitynet_comp_train": "v_",
    "activitynet_comp_val": "v_",
    "youcook2_comp_train": "",
    "youcook2_comp_val": "",
}


@dataclass(frozen=True)
class _Entry:
    clip: str
    video: str
    interval: list[float]
    key: str
    kind: str
    positive: str
    negative: str


def read_videocomp(folder: Path, *, split: str | None) -> Found:
    """Read the clips of a split (``youcook2_comp_val``), or of all whose file is there.

    Raises
    ------
    InputError
        If the folder has none of the files, or not that of the split.
    DataError
        If an entry is not as published; the message names file and entry.
    """
    require_folder(folder)
    rows: list[Row] = []
    faults = Faults()
    files = {name: file for name in _PREFIXES if (file := folder / f"{name}.json").is_file()}
    wanted = "{activitynet,youcook2}_comp_{train,val}.json"
    for name, file in of_split(files, split, folder=folder, wanted=wanted).items():
        rows += _clips(_entries(file, faults=faults), split=name)
    faults.check()
    return matched(rows, folder, below="videos")


def _entries(file: Path, *, faults: Faults) -> Iterator[_Entry]:
    keys: set[str] = set()
    for place, raw in json_records(file):
        with faults.at(f"{file}: entry {place}"):
            entry = _entry(raw)
            if entry.key in keys:
                raise DataError(f"key {entry.key!r} stands twice")
            keys.add(entry.key)
            yield entry


def _entry(raw: Any) -> _Entry:
    record = object_of(raw, "the entry")
    video = text_of(record, "video_id")
    query = _interval(record, "query_video")
    whole = query == _interval(record, "original_video") and query[0] == 0
    return _Entry(
        clip=video if whole else "_".join((video, *map(str, query))),
        video=video,
        interval=query,
        key=text_of(record, "key"),
        kind=text_of(record, "type"),
        positive=text_of(record, "positive_text"),
        negative=text_of(record, "negative_text"),
    )


def _interval(record: dict[str, Any], name: str) -> list[float]:
    """Start and end, whole numbers as such."""
    ends = [record.get(f"{name}/{end}_time") for end in ("start", "end")]
    numbers = [end for end in ends if isinstance(end, int | float) and not isinstance(end, bool)]
    if len(numbers) < 2 or not 0 <= numbers[0] < numbers[1] < math.inf:
        what = f"{name}/start_time and {name}/end_time must be numbers from 0 that grow"
        raise DataError(f"{what}, got {ends[0]!r:.30} and {ends[1]!r:.30}")
    return [int(number) if number == int(number) else number for number in numbers]


def _clips(entries: Iterable[_Entry], *, split: str) -> Iterator[Row]:
    """Gather entries by clip, in the order in which clips come first."""
    by_clip: dict[str, list[_Entry]] = {}
    for entry in entries:
        by_clip.setdefault(entry.clip, []).append(entry)
    for clip, of_clip in by_clip.items():
        captions = list(dict.fromkeys(entry.positive for entry in of_clip))
        yield Row(
            id=clip,
            video=_PREFIXES[split] + clip,
            captions=tuple(captions),
            source=of_clip[0].video,
            split=split,
            labels={
                "query_video": of_clip[0].interval,
                "disruptions": [
                    {"key": entry.key, "type": entry.kind, "caption": captions.index(entry.positive)}
                    for entry in of_clip
                ],
            },
            negatives=tuple(entry.negative for entry in of_clip),
        )
