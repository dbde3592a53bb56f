"""WebDataset shards of one's own: tar files anywhere below the folder, a sample a clip (convention: ``shards.py``).

A sample has one video (``KEY.mp4``, ``KEY.webm``, ...) and its captions: the text or list of texts at
``caption_field`` in ``KEY.json``, or the lines of ``KEY.txt`` where ``caption_field`` is ``txt``, or any other suffix.
``id`` is the key; ``source`` is at ``source_field`` in the JSON (null: not known); splits and labels are not read.
Samples without a video are absent. The published shards of PE-Video can be read so (``human_caption``), too.
"""

from pathlib import Path
from typing import Any

from platoscope.data.datasets.annotations import (
    Faults,
    captions_of,
    lines_in,
    name_of,
    object_of,
    parse_json,
    texts_of,
)
from platoscope.data.datasets.found import SUFFIXES, Found
from platoscope.data.datasets.shards import Member, Sample, packed_members, read_member_text, samples_of, shards_below
from platoscope.data.rows import Absent, Row
from platoscope.errors import DataError, InputError

_TOGETHER = "; members of a sample have to follow each other"  # what an unsorted tar offends against


def read_webdataset(folder: Path, *, caption_field: str, source_field: str | None) -> Found:
    """Read the samples of all shards, in the order of the shards' names.

    Raises
    ------
    InputError
        If the folder has no shards, or compressed ones, or ``caption_field`` cannot be one.
    DataError
        If a shard is damaged, a sample lacks its captions or is not clear, a key stands twice, or no sample has a
        video; samples are named by shard and key.
    """
    if caption_field == "json" or f".{caption_field}" in SUFFIXES:
        raise InputError(f"dataset.caption_field is {caption_field!r}: name a key of the .json or a suffix of a text")
    shards = shards_below(folder)
    if not shards:
        raise InputError(f"dataset.path: {folder} has no shards (*.tar)")
    rows: list[Row] = []
    absent: list[Absent] = []
    videos: dict[str, Member] = {}
    seen: dict[str, Path] = {}
    faults = Faults()
    for shard in shards:
        for sample in samples_of(shard):
            with faults.at(f"{shard}: sample {sample.key!r}"):
                if sample.key in seen:
                    raise DataError(f"the key stands in {seen[sample.key]} already{_TOGETHER}")
                seen[sample.key] = shard
                video = sample.video()
                if video is None:
                    absent.append(Absent(sample.key, f"no video in its sample in {shard.name}"))
                    continue
                rows.append(_row(sample, video, caption_field=caption_field, source_field=source_field))
                videos[sample.key] = video
    faults.check()
    if not rows:
        raise DataError(f"{folder}: of the {len(absent)} samples in its shards not one has a video")
    return Found(tuple(rows), tuple(absent), packed_members(videos))


def _row(sample: Sample, video: Member, *, caption_field: str, source_field: str | None) -> Row:
    text = sample.members.get(caption_field)
    if text is None and sample.member({"json"}) is None:
        raise DataError(f"no captions: beside its video is neither a .json nor a .{caption_field}{_TOGETHER}")
    record = _record(sample) if text is None or source_field is not None else {}
    if text is None:
        captions = captions_of(_at(record, caption_field, "captions"), caption_field)
    else:
        captions = texts_of([line for _, line in lines_in(read_member_text(text))], text.name)
    known = source_field is not None and _at(record, source_field, "source") is not None
    return Row(
        sample.key, video.name, captions, source=name_of(record, source_field) if source_field and known else None
    )


def _record(sample: Sample) -> dict[str, Any]:
    """The JSON of a sample; without one there is nothing in it."""
    member = sample.member({"json"})
    return {} if member is None else object_of(parse_json(read_member_text(member), member.name), member.name)


def _at(record: dict[str, Any], field: str, what: str) -> Any:
    if field not in record:
        raise DataError(f"no {what}: its .json has no {field!r}, only {', '.join(record) or 'nothing'}")
    return record[field]
