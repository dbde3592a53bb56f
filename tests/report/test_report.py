"""The page says what the stores say, of every pair, and needs nothing but itself."""

import base64
import csv
import dataclasses
import io
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from platoscope import store
from platoscope.errors import InputError, StoreError
from platoscope.params import read_params
from platoscope.project import Project
from platoscope.report import write_report
from platoscope.report.facts import Pair, best_pair, pairs_in_headline, pairs_pictured, read_facts
from platoscope.report.pictures import draw_all
from platoscope.report.samples import extremes
from platoscope.report.stage import run
from platoscope.scaling import scale

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
report: {samples: 3}
"""


def pair(video: str, layers: int, *, level: float, seed: int) -> store.PairLayers:
    """A pair whose overlaps grow with both budgets and whose last layers agree best."""
    rng = np.random.default_rng(seed)
    f, c = np.array(FRAMES)[:, None, None], np.array(CAPTIONS)[None, :, None]
    share = level * (1 - 0.3 / f - 0.3 / c) * np.ones((1, 1, N))
    overlap = rng.binomial(K, np.clip(share, 0, 1)).astype(np.uint16)
    score = overlap.mean(axis=2)[:, :, None, None] / K * np.linspace(0.5, 1.0, layers)[:, None] * np.array([0.7, 1.0])
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
        metric="mutual_knn",
        chance=K / (N - 1),
        n=N,
        k=K,
    )


def pairs_csv(pairs: list[store.PairLayers], path: Path) -> None:
    columns = ("video", "text", "n_f", "n_c", "score", "fixed_score", "chance", "n", "k")
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for one in pairs:
            for f, n_f in enumerate(FRAMES):
                for c, n_c in enumerate(CAPTIONS):
                    best, fixed = float(one.score[f, c].max()), float(one.score[f, c][one.fixed])
                    writer.writerow((one.video, one.text, n_f, n_c, best, fixed, K / (N - 1), N, K))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with its report, which tests only read."""
    made = build(tmp_path_factory.mktemp("made"))
    report(made)
    return made


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project without a report."""
    return build(tmp_path)


def build(root: Path) -> Project:
    """Make a project whose stores are all there up to the scaling stage; its thumbnails are in another order."""
    project = Project(root)
    project.alignment.mkdir(parents=True)
    levels = {"net": 0.9, "net_untrained": 0.5, "thumbnail": 0.3}
    pairs = [pair(name, n, level=levels[name], seed=n) for name, n in ENCODERS.items()]
    ids = [f"clip_{sample:02d}" for sample in range(N)]
    store.write_alignment(project.alignment / "layers.zarr", pairs, attributes={"samples": store.digest_ids(ids)})
    pairs_csv(pairs, project.alignment / "pairs.csv")
    rows = [{"id": name, "source": f"film {place // 2}", "row": N - place} for place, name in enumerate(ids)]
    project.samples.write_text("".join(json.dumps(row) + "\n" for row in rows))
    captions = [
        {"id": name, "captions": [{"text": f"{name}: {HOSTILE}", "origin": "x"}, {"text": "no"}]} for name in ids
    ]
    project.captions.write_text("".join(json.dumps(row) + "\n" for row in captions))
    pictures = np.zeros((N + 1, 4, 16, 16, 3), np.uint8)
    pictures[:, :, :, :, 0] = (5 * np.arange(N + 1))[:, None, None, None]
    store.write_thumbnails(project.thumbnails, pictures, ids=["-", *reversed(ids)])
    project.params.write_text(PARAMS)
    fit(project)
    return project


def fit(project: Project) -> None:
    results = project.results
    scale(pairs_csv=project.alignment / "pairs.csv", out_json=results / "scaling.json", out_csv=results / "c.csv")


def report(project: Project, **changes: Any) -> str:
    arguments: dict[str, Any] = {
        "alignment": project.alignment,
        "scaling_json": project.results / "scaling.json",
        "samples": project.samples,
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
    """Every element of a page with its attributes, and the text of cells by row."""

    VOID = ("meta", "img", "br")

    def __init__(self, text: str) -> None:
        """Read a page to its end; an element left open or closed twice fails."""
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[list[str]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element; a row and its cells begin empty."""
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that holds nothing."""
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """Close the element that was opened last."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Add text to the cell that it stands in."""
        if {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data

    def all(self, tag: str) -> Iterator[dict[str, str | None]]:
        """The attributes of every element of one kind."""
        return (attributes for name, attributes in self.elements if name == tag)


def test_the_page_loads_nothing_and_runs_nothing(made: Project) -> None:
    text = html(made)
    page = Page(text)
    assert "http://" not in text
    assert "https://" not in text
    tags = {tag for tag, _ in page.elements}
    assert not tags & {"script", "link", "iframe", "object", "embed", "base", "form"}
    assert "@import" not in text
    for _, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on")]
        for name in ("src", "href", "xlink:href"):
            value = attributes.get(name)
            assert value is None or value.startswith(("data:image/", "#")), value
    assert any("default-src 'none'" in str(meta.get("content")) for meta in page.all("meta"))
    assert len(text.encode()) < 5_000_000


def test_text_from_the_data_is_escaped_wherever_it_stands(made: Project) -> None:
    text = html(made)
    assert "<script" not in text
    assert "<b>" not in text
    assert "&lt;script&gt;alert(&#39;hi&#39;)&lt;/script&gt; &amp; &#34;quotes&#34;" in text
    assert "path: clips} # &lt;b&gt;bold&lt;/b&gt;" in text
    assert "/srv" not in text  # folders of the machine that made it
    assert any(HOSTILE in str(image["alt"]) for image in Page(text).all("img"))


def test_ids_are_unique_links_lead_somewhere_and_every_picture_has_words(made: Project) -> None:
    page = Page(html(made))
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {f"#{name}" for name in ids} >= {link["href"] for link in page.all("a")}
    for tag, attributes in page.elements:
        if tag == "svg":
            assert attributes.get("aria-label") or attributes.get("aria-hidden") == "true"
        if tag == "img":
            assert attributes["alt"]
        if "aria-labelledby" in attributes:
            assert attributes["aria-labelledby"] in ids
    tags = [tag for tag, _ in page.elements]
    assert [tags.count(tag) for tag in ("header", "main", "footer", "nav", "h1")] == [1] * 5


def test_every_pair_stands_in_both_tables_with_the_numbers_of_the_stores(made: Project) -> None:
    page = Page(html(made))
    laws = json.loads((made.results / "scaling.json").read_text())["pairs"]
    chance = K / (N - 1)
    for one in store.read_alignment(made.alignment):
        grid = one.score[:, :, *one.fixed]
        first, second = (row for row in page.rows if row[0].startswith(f"{one.video} \N{MULTIPLICATION SIGN} words"))
        assert first[2:4] == [f"{grid[0, 0]:.3f}", f"{grid[-1, -1]:.3f}"]
        growth, times = grid[-1, -1] / grid[0, 0], grid[-1, -1] / chance
        assert first[4:6] == [f"{growth:.1f}\N{MULTIPLICATION SIGN}", f"{times:.1f}\N{MULTIPLICATION SIGN}"]
        assert first[6] == f"{one.video_layers[one.fixed[0]]}, hidden_1"
        law = laws[one.video]["words"]
        names = ("s_inf", "c_f", "alpha", "c_c", "beta", "r2")
        printed = [f"{law[name]:.3f}" if name in law else "\N{EN DASH}" for name in names]
        assert [cell.rstrip("†‡") for cell in second[1:7]] == printed
    tagged = {row[0].split()[0]: row[0] for row in page.rows}
    assert tagged["net_untrained"].endswith("untrained")
    assert tagged["thumbnail"].endswith("pixels")


def test_a_parameter_at_its_bound_is_marked_and_one_that_rests_on_two_budgets(project: Project) -> None:
    path = project.results / "scaling.json"
    law = {"s_inf": 1.0, "c_f": 0.5, "alpha": 5.0, "c_c": 0.0, "r2": 0.9, "rmse": 0.02}
    path.write_text(json.dumps({"pairs": {"net": {"words": law}}}))
    rows = [row for row in Page(report(project)).rows if row[0].startswith("net ")]
    assert rows[1][1:] == ["1.000†", "0.500", "5.000‡", "0.000†", "–", "0.900", "0.0200", "–"]  # noqa: RUF001


def test_pairs_without_a_law_are_drawn_without_one(project: Project) -> None:
    (project.results / "scaling.json").write_text('{"pairs": {}}')
    rows = [row for row in Page(report(project)).rows if row[0].startswith("net ")]
    assert rows[1][1:] == ["\N{EN DASH}"] * 8
    pair = read_facts(alignment=project.alignment, scaling_json=project.results / "scaling.json", params_text=PARAMS)[0]
    assert pair.series("frames").law is None
    assert pair.curves("captions") is None


def test_the_pictures_are_files_too_and_two_runs_write_equal_bytes(project: Project) -> None:
    report(project)
    first = {path: path.read_bytes() for path in project.results.rglob("*") if path.is_file()}
    report(project)
    assert {path: path.read_bytes() for path in project.results.rglob("*") if path.is_file()} == first
    names = {str(path.relative_to(project.results)) for path in first}
    maps = {f"plots/layers/{video}.words.svg" for video in ENCODERS}
    pictures = {f"plots/{name}.svg" for name in ("headline", "frames", "captions")}
    assert names == {"report.html", "scaling.json", "c.csv", "plots/layers.csv"} | pictures | maps


def test_a_budget_that_does_not_vary_has_no_curves_of_its_own_and_no_ring() -> None:
    whole = pair("net", 3, level=0.9, seed=0)
    one = dataclasses.replace(whole, captions=CAPTIONS[-1:], score=whole.score[:, -1:], count=whole.count[:, -1:])
    drawn = draw_all([Pair(store=one, law=None, control=None, layers="fixed")])
    assert list(drawn.grids) == ["frames"]
    assert ">1 frame,<" not in drawn.halves[0].svg
    assert ">1 frame,<" in drawn.halves[1].svg


def test_the_map_of_a_pair_that_is_gone_goes_too(project: Project) -> None:
    old = project.results / "plots/layers/gone.words.svg"
    old.parent.mkdir(parents=True)
    old.write_text("old")
    report(project)
    assert not old.exists()


def test_the_table_of_layers_holds_every_score_at_the_largest_budgets(made: Project) -> None:
    with (made.results / "plots/layers.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    expected = [
        (one.video, "words", video, text, float(one.score[-1, -1, i, j]))
        for one in store.read_alignment(made.alignment)
        for i, video in enumerate(one.video_layers)
        for j, text in enumerate(one.text_layers)
    ]
    assert [(*list(row.values())[:4], float(row["score"])) for row in rows] == expected


def test_the_samples_are_the_extremes_of_the_best_trained_pair_with_their_own_pictures(made: Project) -> None:
    page = Page(html(made))
    overlap = store.read_alignment(made.alignment)[0].count[-1, -1]
    most = sorted(range(N), key=lambda sample: (-int(overlap[sample]), sample))[:3]
    least = sorted(range(N), key=lambda sample: (int(overlap[sample]), sample))[:3]
    images = list(page.all("img"))
    for sample, image in zip([*most, *least], images, strict=True):
        assert str(image["alt"]).startswith(f"Frames of clip_{sample:02d}, first to last: clip_{sample:02d}:")
        data = base64.b64decode(str(image["src"]).removeprefix("data:image/jpeg;base64,"))
        picture = np.asarray(Image.open(io.BytesIO(data)))
        assert picture.shape == (16, 64, 3)
        assert abs(int(picture[8, 8, 0]) - 5 * (N - sample)) <= 3


@given(st.lists(st.integers(0, 10), min_size=1, max_size=30), st.integers(0, 8))
def test_extremes_are_those_of_a_sort_and_of_equals_the_first(values: list[int], count: int) -> None:
    most, least = extremes(np.array(values, np.float64), count)
    assert most == sorted(range(len(values)), key=lambda sample: (-values[sample], sample))[:count]
    assert least == sorted(range(len(values)), key=lambda sample: (values[sample], sample))[:count]


def test_without_thumbnails_the_samples_are_ids_and_captions(project: Project) -> None:
    empty = project.data / "none.zarr"
    store.write_thumbnails(empty, np.zeros((0, 4, 16, 16, 3), np.uint8), ids=[])
    text = report(project, thumbnails=empty)
    assert list(Page(text).all("img")) == []
    assert text.count("neighbours in common · clip_") == 6


def test_no_samples_are_shown_where_none_are_asked_for(project: Project) -> None:
    text = report(project, shown=0)
    assert 'id="samples"' not in text
    assert "#samples" not in text


def test_the_intervals_are_those_of_the_mean_overlap(made: Project) -> None:
    net = read_facts(alignment=made.alignment, scaling_json=made.results / "scaling.json", params_text=PARAMS)[0]
    shares = net.store.count[1, -1] / K
    expected = 1.96 * np.sqrt(np.sum((shares - shares.mean()) ** 2) / (N - 1) / N)
    assert net.series("frames").half_width[1] == pytest.approx(expected)  # type: ignore[index]
    assert net.series("frames").score == pytest.approx(net.store.count[:, -1].mean(axis=1) / K)


def test_scores_of_every_cells_best_layers_have_no_interval(project: Project) -> None:
    text = PARAMS + "scaling: {layers: per_cell}\n"
    net = read_facts(alignment=project.alignment, scaling_json=project.results / "scaling.json", params_text=text)[0]
    np.testing.assert_array_equal(net.grid, net.store.score.max(axis=(2, 3)))
    assert net.series("captions").half_width is None
    assert "best pair of layers of every cell" in report(project, params_text=text)


def test_the_best_pair_is_a_trained_one_and_pictures_of_many_keep_the_best_and_controls(project: Project) -> None:
    pairs = read_facts(alignment=project.alignment, scaling_json=project.results / "scaling.json", params_text=PARAMS)
    assert [pair.control for pair in pairs] == [None, "untrained", "pixels"]
    assert best_pair(pairs).store.video == "net"
    assert best_pair(pairs[1:]).store.video == "net_untrained"
    stores = [pair(f"net{place}", 2, level=0.3 + 0.05 * place, seed=place) for place in range(12)]
    trained = [Pair(store=one, law=None, control=None, layers="fixed") for one in stores]
    ranked = sorted(trained, key=lambda pair: -pair.largest)
    assert pairs_in_headline([*trained, *pairs[1:]]) == [*(p for p in trained if p in ranked[:6]), *pairs[1:]]
    assert pairs_pictured([*trained, *pairs[1:]]) == [*(p for p in trained if p in ranked[:9]), *pairs[1:]]


def test_what_is_missing_or_does_not_belong_is_refused_by_name(project: Project) -> None:
    with pytest.raises(StoreError, match=r"nothing\.json is missing"):
        report(project, scaling_json=project.results / "nothing.json")
    with pytest.raises(InputError, match="params name no video encoder 'thumbnail', only net, net_untrained"):
        report(project, params_text=re.sub(r"    thumbnail: .*\n", "", PARAMS))
    lines = project.samples.read_text().splitlines(keepends=True)
    short = project.data / "short.jsonl"
    short.write_text("".join(lines[:-1]))
    with pytest.raises(StoreError, match=r"short\.jsonl has 39 samples"):
        report(project, samples=short)
    few = project.data / "few.zarr"
    store.write_thumbnails(few, np.zeros((N - 1, 4, 16, 16, 3), np.uint8), ids=["x"])
    with pytest.raises(StoreError, match=r"few\.zarr holds 39 samples, row 40"):
        report(project, thumbnails=few)
    project.captions.write_text("")
    with pytest.raises(StoreError, match="has no caption of clip_"):
        report(project)


def test_the_stage_reads_the_project_and_sums_up_in_one_line(project: Project) -> None:
    line = run(read_params(project.params), project)
    assert re.fullmatch(r"report: 3 pairs, best net . words 0\.\d{4}, \d\.\d MB in report\.html", line)
    text = (project.results / "report.html").read_text()
    assert text.count("neighbours in common · clip_") == 6
    assert "40 videos with their captions (from 20 sources)" in " ".join(text.split())
    assert store.digest_ids([f"clip_{sample:02d}" for sample in range(N)]) in text
