"""A chat model of this machine as a back end: one chat at a time, the same answer each time."""

from collections.abc import Sequence

from platoscope.data.captions.kept import Reply
from platoscope.data.captions.questions import Message
from platoscope.data.captions.refusal import Refusal
from platoscope.encoders.chats import ChatModel, Turn, described, load_chat_model
from platoscope.encoders.weights import without_folders


class LocalModel:
    """A checkpoint of transformers; ``sees`` images or is of texts alone."""

    def __init__(self, checkpoint: str, *, revision: str, sees: bool, temperature: float, max_tokens: int) -> None:
        self._model: ChatModel = load_chat_model(checkpoint, revision=revision, sees=sees)
        self._temperature, self._max_tokens = temperature, max_tokens

    def ask(self, messages: Sequence[Message], *, n: int, seed: int) -> Reply:  # noqa: ARG002 (the prompt says n)
        """Answer a chat.

        Raises
        ------
        Refusal
            If the answer does not end, or the chat is longer than the model reads.
        """
        turns = [Turn(message.role, message.text, message.images) for message in messages]
        answer = self._model.answer(turns, temperature=self._temperature, seed=seed, max_tokens=self._max_tokens)
        if answer.text is None:
            raise Refusal(
                f"the chat has {answer.tokens_in} tokens, the model reads {self._model.most_tokens}", fault="request"
            )
        if answer.cut_off:
            raise Refusal(
                f"the answer was cut off at captions.max_tokens ({self._max_tokens})",
                fault="answer",
                answer=answer.text,
            )
        return Reply(answer.text, answer.tokens_in, answer.tokens_out)

    def close(self) -> None:
        """Nothing is held open."""


def identity(checkpoint: str, *, revision: str) -> str:
    """What answers are kept under: a checkpoint's name and its commit or the digest of its weights."""
    known = described(checkpoint, revision=revision)
    return " ".join([name_of(checkpoint), *(f"{name}:{value}" for name, value in sorted(known.items()))])


def name_of(checkpoint: str) -> str:
    """Name of a checkpoint without the folders of this machine."""
    return without_folders(checkpoint)
