"""Stored frames, uint8 [batch, size, size, 3], as a model wants them, float32 [batch, 3, crop, crop].

Resized with antialiasing, cropped at the centre and normalised: the same arithmetic for every family, with the
settings that the checkpoint was trained with.
"""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from platoscope.errors import InputError

if TYPE_CHECKING:
    from torch import Tensor

INTERPOLATIONS = ("bilinear", "bicubic")


@dataclass(frozen=True)
class Preprocessing:
    """How a model sees frames: sides in pixels, mean and standard deviation of each channel on a scale of [0, 1].

    Frames are resized to squares of ``resize``, of which the middle ``crop`` is kept.
    """

    resize: int
    crop: int
    interpolation: str
    mean: tuple[float, ...]
    std: tuple[float, ...]

    def check(self, name: str, frame_size: int) -> None:
        """Refuse what frames of ``frame_size`` pixels cannot give to the model ``name``.

        Raises
        ------
        InputError
            If it wants more pixels than there are, or an interpolation that does not exist here.
        """
        if self.resize > frame_size:
            raise InputError(
                f"{name} wants frames of {self.resize} px ({self.crop} px after its crop), "
                f"frames.size is {frame_size}: "
                "store larger frames, or lower image_size (or raise crop_pct, at most to 1.0)"
            )
        if self.interpolation not in INTERPOLATIONS:
            raise InputError(f"{name} wants interpolation {self.interpolation!r}; {' and '.join(INTERPOLATIONS)} exist")

    def described(self) -> dict[str, Any]:
        """The settings as a store keeps them."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    def apply(self, frames: NDArray[np.uint8], *, device: str) -> "Tensor":
        """Frames, uint8 [batch, height, width, 3], as the model wants them, float32 [batch, 3, crop, crop]."""
        # torch takes no view that runs backwards and warns of one that cannot be written.
        pixels = torch.from_numpy(np.require(frames, requirements=["C", "W"])).to(device, non_blocking=True)
        x = pixels.permute(0, 3, 1, 2).float() / 255
        if x.shape[-1] != self.resize:
            x = torch.nn.functional.interpolate(
                x, size=(self.resize, self.resize), mode=self.interpolation, antialias=True
            ).clamp(0, 1)
        start = round((self.resize - self.crop) / 2)  # half a pixel goes to the even side, as in torchvision
        x = x[:, :, start : start + self.crop, start : start + self.crop]
        mean, std = (torch.tensor(value, device=device).reshape(1, 3, 1, 1) for value in (self.mean, self.std))
        return (x - mean) / std


def check_frames(frames: NDArray[np.uint8], shape: tuple[int | None, ...]) -> None:
    """Refuse arrays that are not those an encoder was loaded for; ``shape`` without the batch, None for any number.

    Raises
    ------
    InputError
        If dtype or shape differ.
    """
    same = len(frames.shape) == len(shape) + 1 and all(
        wanted in (None, there) for wanted, there in zip(shape, frames.shape[1:], strict=True)
    )
    if frames.dtype != np.uint8 or not same:
        wanted = ", ".join("any" if side is None else str(side) for side in shape)
        raise InputError(
            f"frames are {frames.dtype} {frames.shape}, the encoder was loaded for uint8 [batch, {wanted}]"
        )
