"""Names of parameters, formulas and notes are written as a reader expects them, and escaped."""

import pytest

from platoscope.report.words import formula, notes_in_words, number, percent, short, symbols, times
from platoscope.scaling.rivals import FORMULAS


def test_names_of_parameters_become_letters_where_they_stand_as_words() -> None:
    assert symbols("s_inf at 1, c_f & alpha") == "<i>S</i><sub>∞</sub> at 1, <i>C</i><sub>f</sub> &amp; α"  # noqa: RUF001
    assert symbols("<b> alphabet, n_f: 1") == "&lt;b&gt; alphabet, <i>n</i><sub>f</sub>: 1"


def test_formulas_have_indices_and_powers() -> None:
    assert formula("S - C_f n_f^-alpha") == (
        "<i>S</i> \N{MINUS SIGN} <i>C</i><sub>f</sub> <i>n</i><sub>f</sub><sup>\N{MINUS SIGN}α</sup>"  # noqa: RUF001
    )
    assert formula("S + C_c ln n_c") == "<i>S</i> + <i>C</i><sub>c</sub> ln <i>n</i><sub>c</sub>"


@pytest.mark.parametrize("name", FORMULAS)
def test_nothing_of_a_formula_stays_as_it_is_typed(name: str) -> None:
    assert not [typed for typed in ("_", "^", " - ", "alpha", "beta") if typed in formula(FORMULAS[name])]


def test_a_note_of_several_pairs_is_said_once_with_their_names() -> None:
    notes = ["a:t@curves: few", "b:t@curves: few", "a:t@16,1: none of it", "too few"]
    assert notes_in_words(notes, pairs=2) == [
        "curves: few (all pairs)",
        "16 frames, 1 caption: none of it (a \N{MULTIPLICATION SIGN} t)",
        "too few",
    ]
    assert notes_in_words(notes, pairs=3)[0] == "curves: few (a \N{MULTIPLICATION SIGN} t, b \N{MULTIPLICATION SIGN} t)"
    assert notes_in_words([], pairs=3) == []


def test_numbers_are_written_with_the_digits_that_they_carry() -> None:
    assert [number(-0.1234), number(0.5, 1)] == ["\N{MINUS SIGN}0.123", "0.5"]
    assert [short(1 / 1001), short(0.0429), short(1.0)] == ["0.001", "0.043", "1"]
    assert [times(14.58), percent(0.0352), percent(0.95, 0)] == ["14.6\N{MULTIPLICATION SIGN}", "3.5 %", "95 %"]
