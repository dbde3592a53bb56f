"""A checkpoint's own settings for pixels, as transformers keeps them, as :class:`Preprocessing`.

Sizes of squares, since frames are stored as squares; scale and offset of the values are folded into mean and standard
deviation on a scale of [0, 1].
"""

from typing import Any

from platoscope.encoders.frames_in import Preprocessing
from platoscope.errors import InputError
from platoscope.params import VideoEncoderParams

PIL = {0: "nearest", 1: "lanczos", 2: "bilinear", 3: "bicubic", 4: "box", 5: "hamming"}


def preprocessing_of(processor: Any, entry: VideoEncoderParams) -> Preprocessing:
    """Settings of an image or video processor, changed as ``image_size`` and ``crop_pct`` of the entry say.

    Without ``crop_pct``, another ``image_size`` keeps the share of the frame that the checkpoint crops.

    Raises
    ------
    InputError
        If they name no size and the entry neither, or a size that is not that of a square.
    """
    resize, crop = _sizes(processor, entry)
    size = entry.image_size or crop
    if entry.crop_pct is not None:
        resize = int(size / entry.crop_pct)
    elif size != crop:
        resize = round(size * resize / crop)
    mean, std = _scale(processor)
    return Preprocessing(resize=resize, crop=size, interpolation=PIL[int(processor.resample)], mean=mean, std=std)


def _sizes(processor: Any, entry: VideoEncoderParams) -> tuple[int, int]:
    """Side that frames are resized to, and side that is left of it, in pixels."""
    if getattr(processor, "max_num_patches", None):  # SigLIP 2 takes any size of up to so many patches
        side = processor.patch_size * int(processor.max_num_patches**0.5)
        return side, side
    if not processor.do_resize:
        if entry.image_size is None:
            raise InputError(f"{entry.checkpoint}: its settings resize no frames: say image_size, in pixels")
        return entry.image_size, entry.image_size
    resize = _side(processor.size, entry)
    return resize, _side(processor.crop_size, entry) if getattr(processor, "do_center_crop", None) else resize


def _side(size: Any, entry: VideoEncoderParams) -> int:
    named = {name: side for name, side in dict(size or {}).items() if side is not None}
    if set(named) not in ({"shortest_edge"}, {"height", "width"}) or len(set(named.values())) != 1:
        raise InputError(f"{entry.checkpoint} wants frames of size {named}; squares and shortest_edge exist")
    return int(next(iter(named.values())))


def _scale(processor: Any) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Mean and standard deviation on [0, 1]: ((255 x f - o) - m) / s = (x - (m + o) / 255 f) / (s / 255 f)."""
    factor = 255 * (processor.rescale_factor if processor.do_rescale else 1.0)
    offset = 1.0 if processor.do_rescale and getattr(processor, "offset", None) else 0.0
    normalised = bool(processor.do_normalize)
    mean = processor.image_mean if normalised else (0.0, 0.0, 0.0)
    std = processor.image_std if normalised else (1.0, 1.0, 1.0)
    return tuple((m + offset) / factor for m in mean), tuple(s / factor for s in std)
