"""`platoscope samples`: what a data set holds and who is out, in a table that stays as short for many as for few."""

import csv

import numpy as np
import pytest

from platoscope.data.exclusions import SHOWN
from platoscope.data.rows import write_lines
from platoscope.errors import StoreError
from platoscope.inspection import samples_table
from platoscope.project import Project
from platoscope.store import ClipFrames, write_frames

NOTHING = np.empty((0, 8, 8, 3), np.uint8)


def clip(n_decoded, seconds, width, height, status="ok"):
    note = "the end is missing" if status == "truncated" else ""
    shown = NOTHING, np.empty(0, np.int32), np.empty(0), {}
    return ClipFrames(*shown, n_decoded, seconds, width, height, status, note)


def project_of(root, *, clips, captions, excluded):
    """A project after `samples`: clips, numbers of captions, and rows (id, stage, reason) of excluded.csv."""
    project = Project(root)
    attributes = {"videos": "digest", "size": 8, "fit": "crop", "choices": []}
    write_frames(project.frames, clips, counts=[0] * len(clips), attributes=attributes)
    write_lines(project.dataset / "videos.jsonl", ({"id": str(row)} for row in range(len(clips))))
    write_lines(project.captions, ({"id": str(row), "captions": ["x"] * n} for row, n in enumerate(captions)))
    out = {row[0] for row in excluded}
    write_lines(project.samples, ({"id": str(row)} for row in range(len(clips)) if str(row) not in out))
    with project.excluded.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("id", "stage", "reason"), *excluded])
    return project


def test_the_table_says_what_there_is_and_who_is_out_and_why(tmp_path):
    clips = [clip(50, 2.0, 64, 48), clip(1, 0.0, 30, 24), clip(60, 1.0, 64, 48), clip(0, 0.0, 0, 0, "failed")]
    excluded = [("gone", "dataset", "no video gone.* below videos"), ("3", "frames", "is empty")]
    table = samples_table(project_of(tmp_path, clips=clips, captions=[1, 2, 5, 1], excluded=excluded))
    assert table == (
        "clips      4, of which 3 take part\n"
        "status     3 ok, 1 failed\n"
        "seconds    0 to 2, median 1\n"
        "frames     1 to 60, median 50\n"
        "rate       25 to 60, median 42.5 frames a second\n"
        "size       64 x 48 (2), 30 x 24 (1)\n"
        "captions   1 to 5, median 1.5 a clip\n"
        "\n"
        "excluded   2, one by one in data/excluded.csv\n"
        "  dataset       1  no video ID.* below videos  [gone]\n"
        "  frames        1  is empty  [3]"
    )


def test_those_that_lost_frames_and_take_part_are_told_too(tmp_path):
    clips = [clip(50, 2.0, 64, 48), clip(9, 2.0, 64, 48, "truncated")]
    table = samples_table(project_of(tmp_path, clips=clips, captions=[1, 1], excluded=[]))
    assert table.splitlines()[-2:] == ["lost frames, and take part: 1", "  frames        1  the end is missing  [1]"]


def test_names_of_videos_that_are_not_the_ids_are_left_out_of_a_kind(tmp_path):
    excluded = [(f"film{n}", "dataset", f"no video v_film{n}_x.* below videos") for n in range(50)]
    table = samples_table(project_of(tmp_path, clips=[clip(50, 2.0, 64, 48)], captions=[1], excluded=excluded))
    assert table.splitlines()[-1] == "  dataset      50  no video ID.* below videos  [film0, film1, film2, ...]"


def test_a_project_without_a_table_of_who_is_out_says_so(tmp_path):
    project = project_of(tmp_path, clips=[clip(50, 2.0, 64, 48)], captions=[1], excluded=[])
    project.excluded.unlink()
    with pytest.raises(StoreError, match=r"excluded\.csv is missing"):
        samples_table(project)


def test_nobody_out_is_no_table_of_who_is(tmp_path):
    table = samples_table(project_of(tmp_path, clips=[clip(50, 2.0, 64, 48)] * 2, captions=[1, 1], excluded=[]))
    assert "excluded" not in table


def test_reasons_that_differ_in_numbers_and_ids_are_one_line_however_many(tmp_path):
    excluded = [
        *((f"video{n}", "frames", f"lasts {15000 + n}.5 s: wanted at most 14400") for n in range(1000)),
        *((f"video{n}", "captions", f"{n % 3} captions, 5 are needed") for n in range(1000, 2000)),
        *((f"video{n}", "dataset", f"no video video{n}.* below videos") for n in range(2000, 3000)),
    ]
    table = samples_table(project_of(tmp_path, clips=[clip(50, 2.0, 64, 48)] * 2, captions=[1, 1], excluded=excluded))
    assert table.splitlines()[-4:] == [
        "excluded   3000, one by one in data/excluded.csv",
        "  dataset    1000  no video ID.* below videos  [video2000, video2001, video2002, ...]",
        "  frames     1000  lasts 15000.5 to 15999.5 s: wanted at most 14400  [video0, video1, video2, ...]",
        "  captions   1000  0 to 2 captions, 5 are needed  [video1000, video1001, video1002, ...]",
    ]


def test_of_too_many_kinds_of_reasons_the_most_frequent_of_a_stage_are_shown_and_the_rest_counted(tmp_path):
    words = [letter * 3 for letter in "abcdefghijklmnopqrstuvwxyz"]
    excluded = [(f"{word}{n}", "frames", word) for word in words for n in range(3 if word == "zzz" else 1)]
    project = project_of(tmp_path, clips=[clip(50, 2.0, 64, 48)] * 2, captions=[1, 1], excluded=excluded)
    lines = samples_table(project).splitlines()
    shown = [line for line in lines if line.startswith("  frames")]
    assert len(shown) == SHOWN
    assert shown[0] == "  frames        3  zzz  [zzz0, zzz1, zzz2]"
    assert lines[-1] == f"  and {28 - (SHOWN + 2)} for {26 - SHOWN} other reasons"


def test_of_many_sizes_the_ends_and_the_most_common_are_shown(tmp_path):
    clips = [*(clip(9, 1.0, 10 * n, 10) for n in range(1, 8)), clip(9, 1.0, 1920, 1080), clip(9, 1.0, 1920, 1080)]
    table = samples_table(project_of(tmp_path, clips=clips, captions=[1] * 9, excluded=[]))
    assert "size       10 x 10 to 1920 x 1080, 8 different, most often 1920 x 1080 (2), 10 x 10 (1), " in table


@pytest.mark.parametrize("id_", ["empty", "frames", "damaged"])
def test_an_id_that_is_a_word_of_the_reason_leaves_it_readable(tmp_path, id_):
    excluded = [(id_, "frames", f"{id_}: 3 frames, 8 are needed")]
    project = project_of(tmp_path, clips=[clip(50, 2.0, 64, 48)] * 2, captions=[1, 1], excluded=excluded)
    assert samples_table(project).endswith(f"  frames        1  {id_}: 3 frames, 8 are needed  [{id_}]")


def test_files_named_by_ids_that_are_words_are_one_kind(tmp_path):
    excluded = [(word, "dataset", f"no file videos/{word}.mp4") for word in ("kettle", "street", "garden")]
    excluded += [(word, "dataset", f"no file {word}.mp4 here") for word in ("window", "river")]
    project = project_of(tmp_path, clips=[clip(50, 2.0, 64, 48)] * 2, captions=[1, 1], excluded=excluded)
    assert samples_table(project).splitlines()[-2:] == [
        "  dataset       3  no file videos/ID.mp4  [kettle, street, garden]",
        "  dataset       2  no file ID.mp4 here  [window, river]",
    ]


@pytest.mark.parametrize("id_", ["a", "the"])
def test_a_short_id_is_not_taken_for_a_word_of_the_reason(tmp_path, id_):
    excluded = [(id_, "frames", f"{id_} frame is damaged")]
    project = project_of(tmp_path, clips=[clip(50, 2.0, 64, 48)] * 2, captions=[1, 1], excluded=excluded)
    assert samples_table(project).endswith(f"  frames        1  {id_} frame is damaged  [{id_}]")
