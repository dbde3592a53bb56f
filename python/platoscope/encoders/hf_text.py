"""Family ``hf_text``: any transformers model that returns hidden states, pooled over the real tokens of each text.

Layers are the library's hidden states: 0 the embeddings, the last one what the model returns.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from platoscope.encoders import computing, hub, taps
from platoscope.encoders.base import Layers
from platoscope.errors import InputError, WeightsError
from platoscope.params import TextEncoderParams

if TYPE_CHECKING:
    from torch import Tensor, nn

USES = (
    "checkpoint",
    "revision",
    "pool",
    "random_init",
    "seed",
    "dtype",
    *computing.USES,
    "quantize",
    "trust_remote_code",
    "special_tokens",
    "truncate",
)
UNLIMITED = 10**9
SENTENCE = "sentence_bert_config.json"
SHOWN = 60  # characters of a text in a message


class HfText:
    """A transformers text model, giving one vector a layer for each text."""

    def __init__(self, model: Any, tokenizer: Any, entry: TextEncoderParams, *, limit: int, device: str) -> None:
        self._tokenizer = tokenizer
        self._entry = entry
        self._device = device
        self.max_tokens = limit
        self._check_pool()
        parameters = int(model.num_parameters())  # which counts those that share a byte
        if entry.quantize is None:
            model = model.to(device=device, dtype=getattr(torch, entry.dtype))
        self._model = model.eval()
        self._model.config.use_cache = False  # no text is continued
        batch, mask = self._tokens(["a"])
        layers = self._all_at_once(batch, mask)
        self.layers = tuple(f"hidden_{i}" for i in range(len(layers)))
        blocks = taps.list_of(model, len(layers) - 1)
        # What the library gives at the end is held with all its tokens until then: the way of models without blocks.
        self._blocks = blocks if blocks and taps.agree(self._one_by_one(blocks, batch, mask), layers) else None
        if entry.compile:
            if blocks is None:
                raise InputError(f"{entry.checkpoint} has no list of blocks that could be compiled: leave compile out")
            computing.compile_blocks(blocks, entry, device=device, lengths_vary=True)
        self.description: dict[str, Any] = {
            "parameters": parameters,
            "attention": model.config._attn_implementation,  # noqa: SLF001 (the library's only name)
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
        return [layer.cpu().numpy() for layer in self.tensors(texts)]

    def tensors(self, texts: list[str]) -> "list[Tensor]":
        """The same as :meth:`encode`, on the device, which need not have computed them yet."""
        batch, mask = self._tokens(texts)
        return self._all_at_once(batch, mask) if self._blocks is None else self._one_by_one(self._blocks, batch, mask)

    def _tokens(self, texts: list[str]) -> "tuple[Any, Tensor]":
        """What the model takes, and the mask of the tokens that count, [batch, token]."""
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
        return batch, mask

    @torch.inference_mode()
    def _all_at_once(self, batch: Any, mask: "Tensor") -> "list[Tensor]":
        with computing.products(self._entry, self._device):
            output = self._model(**batch, output_hidden_states=True)
        return [self._pooled(state.float(), mask) for state in output.hidden_states]

    @torch.inference_mode()
    def _one_by_one(self, blocks: "list[nn.Module]", batch: Any, mask: "Tensor") -> "list[Tensor]":
        pooled: list[Tensor] = []

        def keep(state: "Tensor") -> None:
            pooled.append(self._pooled(state.float(), mask))

        with computing.products(self._entry, self._device), taps.listening(blocks, keep, from_input=True):
            output = self._model(**batch)
        keep(output.last_hidden_state)
        return pooled

    def _pooled(self, state: "Tensor", mask: "Tensor") -> "Tensor":
        if self._entry.pool == "mean":
            weight = mask.to(state.dtype)
            return torch.bmm((weight / weight.sum(1, keepdim=True)).unsqueeze(1), state).squeeze(1)
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
    computing.check(entry, device=device)
    loading = hub.quantiser_of(entry, device=device)
    checkpoint = hub.find(entry, wants="config and tokenizer")
    with hub.explained(checkpoint):
        model, tokenizer = _loaded(checkpoint, entry, loading)
    encoder = HfText(model, tokenizer, entry, limit=_limit(tokenizer, model, checkpoint), device=device)
    encoder.description.update(checkpoint.described())
    return encoder


def _loaded(checkpoint: hub.Checkpoint, entry: TextEncoderParams, loading: dict[str, Any]) -> tuple[Any, Any]:
    """Model, or the encoder of a model that has a decoder too, and tokenizer."""
    import transformers

    config = hub.config_of(checkpoint)
    tokenizer = transformers.AutoTokenizer.from_pretrained(checkpoint.source, **checkpoint.options)
    tokenizer = _checked(tokenizer, entry)
    whole, missing = hub.model_of(checkpoint, config, entry, loading=loading)
    model = _encoder_of(whole)
    hub.check_complete(whole, model, missing, name=checkpoint.name)
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


def _limit(tokenizer: Any, model: Any, checkpoint: hub.Checkpoint) -> int:
    """Most tokens of a text: what tokenizer, positions and a sentence encoder's own settings all allow."""
    import transformers

    positions = getattr(model.config, "max_position_embeddings", None) or UNLIMITED
    table = getattr(getattr(model, "embeddings", None), "position_embeddings", None)
    padding = getattr(table, "padding_idx", None)
    if padding is not None:
        positions -= padding + 1  # RoBERTa and its kin count positions from the one after that of padding
    limits = [tokenizer.model_max_length, positions]
    settings = transformers.utils.cached_file(
        checkpoint.source, SENTENCE, revision=checkpoint.revision, _raise_exceptions_for_missing_entries=False
    )
    if settings is not None:
        limits.append(json.loads(Path(settings).read_text(encoding="utf-8")).get("max_seq_length") or UNLIMITED)
    return int(min(limits))
