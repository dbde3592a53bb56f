"""Family ``hf_text``: any transformers model that returns hidden states, pooled over the real tokens of each text.

Layers are the library's hidden states as given: 0 the embeddings, the last one what the model returns.
"""

import json
import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError

from platoscope.encoders import weights
from platoscope.encoders.base import Layers
from platoscope.errors import InputError, PlatoscopeError, WeightsError
from platoscope.params import TextEncoderParams

if TYPE_CHECKING:
    from torch import Tensor

USES = (
    "checkpoint",
    "revision",
    "pool",
    "random_init",
    "seed",
    "dtype",
    "trust_remote_code",
    "special_tokens",
    "truncate",
)
UNLIMITED = 10**9
SENTENCE = "sentence_bert_config.json"
GO_ONLINE = (
    " (go online once, accept the licence on the model's page and set HF_TOKEN where it is gated, or name a folder)"
)
SHOWN = 60  # characters of a text in a message


class HfText:
    """A transformers text model, giving one vector a layer for each text."""

    def __init__(self, model: Any, tokenizer: Any, entry: TextEncoderParams, *, limit: int, device: str) -> None:
        self._tokenizer = tokenizer
        self._entry = entry
        self._device = device
        self.max_tokens = limit
        self._check_pool()
        parameters = sum(p.numel() for p in model.parameters())
        self._model = model.to(device=device, dtype=getattr(torch, entry.dtype)).eval()
        self.layers = tuple(f"hidden_{i}" for i in range(len(self._states(["a"])[0])))
        self.description: dict[str, Any] = {
            "parameters": parameters,
            "normed": [],
            "preprocessing": {"special_tokens": entry.special_tokens, "max_tokens": limit, "truncate": entry.truncate},
        }

    def lengths(self, texts: list[str]) -> NDArray[np.int64]:
        """Tokens of each text with its special tokens, int64 [batch]."""
        return np.array([len(ids) for ids in self._tokenizer(texts, verbose=False)["input_ids"]], np.int64)

    def encode(self, texts: list[str]) -> Layers:
        """Encode texts; one float32 [batch, dim] a layer.

        Raises
        ------
        InputError
            If a text is longer than the model takes and ``truncate`` is off, or has no token left to pool.
        """
        states, mask = self._states(texts)
        return [self._pooled(state.float(), mask).cpu().numpy() for state in states]

    @torch.inference_mode()
    def _states(self, texts: list[str]) -> "tuple[tuple[Tensor, ...], Tensor]":
        """Hidden states [batch, token, dim] and the mask of the tokens that count, [batch, token]."""
        batch = self._tokenizer(
            texts,
            return_tensors="pt",
            return_special_tokens_mask=True,
            padding=True,
            padding_side="right",  # models count positions from the first token, padding or not
            truncation=self._entry.truncate,
            max_length=self.max_tokens if self._entry.truncate else None,
            verbose=False,
        ).to(self._device)
        special = batch.pop("special_tokens_mask")
        if batch["input_ids"].shape[1] > self.max_tokens:
            row = int(batch["attention_mask"].sum(1).argmax())
            raise InputError(too_long(texts[row], batch["input_ids"].shape[1], self.max_tokens))
        mask = batch["attention_mask"].bool()
        if not self._entry.special_tokens:
            mask &= ~special.bool()
        if not mask.any(1).all():
            text = texts[int(mask.any(1).int().argmin())]
            raise InputError(f"text {text!r} has no token to pool (special_tokens is {self._entry.special_tokens})")
        output = self._model(**batch, output_hidden_states=True)
        return tuple(output.hidden_states), mask

    def _pooled(self, state: "Tensor", mask: "Tensor") -> "Tensor":
        if self._entry.pool == "mean":
            weight = mask.unsqueeze(-1).to(state.dtype)
            return (state * weight).sum(1) / weight.sum(1)
        places = torch.arange(mask.shape[1], device=mask.device).expand_as(mask)
        if self._entry.pool == "cls":
            at = places.masked_fill(~mask, mask.shape[1]).amin(1)
        else:
            at = places.masked_fill(~mask, -1).amax(1)
        return state[torch.arange(len(state), device=state.device), at]

    def _check_pool(self) -> None:
        cls = self._tokenizer.cls_token_id
        ids = self._tokenizer(["a"])["input_ids"][0]
        has_cls = cls is not None and ids[:1] == [cls] and self._entry.special_tokens
        if self._entry.pool == "cls" and not has_cls:
            raise InputError(f"{self._entry.checkpoint} has no pool 'cls' (no such token comes first), only mean, last")


def too_long(text: str, n_tokens: int, limit: int) -> str:
    """What to say of a text that the model does not take whole."""
    return (
        f"text {text[:SHOWN]!r}... has {n_tokens} tokens, the model takes {limit}: "
        "use fewer or shorter captions, or say truncate: true in the encoder's entry"
    )


def load(entry: TextEncoderParams, *, device: str) -> HfText:
    """Load the model of an entry: from a folder, ``package:NAME`` or the hub; or untrained from its configuration.

    Raises
    ------
    InputError
        If the entry lacks a checkpoint or asks for a pool that its model does not have.
    WeightsError
        If configuration, tokenizer or weights cannot be had.
    """
    if entry.checkpoint is None:
        raise InputError("family hf_text needs checkpoint: a hub name, a folder or package:NAME")
    place = weights.locate(entry.checkpoint)
    if place is not None and not place.is_dir():
        raise WeightsError(f"{entry.checkpoint} is a file; family hf_text takes a folder with config and tokenizer")
    source = entry.checkpoint if place is None else str(place)
    try:
        model, tokenizer = _loaded(source, entry)
    except (OSError, ValueError, RuntimeError, SafetensorError, pickle.UnpicklingError) as error:
        if isinstance(error, PlatoscopeError):
            raise
        way = "" if place is not None else GO_ONLINE
        raise WeightsError(f"{entry.checkpoint}: {weights.first_line(error)}{way}") from error
    encoder = HfText(model, tokenizer, entry, limit=_limit(tokenizer, model, source, entry), device=device)
    encoder.description["revision"] = _commit(source, entry) if place is None else "local"
    if place is not None:
        encoder.description["weights"] = weights.digest_weights(place)
    return encoder


def _loaded(source: str, entry: TextEncoderParams) -> tuple[Any, Any]:
    """Model, or the encoder of a model that has a decoder too, and tokenizer."""
    import transformers

    transformers.utils.logging.disable_progress_bar()
    transformers.utils.logging.set_verbosity_error()  # what it would report of missing tensors is an error below
    hub = {"revision": entry.revision, "trust_remote_code": entry.trust_remote_code}
    config = transformers.AutoConfig.from_pretrained(source, **hub)
    tokenizer = _checked(transformers.AutoTokenizer.from_pretrained(source, **hub), entry)
    if entry.random_init:
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(entry.seed)  # torch.manual_seed would reach the GPUs' generators too
            whole = transformers.AutoModel.from_config(config, trust_remote_code=entry.trust_remote_code)
        return _encoder_of(whole), tokenizer
    whole, info = transformers.AutoModel.from_pretrained(source, config=config, output_loading_info=True, **hub)
    model = _encoder_of(whole)
    _check_complete(whole, model, set(info["missing_keys"]), entry)
    return model, tokenizer


def _encoder_of(model: Any) -> Any:
    """The encoder of a model that has a decoder beside it, as T5 has even from a checkpoint without; else the model."""
    both = all(getattr(model, part, None) is not None for part in ("encoder", "decoder"))
    return model.get_encoder() if both else model


def _checked(tokenizer: Any, entry: TextEncoderParams) -> Any:
    """A tokenizer that has words and can pad: one without files of its own comes out empty, not as an error."""
    if not set(tokenizer.get_vocab().values()) - set(tokenizer.all_special_ids):
        raise WeightsError(f"{entry.checkpoint} has no tokenizer: its vocabulary is empty")
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token or tokenizer.unk_token  # masked wherever it pads
    if tokenizer.pad_token is None:
        raise WeightsError(f"{entry.checkpoint}: its tokenizer has no token to pad with (pad, eos and unk are not set)")
    return tokenizer


def _check_complete(whole: Any, model: Any, missing: set[str], entry: TextEncoderParams) -> None:
    """Refuse weights that were made up: the library fills what a checkpoint lacks with random numbers."""
    used = {id(parameter) for parameter in model.parameters()}
    names = [name for name, parameter in whole.named_parameters() if name in missing and id(parameter) in used]
    # A pooler stands behind the hidden states and changes none.
    lacking = [name for name in names if "pooler" not in name.split(".")]
    if lacking:
        raise WeightsError(f"{entry.checkpoint} lacks {len(lacking)} tensors of its model; the first is {lacking[0]!r}")


def _commit(source: str, entry: TextEncoderParams) -> str:
    """Commit that a revision of a hub repository stood for: its files lie in a folder of that name."""
    import transformers

    return Path(transformers.utils.cached_file(source, "config.json", revision=entry.revision)).parent.name


def _limit(tokenizer: Any, model: Any, source: str, entry: TextEncoderParams) -> int:
    """Most tokens of a text: what tokenizer, positions and a sentence encoder's own settings all allow."""
    import transformers

    positions = getattr(model.config, "max_position_embeddings", None) or UNLIMITED
    table = getattr(getattr(model, "embeddings", None), "position_embeddings", None)
    padding = getattr(table, "padding_idx", None)
    if padding is not None:
        positions -= padding + 1  # RoBERTa and its kin count positions from the one after that of padding
    limits = [tokenizer.model_max_length, positions]
    settings = transformers.utils.cached_file(
        source, SENTENCE, revision=entry.revision, _raise_exceptions_for_missing_entries=False
    )
    if settings is not None:
        limits.append(json.loads(Path(settings).read_text(encoding="utf-8")).get("max_seq_length") or UNLIMITED)
    return int(min(limits))
