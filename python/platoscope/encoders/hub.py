"""Checkpoints of transformers, from a folder, ``package:NAME`` or the hub: whole, or an error that says what to do.

The library fills what a checkpoint lacks with random numbers and says so in a log; here that is an error. It also says
which commit a revision stood for, and brings a checkpoint's own settings for pixels.
"""

import pickle
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import torch
from safetensors import SafetensorError

from platoscope.encoders import weights
from platoscope.errors import InputError, PlatoscopeError, WeightsError
from platoscope.params import EncoderParams, TextEncoderParams

GO_ONLINE = (
    " (go online once, accept the licence on the model's page and set HF_TOKEN where it is gated, or name a folder)"
)


@dataclass(frozen=True)
class Checkpoint:
    """Where a checkpoint is: ``name`` as its entry has it, ``source`` as the library takes it, ``place`` its folder."""

    name: str
    source: str
    place: Path | None
    revision: str
    trust_remote_code: bool

    @property
    def options(self) -> dict[str, Any]:
        """What every ``from_pretrained`` is told."""
        return {"revision": self.revision, "trust_remote_code": self.trust_remote_code}

    def described(self) -> dict[str, str]:
        """What a store keeps of it: the commit that its revision stood for, or the digest of its folder."""
        if self.place is not None:
            return {"revision": "local", "weights": weights.digest_weights(self.place)}
        return {"revision": self.file("config.json").parent.name}

    def file(self, name: str) -> Path:
        """One file of it; the hub's lie in a folder with the name of their commit."""
        import transformers

        return Path(transformers.utils.cached_file(self.source, name, revision=self.revision))


def find(entry: EncoderParams, *, wants: str) -> Checkpoint:
    """The checkpoint of an entry; ``wants`` says what its folder has to hold.

    Raises
    ------
    InputError
        If the entry names none.
    WeightsError
        If it is a file, or ``package:NAME`` is not installed.
    """
    if entry.checkpoint is None:
        raise InputError(f"family {entry.family} needs checkpoint: a hub name, a folder or package:NAME")
    place = place_of(entry.checkpoint, family=entry.family, wants=wants)
    source = entry.checkpoint if place is None else str(place)
    return Checkpoint(entry.checkpoint, source, place, entry.revision, entry.trust_remote_code)


def place_of(name: str, *, family: str, wants: str) -> Path | None:
    """The folder that a name stands for, None where it is the hub's; from here on the library is quiet.

    Raises
    ------
    WeightsError
        If it is a file, or ``package:NAME`` is not installed.
    """
    import transformers

    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()  # what it would report of missing tensors is an error here
    place = weights.locate(name)
    if place is not None and not place.is_dir():
        raise WeightsError(f"{name} is a file; family {family} takes a folder with {wants}")
    return place


@contextmanager
def explained(checkpoint: Checkpoint) -> Iterator[None]:
    """Turn the library's errors into one line that says what to do.

    Raises
    ------
    WeightsError
        Where something in it raises any of the errors that reading a checkpoint ends with.
    """
    try:
        yield
    except PlatoscopeError:
        raise
    except pickle.UnpicklingError as error:
        raise WeightsError(
            f"{checkpoint.name} holds a full pickle, which could run code and is not read "
            f"({weights.first_line(error)}): save its tensors as safetensors"
        ) from error
    except ImportError as error:  # of what a tokenizer or weights of one kind need, and few others
        raise WeightsError(f"{checkpoint.name}: {weights.first_line(error)}") from error
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        way = "" if checkpoint.place is not None else GO_ONLINE
        raise WeightsError(f"{checkpoint.name}: {weights.first_line(error)}{way}") from error


@contextmanager
def untrained(seed: int) -> Iterator[None]:
    """Draw what is made in it from ``seed`` and leave the generator as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)  # torch.manual_seed would reach the GPUs' generators too
        yield


def check_complete(whole: Any, used: Any, missing: set[str], *, name: str) -> None:
    """Refuse weights that were made up; ``used`` is the part of the model ``whole`` that counts.

    Raises
    ------
    WeightsError
        If a tensor of it was missing; a pooler's may be, since poolers that checkpoints lack stand behind all layers.
    """
    kept = {id(parameter) for parameter in used.parameters()}
    names = [one for one, parameter in whole.named_parameters() if one in missing and id(parameter) in kept]
    lacking = [one for one in names if "pooler" not in one.split(".")]
    if lacking:
        raise WeightsError(f"{name} lacks {len(lacking)} tensors of its model; the first is {lacking[0]!r}")


def config_of(checkpoint: Checkpoint) -> Any:
    """Configuration of a checkpoint."""
    import transformers

    return transformers.AutoConfig.from_pretrained(checkpoint.source, **checkpoint.options)


def processor_of(checkpoint: Checkpoint, *, kind: str) -> Any:
    """A checkpoint's settings for pixels, of ``kind`` image or video."""
    import transformers

    auto = {"image": transformers.AutoImageProcessor, "video": transformers.AutoVideoProcessor}[kind]
    return auto.from_pretrained(checkpoint.source, **checkpoint.options)


def model_of(
    checkpoint: Checkpoint,
    config: Any,
    entry: EncoderParams,
    *,
    auto: str = "AutoModel",
    loading: Mapping[str, Any] = MappingProxyType({}),
) -> tuple[Any, set[str]]:
    """The model of a checkpoint, or its architecture untrained, with the names of the tensors that it lacks.

    ``loading`` is what ``from_pretrained`` is told besides.

    Raises
    ------
    InputError
        If its architecture, or this machine, does not have the ``attention`` of the entry.
    """
    import transformers

    builder = getattr(transformers, auto)
    told = attention_of(builder.from_config, config, entry, trust_remote_code=entry.trust_remote_code)
    if entry.random_init:
        with untrained(entry.seed):
            return builder.from_config(config, trust_remote_code=entry.trust_remote_code, **told), set()
    model, info = builder.from_pretrained(
        checkpoint.source, config=config, output_loading_info=True, **checkpoint.options, **told, **loading
    )
    return model, set(info["missing_keys"])


def attention_of(build: Callable[..., Any], config: Any, entry: EncoderParams, **more: Any) -> dict[str, str]:
    """What the library is told of the ``attention`` of an entry; nothing where that is null.

    It is tried on the meta device first: with weights, the library's refusal would look like a fault of theirs.

    Raises
    ------
    InputError
        If the architecture does not have it, the library would take another in its place, or a package is missing.
    """
    if entry.attention is None:
        return {}
    told: dict[str, str] = {"attn_implementation": entry.attention}
    refusal = f"{entry.checkpoint} cannot have attention {entry.attention}"
    try:
        with torch.device("meta"):
            found = build(config, **more, **told).config._attn_implementation  # noqa: SLF001 (the library's only name)
    except (ImportError, ValueError) as error:
        raise InputError(f"{refusal} ({weights.first_line(error)}): say another, or null") from error
    if found != entry.attention:
        raise InputError(f"{refusal}: the library would take {found}; say another, or null")
    return told


def quantiser_of(entry: TextEncoderParams, *, device: str) -> dict[str, Any]:
    """What ``from_pretrained`` is told of ``quantize``: nothing where it is null.

    Weights of linear layers are rounded to 8 bits (LLM.int8) or 4 (NF4) as they are read, the others have the entry's
    dtype, and all of them are put on the device, where they stay as they are.

    Raises
    ------
    InputError
        If a package that does it is missing, or there are no weights to round.
    """
    if entry.quantize is None or torch.device(device).type == "meta":
        return {}
    import transformers

    if entry.random_init:
        raise InputError(f"quantize {entry.quantize} rounds weights as they are read, random_init reads none")
    there = transformers.utils.is_bitsandbytes_available(), transformers.utils.is_accelerate_available()
    lacking = [name for name, is_there in zip(("bitsandbytes", "accelerate"), there, strict=True) if not is_there]
    if lacking:
        raise InputError(f"quantize {entry.quantize} needs {' and '.join(lacking)}: pip install {' '.join(lacking)}")
    dtype = getattr(torch, entry.dtype)
    bits: dict[str, Any] = {"load_in_8bit": True}
    if entry.quantize == "4bit":
        bits = {"load_in_4bit": True, "bnb_4bit_quant_type": "nf4", "bnb_4bit_compute_dtype": dtype}
    return {
        "quantization_config": transformers.BitsAndBytesConfig(**bits),
        "dtype": dtype,
        "device_map": {"": device},
    }


def part_of(checkpoint: Checkpoint, config: Any, entry: EncoderParams, *, part: str, pooled: bool) -> Any:
    """A part of a checkpoint's model ("" the whole), complete; its pooler is dropped where it is not ``pooled``.

    Raises
    ------
    WeightsError
        If the checkpoint lacks tensors of it.
    """
    whole, missing = model_of(checkpoint, config, entry)
    model = whole.get_submodule(part)
    if not pooled and getattr(model, "pooler", None) is not None:
        model.pooler = None  # often untrained, and behind every layer
    check_complete(whole, model, missing, name=checkpoint.name)
    return model
