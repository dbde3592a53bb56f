"""Rules that split one long caption: as few cuts as are needed, distinct pieces that stand alone, nothing made up."""

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platoscope.data.captions.rules import cut_once, sentences, split_text

LONG = (
    "The video shows a woman in a red top holding a phone. She is standing in front of a building, and the light is "
    "soft. A dog runs over wet grass while a cat sleeps on the wall; the sky is blue."
)


def words(text):
    return re.findall(r"\w+", text.casefold())


def test_a_text_of_more_sentences_than_are_wanted_gives_its_first_ones():
    assert split_text("A dog runs. A cat sleeps. It rains.", 2) == ["A dog runs.", "A cat sleeps."]


def test_a_text_is_cut_no_more_often_than_is_wanted():
    assert len(split_text(LONG, 3)) == 3
    assert [len(split_text(LONG, n)) for n in (1, 2, 3, 4, 5, 6)] == [1, 2, 3, 4, 5, 6]


def test_the_longest_piece_is_cut_first_and_at_its_strongest_joint():
    first = "The video shows a woman in a red top holding a phone."
    third_in_two = ["A dog runs over wet grass while a cat sleeps on the wall", "The sky is blue."]
    second = "A woman is standing in front of a building"
    assert split_text(LONG, 4) == [first, f"{second}, and the light is soft.", *third_in_two]
    assert split_text(LONG, 5) == [first, second, "The light is soft.", *third_in_two]


@pytest.mark.parametrize(
    ("whole", "pieces"),
    [
        ("A man sits down, then he opens a book.", ["A man sits down", "He opens a book."]),
        ("The pen starts here, then moves to the end.", ["The pen starts here", "The pen moves to the end."]),
        ("The shirt is black and has a white collar.", ["The shirt is black", "The shirt has a white collar."]),
        ("A dog runs on the grass, barking at the birds.", ["A dog runs on the grass", "A dog barking at the birds."]),
        ("The clip shows a car, with its doors open.", ["The clip shows a car", "A car with its doors open."]),
        ("He looks at a tall man, who is reading a book.", ["He looks at a tall man", "A tall man is reading a book."]),
        ("There is a lake and there are hills around it.", ["There is a lake", "There are hills around it."]),
    ],
)  # fmt: skip
def test_a_clause_that_lost_its_subject_gets_it_back(whole, pieces):
    assert cut_once(whole) == pieces


@pytest.mark.parametrize(
    "whole",
    [
        "A man in a black and white shirt.",
        "A bowl of lettuce, tomatoes, and peppers.",
        "She runs and he.",
        "It is raining, sadly.",
        "A person is holding a cup.",
    ],
)
def test_what_has_no_joint_stays_whole(whole):
    assert cut_once(whole) == [whole]


def test_a_pronoun_becomes_the_person_it_stands_for():
    assert split_text(LONG, 3)[1].startswith("A woman is standing in front of a building")
    assert split_text("A man cooks. She sings.", 2)[1] == "She sings."


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Mr. Smith meets Dr. Jones. They talk.", ["Mr. Smith meets Dr. Jones.", "They talk."]),
        ('He says "stop." Then he goes.', ['He says "stop."', "Then he goes."]),
        ("It is 3.5 m high! Is it?  Yes", ["It is 3.5 m high!", "Is it?", "Yes"]),
        ("一只狗在跑。天下雨了。", ["一只狗在跑。", "天下雨了。"]),
        ("", []),
        (" ... !  ", []),
    ],
)
def test_sentences_end_where_they_end(text, parts):
    found = sentences(text)
    # The quotation mark belongs to what stands before it, and is white space's neighbour: it is dropped with it.
    assert [part.rstrip('"') for part in found] == [part.rstrip('"') for part in parts]


def test_equal_pieces_count_once():
    assert split_text("A dog runs. A DOG runs! A cat sleeps.", 3) == ["A dog runs.", "A cat sleeps."]


def test_a_text_that_holds_fewer_gives_fewer():
    assert split_text("A dog runs.", 10) == ["A dog runs."]
    assert split_text("", 10) == []


WORDS = ["the man", "dog", "is", "has", "runs", "and", "while", "then", "who", "with", "holding", "he", "in front of"]
TEXTS = st.text(alphabet=string.ascii_letters + "  ,.;!?'\n", max_size=200) | st.lists(
    st.sampled_from(list("a,;.") + WORDS),
    max_size=60,
).map(" ".join)


@given(TEXTS, st.integers(1, 12))
def test_pieces_are_distinct_not_empty_and_made_of_words_of_the_text(text, n):
    pieces = split_text(text, n)
    assert pieces == split_text(text, n)
    assert len(pieces) <= n
    assert len({piece.casefold() for piece in pieces}) == len(pieces)
    assert all(any(character.isalpha() for character in piece) for piece in pieces)
    assert {word for piece in pieces for word in words(piece)} <= set(words(text))


@given(TEXTS, st.integers(1, 11))
def test_more_pieces_never_cut_less(text, n):
    fewer, more = split_text(text, n), split_text(text, n + 1)
    assert len(more) in (len(fewer), len(fewer) + 1)
