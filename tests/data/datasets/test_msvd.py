"""MSVD in its published layouts: lines of descriptions or the corpus as a table, splits from lists."""

import csv

import pytest

from platoscope.data.datasets.msvd import read_msvd, source_of
from platoscope.data.rows import Absent, Row
from platoscope.errors import DataError, InputError

CAT, DOG, OWL = "Ab_c-dEfgh1_33_46", "Ab_c-dEfgh1_5_15", "-_-_-_-_-_1_205_208"
LINES = f"# the first comment\n#\n\n{CAT} a cat é\n{DOG} a dog\n{CAT} a cat é\n{OWL} an owl  sits\n{CAT} #1 cat\n"
COLUMNS = ("VideoID", "Start", "End", "WorkerID", "Source", "AnnotationTime", "Language", "Description")


def put(folder, *clips, lines=None, table=None, **lists):
    (folder / "YouTubeClips").mkdir(exist_ok=True)
    for clip in clips:
        (folder / f"YouTubeClips/{clip}.avi").write_bytes(b"x")
    if lines is not None:
        (folder / "AllVideoDescriptions.txt").write_text(lines, encoding="utf-8")
    if table is not None:
        with (folder / "MSR Video Description Corpus.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([COLUMNS, *table])
    for split, names in lists.items():
        (folder / f"{split}_list.txt").write_text("".join(f"{name}\n" for name in names))
    return folder


def told(clip, text, language="English"):
    return (*clip.rsplit("_", 2), "882102", "unverified", "11", language, text)


def refused(folder, error=DataError, split=None):
    with pytest.raises(error) as caught:
        read_msvd(folder, split=split)
    return str(caught.value)


def test_lines_are_gathered_by_clip_in_the_order_in_which_each_is_first_told(tmp_path):
    put(tmp_path, CAT, DOG, OWL, lines=LINES)
    assert read_msvd(tmp_path, split=None).rows == (
        Row(CAT, f"YouTubeClips/{CAT}.avi", ("a cat é", "a cat é", "#1 cat"), source="Ab_c-dEfgh1"),
        Row(DOG, f"YouTubeClips/{DOG}.avi", ("a dog",), source="Ab_c-dEfgh1"),
        Row(OWL, f"YouTubeClips/{OWL}.avi", ("an owl  sits",), source="-_-_-_-_-_1"),
    )


def test_the_corpus_gives_its_english_descriptions(tmp_path):
    put(
        tmp_path,
        CAT,
        DOG,
        OWL,
        table=[
            told(CAT, "un gatto", "Italian"),
            told(DOG, "a dog, barking"),
            told(CAT, 'a "cat"\nof two lines'),
            told(OWL, "eine Eule", "German"),
            told(CAT, ""),
            told(CAT, "a cat é"),
        ],
    )
    rows = read_msvd(tmp_path, split=None).rows
    assert [(row.id, row.captions) for row in rows] == [
        (DOG, ("a dog, barking",)),
        (CAT, ('a "cat"\nof two lines', "a cat é")),
    ]
    (tmp_path / "MSR Video Description Corpus.csv").rename(tmp_path / "video_corpus.csv")
    assert read_msvd(tmp_path, split=None).rows == rows


def test_lists_give_splits_and_a_clip_in_none_has_none(tmp_path):
    put(tmp_path, CAT, DOG, OWL, lines=LINES, train=[OWL], test=[f"{CAT}.avi", ""])
    assert [(row.id, row.split) for row in read_msvd(tmp_path, split=None).rows] == [
        (CAT, "test"),
        (DOG, None),
        (OWL, "train"),
    ]
    assert [row.id for row in read_msvd(tmp_path, split="test").rows] == [CAT]


def test_clips_that_are_gone_are_listed_for_the_split_that_is_asked_for(tmp_path):
    put(tmp_path, DOG, lines=LINES, train=[OWL, DOG], test=[CAT])
    found = read_msvd(tmp_path, split="train")
    assert [row.id for row in found.rows] == [DOG]
    assert found.absent == (Absent(OWL, f"no video {OWL}.* below YouTubeClips"),)


def test_an_unknown_split_is_refused_by_the_lists_that_are_there(tmp_path):
    put(tmp_path, CAT, lines=LINES)
    assert "has no annotations {train,val,test}_list.txt" in refused(tmp_path, InputError, split="train")
    put(tmp_path, train=[CAT], val=[DOG])
    message = refused(tmp_path, InputError, split="validation")
    assert message == f"dataset.split: {tmp_path} has annotations of train, val, not of 'validation'"


def test_a_folder_without_descriptions_or_with_both_is_refused(tmp_path):
    put(tmp_path, CAT)
    assert "needs one file with descriptions (AllVideoDescriptions.txt, MSR Video" in refused(tmp_path, InputError)
    put(tmp_path, lines=LINES, table=[told(CAT, "a cat")])
    assert "AllVideoDescriptions.txt and MSR Video Description Corpus.csv" in refused(tmp_path, InputError)
    assert "is not a folder" in refused(tmp_path / "absent", InputError)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("Ab_c-dEfgh1 a cat", "a clip must end in first and last second (_33_46), got 'Ab_c-dEfgh1'"),
        (CAT, f"{CAT} has no caption"),
        (f"{CAT}  ", f"{CAT} has no caption"),
        (f"{CAT}\ta cat", "a clip must end in first and last second"),
        ("_33_46 a cat", "a clip must end in first and last second"),
        (" a cat", "a clip must end in first and last second (_33_46), got ''"),
    ],
)
def test_a_bad_line_is_refused_with_its_number(tmp_path, line, says):
    put(tmp_path, CAT, lines=f"# comment\n{CAT} a cat\n{line}\n")
    message = refused(tmp_path)
    assert message.startswith(f"{tmp_path / 'AllVideoDescriptions.txt'}:3: ")
    assert says in message


def test_a_bad_row_of_the_corpus_is_refused_with_its_line(tmp_path):
    put(tmp_path, CAT, table=[told(CAT, "a cat"), ("x", "1.5", "2", "1", "clean", "1", "English", "a dog")])
    message = refused(tmp_path)
    assert message.endswith("Corpus.csv:3: a clip must end in first and last second (_33_46), got 'x_1.5_2'")


def test_bytes_that_are_no_text_are_refused_with_their_line(tmp_path):
    put(tmp_path, CAT)
    (tmp_path / "AllVideoDescriptions.txt").write_bytes(f"{CAT} a cat\n{CAT} caf".encode() + b"\xe9\n")
    assert refused(tmp_path).endswith("AllVideoDescriptions.txt:2: not UTF-8: byte 0xe9")


def test_a_list_that_does_not_fit_is_refused_with_its_line(tmp_path):
    put(tmp_path, CAT, DOG, lines=LINES, train=[CAT, "vid1"], test=[DOG, CAT])
    assert refused(tmp_path) == (
        f"{tmp_path / 'train_list.txt'}:2: 'vid1' is not described in AllVideoDescriptions.txt; "
        f"{tmp_path / 'test_list.txt'}:2: {CAT} stands in the list of train already"
    )


@pytest.mark.parametrize("id_", ["mv89psg6zh4", "___________", "-1_2_3_4_5-", "0_1_2_3_4_5"])
def test_the_source_of_a_clip_may_look_like_times(id_):
    assert source_of(f"{id_}_0_10") == id_
