"""Captions become distinct texts, longest first, and for each budget which of them are its."""

import numpy as np
import pytest
from counting import Reader

from platoscope.data.rows import write_lines
from platoscope.data.samples import Samples
from platoscope.encoders.texts import Texts, most_texts, refuse_long, shown_texts, text_budgets
from platoscope.errors import InputError, StoreError
from platoscope.params.variants import Variant

MODES = ("distinct", "paraphrase", "repeat", "shuffled", "order1")
EVERY = [Variant(mode, combine) for combine in ("join", "mean") for mode in MODES]


def samples(*ids):
    return Samples(ids=ids, sources=(None,) * len(ids), rows=np.arange(len(ids)))


def rows_of(ids, n=4):
    def texts(id_, letter):
        return [{"text": f"{id_}{letter}{place}."} for place in range(n)]

    return [
        {
            "id": id_,
            "captions": texts(id_, ""),
            "paraphrase": [*texts(id_, "")[:1], *texts(id_, "p")],
            "shuffled": [*texts(id_, "")[:1], *texts(id_, "s")],
            "order1": texts(id_, "")[::-1],
        }
        for id_ in ids
    ]


def put(folder, rows):
    write_lines(folder / "captions.jsonl", rows)
    return folder / "captions.jsonl"


def test_captions_are_joined_by_one_space_in_their_order_for_the_samples_that_take_part(tmp_path):
    budgets = text_budgets([Variant()], (1, 3))
    shown = shown_texts(samples("z", "x"), put(tmp_path, rows_of("xyz")), budgets)
    assert shown == [[["z0."], ["x0."]], [["z0. z1. z2."], ["x0. x1. x2."]]]


@pytest.mark.parametrize(
    ("mode", "texts"),
    [
        ("distinct", ["x0.", "x1.", "x2."]),
        ("paraphrase", ["x0.", "xp0.", "xp1."]),
        ("repeat", ["x0.", "x0.", "x0."]),
        ("shuffled", ["x0.", "xs0.", "xs1."]),
        ("order1", ["x3.", "x2.", "x1."]),
    ],
)
def test_a_mode_shows_its_own_captions_joined_or_each(tmp_path, mode, texts):
    file = put(tmp_path, rows_of("x"))
    ((joined,),) = shown_texts(samples("x"), file, text_budgets([Variant(mode, "join")], (3,)))
    ((each,),) = shown_texts(samples("x"), file, text_budgets([Variant(mode, "mean")], (3,)))
    assert (joined, each) == ([" ".join(texts)], texts)


@pytest.mark.parametrize("ids", [("x", "y"), ("x", "gone")])
def test_a_sample_with_too_few_captions_or_none_is_refused_by_its_id(tmp_path, ids):
    file = put(tmp_path, [*rows_of("x", 3), *rows_of("y", 2)])
    with pytest.raises(StoreError, match=f"sample '{ids[1]}' has too few captions for budget 3"):
        shown_texts(samples(*ids), file, text_budgets([Variant()], (1, 3)))


def test_every_place_names_the_texts_of_its_budget_whatever_their_order(tmp_path):
    budgets = text_budgets(EVERY, (1, 2, 4))
    shown = shown_texts(samples("x", "y"), put(tmp_path, rows_of("xy")), budgets)
    found = Texts.sorted(shown, Reader())
    assert len(set(found.texts)) == len(found.texts)
    assert np.all(np.diff(found.lengths) <= 0)
    for table, of_budget in zip(found.places, shown, strict=True):
        assert [[found.texts[place] for place in row] for row in table] == of_budget


def test_no_more_texts_are_foreseen_than_there_are_where_captions_differ(tmp_path):
    for variants in ([Variant()], EVERY[:4], EVERY[5:9], [*EVERY[:4], *EVERY[5:9]]):
        budgets = text_budgets(variants, (1, 2, 4))
        shown = shown_texts(samples("x"), put(tmp_path, rows_of("x")), budgets)
        assert most_texts(budgets) == len({text for budget in shown for text in budget[0]})


def test_a_text_that_would_be_cut_off_is_refused_with_its_mode_and_its_number_of_captions(tmp_path):
    budgets = text_budgets([Variant(), Variant("repeat", "mean")], (1, 4))
    found = Texts.sorted(shown_texts(samples("x", "y"), put(tmp_path, rows_of("xy")), budgets), Reader())
    longest = int(found.lengths[0])
    refuse_long("run", found, samples("x", "y"), budgets=budgets, limit=longest)
    with pytest.raises(InputError, match=rf"run: sample 'x' has {longest} tokens in 4 captions, the model takes"):
        refuse_long("run", found, samples("x", "y"), budgets=budgets, limit=longest - 1)
    assert found.over(longest - 1) == [0.0, 1.0, 0.0, 0.0]
