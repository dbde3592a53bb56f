"""What more captions and frames add, as the page says it: lines of every mode and sampler, shares, orders."""

import json

import pytest
from report_project import CAPTIONS, FRAMES, PARAMS, SAMPLES, K, N, Page, build, pair, pairs_csv, report

from platoscope import store
from platoscope.params import read_params
from platoscope.report.added import Spread, added, leading, shares_in_words
from platoscope.report.facts import read_facts
from platoscope.scaling import stage as scaling

LEVELS = {
    "words": 0.9, "words+paraphrase": 0.6, "words+repeat": 0.5, "words+shuffled": 0.3, "words+order1": 0.85,
    "words+mean": 0.8, "words+repeat+mean": 0.5,
}  # fmt: skip
SHOWN = PARAMS.replace(
    "    thumbnail:", "    net_span: {family: timm, checkpoint: x, image_size: 64, sampler: span}\n    thumbnail:"
).replace(
    "frames: {size: 64}",
    "frames: {size: 64, samplers: [center, span]}\n"
    "captions: {modes: [distinct, paraphrase, repeat, shuffled, order1], combine: [join, mean]}",
)
GAIN = {
    "video": "net", "text": "words", "n_f": 8, "n_c": [1, 4], "start": 0.2, "gain": 0.4, "interval": [0.35, 0.45],
    "scores": {"distinct": 0.6, "paraphrase": 0.3, "repeat": 0.22},
    "parts": [
        {"name": "length", "value": 0.02, "share": 0.05, "interval": [0.03, 0.07]},
        {"name": "wording", "value": 0.08, "share": 0.2, "interval": [0.1, 0.3]},
        {"name": "coverage", "value": 0.3, "share": 0.75, "interval": [0.7, 0.8]},
    ],
}  # fmt: skip
NOTHING = GAIN | {
    "text": "words+mean",
    "parts": [part | {"share": None, "interval": None} for part in GAIN["parts"]],
}


@pytest.fixture
def project(tmp_path):
    """A project with texts of several variants, and an encoder that is shown frames in a row too."""
    project = build(tmp_path)
    videos = {"net": 1.0, "net_span": 0.5, "thumbnail": 0.3}
    pairs = []
    for video, factor in videos.items():
        for seed, (text, level) in enumerate(LEVELS.items()):
            made = pair(video, 1 if video == "thumbnail" else 3, level=level * factor, seed=seed)
            pairs.append(store.PairLayers(**{**vars(made), "text": text}))
    store.write_alignment(tmp_path / "new.zarr", pairs, attributes={"samples": SAMPLES})
    old = project.alignment / "layers.zarr"
    old.rename(tmp_path / "old.zarr")
    (tmp_path / "new.zarr").rename(old)
    pairs_csv(pairs, project.alignment / "pairs.csv")
    told = json.loads((project.alignment / "statistics.json").read_text())
    (project.alignment / "statistics.json").write_text(json.dumps({**told, "captions": [GAIN, NOTHING]}))
    project.params.write_text(SHOWN)
    scaling.run(read_params(project.params), project)
    return project


def facts(project):
    return read_facts(alignment=project.alignment, laws=project.laws, params_text=SHOWN)


def test_the_rest_of_the_page_is_about_the_first_variant(project):
    assert [(one.store.video, one.store.text) for one in leading(facts(project))] == [
        ("net", "words"), ("net_span", "words"), ("thumbnail", "words"),
    ]  # fmt: skip
    page = Page(report(project))
    assert all("+" not in row[0] for section in ("pairs", "law") for row in page.tables[section][0][1:])


def test_every_mode_has_a_line_and_the_law_that_was_fitted_to_it(project):
    found = added(facts(project), [GAIN, NOTHING], params_text=SHOWN)
    join, mean = found.captions
    assert list(join.pairs) == ["distinct", "paraphrases of one", "one, repeated", "of other videos"]
    assert list(mean.pairs) == ["distinct", "one, repeated"]
    for pairs in (join.pairs, mean.pairs):
        assert all(one.law is not None for one in pairs.values())
    assert (join.gain, mean.gain) == (GAIN, NOTHING)
    assert "of other videos" in join.picture.alt


def test_the_spread_over_orders_is_from_the_least_to_the_largest(project):
    join, mean = added(facts(project), [], params_text=SHOWN).captions
    pairs = {one.store.text: one for one in facts(project) if one.store.video == "net"}
    for spread, n_c in zip(join.orders, CAPTIONS, strict=True):
        place = CAPTIONS.index(n_c)
        scores = sorted(float(pairs[text].grid[-1, place]) for text in ("words", "words+order1"))
        assert spread == Spread(n_c, scores[0], scores[1], 2)
    assert mean.orders == ()
    assert mean.widest is None


def test_samplers_of_one_encoder_are_drawn_together(project):
    found = added(facts(project), [], params_text=SHOWN)
    assert {words: one.store.video for words, one in found.samplers.items()} == {
        "over the whole clip": "net", "in a row": "net_span",
    }  # fmt: skip
    assert "in a row" in found.frames.alt


def test_the_page_says_in_one_sentence_what_share_of_the_gain_is_coverage(project):
    text = " ".join(report(project).split())
    said = "Of what 4 captions add to 1 (0.200 to 0.600), 75 % is coverage (70 % to 80 %), "
    said += "20 % is wording and 5 % is length."
    assert shares_in_words(GAIN) == said
    assert f"<strong>{said}</strong>" in text
    assert shares_in_words(NOTHING) is None
    assert "so that there is no gain to share out" in text


def test_where_there_is_one_variant_and_one_sampler_there_is_no_section(tmp_path):
    text = report(build(tmp_path))
    assert 'id="added"' not in text
    assert (N, K, FRAMES[0]) == (40, 5, 1)
