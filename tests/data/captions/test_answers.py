"""An answer becomes exactly n captions, or says what is wrong with it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platoscope.data.captions.answers import LONGEST, SHORTEST, captions_of
from platoscope.data.captions.languages import language_of, script_of
from platoscope.data.captions.refusal import Refusal

ENGLISH = "The dog runs over the wet grass and it is happy."


def answer(*captions):
    return json.dumps({"captions": list(captions)})


def refused(text, *, n=2, source=None):
    with pytest.raises(Refusal) as caught:
        captions_of(text, n=n, source=source)
    assert caught.value.fault == "answer"
    return caught.value.reason


def test_captions_come_as_they_stand_with_white_space_made_single():
    assert captions_of(answer(" A dog\n runs. ", "It rains."), n=2, source=None) == ("A dog runs.", "It rains.")


def test_a_fence_around_the_json_is_taken_off():
    assert captions_of(f"```json\n{answer('One dog', 'Two dogs')}\n```", n=2, source=None) == ("One dog", "Two dogs")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not JSON: ''"),
        ("<html><body>Welcome</body></html>", "not JSON: '<html>"),
        ('{"captions": ["a dog", "a', "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("null", "not an object whose captions are a list of texts"),
        ('["a dog", "a cat"]', "not an object"),
        ('{"captions": "a dog"}', "list of texts"),
        ('{"captions": ["a dog", 3]}', "list of texts"),
        ('{"texts": ["a dog", "a cat"]}', "list of texts"),
        (answer("a dog"), "1 captions, 2 are wanted"),
        (answer("a dog", "a cat", "a cow"), "3 captions, 2 are wanted"),
        (answer("a dog", "  \n"), "a caption is empty"),
        (answer("a dog", "..."), "a caption is empty"),
        (answer("a dog", "A  Dog."), "stands twice: 'A Dog.'"),
        (answer("a dog", "ab"), f"2 characters, {SHORTEST} to {LONGEST} are wanted"),
        (answer("a dog", "word " * 100), f"499 characters, {SHORTEST} to {LONGEST}"),
        (answer("a dog", "a \x00 cat"), "characters that are no text"),
        ('{"captions": ["a dog", "a \\ud800 cat"]}', "characters that are no text"),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_reason(text, reason):
    found = refused(text)
    assert reason in found
    assert found.encode()  # it will be written down
    assert found.isprintable()


@pytest.mark.parametrize(
    ("captions", "reason"),
    [
        (["Der Hund rennt über die Wiese.", "Das Gras ist nass."], "language of the captions is German"),
        (["Собака бежит по траве.", "Трава мокрая."], "script of the captions is CYRILLIC, that of the source LATIN"),
        (["一只狗在跑。", "草是湿的。"], "script of the captions is CJK"),
    ],
)  # fmt: skip
def test_captions_in_another_language_than_the_source_are_refused(captions, reason):
    assert reason in refused(answer(*captions), source=ENGLISH)
    assert len(captions_of(answer(*captions), n=2, source=None)) == 2


@pytest.mark.parametrize(
    ("source", "captions"),
    [
        (ENGLISH, ["Dog runs fast", "Wet grass"]),
        ("Der Hund rennt über die Wiese und das Gras ist nass.", ["Ein Hund auf der Wiese.", "Das Gras ist nass."]),
        ("Собака бежит.", ["Собака бежит по траве.", "Трава мокрая."]),
        ("犬が走っている。", ["犬が走る。", "草は濡れている。"]),
        ("12:30", ["A clock shows the time.", "It is half past twelve."]),
    ],
)
def test_captions_in_the_language_of_the_source_or_in_none_that_is_plain_are_taken(source, captions):
    assert captions_of(answer(*captions), n=2, source=source) == tuple(captions)


def test_a_language_has_to_speak_plainly():
    assert language_of("no words here that tell much") is None
    assert language_of(ENGLISH) == "English"
    assert language_of("Il cane corre nel parco e la palla è sotto il tavolo mentre gli uccelli sono via") == "Italian"
    assert script_of("123 ...") is None
    assert script_of("abc где") is None


@given(st.text(max_size=60) | st.recursive(st.text() | st.none(), st.lists, max_leaves=5).map(json.dumps))
def test_any_text_gives_captions_or_a_reason(text):
    try:
        captions, reason = captions_of(text, n=1, source=text), ""
    except Refusal as refusal:
        captions, reason = (), refusal.reason
    assert len(captions) == (0 if reason else 1)
    assert reason.isprintable()


@given(st.lists(st.text(min_size=1, max_size=500), min_size=1, max_size=3))
def test_captions_that_are_taken_are_distinct_and_can_be_written(texts):
    try:
        captions = captions_of(answer(*texts), n=len(texts), source=None)
    except Refusal:
        return
    assert len({caption.casefold() for caption in captions}) == len(texts)
    assert all(SHORTEST <= len(caption) <= LONGEST and caption.encode() for caption in captions)
