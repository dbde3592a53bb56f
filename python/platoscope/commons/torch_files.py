"""PyTorch files of features are read as plain tensors, by weights-only loading, and become NumPy arrays.

A tensor, or a dictionary of tensors (of which a value may also be a list of them, or a number).
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from platoscope.encoders.weights import first_line
from platoscope.errors import InputError

if TYPE_CHECKING:
    from torch import Tensor

SEED = "feats"  # under which the code of Huh et al. keeps its features


def read_torch(path: Path) -> Any:
    """Read a file without running any code in it; tensors become arrays.

    Raises
    ------
    InputError
        If it holds anything but tensors, lists and dictionaries of them, numbers and text.
    """
    import torch

    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        raise InputError(
            f"{path} cannot be read as plain tensors ({first_line(error)}): what would run code is not loaded"
        ) from error
    return _arrays(content, path)


def as_array(tensor: "Tensor") -> NDArray[Any]:
    """A tensor as NumPy has it; bfloat16, which that does not have, as float32, without loss."""
    import torch

    plain = tensor.detach().cpu()
    values: NDArray[Any] = (plain.float() if plain.dtype == torch.bfloat16 else plain).numpy()
    return values


def _arrays(content: Any, path: Path) -> Any:
    import torch

    if isinstance(content, torch.Tensor):
        values = as_array(content)
        return values if values.ndim else values.item()
    if isinstance(content, dict):
        return {str(name): _arrays(value, path) for name, value in content.items()}
    if isinstance(content, list | tuple):
        return [_arrays(value, path) for value in content]
    if content is None or isinstance(content, bool | int | float | str | np.ndarray):
        return content
    raise InputError(f"{path} holds a {type(content).__name__}, wanted tensors")
