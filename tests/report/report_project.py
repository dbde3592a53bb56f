"""A small project whose stores are all there, and its page read back, for the tests of the report."""

import csv
import json
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np

from platoscope import store
from platoscope.params import read_params
from platoscope.project import Project
from platoscope.report.stage import write_report
from platoscope.scaling import stage as scaling

N, K, FRAMES, CAPTIONS = 40, 5, (1, 2, 4, 8), (1, 2, 4)
ENCODERS = {"net": 3, "net_untrained": 3, "thumbnail": 1}
HOSTILE = "<script>alert('hi')</script> & \"quotes\""
PARAMS = """\
dataset: {source: folder, path: /srv/somebody/clips} # <b>bold</b>
frames: {size: 64}
budgets: {frames: [1, 2, 4, 8], captions: [1, 2, 4]}
encoders:
  video:
    net: {family: timm, checkpoint: x, image_size: 64}
    net_untrained: {family: timm, checkpoint: x, image_size: 64, random_init: true}
    thumbnail: {family: pixels, kind: thumbnail}
  text:
    words: {family: hf_text, checkpoint: /srv/m/y}
alignment: {k: 5}
neighbours: {depth: 5}
scaling: {draws: 100}
report: {samples: 3}
"""


def pair(video: str, layers: int, *, level: float, seed: int) -> store.PairLayers:
    """A pair whose overlaps grow with both budgets and whose last layers agree best."""
    rng = np.random.default_rng(seed)
    f, c = np.array(FRAMES)[:, None, None], np.array(CAPTIONS)[None, :, None]
    share = level * (1 - 0.3 / f - 0.3 / c) * np.ones((1, 1, N))
    overlap = rng.binomial(K, np.clip(share, 0, 1)).astype(np.uint16)
    score = (
        overlap.mean(axis=2)[:, :, None, None] / K * np.linspace(1.0, 0.5, layers)[::-1, None] * np.array([0.7, 1.0])
    )
    return store.PairLayers(
        video=video,
        text="words",
        frames=FRAMES,
        captions=CAPTIONS,
        video_layers=tuple(f"block_{place}" for place in range(layers)),
        text_layers=("hidden_0", "hidden_1"),
        fixed=(layers - 1, 1),
        score=score,
        count=overlap,
        nearest=nearest(rng),
        metric="mutual_knn",
        chance=K / (N - 1),
        samples=SAMPLES,
        n=N,
        k=K,
    )


IDS = [f"clip_{sample:02d}" for sample in range(N)]
SAMPLES = store.digest_ids(IDS)


def nearest(rng: np.random.Generator) -> np.ndarray[Any, np.dtype[np.int32]]:
    """K others of every sample on both sides, [side, sample, k]."""
    others = rng.permuted(np.tile(np.arange(1, N), (2, N, 1)), axis=2)[:, :, :K]
    return ((others + np.arange(N)[:, None]) % N).astype(np.int32)


def evidence_of(one: store.PairLayers, place: int, *, best: float) -> dict[str, Any]:
    """What is said about the smallest (0) or the largest (-1) cell; the control has no interval over samples."""
    a, b = np.unravel_index(int(np.argmax(one.score[place, place])), one.score.shape[2:])
    numbers = {
        "video_layer_name": one.video_layers[a], "text_layer_name": one.text_layers[b], "tie_share": 0.025,
        "null_mean": 0.15 + 0.01 * place, "null95": 0.175 + 0.001 * place, "p": 0.05 if place else 0.1, "p_floor": 0.05,
        "q": 0.06 if place else 0.12, "calibrated": best - 0.1, "calibrated95": best - 0.12, "ci_low": best - 0.03,
        "ci_high": best + 0.031, "jackknife_low": best - 0.06, "jackknife_high": best + 0.061,
        "sampling_low": best - 0.05, "sampling_high": best + 0.051, "heldout": best - 0.015,
    }  # fmt: skip
    none = ("jackknife_low", "jackknife_high", "sampling_low", "sampling_high")
    return numbers | (dict.fromkeys(none, "") if one.video == "thumbnail" else {})


EVIDENCE = tuple(evidence_of(pair("net", 3, level=0.9, seed=3), 0, best=0.5))


def pairs_csv(pairs: list[store.PairLayers], path: Path) -> None:
    columns = ("video", "text", "n_f", "n_c", "score", "fixed_score", "chance", "n", "k", *EVIDENCE)
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        for one in pairs:
            for f, n_f in enumerate(FRAMES):
                for c, n_c in enumerate(CAPTIONS):
                    best, fixed = float(one.score[f, c].max()), float(one.score[f, c][one.fixed])
                    values = (one.video, one.text, n_f, n_c, best, fixed, K / (N - 1), N, K)
                    ends = {(FRAMES[place], CAPTIONS[place]): place for place in (0, -1)}
                    more = evidence_of(one, ends[n_f, n_c], best=best) if (n_f, n_c) in ends else {}
                    writer.writerow(dict(zip(columns, values, strict=False)) | more)


SETTINGS = {
    "permutations": 19, "draws": 2000, "blocks": 32, "splits": 10, "level": 0.9, "by_source": True, "sources": 20,
}  # fmt: skip
SHALLOW = "5 neighbours a sample are too few"
NOTES = [
    *(f"{video}:words@curves: {SHALLOW} for N = 20 at k = 50" for video in ENCODERS),
    f"thumbnail:words@8,4: no jackknife: {SHALLOW}",
]
WARNING = "19 permutations are too few for 6 scores"


def statistics(project: Project, pairs: list[store.PairLayers], ids: list[str]) -> None:
    """Write what the alignment stage says beyond scores: settings and notes, hubs of every layer, curves."""
    (project.alignment / "statistics.json").write_text(
        json.dumps({"settings": SETTINGS, "warnings": [WARNING], "notes": NOTES})
    )
    sides = [("video", one.video, name) for one in pairs for name in one.video_layers]
    sides += [("text", "words", name) for name in pairs[0].text_layers]
    with (project.alignment / "hubs.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["side", "encoder", "layer_name", "skew", "orphans", "hubs"])
        for place, side in enumerate(sides):
            table.writerow([*side, place / 8, place / 40, json.dumps([[ids[place], 9], [ids[0], place]])])
    gallery = ["video,text,line,n,k,draws,score,score_min,score_max,chance,null_mean,null95"]
    for place, one in enumerate(pairs):
        for n in (20, N):
            for line, k in (("k = 2", 2), ("k = 5", 5), ("k = N/100", 1)):
                score = 0.6 - 0.1 * place - 0.2 * (n == N) + 0.01 * k
                gallery.append(
                    f"{one.video},words,{line},{n},{k},5,{score},{score - 0.02},{score + 0.03},0.1,0.1,{k / n}"
                )
    (project.results / "plots").mkdir(parents=True, exist_ok=True)
    (project.results / "plots/gallery.csv").write_text("\n".join(gallery) + "\n")


def build(root: Path) -> Project:
    """Make a project whose stores are all there up to the scaling stage; its thumbnails are in another order."""
    project = Project(root)
    project.alignment.mkdir(parents=True)
    levels = {"net": 0.9, "net_untrained": 0.5, "thumbnail": 0.3}
    pairs = [pair(name, n, level=levels[name], seed=n) for name, n in ENCODERS.items()]
    ids = IDS
    store.write_alignment(project.alignment / "layers.zarr", pairs, attributes={"samples": SAMPLES})
    pairs_csv(pairs, project.alignment / "pairs.csv")
    statistics(project, pairs, ids)
    rows = [{"id": name, "source": f"film {place // 2}", "row": N - place} for place, name in enumerate(ids)]
    project.samples.write_text("".join(json.dumps(row) + "\n" for row in rows))
    project.excluded.write_text(
        "id,stage,reason\ngone,dataset,no video\ncut,frames,not a video\nlost,dataset,no video\n"
    )
    captions = [
        {"id": name, "captions": [{"text": f"{name}: {HOSTILE}", "origin": "x"}, {"text": "no"}]} for name in ids
    ]
    project.captions.write_text("".join(json.dumps(row) + "\n" for row in captions))
    pictures = np.zeros((N + 1, 4, 16, 16, 3), np.uint8)
    pictures[:, :, :, :, 0] = (5 * np.arange(N + 1))[:, None, None, None]
    store.write_thumbnails(project.thumbnails, pictures, shape=pictures.shape, ids=["-", *reversed(ids)])
    project.params.write_text(PARAMS)
    scaling.run(read_params(project.params), project)
    return project


def report(project: Project, **changes: Any) -> str:
    arguments: dict[str, Any] = {
        "alignment": project.alignment,
        "gallery": project.results / "plots/gallery.csv",
        "laws": project.laws,
        "samples": project.samples,
        "excluded": project.excluded,
        "captions": project.captions,
        "thumbnails": project.thumbnails,
        "params_text": project.params.read_text(),
        "out_html": project.results / "report.html",
        "plots_dir": project.results / "plots",
        "shown": 3,
    }
    write_report(**(arguments | changes))
    return (project.results / "report.html").read_text()


def html(project: Project) -> str:
    return (project.results / "report.html").read_text()


class Page(HTMLParser):
    """Every element of a page with its attributes, and the text of cells by section, table and row."""

    VOID = ("meta", "img", "br")

    def __init__(self, text: str) -> None:
        """Read a page to its end; an element left open or closed twice fails."""
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.tables: dict[str, list[list[list[str]]]] = {}
        self.section = ""
        self.open: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element; a table, a row and its cells begin empty."""
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)
        if tag == "section":
            self.section = str(dict(attrs)["id"])
        if tag == "table":
            self.tables.setdefault(self.section, []).append([])
        if tag == "tr":
            self.tables[self.section][-1].append([])
        if tag in ("td", "th"):
            self.tables[self.section][-1][-1].append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that holds nothing."""
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """Close the element that was opened last."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Add text to the cell that it stands in."""
        if {"td", "th"} & set(self.open):
            self.tables[self.section][-1][-1][-1] += data

    def row(self, section: str, name: str, table: int = 0) -> list[str]:
        """The cells of the first row of a table that begins with this name, beyond the name."""
        return next(row[1:] for row in self.tables[section][table] if row[0].startswith(name))

    def all(self, tag: str) -> Iterator[dict[str, str | None]]:
        """The attributes of every element of one kind."""
        return (attributes for name, attributes in self.elements if name == tag)
