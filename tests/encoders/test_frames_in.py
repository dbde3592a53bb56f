"""What happens to pixels on their way to a model, against PIL and NumPy."""

import numpy as np
import pytest
import torch
from PIL import Image

from platoscope.encoders.frames_in import Preprocessing, check_frames
from platoscope.errors import InputError

PLAIN = {"mean": (0.0, 0.0, 0.0), "std": (1.0, 1.0, 1.0)}


def frames(n, size, *, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (n, size, size, 3)).astype(np.uint8)


def test_without_resizing_the_middle_is_cut_out_and_normalised_channel_by_channel():
    seen, mean, std = frames(2, 20), (0.1, 0.2, 0.3), (0.5, 0.25, 0.125)
    x = Preprocessing(20, 12, "bilinear", mean, std).apply(seen, device="cpu")
    assert x.dtype == torch.float32
    direct = (seen[:, 4:16, 4:16] / 255 - np.array(mean)) / np.array(std)
    np.testing.assert_allclose(x.permute(0, 2, 3, 1).numpy(), direct, rtol=0, atol=1e-5)


@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic"])
def test_resizing_is_that_of_pil_to_one_value_of_256(interpolation):
    seen = frames(1, 60)
    x = Preprocessing(25, 25, interpolation, **PLAIN).apply(seen, device="cpu")
    direct = np.asarray(Image.fromarray(seen[0]).resize((25, 25), Image.Resampling[interpolation.upper()]))
    assert np.abs(x[0].permute(1, 2, 0).numpy() * 255 - direct).max() <= 1
    assert x.min() >= 0
    assert x.max() <= 1


def test_half_a_pixel_of_the_crop_goes_to_the_even_side():
    seen = np.broadcast_to(np.arange(11, dtype=np.uint8)[None, None, :, None], (1, 11, 11, 3))
    for crop, first in ((10, 0), (8, 2), (6, 2), (4, 4)):
        x = Preprocessing(11, crop, "bilinear", **PLAIN).apply(seen, device="cpu")
        assert round(float(x[0, 0, 0, 0]) * 255) == first


def test_views_that_run_backwards_or_cannot_be_written_are_taken():
    seen = frames(3, 16)
    seen.flags.writeable = False
    settings = Preprocessing(8, 8, "bilinear", **PLAIN)
    turned = settings.apply(seen[::-1], device="cpu")
    assert torch.equal(turned.flip(0), settings.apply(seen, device="cpu"))


def test_settings_are_told_as_a_store_keeps_them():
    settings = Preprocessing(20, 12, "bilinear", (0.1, 0.2, 0.3), (1.0, 1.0, 1.0))
    assert settings.described() == {
        "resize": 20,
        "crop": 12,
        "interpolation": "bilinear",
        "mean": [0.1, 0.2, 0.3],
        "std": [1.0, 1.0, 1.0],
    }


@pytest.mark.parametrize("wrong", [(2, 3, 8, 8, 3), (2, 8, 8, 3), (2, 4, 8, 8, 1), (2, 4, 8, 9, 3)])
def test_arrays_of_another_shape_are_refused_with_both(wrong):
    with pytest.raises(InputError, match=r"frames are uint8 \(2, .* loaded for uint8 \[batch, 4, 8, 8, 3\]"):
        check_frames(np.zeros(wrong, np.uint8), (4, 8, 8, 3))
    with pytest.raises(InputError, match=r"frames are float64 .* uint8 \[batch, any, 8, 8, 3\]"):
        check_frames(np.zeros((2, 4, 8, 8, 3)), (None, 8, 8, 3))
    check_frames(np.zeros((2, 7, 8, 8, 3), np.uint8), (None, 8, 8, 3))
