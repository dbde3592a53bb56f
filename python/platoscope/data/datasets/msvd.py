"""MSVD, also YouTube2Text (Chen and Dolan 2011): some 2,000 short clips, each told by about 40 people.

``AllVideoDescriptions.txt`` (lines "CLIP caption" below comments with #) or the corpus it is from, ``MSR Video
Description Corpus.csv`` or ``video_corpus.csv``, of which the English descriptions count, checked or not; beside
``YouTubeClips/CLIP.avi``. The id is CLIP: YouTube id, first and last second (``mv89psg6zh4_33_46``); clips of one
YouTube video share their source. Splits are ``train_list.txt``, ``val_list.txt`` and ``test_list.txt``, a CLIP a line,
where they are there; a clip in none of them has no split.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from platoscope.data.datasets.annotations import Faults, csv_records, lines_of, require_folder
from platoscope.data.datasets.found import Found, listed_once, matched, of_split, stem_of
from platoscope.data.rows import Row
from platoscope.errors import DataError

_LINES = "AllVideoDescriptions.txt"
_TABLES = ("MSR Video Description Corpus.csv", "video_corpus.csv")
_COLUMNS = ("VideoID", "Start", "End", "Language", "Description")
_CLIP = re.compile(r"(.+)_[0-9]+_[0-9]+")


def read_msvd(folder: Path, *, split: str | None) -> Found:
    """Read the clips of a split, or all of them, in the order in which they are first described.

    Raises
    ------
    InputError
        If the folder has no descriptions or two files of them, or no list of that split.
    DataError
        If a line is not as published, or a list names a clip twice or one that is not described.
    """
    require_folder(folder)
    file = listed_once(folder, (_LINES, *_TABLES), what="descriptions")
    captions = _captions(file)
    splits = _splits(folder, split, captions=captions, described=file.name)
    return matched(
        (
            Row(id=id_, video=id_, captions=tuple(texts), source=source_of(id_), split=splits.get(id_))
            for id_, texts in captions.items()
            if split is None or id_ in splits
        ),
        folder,
        below="YouTubeClips",
    )


def source_of(clip: str) -> str:
    """The YouTube id of a clip, which may have underscores of its own."""
    match = _CLIP.fullmatch(clip)
    if not match:
        raise DataError(f"a clip must end in first and last second (_33_46), got {clip!r:.60}")
    return match[1]


def _captions(file: Path) -> dict[str, list[str]]:
    """Captions of each clip."""
    captions: dict[str, list[str]] = {}
    faults = Faults()
    for number, clip, text in _described(file):
        with faults.at(f"{file}:{number}"):
            source_of(clip)  # which refuses other names
            if not text.strip():
                raise DataError(f"{clip} has no caption")
            captions.setdefault(clip, []).append(text)
    faults.check()
    return captions


def _described(file: Path) -> Iterator[tuple[int, str, str]]:
    """Line number, clip and caption of every description."""
    if file.name == _LINES:
        for number, line in lines_of(file):
            if not line.startswith("#"):
                clip, _, text = line.partition(" ")
                yield number, clip, text
    else:
        for number, record in csv_records(file, *_COLUMNS):
            # As published some English rows have no description: nothing was said there.
            if record["Language"] == "English" and record["Description"].strip():
                yield number, f"{record['VideoID']}_{record['Start']}_{record['End']}", record["Description"]


def _splits(folder: Path, split: str | None, *, captions: dict[str, list[str]], described: str) -> dict[str, str]:
    """Splits by clip, of the split that is asked for or of all that are there."""
    lists = {name: file for name in ("train", "val", "test") if (file := folder / f"{name}_list.txt").is_file()}
    if not lists and split is None:
        return {}
    splits: dict[str, str] = {}
    faults = Faults()
    for name, file in of_split(lists, split, folder=folder, wanted="{train,val,test}_list.txt").items():
        for number, line in lines_of(file):
            with faults.at(f"{file}:{number}"):
                clip = stem_of(line.strip())
                if clip in splits:
                    raise DataError(f"{clip} stands in the list of {splits[clip]} already")
                if clip not in captions:
                    raise DataError(f"{clip!r:.60} is not described in {described}")
                splits[clip] = name
    faults.check()
    return splits
