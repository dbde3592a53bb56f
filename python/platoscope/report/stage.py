"""The ``report`` stage: alignment, laws and a few samples become one page, its pictures as SVG, and a table of layers.

Equal inputs give equal bytes: no date, no host, no version enters a picture or the page.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from platoscope.alignment.extremes import extremes
from platoscope.alignment.statistics.groups import groups_of
from platoscope.data.exclusions import Out, read_excluded
from platoscope.data.samples import Samples, samples_of
from platoscope.params import Params
from platoscope.project import Project
from platoscope.report.added import added, leading
from platoscope.report.evidence import read_evidence
from platoscope.report.facts import Pair, best_pair, read_facts
from platoscope.report.law_facts import read_law_facts
from platoscope.report.page import Source, render_page
from platoscope.report.pictures import draw_all
from platoscope.report.samples import cards
from platoscope.scaling.tables import write_csv
from platoscope.scratch import write_file

LAYER_COLUMNS = ("video", "text", "video_layer", "text_layer", "score")


def run(params: Params, project: Project) -> str:
    """Write ``results/report.html`` and the pictures in ``results/plots``; gives the summary line."""
    return "report: " + write_report(
        alignment=project.alignment,
        gallery=project.results / "plots" / "gallery.csv",
        laws=project.laws,
        samples=project.samples,
        excluded=project.excluded,
        captions=project.captions,
        thumbnails=project.thumbnails,
        params_text=project.params.read_text(encoding="utf-8"),
        out_html=project.results / "report.html",
        plots_dir=project.results / "plots",
        shown=params.report.samples,
    )


def write_report(
    *,
    alignment: Path,
    gallery: Path,
    laws: Path,
    samples: Path,
    excluded: Path,
    captions: Path,
    thumbnails: Path,
    params_text: str,
    out_html: Path,
    plots_dir: Path,
    shown: int = 6,
) -> str:
    """Write the page, ``plots_dir``/{headline,frames,captions}.svg, a map a pair in ``layers/``, and ``layers.csv``.

    ``shown`` is how many samples stand at either end, 0 for none; ``thumbnails`` may be a store without pictures. What
    is said beyond scores (statistics in ``alignment``, ``gallery``) is shown as far as it is there.
    Returns the summary line. Raises ``StoreError`` where a store is missing or does not belong to the others.
    """
    every = read_facts(alignment=alignment, laws=laws, params_text=params_text)
    kept = samples_of(samples, digest=every[0].store.samples, store=alignment)
    known = read_evidence(alignment=alignment, gallery=gallery)
    if known.settings and known.settings["by_source"]:
        every = [replace(pair, groups=groups_of(kept.sources)) for pair in every]
    pairs = leading(every)
    evidence = known.about((pair.store.video, pair.store.text) for pair in pairs)
    most, least = (
        cards(chosen, samples=kept, captions=captions, thumbnails=thumbnails)
        for chosen in extremes(best_pair(pairs).store, shown)
    )
    pictures = draw_all(pairs, evidence=evidence)
    page = render_page(
        pairs,
        evidence=evidence,
        laws=read_law_facts(laws),
        pictures=pictures,
        more=added(every, known.gains, params_text=params_text),
        most=most,
        least=least,
        source=_source(kept, read_excluded(excluded)),
        params_text=params_text,
    )
    _write_files(pictures.files(), plots_dir)
    write_csv(plots_dir / "layers.csv", LAYER_COLUMNS, _layer_rows(pairs))
    write_file(out_html, page)
    best = best_pair(pairs)
    return (
        f"{len(pairs)} pairs, best {best.name} {best.largest:.4f}, {len(page.encode()) / 1e6:.1f} MB in {out_html.name}"
    )


def _write_files(files: Mapping[str, str], folder: Path) -> None:
    """Write every picture, and drop the maps of pairs that are gone."""
    for old in (folder / "layers").glob("*.svg"):
        if f"layers/{old.name}" not in files:
            old.unlink()
    for name, text in files.items():
        write_file(folder / name, text)


def _layer_rows(pairs: Sequence[Pair]) -> list[tuple[str, str, str, str, float]]:
    """One row a pair of layers: its score at the largest budgets."""
    return [
        (pair.store.video, pair.store.text, video, text, float(pair.store.score[-1, -1, row, column]))
        for pair in pairs
        for row, video in enumerate(pair.store.video_layers)
        for column, text in enumerate(pair.store.text_layers)
    ]


def _source(samples: Samples, out: Sequence[Out]) -> Source:
    """How many sources the samples were cut from, where that is known of all of them and not one each; who is out."""
    known = {source for source in samples.sources if source is not None}
    told = None not in samples.sources and len(known) < len(samples.ids)
    return Source(sources=len(known) if told else None, digest=samples.digest, out=Counter(one.stage for one in out))
