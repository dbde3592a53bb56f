"""Questions to what asking them costs: calls and tokens, by rules of thumb that err on the upper side for English."""

from collections.abc import Sequence

from platoscope.data.captions.questions import Question

CHARACTERS = 4  # of a token, of ASCII text; other characters count as one each
PATCH = 28  # px, side of the square that a token of an image covers, as in Qwen2-VL; models differ by a lot
OVERHEAD = 16  # tokens of a chat's form
CAPTION = 24  # tokens of a caption and its quotes


def tokens_of(text: str) -> int:
    """About how many tokens a text has."""
    ascii_ = sum(character.isascii() for character in text)
    return -(-ascii_ // CHARACTERS) + len(text) - ascii_


def tokens_in(question: Question, *, size: int) -> int:
    """About how many tokens a question has; its images are ``size`` pixels wide and high."""
    images = question.n_images * (-(-size // PATCH)) ** 2
    return sum(map(tokens_of, question.texts())) + images + OVERHEAD


def calls_line(questions: Sequence[Question], *, kept: int, size: int) -> str:
    """What is said of the calls that are not made."""
    into = sum(tokens_in(question, size=size) for question in questions)
    out = sum(question.n * CAPTION for question in questions)
    return (
        f"captions: {len(questions)} calls would be made, {kept} are answered already; about {into} tokens in and "
        f"{out} out, more where an answer has to be asked for again"
    )
