"""An encoder of one's own in three lines: what passes, what cannot, and what its outputs may look like."""

import numpy as np
import pytest
import torch

import platoscope
from platoscope.errors import InputError
from platoscope.temporal import probe

QUICK = {"flips": 99, "repeats": 1}


def clips(n=80, frames=6, size=8, seed=0):
    """Clips that grow brighter, from a brightness of their own, with noise."""
    rng = np.random.default_rng(seed)
    level = rng.integers(20, 120, (n, 1, 1, 1, 1)) + 10 * np.arange(frames)[:, None, None, None]
    return np.clip(level + rng.integers(-20, 20, (n, frames, size, size, 3)), 0, 255).astype(np.uint8)


PROJECTION = np.random.default_rng(1).standard_normal((6 * 8 * 8 * 3, 32))


def side_by_side(frames):
    """Pixels of all steps through one random projection: knows the order."""
    return frames.reshape(len(frames), -1) / 255 @ PROJECTION


def averaged(frames):
    """The same, of the mean frame."""
    return frames.astype(float).mean(axis=1).reshape(len(frames), -1) / 255 @ PROJECTION[: 8 * 8 * 3]


def each_frame(frames):
    return frames.reshape(*frames.shape[:2], -1) / 255


def test_pixels_side_by_side_pass_and_their_average_has_exactly_one_half():
    found = probe(side_by_side, clips(), **QUICK)
    assert found.acc > 0.9
    assert found.p == 0.01
    assert found.bag == 0.5
    assert found.protected
    assert found.calibrated == pytest.approx(2 * found.acc - 1)
    average = probe(averaged, clips(), **QUICK)
    assert (average.acc, average.ci_low, average.ci_high, average.p) == (0.5, 0.5, 0.5, 1.0)


def test_steps_know_nothing_by_their_mean_and_all_by_their_order():
    assert probe(each_frame, clips(), **QUICK).acc == 0.5
    for reading in ("moment", "concat"):
        assert probe(each_frame, clips(), reading=reading, **QUICK).acc > 0.9
    assert probe(each_frame, clips(), reading="bag", **QUICK).acc == 0.5


def test_layers_are_a_curve_and_the_one_that_knows_is_chosen():
    found = probe(lambda frames: [averaged(frames), side_by_side(frames)], clips(), **QUICK)
    assert found.layer == 1
    assert found.curve[0] == 0.5
    assert found.curve[1] == found.acc > 0.9


def test_the_result_reads_as_one_line():
    found = str(probe(side_by_side, clips(), **QUICK))
    assert found.startswith("fwd against rev (native): acc ")
    assert "bag 0.500 by construction, layer 0 of 1, 80 pairs of 80 sources" in found
    assert "\n" not in found


def test_the_batch_changes_nothing_and_bounds_what_encode_sees():
    sizes = []

    def counting(frames):
        sizes.append(len(frames))
        return side_by_side(frames)

    small, large = (probe(counting, clips(), batch=batch, **QUICK) for batch in (7, 1000))
    assert small.acc == large.acc
    assert max(sizes[: 2 * 12]) == 7
    assert sizes[-1] == 80


def test_torch_outputs_in_half_precision_are_welcome():
    def encode(frames):
        return torch.from_numpy(side_by_side(frames)).to(torch.bfloat16).requires_grad_()

    assert probe(encode, clips(), **QUICK).acc > 0.9


def test_other_partners_and_the_bag_that_is_measured_where_pixels_change():
    half = clips()
    half[:, :, :4] = 0  # dark above
    upside = probe(averaged, half, partner="flip", **QUICK)
    assert upside.acc == 1.0
    assert not upside.protected
    assert upside.bag == 1.0
    assert "bag 1.000," in str(upside)
    assert probe(averaged, clips(), partner="mirror", **QUICK).p > 0.05
    assert probe(side_by_side, clips(), partner="swap", **QUICK).acc > 0.9
    assert probe(averaged, clips(), partner="shuf@3", **QUICK).acc == 0.5


def test_clips_of_one_source_stay_together():
    found = probe(side_by_side, clips(), sources=np.repeat(np.arange(20), 4), **QUICK)
    assert found.pairs.n_sources == 20


@pytest.mark.parametrize(
    ("encode", "change", "message"),
    [
        (side_by_side, {"clips": np.zeros((4, 6, 8, 8), np.uint8)}, r"\(4, 6, 8, 8\) of uint8"),
        (side_by_side, {"clips": np.zeros((4, 6, 8, 8, 3))}, "of float64"),
        (side_by_side, {"batch": 0}, "batch is 0"),
        (side_by_side, {"reading": "concat"}, r"'concat' is of steps, but encode gives \[clip, dim\]"),
        (side_by_side, {"partner": "back"}, "no variant 'back'"),
        (lambda frames: frames, {}, r"encode gave \(32, 6, 8, 8, 3\) as layer 0"),
        (lambda frames: side_by_side(frames)[:-1], {}, r"encode gave \(31, 32\) as layer 0 of 32 clips"),
        (lambda _: [], {}, "no layer"),
        (lambda frames: [side_by_side(frames)] * len(frames), {}, "32 layers of one batch and 16"),
    ],
)
def test_what_cannot_be_probed_is_refused(encode, change, message):
    given = {"clips": clips(), **QUICK} | change
    with pytest.raises(InputError, match=message):
        probe(encode, given.pop("clips"), **given)


def test_the_public_names_are_found_and_unknown_ones_refused():
    assert platoscope.temporal.probe is probe
    assert sorted(dir(platoscope.temporal)) == sorted(platoscope.temporal.__all__)
    for name in platoscope.temporal.__all__:
        assert callable(getattr(platoscope.temporal, name))
    with pytest.raises(AttributeError, match="has no attribute 'probes_of'; it has PairProbe"):
        _ = platoscope.temporal.probes_of
