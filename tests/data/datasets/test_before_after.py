"""Sentences of two events are taken apart, and exchanged so that nothing but order changes."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from platoscope.data.datasets.before_after import BeforeAfter, events_of, plain
from platoscope.errors import DataError


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("A red circle appears before a blue one.", "a red circle appears before a blue one"),
        ("  Before the cat,  the dog\n", "before the cat the dog"),
        ("one,two , three.", "one two three"),
        ("no. 5 . ", "no 5"),
        ("Before the cat jumps., the dog sits...", "before the cat jumps the dog sits"),
        ("2.5 cats", "2.5 cats"),
        (" , .", ""),
    ],
)
def test_plain_text_has_small_letters_single_blanks_no_commas_and_no_full_stops_after_words(text, becomes):
    assert plain(text) == becomes


@pytest.mark.parametrize(
    ("sentence", "relation", "reference", "pair"),
    [
        ("a cat sits before a dog runs", "before", None, ("a cat sits", "a dog runs")),
        ("a cat sits before a dog runs", "before", "a dog runs", ("a cat sits", "a dog runs")),
        ("before a dog runs a cat sits", "before", "a dog runs", ("a cat sits", "a dog runs")),
        ("after a dog runs a cat sits", "after", "a dog runs", ("a cat sits", "a dog runs")),
        ("the day before after the rain", "after", None, ("the day before", "the rain")),
        ("beforehand x before afterwards", "before", None, ("beforehand x", "afterwards")),
    ],
)
def test_events_stand_around_the_relation_or_after_it_the_reference_first(sentence, relation, reference, pair):
    assert events_of(sentence, relation, reference=reference) == BeforeAfter(pair[0], relation, pair[1])


@pytest.mark.parametrize(
    ("sentence", "relation", "reference", "says"),
    [
        ("a cat sits", "before", None, "must have the word 'before' once, got 'a cat sits'"),
        ("a before b before c", "before", None, "must have the word 'before' once"),
        ("a after b", "before", None, "must have the word 'before' once"),
        ("", "after", None, "must have the word 'after' once"),
        ("before b", "before", None, "must name two events, got 'before b'"),
        ("a before", "before", "b", "must name two events, got 'a before'"),
        ("before", "before", None, "must name two events"),
        ("before b a", "before", "c", "must go on with its reference 'c' after 'before'"),
        ("before bee a", "before", "be", "must go on with its reference 'be'"),
        ("before b", "before", "b", "must go on with its reference 'b'"),
    ],
)
def test_what_does_not_name_two_events_is_refused(sentence, relation, reference, says):
    with pytest.raises(DataError) as caught:
        events_of(sentence, relation, reference=reference)
    assert says in str(caught.value)


def test_labels_have_the_events_in_the_order_of_time():
    assert BeforeAfter("a", "before", "b").labels == {"relation": "before", "first": "a", "second": "b"}
    assert BeforeAfter("a", "after", "b").labels == {"relation": "after", "first": "b", "second": "a"}


EVENT = st.text("abcde é", min_size=1, max_size=12).map(plain).filter(bool)


@given(EVENT, EVENT, st.sampled_from(["before", "after"]))
def test_an_exchanged_sentence_has_the_same_words_says_the_contrary_and_comes_back(one, other, relation):
    assume(one != other)
    pair = events_of(f"{one} {relation} {other}", relation)
    assert (pair.one, pair.other, pair.caption) == (one, other, f"{one} {relation} {other}")
    exchanged = events_of(pair.exchanged, relation)
    assert sorted(pair.caption.split()) == sorted(pair.exchanged.split())
    assert exchanged.labels == {
        "relation": relation,
        "first": pair.labels["second"],
        "second": pair.labels["first"],
    }
    assert exchanged.exchanged == pair.caption


@given(EVENT, EVENT, st.sampled_from(["before", "after"]))
def test_a_sentence_that_begins_with_its_relation_is_read_as_the_other_form(one, other, relation):
    assert events_of(f"{relation} {other} {one}", relation, reference=other) == events_of(
        f"{one} {relation} {other}", relation
    )
