"""The page of time: facts, sentences and pictures become one HTML file that needs nothing else to be read."""

from platoscope.report.sheets import fill, markup
from platoscope.report.temporal import findings, sentences
from platoscope.report.temporal.facts import ALPHA, READOUT_NAMES, Facts, asked
from platoscope.report.temporal.pictures import (
    depth_pictures,
    gap_pictures,
    odd_picture,
    order_picture,
    spacing_pictures,
    transfer_pictures,
    vector_pictures,
)

PACKAGE = "platoscope.report.temporal"


def render_page(facts: Facts, *, settings: dict[str, object]) -> str:
    """Render the page; what was not asked leaves its section out. ``settings`` are told as they are."""
    carried = transfer_pictures(facts)
    order, odd = order_picture(facts), odd_picture(facts, alpha=ALPHA)
    return fill(
        "page.html",
        package=PACKAGE,
        facts=facts,
        settings=settings,
        alpha=ALPHA,
        readouts=READOUT_NAMES,
        lead=sentences.lead(facts),
        answers=sentences.answers(facts),
        flags=sentences.flags(facts),
        certainty=sentences.certainty(facts),
        gaps=[(markup([one.wide])[0], markup(one.narrow)) for one in gap_pictures(facts)],
        apart=[(markup([one.wide])[0], markup(one.narrow)) for one in gap_pictures(facts, protected=False)],
        unprotected=[
            (sentences.label(name[1]), asked(*name), sentences.gravity(facts, *name))
            for name in facts.questions(protected=False)
        ],
        depths=[(one.caption, markup([one.picture])[0]) for one in depth_pictures(facts)],
        spacings=[(one.caption, markup([one.picture])[0]) for one in spacing_pictures(facts)],
        spacing=findings.spacing(facts),
        matrices={
            probe: [(one.caption, markup([one.picture])[0]) for one in drawn] for probe, drawn in carried.items()
        },
        transfers={probe: findings.transfer(facts, probe) for probe in carried},
        order=order and markup([order])[0],
        order_said=findings.order_test(facts),
        published=findings.published(),
        order_rows=[row for row in facts.of("test_of_time", "order_test") if row["is_last"] == "1"],
        vectors=[(one.caption, markup([one.picture])[0]) for one in vector_pictures(facts)],
        vectors_said=findings.vectors(facts),
        odd=odd and markup([odd])[0],
        odd_said=findings.odd(facts),
        odd_rows=findings.odd_rows(facts),
        chosen=[
            told
            for name in [*facts.questions(), *facts.questions(protected=False)]
            for told in facts.chosen(*name).values()
            if told.control is None
        ],
        table=[told for told in facts.rows if told["encoder"] not in facts.copies],
        copied=[told for told in facts.rows if told["encoder"] in facts.copies],
    )
