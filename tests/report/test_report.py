"""The page says what the stores say, of every pair, and needs nothing but itself."""

import csv
import dataclasses
import json
import re
from pathlib import Path

import numpy as np
import pytest
from report_project import CAPTIONS, ENCODERS, HOSTILE, PARAMS, K, N, Page, build, html, pair, report

from platoscope import store
from platoscope.errors import InputError, StoreError
from platoscope.params import read_params
from platoscope.project import Project
from platoscope.report.evidence import Evidence
from platoscope.report.facts import Pair, best_pair, pairs_in_headline, pairs_pictured, read_facts
from platoscope.report.pictures import draw_all
from platoscope.report.stage import run


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
        first = page.row("pairs", f"{one.video} \N{MULTIPLICATION SIGN} words")
        assert first[1:3] == [f"{grid[0, 0]:.3f}", f"{grid[-1, -1]:.3f}"]
        growth, times = grid[-1, -1] / grid[0, 0], grid[-1, -1] / chance
        assert first[3:5] == [f"{growth:.1f}\N{MULTIPLICATION SIGN}", f"{times:.1f}\N{MULTIPLICATION SIGN}"]
        assert first[5] == f"{one.video_layers[one.fixed[0]]}, hidden_1"
        law = laws[one.video]["words"]
        names = ("s_inf", "c_f", "alpha", "c_c", "beta", "r2")
        printed = [f"{law[name]:.3f}" if name in law else "\N{EN DASH}" for name in names]
        second = page.row("law", f"{one.video} \N{MULTIPLICATION SIGN} words")
        assert [cell.split()[0].rstrip("†‡") for cell in second[:6]] == printed
    tagged = [row[0] for row in page.tables["pairs"][0]]
    assert tagged[2].endswith("untrained")
    assert tagged[3].endswith("pixels")


def test_a_parameter_at_its_bound_is_marked_and_one_that_rests_on_two_budgets(project: Project) -> None:
    document = json.loads(project.laws.read_text())
    law = document["laws"]["net:words"]
    law["parameters"] = {"s_inf": 1.0, "c_f": 0.5, "alpha": 5.0, "c_c": 0.0}
    law["r2"], law["rmse"], law["intervals"]["parameters"] = 0.9, 0.02, {}
    del law["heldout_rmse"]
    project.laws.write_text(json.dumps(document))
    row = Page(report(project)).row("law", "net ")
    assert row == ["1.000†", "0.500", "5.000‡", "0.000†", "–", "0.900", "0.0200", "–"]  # noqa: RUF001


def test_laws_of_pairs_that_dvc_does_not_track_stand_in_the_page_all_the_same(project: Project) -> None:
    (project.results / "scaling.json").write_text('{"pairs": {}}')
    law = json.loads(project.laws.read_text())["laws"]["net:words"]
    assert Page(report(project)).row("law", "net ")[0].startswith(f"{law['parameters']['s_inf']:.3f}")


def test_pairs_without_a_law_are_drawn_without_one(project: Project) -> None:
    why = {f"{name}:words": "no budget varies" for name in ENCODERS}
    project.laws.write_text(json.dumps({"kind": "laws", "format": 1, "laws": {}, "without": why}))
    row = Page(report(project)).row("law", "net ")
    assert row == ["\N{EN DASH}"] * 8
    pair = read_facts(alignment=project.alignment, laws=project.laws, params_text=PARAMS)[0]
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
    assert (
        names
        == {"report.html", "scaling.json", *(f"plots/{name}.csv" for name in ("layers", "scaling", "gallery"))}
        | pictures
        | maps
    )


def test_a_budget_that_does_not_vary_has_no_curves_of_its_own_and_no_ring() -> None:
    whole = pair("net", 3, level=0.9, seed=0)
    one = dataclasses.replace(whole, captions=CAPTIONS[-1:], score=whole.score[:, -1:], count=whole.count[:, -1:])
    drawn = draw_all([Pair(store=one, law=None, control=None, layers="fixed")], evidence=Evidence())
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


def test_the_intervals_are_those_of_the_mean_overlap(made: Project) -> None:
    net = read_facts(alignment=made.alignment, laws=made.laws, params_text=PARAMS)[0]
    shares = net.store.count[1, -1] / K
    expected = 1.96 * np.sqrt(np.sum((shares - shares.mean()) ** 2) / (N - 1) / N)
    assert net.series("frames").half_width[1] == pytest.approx(expected)  # type: ignore[index]
    assert net.series("frames").score == pytest.approx(net.store.count[:, -1].mean(axis=1) / K)


def test_scores_of_every_cells_best_layers_have_no_interval(project: Project) -> None:
    text = PARAMS + "scaling: {layers: per_cell}\n"
    net = read_facts(alignment=project.alignment, laws=project.laws, params_text=text)[0]
    np.testing.assert_array_equal(net.grid, net.store.score.max(axis=(2, 3)))
    assert net.series("captions").half_width is None
    assert "best pair of layers of every cell" in report(project, params_text=text)


def test_the_best_pair_is_a_trained_one_and_pictures_of_many_keep_the_best_and_controls(project: Project) -> None:
    pairs = read_facts(alignment=project.alignment, laws=project.laws, params_text=PARAMS)
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
        report(project, laws=project.data / "nothing.json")
    with pytest.raises(InputError, match="params name no video encoder 'thumbnail', only net, net_untrained"):
        report(project, params_text=re.sub(r"    thumbnail: .*\n", "", PARAMS))
    lines = project.samples.read_text().splitlines(keepends=True)
    short = project.data / "short.jsonl"
    short.write_text("".join(lines[:-1]))
    with pytest.raises(StoreError, match=r"short\.jsonl \(39 samples, .* holds other samples"):
        report(project, samples=short)
    few = project.data / "few.zarr"
    store.write_thumbnails(few, np.zeros((N - 1, 4, 16, 16, 3), np.uint8), shape=(N - 1, 4, 16, 16, 3), ids=["x"])
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


def test_samples_that_do_not_take_part_are_counted_by_what_kept_them_out(project: Project) -> None:
    assert "<dd>2 without a video, 1 that did not decode or were too short</dd>" in report(project)
    project.excluded.write_text("id,stage,reason\n")
    assert "not among them" not in report(project)


def test_the_bars_of_points_keep_sources_together() -> None:
    one = pair("net", 2, level=0.8, seed=1)
    count = np.repeat(one.count[:, :, ::4], 4, axis=2)  # four copies of each
    alike = Pair(store=dataclasses.replace(one, count=count), law=None, control=None, layers="fixed")
    whole = dataclasses.replace(alike, groups=np.arange(N) // 4)
    assert whole.half_width is not None
    assert alike.half_width is not None
    np.testing.assert_allclose(whole.half_width / alike.half_width, 2 * np.sqrt((N - 1) / N * (N / 4) / (N / 4 - 1)))
    assert dataclasses.replace(alike, groups=np.zeros(N, np.int64)).half_width is None
