"""An answer, which is text of anybody's making, to exactly n captions that can be used, or to the reason why not."""

import json
import re
import unicodedata
from typing import Any

from platoscope.data.captions.languages import language_of, script_of
from platoscope.data.captions.refusal import Refusal

SHORTEST, LONGEST = 3, 400  # characters of a caption
SHOWN = 60  # characters of an answer in a reason
_FENCED = re.compile(r"\s*```(?:json)?\s*\n(?P<inside>.*?)\n\s*```\s*", re.DOTALL | re.IGNORECASE)


def captions_of(answer: str, *, n: int, source: str | None) -> tuple[str, ...]:
    """Captions of an answer, white space made single; ``source`` is the text whose language they must have, if any.

    Raises
    ------
    Refusal
        If it is not a JSON object with ``captions``, a list of exactly n texts, of ``SHORTEST`` to ``LONGEST``
        characters each, distinct but for case, in the script and the language of the source where these are plain.
    """
    texts = _texts(answer)
    if len(texts) != n:
        raise _refusal(f"{len(texts)} captions, {n} are wanted", answer)
    captions = tuple(" ".join(text.split()) for text in texts)
    for caption in captions:
        _check(caption, answer)
    if len({caption.casefold().rstrip(".!?") for caption in captions}) < n:
        twice = next(one for place, one in enumerate(captions) if _is_among(one, captions[:place]))
        raise _refusal(f"a caption stands twice: {_shown(twice)}", answer)
    if source is not None:
        _check_language(captions, source, answer)
    return captions


def _texts(answer: str) -> list[str]:
    fenced = _FENCED.fullmatch(answer)
    try:
        found: Any = json.loads(fenced["inside"] if fenced else answer)
    except (ValueError, RecursionError):
        raise _refusal(f"the answer is not JSON: {_shown(answer)}", answer) from None
    texts = found.get("captions") if isinstance(found, dict) else None
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise _refusal("the answer is not an object whose captions are a list of texts", answer)
    return texts


def _check(caption: str, answer: str) -> None:
    if not any(character.isalnum() for character in caption):
        raise _refusal("a caption is empty", answer)
    if not SHORTEST <= len(caption) <= LONGEST:
        raise _refusal(f"a caption has {len(caption)} characters, {SHORTEST} to {LONGEST} are wanted", answer)
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in caption):
        raise _refusal(f"a caption has characters that are no text: {_shown(caption)}", answer)


def _check_language(captions: tuple[str, ...], source: str, answer: str) -> None:
    written = " ".join(captions)
    for kind, of in (("script", script_of), ("language", language_of)):
        wanted, found = of(source), of(written)
        if wanted and found and wanted != found:
            raise _refusal(f"the {kind} of the captions is {found}, that of the source {wanted}", answer)


def _is_among(caption: str, others: tuple[str, ...]) -> bool:
    return caption.casefold().rstrip(".!?") in {other.casefold().rstrip(".!?") for other in others}


def _refusal(reason: str, answer: str) -> Refusal:
    return Refusal(reason, fault="answer", answer=answer)


def _shown(text: str) -> str:
    """The beginning of a text, on one line, with what is no text escaped."""
    line = " ".join(text.split())
    return ascii(line[:SHOWN]) if not line[:SHOWN].isprintable() else repr(line[:SHOWN])
