"""TEMPO-TL (Hendricks et al. 2018): sentences of two moments of a DiDeMo video, as Test of Time reads them.

``tempoTL+didemo_{train,val,test}.json`` as published; a listing such as ``tempoTL+didemo_test_temporal_1k.csv``
(``video``, ``annotation_id``) is a split too, a part of its JSON file. DiDeMo's plain moments, "then" sentences and
sentences that have the word not once are passed over, as by the reader of Test of Time.
"""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from platoscope.data.datasets.annotations import Faults, csv_records, json_records, list_of, object_of, text_of
from platoscope.data.datasets.before_after import RELATIONS, events_of, plain
from platoscope.data.datasets.found import of_split, stem_of
from platoscope.data.rows import Row
from platoscope.errors import DataError

PREFIX = "tempoTL+didemo_"
PARTS, SECONDS = 6, 5  # DiDeMo tells times in six parts of five seconds


def tempo_rows(folder: Path, split: str | None, *, faults: Faults) -> Iterator[Row]:
    """Read the annotations of a split (``test``, ``test_temporal_1k``), or of all JSON files that are there.

    ``video`` is the DiDeMo name without suffix, which is the source too; ``labels`` have the events' ``[start, end]``
    in seconds. What is wrong with single annotations goes to ``faults``.
    """
    wholes = {file.stem.removeprefix(PREFIX): file for file in sorted(folder.glob(f"{PREFIX}*.json"))}
    listings = {file.stem.removeprefix(PREFIX): file for file in sorted(folder.glob(f"{PREFIX}*.csv"))}
    parts = {name: wholes[name.partition("_")[0]] for name in listings if name.partition("_")[0] in wholes}
    files = of_split(wholes if split is None else wholes | parts, split, folder=folder, wanted=f"{PREFIX}*.json")
    for name, file in files.items():
        listed = _listed(listings[name]) if name in parts else None
        yield from _rows(file, listed, split=name, faults=faults)


def _listed(file: Path) -> set[str]:
    return {record["annotation_id"] for _, record in csv_records(file, "annotation_id")}


def _rows(file: Path, listed: Collection[str] | None, *, split: str, faults: Faults) -> Iterator[Row]:
    missing = set(listed or ())
    for place, raw in json_records(file):
        with faults.at(f"{file}: annotation {place}"):
            record = object_of(raw, "the annotation")
            id_ = record.get("annotation_id")
            missing.discard(str(id_))
            # Plain moments have numbers for ids.
            if isinstance(id_, str) and id_.partition("_")[0] in RELATIONS and (listed is None or id_ in listed):
                yield from _row(record, split=split)
    if missing:
        raise DataError(f"{file} has no annotation {min(missing)!r}, which the listing of {split} names")


def _row(record: dict[str, Any], *, split: str) -> Iterator[Row]:
    """Give the row of an annotation, or none where the word of its relation does not stand in it once."""
    id_ = text_of(record, "annotation_id")
    relation = id_.partition("_")[0]
    sentence, reference = (plain(text_of(record, key)) for key in ("description", "reference_description"))
    if sentence.split().count(relation) != 1:
        return
    pair = events_of(sentence, relation, reference=reference)
    video = stem_of(text_of(record, "video"))
    times = list_of(record.get("train_times"), "train_times")
    if len(times) != 1:
        raise DataError(f"train_times must have one [first part, last part], got {times!r:.60}")
    spans = [_seconds(times[0], "train_times"), _seconds(record.get("context"), "context")]
    first, second = spans if relation == "before" else reversed(spans)
    labels = {**pair.labels, "first_seconds": first, "second_seconds": second}
    yield Row(id_, video, (pair.caption,), video, split, labels, (pair.exchanged,))


def _seconds(span: Any, what: str) -> list[int]:
    """Seconds of a span of parts, both of which are in it."""
    whole = isinstance(span, list) and all(isinstance(part, int) and not isinstance(part, bool) for part in span)
    if not whole or len(span) != 2 or not 0 <= span[0] <= span[1] < PARTS:
        raise DataError(f"{what} must be [first part, last part] of 0 to {PARTS - 1}, got {span!r:.60}")
    return [span[0] * SECONDS, (span[1] + 1) * SECONDS]
