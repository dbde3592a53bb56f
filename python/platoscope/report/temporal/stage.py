"""The ``temporal_report`` stage: tables of all probes become ``results/temporal.json``, a page, and what DVC draws.

Equal inputs give equal bytes: no date, no host, no version enters the page.
"""

import json

from platoscope.params import Params
from platoscope.project import Project
from platoscope.report.controls import control_in
from platoscope.report.temporal.facts import Facts
from platoscope.report.temporal.page import render_page
from platoscope.report.temporal.plots import plot_files
from platoscope.scratch import write_file
from platoscope.temporal.stages.report import Tables, document_of, read_tables

SETTINGS = ("frames", "folds", "repeats", "flips", "ridge", "draws", "level", "seed")


def run(params: Params, project: Project) -> str:
    """Write the numbers, the page and the tables of its pictures; gives the summary line."""
    p = params.temporal
    tables: dict[str, Tables] = {probe: read_tables(project.temporal_probe(probe)) for probe in p.probes}
    facts = Facts(
        tables=tables,
        controls={key: control_in(entry.model_dump()) for key, entry in p.video.items()},
        copies=frozenset(key for own in p.untrained.values() for key in own),
        level=p.level,
    )
    document = document_of(p.video, tables)
    page = render_page(facts, settings={name: getattr(p, name) for name in SETTINGS})
    for name, text in plot_files(facts).items():
        write_file(project.results / "plots" / name, text)
    write_file(project.results / "temporal.json", json.dumps(document, indent=2, sort_keys=True) + "\n")
    write_file(project.results / "temporal.html", page)
    return f"temporal_report: {len(p.probes)} probes of {len(p.video)} encoders, {len(page.encode()) / 1e6:.1f} MB"
