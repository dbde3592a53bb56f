"""The page: pairs of encoders, what is known of them, their pictures and a few samples become one HTML file.

It needs nothing else to be read: style, pictures and data are within.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from platoscope.reference_data import published_law
from platoscope.report import words
from platoscope.report.added import Added
from platoscope.report.curves import AXES
from platoscope.report.evidence import Evidence
from platoscope.report.evidence_pictures import curve_points, curved_pair
from platoscope.report.facts import Pair, all_budgets, best_pair, pairs_in_headline, shared_cell
from platoscope.report.law_facts import LawFacts, facts_of, parameter_cells, shared_sources
from platoscope.report.parameters import without_folders
from platoscope.report.pictures import Pictures, null_of
from platoscope.report.samples import Card
from platoscope.report.sheets import fill, markup


@dataclass(frozen=True)
class Source:
    """What the page says about the sample set: how many sources it was cut from (``None``: not known), its digest.

    ``out``: how many samples do not take part, by the stage that says so.
    """

    sources: int | None
    digest: str
    out: Mapping[str, int]


def render_page(
    pairs: Sequence[Pair],
    *,
    evidence: Evidence,
    laws: Mapping[str, LawFacts],
    pictures: Pictures,
    more: Added,
    most: Sequence[Card],
    least: Sequence[Card],
    source: Source,
    params_text: str,
) -> str:
    """Render the report; ``most`` and ``least`` are cards of the best trained pair, none leave their section out."""
    best = best_pair(pairs)
    return fill(
        "page.html",
        pairs=pairs,
        best=best,
        beside=_beside(pairs),
        in_headline=pairs_in_headline(pairs),
        scale=max(pair.largest for pair in pairs) * 1.05,
        cells=[shared_cell(pairs, 0) or "the smallest budgets", shared_cell(pairs, -1) or "the largest budgets"],
        budgets={axis: all_budgets(pairs, axis) for axis in AXES},
        own={pair.name: _own_budgets(pair, pairs) for pair in pairs},
        most=most,
        least=least,
        source=source,
        reasons=words.OUT,
        params_text=without_folders(params_text),
        **_pictured(pictures),
        **_added(more),
        **_believed(pairs, best, evidence),
        **_lawful(pairs, best, laws),
    )


def _pictured(pictures: Pictures) -> dict[str, Any]:
    """Every picture as markup."""
    return {
        "pictured": pictures.pictured,
        "headline": markup([pictures.headline])[0],
        "halves": markup(pictures.halves),
        "curves": {
            axis: dict(zip(grids, markup(list(grids.values())), strict=True)) for axis, grids in pictures.grids.items()
        },
        "maps": markup(pictures.maps),
        "forests": [picture and markup([picture])[0] for picture in pictures.evidence],
        "gallery": markup(pictures.gallery),
        "growth": pictures.growth,
        "published": published_law(pictures.growth.model) if pictures.growth else None,
        "growths": markup(pictures.growths),
    }


def _added(more: Added) -> dict[str, Any]:
    """What more captions and more frames add."""
    return {
        "added": more,
        "added_pictures": markup([kind.picture for kind in more.captions]),
        "added_frames": more.frames and markup([more.frames])[0],
    }


def _believed(pairs: Sequence[Pair], best: Pair, evidence: Evidence) -> dict[str, Any]:
    """What there is to believe: the cells by budgets, one as the example of the text, and what was left out."""
    store = best.store
    own = [cell for cell in evidence.cells if (cell.video, cell.text) == (store.video, store.text)]
    sides = (("video", store.video, store.video_layers), ("text", store.text, store.text_layers))
    hubs = (evidence.hubs_of(side, key, layers[at]) for (side, key, layers), at in zip(sides, store.fixed, strict=True))
    curved = curved_pair(pairs, evidence)
    points = curve_points(evidence, curved) if curved else []
    return {
        "curved": curved,
        "settings": evidence.settings,
        "warnings": evidence.warnings,
        "said": next(reversed(own or evidence.cells), None),
        "null95": null_of(best, evidence),
        "tested": len(evidence.cells),
        "fall": max(
            (cell for cell in evidence.cells if cell.heldout is not None),
            key=lambda cell: cell.score - (cell.heldout or 0.0),
            default=None,
        ),
        "tied": max(evidence.cells, key=lambda cell: cell.ties, default=None),
        "controls": {pair.name: pair.control for pair in pairs},
        "believed": {
            f"{words.many(n_f, 'frame')}, {words.many(n_c, 'caption')}": [
                cell for cell in evidence.cells if (cell.n_f, cell.n_c) == (n_f, n_c)
            ]
            for n_f, n_c in evidence.budgets()
        },
        "hubs": [found for found in hubs if found],
        "among": [point for point in points if point.line == f"k = {store.k}"],
        "notes": words.notes_in_words(evidence.notes, pairs=len(pairs)),
    }


def _lawful(pairs: Sequence[Pair], best: Pair, laws: Mapping[str, LawFacts]) -> dict[str, Any]:
    """What there is to say of laws: the table's rows, what the best pair's grid pins, and the rivals."""
    reduced = _reduced(pairs)
    found = {pair.name: facts for pair in pairs if (facts := facts_of(pair, laws))}
    return {
        "laws": {pair.name: parameter_cells(pair, found.get(pair.name)) for pair in pairs},
        "facts": found,
        "law_of_best": found.get(best.name),
        "law_sources": shared_sources(list(found.values())),
        "full": any(len(pair.store.frames) > 1 and len(pair.store.captions) > 1 for pair in pairs) or not reduced,
        "reduced": reduced,
    }


def _beside(pairs: Sequence[Pair]) -> list[Pair]:
    """The best control of each kind that was scored against the best pair's text encoder."""
    best = best_pair(pairs)
    found: dict[str, Pair] = {}
    for pair in pairs:
        if pair.control and pair.store.text == best.store.text and pair is not best:
            found[pair.control] = max(found.get(pair.control, pair), pair, key=lambda pair: pair.largest)
    return [found[kind] for kind in sorted(found, reverse=True)]


def _own_budgets(pair: Pair, pairs: Sequence[Pair]) -> str:
    """Name the budgets of a pair that are not those of all pairs together: "frames: 1"."""
    lists = {axis: list(pair.budgets(axis)[0]) for axis in AXES}
    own = [axis for axis, budgets in lists.items() if budgets != all_budgets(pairs, axis)]
    return "; ".join(f"{axis}: {', '.join(map(str, lists[axis]))}" for axis in own)


def _reduced(pairs: Sequence[Pair]) -> dict[tuple[str, int], list[str]]:
    """The pairs that have the law of one budget alone, by that budget and the value of the other."""
    found: dict[tuple[str, int], list[str]] = {}
    for pair in pairs:
        if pair.alone is not None:
            found.setdefault(pair.alone, []).append(pair.name)
    return found
