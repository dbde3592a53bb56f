"""Test of Time (Bagad et al. 2023): two events and a word for which came first, beside the same the wrong way round.

Either of its layouts. Its own coloured shapes: ``splits/*.csv`` with the columns ``video_id`` and ``sentence`` ("a red
circle appears before a yellow circle appears") beside ``videos/`` named by ``video_id``; clips of any two events can be
written so. Or TEMPO-TL: ``tempoTL+didemo_*.json`` beside ``videos/`` with the whole videos of DiDeMo.

A clip has one caption and one negative, the same with its events exchanged, both in small letters without commas and
full stops.
``labels`` say what came ``first`` and ``second``, and the ``relation`` (before, after): clips of equal ``first`` and
``second`` are siblings in the same order, exchanged ones in the other. The source of a clip is its pair of events,
whose four clips are closed siblings; of TEMPO-TL it is the video, and ``labels`` have the seconds of both events.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from platoscope.data.datasets.annotations import Faults, csv_records, require_folder, text_of
from platoscope.data.datasets.before_after import RELATIONS, BeforeAfter, events_of, plain
from platoscope.data.datasets.found import Found, matched, of_split, stem_of
from platoscope.data.datasets.tempo import PREFIX, tempo_rows
from platoscope.data.rows import Row
from platoscope.errors import DataError, InputError


def read_test_of_time(folder: Path, *, split: str | None) -> Found:
    """Read the clips of a split (``test_v2.0``; of TEMPO-TL ``test`` or ``test_temporal_1k``), or of all.

    Raises
    ------
    InputError
        If the folder has neither layout or both, or not that split.
    DataError
        If an annotation is not as it should be; the message names file and place.
    """
    require_folder(folder)
    shapes = {file.stem: file for file in sorted(folder.glob("splits/*.csv"))}
    tempo = any(folder.glob(f"{PREFIX}*.json"))
    if bool(shapes) == tempo:
        has = "both" if tempo else "neither"
        raise InputError(f"dataset.path: {folder} has {has} of splits/*.csv and {PREFIX}*.json; one is needed")
    faults = Faults()
    if tempo:
        rows = list(tempo_rows(folder, split, faults=faults))
    else:
        rows = list(_shapes(of_split(shapes, split, folder=folder, wanted="splits/*.csv"), faults=faults))
    faults.check()
    return matched(rows, folder, below="videos")


def _shapes(files: Mapping[str, Path], *, faults: Faults) -> Iterator[Row]:
    for split, file in files.items():
        for line, record in csv_records(file, "video_id", "sentence"):
            with faults.at(f"{file}:{line}"):
                id_ = stem_of(text_of(dict(record), "video_id"))
                pair = _pair(plain(text_of(dict(record), "sentence")))
                source = " | ".join(sorted((pair.one, pair.other)))
                yield Row(id_, id_, (pair.caption,), source, split, pair.labels, (pair.exchanged,))


def _pair(sentence: str) -> BeforeAfter:
    relations = [word for word in sentence.split() if word in RELATIONS]
    if len(relations) != 1:
        raise DataError(f"sentence must have one of the words before and after, once, got {sentence!r:.80}")
    return events_of(sentence, relations[0])
