"""Cards show a sample and its neighbours on both sides as they are, each with its own picture, id and caption."""

import base64
import dataclasses
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from report_project import K, N, Page, build, html, pair, report

from platoscope import store
from platoscope.alignment.extremes import extremes
from platoscope.data.samples import read_samples
from platoscope.project import Project
from platoscope.report.samples import SHOWN, Card, cards


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with its report, whose stores these tests leave as they are."""
    made = build(tmp_path_factory.mktemp("samples"))
    report(made)
    return made


def cards_of(project: Project, one: store.PairLayers, **changes: Path) -> tuple[list[Card], list[Card]]:
    paths = {"captions": project.captions, "thumbnails": project.thumbnails} | changes
    most, least = extremes(one, 3)
    kept = read_samples(project.samples)
    return cards(most, samples=kept, **paths), cards(least, samples=kept, **paths)


def red(picture: str | None) -> tuple[int, ...]:
    """The size of a picture and how red it is, which says whose it is."""
    assert picture is not None
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(picture.removeprefix("data:image/jpeg;base64,")))))
    return (*pixels.shape[:2], int(pixels[8, 8, 0]))


def test_the_samples_are_the_extremes_of_the_best_trained_pair_with_their_own_pictures(project: Project) -> None:
    page = Page(html(project))
    overlap = next(store.read_alignment(project.alignment)).count[-1, -1]
    most = sorted(range(N), key=lambda sample: (-int(overlap[sample]), sample))[:3]
    least = sorted(range(N), key=lambda sample: (int(overlap[sample]), sample))[:3]
    strips = [image for image in page.all("img") if image.get("class") == "strip"]
    for sample, image in zip([*most, *least], strips, strict=True):
        assert str(image["alt"]).startswith(f"Frames of clip_{sample:02d}, first to last: clip_{sample:02d}:")
        height, width, level = red(image["src"])
        assert (height, width) == (16, 64)
        assert abs(level - 5 * (N - sample)) <= 3


def test_each_card_has_the_neighbours_of_both_sides_nearest_first_and_marks_the_shared_ones(project: Project) -> None:
    best = next(store.read_alignment(project.alignment))
    for card in (card for side in cards_of(project, best) for card in side):
        sample = int(card.shown.id.removeprefix("clip_"))
        sides = best.nearest[:, sample].tolist()
        for shown, near in zip((card.video, card.text), sides, strict=True):
            assert [one.shown.id for one in shown] == [f"clip_{place:02d}" for place in near]
            assert [one.shared for one in shown] == [place in sides[0] and place in sides[1] for place in near]
            assert all(one.shown.caption.startswith(f"{one.shown.id}: ") for one in shown)
            for one, place in zip(shown, near, strict=True):
                height, width, level = red(one.shown.picture)
                assert (height, width) == (16, 16)
                assert abs(level - 5 * (N - place)) <= 4


def test_the_page_frames_shared_neighbours_and_lists_all_by_id(project: Project) -> None:
    best = next(store.read_alignment(project.alignment))
    shown = [card for side in cards_of(project, best) for card in side]
    framed = sum(one.shared for card in shown for one in (*card.video, *card.text))
    page = Page(html(project))
    images = [image for image in page.all("img") if image.get("class") != "strip"]
    assert len(images) == 6 * 2 * K
    assert 0 < framed == sum(image.get("class") == "shared" for image in images)
    assert framed == sum(item.get("class") == "shared" for item in page.all("li"))
    assert html(project).count(" (both): clip_") == framed


def test_of_many_neighbours_the_first_are_shown_and_the_page_says_so(project: Project, tmp_path: Path) -> None:
    one = pair("net", 3, level=0.9, seed=3)
    deep = np.stack([(np.arange(1, 13) * step + np.arange(N)[:, None]) % N for step in (1, 3)]).astype(np.int32)
    many = dataclasses.replace(one, nearest=deep, k=12)
    (card, *_), _ = cards_of(project, many)
    assert (len(card.video), len(card.text), card.k) == (SHOWN, SHOWN, 12)
    sample = int(card.shown.id.removeprefix("clip_"))
    both = set(deep[0, sample].tolist()) & set(deep[1, sample].tolist())
    assert [one.shared for one in card.text] == [place in both for place in deep[1, sample, :SHOWN].tolist()]
    folder = tmp_path / "alignment"
    folder.mkdir()
    ids = [f"clip_{sample:02d}" for sample in range(N)]
    store.write_alignment(folder / "layers.zarr", [many], attributes={"samples": store.digest_ids(ids)})
    out = {"out_html": tmp_path / "deep.html", "plots_dir": tmp_path / "plots"}
    report(project, alignment=folder, **out)
    assert "Of 12 neighbours the first 10 are shown." in out["out_html"].read_text()
    assert "the first" not in html(project)[html(project).index('id="samples"') :]


def test_without_thumbnails_the_samples_and_their_neighbours_are_ids_and_captions(
    project: Project, tmp_path: Path
) -> None:
    empty = tmp_path / "none.zarr"
    store.write_thumbnails(empty, (), shape=(0, 4, 16, 16, 3), ids=[])
    out = tmp_path / "report.html"
    report(project, thumbnails=empty, out_html=out, plots_dir=tmp_path / "plots")
    text = out.read_text()
    assert list(Page(text).all("img")) == []
    assert text.count("neighbours in common · clip_") == 6
    assert len(list(Page(text).all("ol"))) == 12


def test_no_samples_are_shown_where_none_are_asked_for(project: Project, tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    report(project, shown=0, out_html=out, plots_dir=tmp_path / "plots")
    assert 'id="samples"' not in out.read_text()
    assert "#samples" not in out.read_text()
