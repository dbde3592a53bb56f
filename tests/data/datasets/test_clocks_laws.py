"""Laws of clocks in closed form: against what they must obey, and twins against their own reversal."""

import numpy as np
import pytest

from platoscope.data.datasets.clocks.clock import centred, fold, headings
from platoscope.data.datasets.clocks.drawing import paint
from platoscope.data.datasets.clocks.families import FAMILIES
from platoscope.data.datasets.clocks.laws.gravity import kept_height, lost_height
from platoscope.data.datasets.clocks.look import COLOURS, DARK, LIGHT, draw_ground, draw_look
from platoscope.data.datasets.clocks.scene import Camera, Mark, Setting

PLAIN = Camera(0.0, 1, (0.0, 0.0))


@pytest.mark.parametrize("frames", [4, 15, 16])
def test_the_clock_is_its_own_reversal_exactly(frames):
    assert np.array_equal(centred(frames), -centred(frames)[::-1])
    assert np.diff(centred(frames)) == pytest.approx(1 / frames)


def test_a_folded_path_stays_inside_goes_on_and_turns_with_its_start():
    path = np.linspace(-20, 20, 4001)
    folded = fold(path, 0.7)
    assert np.abs(folded).max() <= 0.7
    assert np.abs(np.diff(folded)) == pytest.approx(np.diff(path), abs=1e-9)
    assert fold(-path, 0.7) == pytest.approx(-folded, abs=1e-12)
    inside = np.linspace(-0.69, 0.69, 9)
    assert fold(inside, 0.7) == pytest.approx(inside)


@pytest.mark.parametrize("e", [0.5, 0.65, 0.8])
def test_a_bouncing_ball_falls_freely_and_loses_its_share_at_each_impact(e):
    time = np.linspace(0, 1 + 2 * e / (1 - e), 200_001)[:-1]
    height = lost_height(time, e)
    assert height[0] == 1
    assert height.min() >= 0
    assert np.abs(np.diff(height)).max() < 1e-3 * time[-1]  # continuous
    start = 1.0
    for bounce in range(1, 5):
        flight = (time > start) & (time < start + 2 * e**bounce)
        assert height[flight].max() == pytest.approx(e ** (2 * bounce), abs=1e-4)
        assert height[flight][[0, -1]] == pytest.approx(0, abs=1e-3)
        # the acceleration of the first fall, -2 drops a unit of time squared
        inner, step = height[flight][5:-5], time[1]
        assert np.diff(inner, 2) / step**2 == pytest.approx(-2, rel=0.05)
        start += 2 * e**bounce
    assert lost_height(np.array([time[-1] + 0.01, 100.0]), e).tolist() == [0, 0]


def test_a_lossless_bounce_is_even_about_each_apex_and_each_impact():
    phase = np.linspace(-3, 3, 61)
    assert kept_height(phase) == pytest.approx(kept_height(-phase), abs=1e-12)
    assert kept_height(np.array([0.5, 1.0, 0.25])) == pytest.approx([1, 0, 0.75])


def settings(family, *, twin=False, count=40, **options):
    """Settings of one template, by seeds."""
    look = draw_look(np.random.default_rng(3), roll=FAMILIES[family].roll, rung=0)
    base = {"frames": 16, "look": look, "twin": twin, "sign": 1, "relation": 0, "template": 0, "number": 0, **options}
    return [Setting(rng=np.random.default_rng(seed), **base) for seed in range(count)]


def scenes(family, **options):
    return [FAMILIES[family].law(setting) for setting in settings(family, **options)]


def test_two_discs_that_merge_keep_their_momentum_and_area():
    for scene in scenes("C2"):
        one, other, both = scene.marks
        before, after = np.asarray(one.opacity) > 0, np.asarray(both.opacity) > 0
        assert (before ^ after).all()
        speeds = [
            np.diff(mark.at[:, 0])[where[:-1] & where[1:]]
            for mark, where in ((one, before), (other, before), (both, after))
        ]
        assert 2 * speeds[2].mean() == pytest.approx(speeds[0].mean() + speeds[1].mean())
        assert both.radius**2 == pytest.approx(one.radius**2 + other.radius**2)
        assert speeds[0].std() == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("twin", [False, True])
def test_collisions_keep_momentum_and_bodies_never_overlap(twin):
    for family in ("C", *(("C2",) if twin else ())):
        for scene in scenes(family, twin=twin):
            one, other = scene.marks[:2]
            apart = np.abs(one.at[:, 0] - other.at[:, 0])
            assert apart.min() >= 2 * one.radius - 1e-9
            momentum = np.diff(one.at[:, 0] + other.at[:, 0])
            assert momentum == pytest.approx(momentum[0], abs=1e-9)


def test_who_launches_is_the_one_that_moves_first():
    for sign in (1, -1):
        for scene in scenes("C", sign=sign):
            agent = next(mark for mark in scene.marks if mark.colour == COLOURS[scene.labels["agent"]])
            assert abs(np.diff(agent.at[:, 0])[0]) > 0.05
            assert abs(np.diff(agent.at[:, 0])[-1]) == pytest.approx(0, abs=1e-12)
            assert (scene.labels["agent"] in LIGHT) == (sign == 1)


def test_ink_keeps_its_amount_and_spreads_by_its_variance():
    for scene in scenes("E2"):
        (blot,) = scene.marks
        amount = np.asarray(blot.opacity) * np.square(blot.radius)
        assert amount == pytest.approx(amount[0])
        assert np.diff(np.square(blot.radius), 2) == pytest.approx(0, abs=1e-12)
        assert (np.diff(blot.radius) > 0).all()


def test_tiles_are_at_rest_in_a_block_before_they_fly_straight():
    for scene in scenes("E3"):
        paths = np.stack([mark.at for mark in scene.marks], axis=1)  # [frame, tile, 2]
        moved = np.abs(np.diff(paths, axis=0)).max(axis=(1, 2)) > 1e-9
        assert moved[-1]
        assert not moved[0]
        straight = np.diff(paths[np.argmax(moved) + 1 :], 2, axis=0)
        assert straight == pytest.approx(0, abs=1e-9)


def test_what_slides_slows_down_evenly_and_lies_still_in_the_end():
    for scene in scenes("F"):
        x = scene.marks[0].at[:, 0]
        speed = np.abs(np.diff(x))
        assert (np.diff(speed) < 1e-12).all()
        assert speed[-1] == pytest.approx(0, abs=1e-12)
        assert speed[0] > 0.05


@pytest.mark.parametrize("motion", ["ballistic", "brownian"])
def test_dots_start_apart_and_stay_in_their_box(motion):
    found = [scene for variety in (0, 1) for scene in scenes_of_variety("E", variety)]
    found = [scene for scene in found if scene.labels["motion"] == motion]
    assert found
    extents = []
    for scene in found:
        light = [mark for mark in scene.marks if mark.colour in LIGHT.values()]
        dark = [mark for mark in scene.marks if mark.colour in DARK.values()]
        assert len(light) < len(dark)
        assert max(np.abs(mark.at).max() for mark in scene.marks) <= 0.72
        extents.append([np.mean([np.abs(mark.at[0]).max() for mark in kind]) for kind in (light, dark)])
    inner, outer = np.mean(extents, axis=0)
    assert inner < 0.7 * outer


def scenes_of_variety(family, variety):
    from dataclasses import replace

    law = FAMILIES[family].law
    return [law(replace(s, look=replace(s.look, variety=variety))) for s in settings(family)]


@pytest.mark.parametrize("family", ["G", "F", "D", "C2", "E2", "C"])
def test_a_twins_places_are_as_far_from_the_middle_early_as_late(family):
    """A statistic that is odd under reversal has mean 0 within its error in a twin, and not in the clip."""

    def trend(scene):
        mark = scene.marks[-1] if family == "D" else next(mark for mark in scene.marks if mark.shape != "rod")
        spread = (
            np.asarray(mark.radius) if family == "E2" else np.square(mark.at - [0, -0.7 * (family == "G")]).sum(axis=1)
        )
        return float(np.dot(centred(16), np.broadcast_to(spread, 16)))

    twins = np.array([trend(scene) for scene in scenes(family, twin=True, count=400)])
    assert abs(twins.mean()) < 3.3 * twins.std() / np.sqrt(len(twins))
    if family not in ("C", "C2"):
        clips = np.array([trend(scene) for scene in scenes(family, count=400)])
        assert abs(clips.mean()) > 10 * clips.std() / np.sqrt(len(clips))


def test_a_disc_fills_its_area_wherever_it_is():
    spots = np.random.default_rng(0).uniform(-0.5, 0.5, (8, 2))
    frames = paint(
        [Mark("disc", spots, 0.2, (200, 200, 200))], np.zeros((8, 64, 64, 3), np.float32), camera=PLAIN, weave=None
    )
    assert frames[..., 0].sum(axis=(1, 2)) / 200 == pytest.approx(np.pi * (0.2 * 32) ** 2, rel=0.01)


def test_frames_of_a_reversed_path_are_the_frames_reversed():
    path = headings(np.random.default_rng(1), 6) * 0.5
    marks = [
        [
            Mark(shape, way, 0.15, (200, 120, 40), end=-way if shape == "rod" else None)
            for shape in ("disc", "tile", "rod", "blot")
        ]
        for way in (path, path[::-1])
    ]
    one, other = (paint(some, np.zeros((6, 32, 32, 3), np.float32), camera=PLAIN, weave=(3.0, 1.0)) for some in marks)
    assert np.array_equal(one[::-1], other)


def test_a_mark_outside_the_picture_leaves_it_black():
    marks = [
        Mark(shape, np.full((2, 2), 5.0), 0.1, (255, 255, 255), end=np.full((2, 2), 6.0) if shape == "rod" else None)
        for shape in ("disc", "tile", "rod")
    ]
    assert not paint(marks, np.zeros((2, 16, 16, 3), np.float32), camera=PLAIN, weave=None).any()


def test_up_and_right_are_up_and_right_in_the_picture():
    at = np.array([[0.5, 0.0], [0.0, 0.5]])
    frames = paint(
        [Mark("disc", at, 0.1, (255, 255, 255))], np.zeros((2, 32, 32, 3), np.float32), camera=PLAIN, weave=None
    )
    rows, columns = zip(*(np.unravel_index(frame[..., 0].argmax(), (32, 32)) for frame in frames), strict=True)
    assert columns[0] > 20
    assert rows[1] < 12


def test_light_colours_are_lighter_than_dark_ones_and_than_any_ground():
    grey = {name: np.dot(colour, (0.299, 0.587, 0.114)) for name, colour in COLOURS.items()}
    lightest = max(grey[name] for name in DARK)
    assert min(grey[name] for name in LIGHT) > 1.5 * lightest
    grounds = [draw_ground(np.random.default_rng(seed), rung=1, size=32) for seed in range(20)]
    assert max(ground.max() for ground in grounds) <= 75
    assert min(grey[name] for name in DARK) > 75
