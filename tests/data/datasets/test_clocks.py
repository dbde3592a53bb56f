"""Clocks: pairs of one multiset of frames, captions of one bag of words, labels that balance, clips that stay."""

import hashlib
from collections import Counter

import numpy as np
import pytest
from PIL import Image

from platoscope.data.datasets.clocks import (
    FAMILIES,
    GROUP,
    clip_id,
    contact_sheet,
    listing,
    make_clip,
    write_contact_sheet,
)
from platoscope.data.datasets.clocks.look import RUNGS
from platoscope.data.datasets.clocks.stills import pictures_of
from platoscope.errors import DataError, InputError

SIZE = 32
ALL = list(listing(dict.fromkeys(FAMILIES, 1)))
PERMUTED = [name for name in FAMILIES if FAMILIES[name].variant != "flip"]


def clip(family, index, **options):
    return make_clip(family, index, **{"size": SIZE, "rungs": (0, 1, 2, 3), "templates": 4, **options})


def partner(frames, variant):
    """The other clip of a pair, by its definition."""
    half = len(frames) // 2
    if variant == "rev":
        return frames[::-1]
    return np.concatenate([frames[half:], frames[:half]]) if variant == "swap" else frames[:, ::-1]


def multiset(frames):
    """One hash of the frames whatever their order."""
    return hashlib.sha256(b"".join(sorted(hashlib.sha256(frame.tobytes()).digest() for frame in frames))).hexdigest()


@pytest.mark.parametrize("twin", [False, True])
@pytest.mark.parametrize("family", PERMUTED)
def test_the_clips_of_a_protected_pair_are_one_multiset_of_frames(family, twin):
    for index in range(0, 16, 3):
        one = clip(family, index, twin=twin)
        other = partner(one.frames, one.labels["variant"])
        assert multiset(one.frames) == multiset(other)
        still = one.labels.get("kind") == "static" and one.labels["rung"] < 2
        assert still or not np.array_equal(one.frames, other)


def test_a_multiset_is_told_from_another():
    assert multiset(clip("G", 0).frames) != multiset(clip("G", 0).frames[:, ::-1])


def test_what_is_unprotected_changes_pixels():
    assert [name for name in FAMILIES if name not in PERMUTED] == ["G1"]


@pytest.mark.parametrize(("family", "_", "twin"), ALL)
def test_a_clip_depends_on_its_number_alone(family, _, twin):
    one, again = (clip(family, 5, twin=twin) for _ in range(2))
    assert np.array_equal(one.frames, again.frames)
    assert (one.captions, one.labels, one.source) == (again.captions, again.labels, again.source)
    assert one.frames.shape == (16, SIZE, SIZE, 3)
    assert one.frames.dtype == np.uint8
    assert not np.array_equal(one.frames, clip(family, 6, twin=twin).frames)
    assert not np.array_equal(one.frames, clip(family, 5, twin=twin, seed=1).frames)


# Of the first clip of each family and of each twin, on a textured ground with bystanders.
KNOWN_MEANS = [
    40.34,
    41.58,
    42.09,
    46.63,
    48.01,
    44.92,
    46.95,
    50.09,
    60.98,
    45.98,
    56.03,
    54.87,
    40.43,
    41.6,
    40.45,
    36.64,
    43.3,
    47.75,
    38.01,
    42.68,
    39.12,
    38.31,
    99.17,
    99.49,
    42.14,
]


def test_clips_are_what_they_were_when_this_was_written():
    """Pixels may differ by one where a machine's cosine differs in its last bit, so means are compared."""
    means = [clip(*one[:2], twin=one[2], rungs=(2,)).frames.mean() for one in ALL]
    assert means == pytest.approx(KNOWN_MEANS, abs=0.02)


@pytest.mark.parametrize(("family", "_", "twin"), ALL)
def test_captions_and_antonyms_have_one_bag_of_words_and_are_told_apart_by_their_order(family, _, twin):
    for index in range(4):
        one = clip(family, index, twin=twin)
        assert len(one.captions) == len(one.antonyms) == len(set(one.captions)) == 3
        for caption, antonym in zip(one.captions, one.antonyms, strict=True):
            assert caption != antonym
            assert Counter(caption.split()) == Counter(antonym.split())
            assert "{" not in caption


@pytest.mark.parametrize("family", FAMILIES)
def test_word_order_is_balanced_against_the_label(family):
    """What is told first is as often the first event as the second, for either sign."""
    labels = [clip(family, index).labels for index in range(2 * GROUP)]
    told = Counter((label["sign"], label["relation"]) for label in labels)
    signs = (1, -1) if FAMILIES[family].signed else (1,)
    assert told == {(sign, relation): 8 // (2 * len(signs)) for sign in signs for relation in ("before", "after")}


@pytest.mark.parametrize("twin", [False, True])
@pytest.mark.parametrize("family", [name for name in FAMILIES if FAMILIES[name].signed])
def test_labels_balance_inside_every_template(family, twin):
    n = GROUP * 45 * 2
    labels = [clip(family, index, twin=twin, templates=7, size=16).labels for index in range(n)]
    by_template = {}
    for label in labels:
        by_template.setdefault(label["template"], []).append(label["sign"])
    assert len(by_template) == (FAMILIES[family].templates or 7)
    assert all(sum(signs) == 0 for signs in by_template.values())
    assert len({(label["template"], label["seed"]) for label in labels}) == n


def test_clips_of_a_template_and_their_twins_look_alike():
    looks = {str(clip("E", index, twin=twin).labels["colours"]) for index in (0, 3, 16, 19) for twin in (False, True)}
    assert len(looks) == 1
    assert {clip("E", index).labels["rung"] for index in range(0, 16, 4)} == {0, 1, 2, 3}


def test_180_clips_of_order_are_all_pairs_of_ten_colours_in_both_orders_told_both_ways():
    clips = [make_clip("O", index, size=16) for index in range(180)]
    told = Counter(one.captions[0] for one in clips)
    assert len(told) == 180
    events = Counter((one.labels["first"], one.labels["second"]) for one in clips)
    assert len(events) == 90
    assert set(events.values()) == {2}
    for start in range(0, 180, 4):
        four = clips[start : start + 4]
        assert len({frozenset((one.labels["first"], one.labels["second"])) for one in four}) == 1
        assert {(one.labels["sign"], one.labels["relation"]) for one in four} == {
            (sign, relation) for sign in (1, -1) for relation in ("before", "after")
        }


def test_the_caption_of_order_is_true_of_the_frames():
    for index in range(4):
        one = make_clip("O", index, size=64)
        first, last = one.labels["first"].split()[1], one.labels["second"].split()[1]
        relation = one.labels["relation"]
        early, late = (f"a {name} circle appears" for name in (first, last))
        assert one.captions[0] == (f"{early} before {late}" if relation == "before" else f"{late} after {early}")
        names = ("white", "yellow")  # of the first template
        lit = {name: [place_of(frame, name) for frame in one.frames] for name in names}
        assert max(np.nonzero(lit[first])[0]) < min(np.nonzero(lit[last])[0])


def place_of(frame, name):
    """Whether a circle is at the place of its colour."""
    from platoscope.data.datasets.clocks.laws.order import PLACES

    x, y = PLACES[name]
    size = len(frame)
    return frame[round((1 - y) / 2 * size), round((1 + x) / 2 * size)].max() > 0


def test_a_single_frame_of_hidden_shapes_is_noise_and_motion_shows_the_shape():
    one = make_clip("N", 0, size=48, rungs=(0,))
    dark, light = np.unique(one.frames.reshape(-1, 3), axis=0)
    bits = (one.frames == light).all(axis=-1)
    assert abs(bits.mean() - 0.5) < 0.02
    axis, step = (1, 1) if one.labels["axis"] == "horizontal" else (0, -1)
    step *= one.labels["sign"]
    inside = np.mean([np.roll(bits[k], step, axis) == bits[k + 1] for k in range(15)], axis=0)
    outside = np.mean([np.roll(bits[k], -step, axis) == bits[k + 1] for k in range(15)], axis=0)
    shape = inside == 1
    assert 0.05 < shape.mean() < 0.5
    assert ((outside == 1) | shape).mean() > 0.85  # all but cells of the rim
    anew = make_clip("N", 0, twin=True, size=48, rungs=(0,)).frames
    assert (anew == dark).all(axis=-1).mean() == pytest.approx(0.5, abs=0.02)


def test_gravity_turned_over_shows_the_first_half_upside_down():
    frames = clip("G2", 9).frames
    assert np.array_equal(frames[8:], frames[:8, ::-1])


def test_names_and_sources_say_which_clip_it_is():
    assert [clip_id("G", 7), clip_id("G", 7, twin=True), clip_id("X", 7, twin=True)] == [
        "G_00007",
        "G_twin_00007",
        "X_00007",
    ]
    assert clip("G", 17).source == "clocks/G/0/5"
    assert clip("G", 17, twin=True).source == "clocks/G_twin/0/5"


def test_a_listing_has_twins_behind_each_family_and_of_nulls_nothing_else():
    assert list(listing({"G": 2, "X": 1}, twins=1)) == [
        ("G", 0, False),
        ("G", 1, False),
        ("G", 0, True),
        ("X", 0, True),
    ]
    assert list(listing({"X": 2})) == [("X", 0, True), ("X", 1, True)]
    assert list(listing({"G": 1}, twins=0)) == [("G", 0, False)]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"family": "H"}, "family 'H': one of G, G1, "),
        ({"index": -1}, "index -1: a whole number, at least 0"),
        ({"frames": 7}, "frames 7: an even number"),
        ({"frames": 2}, "frames 2: a whole number, at least 4"),
        ({"size": 8}, "size 8: a whole number, at least 16"),
        ({"templates": True}, "templates True: a whole number"),
        ({"rungs": (0, 5)}, r"rungs \[0, 5\]: some of 0..4 \(black, textured ground, "),
        ({"rungs": ()}, r"rungs \[\]"),
        ({"rungs": (4,)}, "rung 4 needs stills"),
    ],
)
def test_what_cannot_be_made_is_refused(options, says):
    with pytest.raises(InputError, match=says):
        make_clip(**{"family": "G", "index": 0, **options})


def test_a_still_is_the_ground_of_the_last_rung_and_only_there(tmp_path):
    Image.new("RGB", (60, 40), (200, 100, 0)).save(tmp_path / "a.png")
    frames = make_clip("F", 0, size=SIZE, rungs=(len(RUNGS) - 1,), stills=tmp_path).frames
    values, counts = np.unique(frames.reshape(-1, 3), axis=0, return_counts=True)
    assert values[counts.argmax()].tolist() == [100, 50, 0]
    assert frames[0].any()
    (tmp_path / "b.png").write_bytes(b"none")
    (tmp_path / "a.png").write_bytes(b"none")
    with pytest.raises(DataError, match=r"a\.png: not a picture"):
        make_clip("F", 0, size=SIZE, rungs=(4,), stills=tmp_path)
    with pytest.raises(InputError, match="is not a folder"):
        pictures_of(tmp_path / "none")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="has no pictures"):
        pictures_of(tmp_path / "empty")


def test_a_contact_sheet_has_a_row_for_each_family_and_for_each_twin(tmp_path):
    sheet = contact_sheet(families=("G", "X"), columns=4, size=SIZE)
    rows = sheet.shape[0] // SIZE
    assert rows == 3
    assert np.array_equal(sheet[:SIZE, -SIZE:], make_clip("G", 0, frames=4, size=SIZE).frames[-1])
    write_contact_sheet(tmp_path / "sheet.png", columns=4, size=16)
    with Image.open(tmp_path / "sheet.png") as picture:
        assert picture.height == 18 * len(ALL) - 2
    with pytest.raises(InputError, match="at least one"):
        contact_sheet(families=())
