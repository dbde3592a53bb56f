"""Sentences about time say what the tables say, and say the opposite where those do."""

from pathlib import Path
from typing import Any

import pytest
from time_project import tables

from platoscope.params import read_params
from platoscope.project import Project
from platoscope.reference_data import ORDER_TEST
from platoscope.report.controls import control_in
from platoscope.report.temporal import findings, sentences
from platoscope.report.temporal.facts import TIMES, Facts
from platoscope.temporal.stages.report import read_tables

TRAINED = ("net", "clip_net")


def facts(root: Path, changes: dict[tuple[str, str], dict[str, Any]] | None = None) -> Facts:
    """What the page knows of a project of these findings."""
    root.mkdir(exist_ok=True)
    project = tables(root / "made", changes)
    return known(project)


def known(project: Project) -> Facts:
    p = read_params(project.params).temporal
    return Facts(
        tables={probe: read_tables(project.temporal_probe(probe)) for probe in p.probes},
        controls={key: control_in(entry.model_dump()) for key, entry in p.video.items()},
        copies=frozenset({"net_untrained"}),
        level=p.level,
    )


def of_all(question: str, **changes: Any) -> dict[tuple[str, str], dict[str, Any]]:
    return {(key, question): changes for key in TRAINED}


def test_what_lies_above_the_bag_is_told_by_so_many_and_best_by_the_best(tmp_path: Path) -> None:
    said = sentences.answer(facts(tmp_path), "arrow", "arrow")
    assert said.startswith("Told by 2 of 2 trained encoders, best by clip_net with 0.900 (0.840 to 0.960);")
    assert "more than bare pixels (0.680) and motion alone (0.660)" in said


def test_what_does_not_is_not_told(tmp_path: Path) -> None:
    said = sentences.answer(facts(tmp_path, of_all("arrow", acc=0.52)), "arrow", "arrow")
    assert said == "Not shown to be told by any of 2 trained encoders; the most is net with 0.520 (0.460 to 0.580)."


def test_an_interval_above_the_bag_does_not_do_where_q_is_high(tmp_path: Path) -> None:
    said = sentences.answer(facts(tmp_path, of_all("arrow", p=0.2)), "arrow", "arrow")
    assert said.startswith("Not shown to be told")


def test_below_bare_pixels_the_sentence_says_less(tmp_path: Path) -> None:
    changes = {("grey16", "arrow"): {"acc": 0.99}, ("clip_net", "arrow"): {"acc": 0.7}}
    said = sentences.answer(facts(tmp_path, changes), "arrow", "arrow")
    assert "more than motion alone (0.660) and the same network never trained (0.620)" in said
    assert "less than bare pixels (0.990)" in said


def test_on_new_looks_it_holds_or_is_not_shown_to(tmp_path: Path) -> None:
    assert "it holds (0.850" in sentences.answer(facts(tmp_path / "b"), "arrow", "arrow")
    low = of_all("arrow", unseen=0.51, unseen_low=0.45, unseen_high=0.57)
    assert "it is not shown to hold (0.510" in sentences.answer(facts(tmp_path / "c", low), "arrow", "arrow")


def test_flagged_rows_are_left_out_and_told_why(tmp_path: Path) -> None:
    one = facts(tmp_path / "one", {("clip_net", "arrow"): {"twin_p": 0.001}})
    said = sentences.answer(one, "arrow", "arrow")
    assert said.startswith("Told by 1 of 1 trained encoder (1 flagged row left out), best by net")
    every = facts(tmp_path / "every", {("artefact", "arrow"): {"twin_p": 0.001}})
    assert sentences.answer(every, "arrow", "arrow") == (
        "All 2 rows are flagged, so that nothing may be concluded: sharpness, brightness or borders alone tell it."
    )
    assert "without a row that may be used" in sentences.lead(every)
    assert not [told for told in every.rows if told["question"] == "arrow" and told.found]


def test_the_lead_counts_questions_and_flips_with_them(tmp_path: Path) -> None:
    assert sentences.lead(facts(tmp_path / "all")) == (
        "Of 12 protected questions 12 are told by some trained encoder better than by a bag of its frames, and each of "
        "these clearly better than by every control beside it: bare pixels, motion, networks never trained."
    )
    names = ["arrow", "order", "motion", "cause", "turning", "G", "E", "E2", "E3", "C2", "F", "D"]
    none = {(key, name): {"acc": 0.5} for key in TRAINED for name in names}
    assert sentences.lead(facts(tmp_path / "none", none)) == (
        "Of 12 protected questions none is shown to be told by a trained encoder better than by a bag of its frames."
    )
    pixels = {("grey16", name): {"acc": 0.99} for name in names}
    assert "none of these clearly better" in sentences.lead(facts(tmp_path / "pixels", pixels))


def test_rows_are_counted_as_flagged_with_their_reasons(tmp_path: Path) -> None:
    assert sentences.flags(facts(tmp_path / "none")).startswith("None of the ")
    some = facts(tmp_path / "some", {("net", "cause"): {"twin_p": 0.005}})
    flagged = [told for told in some.rows if told.flags]
    said = sentences.flags(some)
    assert said.startswith(f"{len(flagged)} of {len(some.rows)} rows are flagged, {len(flagged)} because their twins")
    assert "sharpness" not in said


@pytest.mark.parametrize(("slope", "word"), [(0.08, "easier"), (-0.08, "harder"), (0.005, "not clearly either")])
def test_far_steps_are_easier_harder_or_neither(tmp_path: Path, slope: float, word: str) -> None:
    said = findings.spacing(facts(tmp_path, of_all("ordering", slope=slope)))
    assert said.startswith(f"From the nearest to the farthest steps order becomes {word} for net (0.596 to ")


def test_what_is_learnt_carries_over_or_is_not_shown_to(tmp_path: Path) -> None:
    said = findings.transfer(facts(tmp_path, {("clip_net", "transfer"): {"off": 0.45}}), "irreversible")
    assert said == (
        "What is learnt carries over for net (0.750 off the diagonal, 0.950 on it); it is not shown to carry over for "
        "clip_net (0.450 off the diagonal, 0.950 on it)."
    )


def test_flagged_phenomena_are_named_beside_what_carries_over(tmp_path: Path) -> None:
    said = findings.transfer(facts(tmp_path, {("net", "E"): {"twin_p": 0.001}}), "irreversible")
    assert said.endswith("Among the groups are flagged ones: mixing.")


def test_the_test_of_time_is_held_against_the_conditional_chance(tmp_path: Path) -> None:
    below, _, blind = findings.order_test(facts(tmp_path / "below"))
    assert below.startswith("At k = 1, none of 2 pairs")
    assert blind.startswith("words knows no order")
    above, agreed, _ = findings.order_test(facts(tmp_path / "above", {("net", "order_test"): {"overlap_1": 0.7}}))
    assert above.startswith("At k = 1, 1 of 2 pairs of a trained encoder and a text encoder lies above")
    assert above.endswith(f"net {TIMES} words (0.700 over 0.320).")
    assert f"for net {TIMES} words (0.570)" in agreed


def test_of_the_published_bars_none_is_surely_above_its_conditional_chance() -> None:
    assert [bar.overlap_1 for bar in ORDER_TEST] == [0.25, 0.27, 0.17, 0.23, 0.36]
    assert sum(bar.overlap_1 > bar.chance for bar in ORDER_TEST) == 1
    assert findings.published().startswith("1 of the 5 published bars at k = 1 lies above")
    assert "none by more than two standard errors of 180 items" in findings.published()


def test_a_common_direction_is_shown_or_not(tmp_path: Path) -> None:
    found = findings.vectors(facts(tmp_path / "found"))
    assert found[0].startswith("Clips move in a common direction when they are reversed in net (0.168 at block_5) and")
    assert found[1].startswith("Phenomena share one arrow in net")
    none = findings.vectors(facts(tmp_path / "none", of_all("vectors", p=0.4)))
    assert none[0].startswith("No common direction is shown in net")
    assert none[1] == "No arrow that phenomena share is shown in any trained encoder."


def test_encoders_agree_on_direction_or_only_on_content(tmp_path: Path) -> None:
    said = findings.odd(facts(tmp_path / "some"))
    assert said.startswith("Of 3 pairs of trained encoders 3 agree on content; on direction agree 2: ")
    assert said.endswith(f": net {TIMES} clip_net and net {TIMES} words.")
    none = findings.odd(facts(tmp_path / "none", of_all("odd", p=0.3)))
    assert none.endswith("none is shown to agree on direction.")


def test_what_is_upright_is_told_beyond_the_bag_and_survives_reversal_or_does_not(tmp_path: Path) -> None:
    stays = sentences.gravity(facts(tmp_path / "stays"), "gravity", "upright")
    assert "more than the bag of the same frames (0.750, gap 0.150, 0.090 to 0.210)" in stays
    assert "it stays at 0.890" in stays
    falls = facts(tmp_path / "falls", {("clip_net", "upright"): {"acc": 0.9, "turned": 0.2}})
    said = sentences.gravity(falls, "gravity", "upright")
    assert "it falls to 0.200. What was learnt is which way things move, not which way is down." in said
    less = sentences.gravity(facts(tmp_path / "less", of_all("upright", acc=0.6)), "gravity", "upright")
    assert less.startswith("Best told by net with 0.600")
    assert "less than the bag of the same frames (0.750, gap " in less
