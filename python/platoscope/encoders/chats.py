"""Chat models of transformers, of texts alone or of images too: a chat to the answer, the same one each time.

Nothing is trained and nothing is sampled but at a temperature above 0, then from a seed.
"""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch

from platoscope.encoders import hub
from platoscope.encoders.device import device
from platoscope.errors import InputError

WANTS = "a model, its tokenizer or processor, and a chat template"


@dataclass(frozen=True)
class Turn:
    """What one side says; ``images`` are files of pictures, shown before the text."""

    role: str
    text: str
    images: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Answer:
    """What a model says, None where it cannot read the chat; ``cut_off``: it had not ended."""

    text: str | None
    tokens_in: int
    tokens_out: int = 0
    cut_off: bool = False


class ChatModel:
    """A model with what turns chats into its tokens; ``reader`` is a tokenizer, or a processor of images and texts."""

    def __init__(self, model: Any, reader: Any, *, name: str, on: str) -> None:
        self._model, self._reader, self._on = model.to(on).eval(), reader, on
        self._tokenizer = getattr(reader, "tokenizer", reader)
        self._sees = self._tokenizer is not reader
        if getattr(reader, "chat_template", None) is None and self._tokenizer.chat_template is None:
            raise InputError(f"{name} has no chat template: name a model that was made for chats")
        limit = getattr(model.config.get_text_config(), "max_position_embeddings", None)
        self.most_tokens: int | None = limit

    def answer(self, turns: Sequence[Turn], *, temperature: float, seed: int, max_tokens: int) -> Answer:
        """What the model says next; greedy where ``temperature`` is 0."""
        read = self._read(turns)
        n_in = int(read["input_ids"].shape[1])
        if self.most_tokens is not None and n_in >= self.most_tokens:
            return Answer(None, n_in)
        room = max_tokens if self.most_tokens is None else min(max_tokens, self.most_tokens - n_in)
        drawn: dict[str, Any] = {"do_sample": True, "temperature": temperature}
        if temperature == 0:
            drawn = {"do_sample": False, "temperature": None, "top_p": None, "top_k": None}
        pad = self._tokenizer.pad_token_id if self._tokenizer.pad_token_id is not None else self._tokenizer.eos_token_id
        with _seeded(seed, self._on), torch.inference_mode():
            tokens = self._model.generate(**read, max_new_tokens=room, pad_token_id=pad, **drawn)[0, n_in:]
        text = self._tokenizer.decode(tokens, skip_special_tokens=True)
        return Answer(text, n_in, len(tokens), cut_off=not self._ends(tokens))

    def _read(self, turns: Sequence[Turn]) -> Any:
        from jinja2 import TemplateError

        said = {"tokenize": True, "add_generation_prompt": True, "return_dict": True, "return_tensors": "pt"}
        try:
            read = self._reader.apply_chat_template([self._as_template(turn) for turn in turns], **said)
        except TemplateError:
            if turns[0].role != "system":
                raise
            # Some templates have no such turn; there its words begin what the user says, as their makers advise.
            first = Turn(turns[1].role, f"{turns[0].text}\n\n{turns[1].text}", turns[1].images)
            return self._read([first, *turns[2:]])
        return read.to(self._on, dtype=self._model.dtype) if self._sees else read.to(self._on)

    def _as_template(self, turn: Turn) -> dict[str, Any]:
        if not self._sees:
            return {"role": turn.role, "content": turn.text}
        from PIL import Image

        images = [{"type": "image", "image": Image.open(io.BytesIO(image))} for image in turn.images]
        return {"role": turn.role, "content": [*images, {"type": "text", "text": turn.text}]}

    def _ends(self, tokens: Any) -> bool:
        ends = self._model.generation_config.eos_token_id
        known = ends if isinstance(ends, list) else [ends]
        return len(tokens) > 0 and int(tokens[-1]) in known


def load_chat_model(name: str, *, revision: str, sees: bool) -> ChatModel:
    """Load a checkpoint, a folder, ``package:NAME`` or the hub's, on the first device.

    Raises
    ------
    InputError
        If it has no chat template.
    WeightsError
        If it is missing, gated or not whole.
    """
    import transformers

    checkpoint, on = _found(name, revision=revision), device()
    auto = transformers.AutoModelForImageTextToText if sees else transformers.AutoModelForCausalLM
    reads = transformers.AutoProcessor if sees else transformers.AutoTokenizer
    with hub.explained(checkpoint):
        model, told = auto.from_pretrained(
            checkpoint.source, dtype="auto", output_loading_info=True, **checkpoint.options
        )
        hub.check_complete(model, model, set(told["missing_keys"]), name=name)
        reader = reads.from_pretrained(checkpoint.source, **checkpoint.options)
    return ChatModel(model, reader, name=name, on=on)


def described(name: str, *, revision: str) -> dict[str, str]:
    """Which checkpoint a name stands for: its commit, or the digest of its weights."""
    checkpoint = _found(name, revision=revision)
    with hub.explained(checkpoint):
        return checkpoint.described()


def _found(name: str, *, revision: str) -> hub.Checkpoint:
    place = hub.place_of(name, family="transformers", wants=WANTS)
    source = name if place is None else str(place)
    return hub.Checkpoint(name, source, place, revision, trust_remote_code=False)


@contextmanager
def _seeded(seed: int, on: str) -> Iterator[None]:
    """Draw what is drawn in it from ``seed``, and leave the generators as they were."""
    with torch.random.fork_rng(devices=[on] if on.startswith("cuda") else []):
        torch.manual_seed(seed)
        yield
