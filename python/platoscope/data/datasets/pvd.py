"""PE Video Dataset (Bolya et al. 2025, "Perception Encoder"; facebook/PE-Video): clips with long and short captions.

Captions are the one ``*.jsonl`` in the folder, a clip a line: ``id``, ``human_caption`` and ``model_caption`` (a text
each), ``rephrased_captions`` (a list, usually of ten short ones, which are the paraphrases of each caption) and, where
known, ``category``, ``duration_s`` and ``fps``, which become ``labels``. Videos are files named by id in ``videos/``
(``10203040.mp4``), or the shards as published (``train/000000.tar``, ``test/000000.tar``, ...: members ``10203040.mp4``
and ``10203040.json``), whose folder is the ``split``. What a clip was cut from is not published. Clips without a video
are absent.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from platoscope.data.datasets.annotations import (
    Faults,
    captions_of,
    lines_of,
    object_of,
    parse_json,
    require_folder,
    text_of,
)
from platoscope.data.datasets.found import Found, matched
from platoscope.data.datasets.shards import Member, packed_members, samples_of, shards_below
from platoscope.data.rows import Absent, Row
from platoscope.errors import DataError, InputError

_FIELDS = {"rephrased": "rephrased_captions", "human": "human_caption", "model": "model_caption"}
_SPLITS = ("train", "test", "extended")


def read_pvd(folder: Path, *, captions: str) -> Found:
    """Read the clips with one kind of captions: ``rephrased``, ``human`` or ``model``.

    Raises
    ------
    InputError
        If there is no such kind, not one file of captions, or neither videos nor shards, or both.
    DataError
        If a line is not as it should be (named by file and line), an id stands twice, a shard is damaged, or no clip
        has a video.
    """
    if captions not in _FIELDS:
        raise InputError(f"dataset.captions is {captions!r}, it must be one of {', '.join(_FIELDS)}")
    require_folder(folder)
    file = _table(folder)
    faults = Faults()
    rows = list(_rows(file, _FIELDS[captions], faults=faults))
    faults.check()
    shards, videos = shards_below(folder), (folder / "videos").is_dir()
    if bool(shards) == videos:
        has = (
            f"both a folder videos and shards ({shards[0]})" if videos else "neither a folder videos nor shards (*.tar)"
        )
        raise InputError(f"dataset.path: {folder} has {has}; one of them is needed")
    return _in_shards(rows, shards, folder) if shards else matched(rows, folder, below="videos")


def _table(folder: Path) -> Path:
    files = sorted(folder.glob("*.jsonl"))
    if len(files) != 1:
        found = " and ".join(file.name for file in files) or "none"
        raise InputError(f"dataset.path: {folder} needs one file with captions (*.jsonl), it has {found}")
    return files[0]


def _rows(file: Path, field: str, *, faults: Faults) -> Iterator[Row]:
    seen: dict[str, int] = {}
    for number, line in lines_of(file):
        with faults.at(f"{file}:{number}"):
            record = object_of(parse_json(line, "the line"), "the line")
            id_ = text_of(record, "id")
            if id_ in seen:
                raise DataError(f"id {id_!r} stands on line {seen[id_]} already")
            seen[id_] = number
            texts = captions_of(record.get(field), field)
            yield Row(id_, id_, texts, labels=_labels(record), paraphrases=_paraphrases(record, texts))


def _paraphrases(record: dict[str, Any], captions: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Of each caption the short ones that it is none of itself; nothing where the file has none."""
    name = _FIELDS["rephrased"]
    if record.get(name) is None:
        return ()
    short = captions_of(record[name], name)
    return tuple(tuple(text for text in short if text != own) for own in captions)


def _labels(record: dict[str, Any]) -> dict[str, Any]:
    """The category and what is known of the video, of what is there."""
    labels: dict[str, Any] = {"category": text_of(record, "category")} if record.get("category") is not None else {}
    for name in ("duration_s", "fps"):
        value = record.get(name)
        if value is not None:
            if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
                raise DataError(f"{name} must be a number above 0, got {value!r:.60}")
            labels[name] = value
    return labels


def _in_shards(rows: Iterable[Row], shards: Iterable[Path], folder: Path) -> Found:
    """Find the video of each row in the shards, by the file name of its sample."""
    wanted = {row.id: row for row in rows}
    videos: dict[str, Member] = {}
    for shard in shards:
        for sample in samples_of(shard):
            id_ = PurePosixPath(sample.key).name
            if id_ not in wanted:
                continue
            try:
                video = sample.video()
            except DataError as error:
                raise DataError(f"{shard}: sample {sample.key!r} {error}") from error
            if video is not None and id_ in videos:
                raise DataError(f"{folder}: {id_!r} has two videos, in {videos[id_].shard} and in {shard}")
            if video is not None:
                videos[id_] = video
    if not videos:
        raise DataError(f"{folder}: of the {len(wanted)} clips listed not one has a video in the shards")
    found = (
        replace(row, video=videos[id_].name, split=_split(videos[id_].shard, folder))
        for id_, row in wanted.items()
        if id_ in videos
    )
    absent = tuple(Absent(id_, f"no video {id_}.* in the shards") for id_ in wanted if id_ not in videos)
    return Found(tuple(found), absent, packed_members(videos))


def _split(shard: Path, folder: Path) -> str | None:
    name = shard.relative_to(folder).parent.name
    return name if name in _SPLITS else None
