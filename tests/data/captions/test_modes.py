"""What each mode shows of a sample, and that it depends on seed and id."""

import pytest

from platoscope.data.captions.modes import counted, shown, with_modes
from platoscope.data.captions.order import ordered

IDS = [f"s{place}" for place in range(30)]
ALL = ("distinct", "paraphrase", "repeat", "shuffled", "order1", "order2")


def rows(ids=IDS, n=6):
    return [{"id": id_, "captions": ordered([f"{id_} {at}" for at in range(n)], id=id_, seed=0)} for id_ in ids]


REWORDED = {id_: [{"text": f"{id_} reworded {at}", "origin": "dataset"} for at in range(4)] for id_ in IDS}


def made(given=None, modes=ALL, seed=0):
    return {row["id"]: row for row in with_modes(given or rows(), modes, reworded=REWORDED, seed=seed)}


def texts(row, mode, n_c=6):
    return shown(row, mode, n_c)


def test_rows_of_distinct_captions_alone_stay_as_they_are():
    assert list(with_modes(rows(), ("distinct",), reworded={}, seed=0)) == rows()
    assert list(with_modes(rows(), ("distinct", "repeat"), reworded={}, seed=0)) == rows()


def test_every_mode_but_other_orders_begins_with_the_first_caption():
    for row in made().values():
        first = row["captions"][0]["text"]
        assert {texts(row, mode)[0] for mode in ("distinct", "paraphrase", "repeat", "shuffled")} == {first}


def test_paraphrases_follow_the_first_caption_and_are_counted_with_it():
    row = made()["s3"]
    assert texts(row, "paraphrase")[1:] == [f"s3 reworded {at}" for at in range(4)]
    assert counted(row, "paraphrase") == 5
    assert counted(made(modes=("paraphrase",))["s3"] | {"captions": []}, "repeat") == 0


def test_repeat_shows_one_caption_as_often_as_is_asked():
    row = made()["s0"]
    assert texts(row, "repeat", 9) == [row["captions"][0]["text"]] * 9
    assert counted(row, "repeat") == float("inf")


def test_shuffled_captions_are_of_as_many_other_samples_each_named():
    for id_, row in made().items():
        others = row["shuffled"][1:]
        assert len(others) == 5
        assert len({caption["of"] for caption in others} - {id_}) == 5
        assert all(caption["text"].startswith(f"{caption['of']} ") for caption in others)


def test_shuffled_captions_pass_over_samples_that_have_none():
    bare = [{**row, "captions": []} if row["id"] == "s5" else row for row in rows()]
    found = made(bare)
    assert found["s5"]["shuffled"] == []
    assert all(caption.get("of") != "s5" for row in found.values() for caption in row["shuffled"])


@pytest.mark.parametrize("mode", ["order1", "order2"])
def test_another_order_has_the_same_captions(mode):
    orders = [(texts(row, "distinct"), texts(row, mode)) for row in made().values()]
    assert all(sorted(own) == sorted(other) for own, other in orders)
    assert sum(own != other for own, other in orders) > 25


def test_what_is_drawn_depends_on_the_seed_and_other_orders_on_nothing_else():
    assert made() == made()
    assert [row["shuffled"] for row in made().values()] != [row["shuffled"] for row in made(seed=1).values()]
    assert made(rows(IDS[10:]))["s12"]["order1"] == made()["s12"]["order1"]
    assert made()["s12"]["order1"] != made()["s12"]["order2"]


def test_the_only_sample_borrows_nothing():
    (row,) = made(rows(["s0"])).values()
    assert len(row["shuffled"]) == 1
