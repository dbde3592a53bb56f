"""A checkpoint's settings for pixels against the library's own processors on pictures."""

import numpy as np
import pytest
import transformers as tf
from PIL import Image

from platoscope.encoders.frames_in import Preprocessing
from platoscope.encoders.processors import preprocessing_of
from platoscope.errors import InputError
from platoscope.params import VideoEncoderParams

SIZE = 96
IMAGE = {"image_mean": [0.4, 0.5, 0.6], "image_std": [0.2, 0.25, 0.3]}
SETTINGS = {
    "clip": (tf.CLIPImageProcessor, {"size": {"shortest_edge": 40}, "crop_size": 32, "resample": 3, **IMAGE}),
    "dinov2": (tf.BitImageProcessor, {"size": {"shortest_edge": 41}, "crop_size": 32, "resample": 3, **IMAGE}),
    "siglip": (tf.SiglipImageProcessor, {"size": {"height": 48, "width": 48}, **IMAGE}),
    "dinov3": (tf.DINOv3ViTImageProcessor, {"size": {"height": 48, "width": 48}, **IMAGE}),
    "vit": (tf.ViTImageProcessor, {"size": {"height": 32, "width": 32}, "resample": 2}),
    "videomae": (tf.VideoMAEImageProcessor, {"size": {"shortest_edge": 32}, "crop_size": 32}),
    "vivit": (tf.VivitImageProcessor, {"size": {"shortest_edge": 40}, "crop_size": {"height": 32, "width": 32}}),
    "vjepa2": (tf.VJEPA2VideoProcessor, {"crop_size": 56, **IMAGE}),
    "prism": (tf.LlavaOnevisionVideoProcessor, {"size": {"height": 32, "width": 32}, "do_normalize": False}),
}


def entry(**more):
    return VideoEncoderParams(family="hf_image", checkpoint="model", **more)


def smooth(n, *, seed=0):
    """Pictures without the finest grain, on which libraries that round to whole values in between agree."""
    small = np.random.default_rng(seed).integers(0, 256, (n, 12, 12, 3)).astype(np.uint8)
    return np.stack([np.asarray(Image.fromarray(one).resize((SIZE, SIZE), Image.Resampling.BICUBIC)) for one in small])


def by_library(processor, frames):
    if hasattr(processor, "video_processor_type") or "VideoProcessor" in type(processor).__name__:
        return processor(list(frames[None]), return_tensors="pt")["pixel_values_videos"][0]
    if isinstance(processor, tf.VivitImageProcessor):
        return processor([list(frames)], return_tensors="pt")["pixel_values"][0]
    values = processor(images=list(frames), return_tensors="pt")["pixel_values"]
    return values[0] if values.ndim == 5 else values


@pytest.mark.parametrize("name", SETTINGS)
def test_pixels_are_the_librarys_to_one_value_of_256(name):
    make, told = SETTINGS[name]
    processor, frames = make(**told), smooth(2)
    settings = preprocessing_of(processor, entry())
    ours, theirs = settings.apply(frames, device="cpu"), by_library(processor, frames)
    assert ours.shape == theirs.shape
    off = (ours - theirs).abs().amax((0, 2, 3)).numpy() * np.array(settings.std) * 255
    assert off.max() <= 1.5 + 1e-3  # it rounds to whole values after resizing, and may overshoot by less than another
    assert (ours - theirs).abs().mean() < 0.01


def test_another_image_size_keeps_the_share_that_is_cropped_and_crop_pct_sets_it():
    processor = tf.CLIPImageProcessor(size={"shortest_edge": 256}, crop_size=224)
    for more, resize, crop in [
        ({}, 256, 224),
        ({"image_size": 224}, 256, 224),
        ({"image_size": 112}, 128, 112),
        ({"crop_pct": 1.0}, 224, 224),
        ({"image_size": 84, "crop_pct": 0.875}, 96, 84),
    ]:
        settings = preprocessing_of(processor, entry(**more))
        assert (settings.resize, settings.crop) == (resize, crop)


def test_v_jepa_2_of_384_px_wants_438():
    settings = preprocessing_of(tf.VJEPA2VideoProcessor(crop_size=384), entry())
    assert (settings.resize, settings.crop) == (438, 384)


def test_a_grid_of_256_patches_of_16_px_is_a_square_of_256_px():
    settings = preprocessing_of(tf.Siglip2ImageProcessor(), entry())
    assert settings == Preprocessing(256, 256, "bilinear", (0.5, 0.5, 0.5), (0.5, 0.5, 0.5))


def test_values_of_vivit_are_scaled_to_minus_one_and_one_and_then_normalised():
    settings = preprocessing_of(tf.VivitImageProcessor(), entry())
    black, white = ((value - settings.mean[0]) / settings.std[0] for value in (0.0, 1.0))
    assert (black, white) == (pytest.approx(-3), pytest.approx(1))


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ({"size": {"height": 32, "width": 48}}, "wants frames of size {'height': 32, 'width': 48}"),
        ({"size": {"longest_edge": 48}}, "squares and shortest_edge exist"),
        ({"do_resize": False}, "settings resize no frames: say image_size"),
    ],
)
def test_settings_that_name_no_square_are_refused(told, message):
    with pytest.raises(InputError, match=message):
        preprocessing_of(tf.ViTImageProcessor(**told), entry())


def test_an_interpolation_that_does_not_exist_here_is_refused_by_its_name():
    settings = preprocessing_of(tf.ViTImageProcessor(resample=1), entry())
    with pytest.raises(InputError, match="model wants interpolation 'lanczos'; bilinear and bicubic exist"):
        settings.check("model", 224)
