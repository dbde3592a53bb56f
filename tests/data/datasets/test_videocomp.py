"""VideoComp's entries become clips: one an interval, right paragraphs as captions, disrupted ones as negatives."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platoscope.data.datasets.videocomp import read_videocomp
from platoscope.data.rows import Absent, Row
from platoscope.errors import DataError, InputError

WHOLE = {"original_video/start_time": 0, "original_video/end_time": 90_000_000}


def entry(key, video="abc-DEF_123", kind="temporal reordering", **changed):
    """An entry as published, about the whole video unless something is changed."""
    return {
        "key": key,
        "video_id": video,
        "type": kind,
        **WHOLE,
        "query_video/start_time": 0,
        "query_video/end_time": 90_000_000,
        "positive_text": "Someone peels an onion, then chops it.",
        "negative_text": f"Someone chops an onion, then peels it ({key}).",
        "positive_text/start_time": 0,
        "positive_text/end_time": 90_000_000,
        "negative_text/start_time": 0,
        "negative_text/end_time": 90_000_000,
        "question": "Which fits?",
        "answer": "A",
        **changed,
    }


def cut(start, end):
    return {"query_video/start_time": start, "query_video/end_time": end}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "videos/some").mkdir(parents=True)
    return tmp_path


def put(folder, entries, *videos, name="youcook2_comp_val"):
    (folder / f"{name}.json").write_text(json.dumps(entries), encoding="utf-8")
    for video in videos:
        (folder / "videos" / video).touch()


def test_entries_of_one_interval_become_one_clip_with_their_negatives_in_order(folder):
    entries = [
        entry("k1"),
        entry("k2", kind="action word replacement", positive_text="An onion is peeled. It is chopped."),
        entry("other", video="zzz"),
        entry("k3", kind="segment-level mismatch"),
    ]
    put(folder, entries, "abc-DEF_123.mp4", "some/zzz.webm")
    first, second = read_videocomp(folder, split=None).rows
    assert first == Row(
        id="abc-DEF_123",
        video="videos/abc-DEF_123.mp4",
        captions=("Someone peels an onion, then chops it.", "An onion is peeled. It is chopped."),
        source="abc-DEF_123",
        split="youcook2_comp_val",
        labels={
            "query_video": [0, 90_000_000],
            "disruptions": [
                {"key": "k1", "type": "temporal reordering", "caption": 0},
                {"key": "k2", "type": "action word replacement", "caption": 1},
                {"key": "k3", "type": "segment-level mismatch", "caption": 0},
            ],
        },
        negatives=tuple(f"Someone chops an onion, then peels it ({key})." for key in ("k1", "k2", "k3")),
    )
    assert (second.id, second.video, second.source) == ("zzz", "videos/some/zzz.webm", "zzz")


@pytest.mark.parametrize(
    ("changed", "name"),
    [
        (cut(0, 90_000_000), "q"),
        (cut(0.0, 9e7), "q"),
        (cut(1_500_000, 90_000_000), "q_1500000_90000000"),
        (cut(0, 89_999_999), "q_0_89999999"),
        (cut(1.5, 12.25), "q_1.5_12.25"),
        (cut(2.0, 12), "q_2_12"),
        ({**cut(5, 90), "original_video/start_time": 5, "original_video/end_time": 90}, "q_5_90"),
    ],
    ids=["whole", "whole in floats", "start", "end", "fractions", "whole numbers in floats", "of a cut video"],
)
def test_what_is_not_the_whole_video_has_its_interval_in_its_name(folder, changed, name):
    put(folder, [entry("k", video="q", **changed)], f"{name}.mp4")
    (row,) = read_videocomp(folder, split=None).rows
    assert (row.id, row.video, row.source) == (name, f"videos/{name}.mp4", "q")


def test_videos_of_activitynet_have_their_v_which_is_not_of_the_id(folder):
    put(folder, [entry("k", video="q"), entry("l", video="q", **cut(1, 2))], name="activitynet_comp_train")
    put(folder, [entry("k", video="cook")], "v_q.mkv", "v_q_1_2.mp4", "cook.mp4")
    rows = read_videocomp(folder, split=None).rows
    assert [(row.id, row.video, row.split) for row in rows] == [
        ("q", "videos/v_q.mkv", "activitynet_comp_train"),
        ("q_1_2", "videos/v_q_1_2.mp4", "activitynet_comp_train"),
        ("cook", "videos/cook.mp4", "youcook2_comp_val"),
    ]
    assert [row.id for row in read_videocomp(folder, split="youcook2_comp_val").rows] == ["cook"]


def test_clips_without_a_video_are_absent_with_their_reason(folder):
    put(folder, [entry("k", video="here"), entry("l", video="gone", **cut(1, 2))], "here.mp4", "gone.mp4")
    found = read_videocomp(folder, split=None)
    assert [row.id for row in found.rows] == ["here"]
    assert found.absent == (Absent("gone_1_2", "no video gone_1_2.* below videos"),)


def test_an_unknown_split_is_refused_with_those_that_are_there(folder):
    put(folder, [entry("k")], "abc-DEF_123.mp4")
    put(folder, [], name="activitynet_comp_val")
    with pytest.raises(InputError, match="annotations of activitynet_comp_val, youcook2_comp_val, not of 'val'"):
        read_videocomp(folder, split="val")


def test_a_folder_without_annotations_or_without_videos_is_refused(folder, tmp_path):
    with pytest.raises(InputError, match=r"no annotations \{activitynet,youcook2\}_comp_\{train,val\}\.json"):
        read_videocomp(folder, split=None)
    with pytest.raises(InputError, match="nowhere is not a folder"):
        read_videocomp(tmp_path / "nowhere", split=None)
    (folder / "videos/some").rmdir()
    (folder / "videos").rmdir()
    (folder / "youcook2_comp_val.json").write_text(json.dumps([entry("k")]))
    with pytest.raises(InputError, match="has no folder videos"):
        read_videocomp(folder, split=None)


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ([], "the entry must be an object, got []"),
        (entry(3), "key must be a text that is not empty, got 3"),
        (entry("good"), "key 'good' stands twice"),
        (entry("k", video=""), "video_id must be a text"),
        (entry("k", type=None), "type must be a text"),
        (entry("k", positive_text=" "), "positive_text must be a text that is not empty, got ' '"),
        (entry("k", negative_text=["a"]), "negative_text must be a text"),
        (entry("k", negative_text="\ud800"), "negative_text has half a character"),
        (entry("k", **cut(None, 5)), "query_video/start_time and query_video/end_time must be numbers"),
        (entry("k", **cut(5, 5)), "must be numbers from 0 that grow, got 5 and 5"),
        (entry("k", **cut(-1, 5)), "must be numbers from 0 that grow, got -1 and 5"),
        (entry("k", **cut("0", 5)), "got '0' and 5"),
        (entry("k", **cut(False, 5)), "got False and 5"),
        (entry("k", **{"original_video/end_time": None}), "original_video/start_time and original_video/end_time"),
    ],
    ids=lambda value: f"{value!s:.40}" if isinstance(value, str) else "",
)
def test_a_bad_entry_is_refused_with_file_and_place(folder, bad, says):
    put(folder, [entry("good"), bad], "abc-DEF_123.mp4")
    with pytest.raises(DataError) as caught:
        read_videocomp(folder, split=None)
    assert str(caught.value).startswith(f"{folder / 'youcook2_comp_val.json'}: entry 1: ")
    assert says in str(caught.value)


@pytest.mark.parametrize("text", ["{", "{}", '[{"key": NaN}]', '[{"query_video/end_time": Infinity}]', b"\xff"])
def test_a_file_that_is_no_json_list_is_refused_by_name(folder, text):
    (folder / "youcook2_comp_val.json").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(DataError, match=r"youcook2_comp_val\.json"):
        read_videocomp(folder, split=None)


def test_a_number_that_overflows_is_refused(folder):
    text = json.dumps([entry("k", **cut(0, 12345))]).replace("12345", "1e999")
    (folder / "youcook2_comp_val.json").write_text(text)
    with pytest.raises(DataError, match="is not JSON: 1e999 is more than a number of 64 bits can be"):
        read_videocomp(folder, split=None)


def test_five_bad_entries_are_named_and_the_others_counted(folder):
    put(folder, [entry(f"k{i}", type=0) for i in range(7)])
    with pytest.raises(DataError, match=r"entry 4: .*; and 2 more$") as caught:
        read_videocomp(folder, split=None)
    assert "entry 5" not in str(caught.value)


def test_a_clip_in_two_splits_is_refused(folder):
    put(folder, [entry("k")], "abc-DEF_123.mp4")
    put(folder, [entry("k")], name="youcook2_comp_train")
    with pytest.raises(DataError, match="id 'abc-DEF_123' is listed twice"):
        read_videocomp(folder, split=None)


def test_names_and_texts_of_any_script_are_kept(folder):
    put(folder, [entry("ключ", video="日本", positive_text="Ein Ei, déjà vu\u2028", negative_text="🥚")], "日本.mp4")
    (row,) = read_videocomp(folder, split=None).rows
    assert (row.id, row.captions, row.negatives) == ("日本", ("Ein Ei, déjà vu\u2028",), ("🥚",))


ENTRIES = st.lists(st.tuples(st.sampled_from("pq"), st.sampled_from([(0, 90_000_000), (1, 2)]), st.sampled_from("ABC")))


@given(ENTRIES.filter(bool))
def test_every_entry_is_in_one_clip_and_its_texts_belong_together(tmp_path_factory, drawn):
    folder = tmp_path_factory.mktemp("videocomp")
    (folder / "videos").mkdir()
    entries = [
        entry(str(key), video=video, positive_text=text, **cut(*interval))
        for key, (video, interval, text) in enumerate(drawn)
    ]
    put(folder, entries, "p.mp4", "q.mp4", "p_1_2.mp4", "q_1_2.mp4")
    found = read_videocomp(folder, split=None).rows
    of_key = {
        one["key"]: (row, row.captions[one["caption"]], negative)
        for row in found
        for one, negative in zip(row.labels["disruptions"], row.negatives, strict=True)
    }
    assert len(of_key) == len(drawn) == sum(len(row.negatives) for row in found)
    for key, (video, interval, text) in enumerate(drawn):
        row, caption, negative = of_key[str(key)]
        assert (row.source, row.labels["query_video"], caption) == (video, list(interval), text)
        assert f"({key})" in negative
    assert all(len(set(row.captions)) == len(row.captions) for row in found)
