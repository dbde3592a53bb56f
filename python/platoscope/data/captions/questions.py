"""What is asked for one sample: its text, or its frames, as messages of a chat; and the fingerprint of all that.

A text goes into a message as a JSON string, so that nothing in it can end the quotation.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from platoscope.data.captions.answers import LONGEST, SHORTEST
from platoscope.data.captions.prompt_files import Prompt
from platoscope.scratch import fingerprint

REPEATED = 4000  # characters of an answer that is sent back to be mended


@dataclass(frozen=True)
class Message:
    """One turn of a chat; ``images`` are PNG files, shown before the text."""

    role: str
    text: str
    images: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Question:
    """What is asked for a sample: ``n`` captions, in the language of ``source`` where that is a text.

    ``content`` is the digest of what is shown; ``images`` reads PNG files when they are wanted.
    """

    id: str
    n: int
    prompt: Prompt
    content: str
    source: str | None = None
    n_images: int = 0
    images: Callable[[], tuple[bytes, ...]] = tuple

    def texts(self) -> tuple[str, str]:
        """What the system is told, and what the user says."""
        values: dict[str, str | int] = {"n": self.n, "shortest": SHORTEST, "longest": LONGEST, "frames": self.n_images}
        if self.source is not None:
            values["text"] = json.dumps(self.source, ensure_ascii=False)
        return self.prompt.filled(values)

    def messages(self) -> list[Message]:
        """The chat that asks."""
        system, user = self.texts()
        return [Message("system", system), Message("user", user, self.images())]

    def fingerprint(self, *, backend: str, model: str, seed: int, temperature: float) -> str:
        """Digest of everything that an answer leans on."""
        system, user = self.prompt.system, self.prompt.user
        return fingerprint(
            {
                "backend": backend,
                "model": model,
                "prompt": [system, user, SHORTEST, LONGEST],
                "schema": schema_of(self.n),
                "content": self.content,
                "images": self.n_images,
                "seed": seed,
                "temperature": temperature,
            }
        )


def of_text(id_: str, text: str, *, n: int, prompt: Prompt) -> Question:
    """Ask for captions of a text."""
    return Question(id_, n, prompt, hashlib.sha256(text.encode()).hexdigest(), source=text)


def of_frames(
    id_: str, *, n: int, prompt: Prompt, n_images: int, content: str, images: Callable[[], tuple[bytes, ...]]
) -> Question:
    """Ask for captions of frames, of which ``content`` is the digest; ``images`` reads them as PNG files."""
    return replace(Question(id_, n, prompt, content), n_images=n_images, images=images)


def mended(messages: Sequence[Message], *, answer: str, reason: str, n: int) -> list[Message]:
    """The chat that goes on from an answer which was refused."""
    again = f"That cannot be used: {reason}. Answer once more, as JSON with exactly {n} captions and nothing else."
    return [*messages, Message("assistant", answer[:REPEATED] or "(nothing)"), Message("user", again)]


def schema_of(n: int) -> dict[str, Any]:
    """JSON schema of an answer with n captions."""
    texts = {"type": "array", "items": {"type": "string"}, "minItems": n, "maxItems": n}
    return {
        "type": "object",
        "properties": {"captions": texts},
        "required": ["captions"],
        "additionalProperties": False,
    }
