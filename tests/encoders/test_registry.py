"""The registry against timm's own list, against params, and against the families that run its settings."""

import re
from importlib.resources import files

import pytest
import timm
import torch
import yaml
from timm.models import get_pretrained_cfg

from platoscope.encoders import registry as package
from platoscope.encoders.base import _family
from platoscope.encoders.registry import Setting, registry, select, setting
from platoscope.encoders.skeleton import ANY_SIDE, _Shapes
from platoscope.errors import InputError

SETTINGS = registry()
TIMM = {name: one for name, one in SETTINGS.items() if one.family == "timm"}
HUB = {name: one for name, one in SETTINGS.items() if one.family.startswith(("hf_", "videomaev2"))}
# One of each architecture and size: tags behind a dot are other weights of the same model.
DISTINCT = {(one.checkpoint.split(".")[0], one.image_size): name for name, one in TIMM.items()}
CLIPS = ("hf_video", "videomaev2")
NATIVE_SIZE_LEFT = "dinov2"  # trained at 518 px, shown fewer


def test_there_are_as_many_settings_as_the_paper_has_and_more():
    assert len(select(side="video")) >= 85
    assert len(select(side="text")) >= 36
    assert len(select(side="video")) + len(select(side="text")) == len(SETTINGS)


def test_no_name_stands_twice_and_each_can_be_a_key_of_params():
    names = []
    for file in files(package).iterdir():
        if file.name.endswith(".yaml"):
            root = yaml.compose(file.read_text(encoding="utf-8"))
            encoders = next(value for key, value in root.value if key.value == "encoders")
            names += [key.value for key, _ in encoders.value]
    assert sorted(names) == sorted(SETTINGS)
    assert all(re.fullmatch(r"[a-z0-9_]+", name) for name in names)


def test_no_two_settings_are_the_same():
    entries = [yaml.safe_dump(one.entry()) for one in SETTINGS.values()]
    assert len(set(entries)) == len(entries)


def test_every_name_of_timm_is_one_that_timm_has_weights_of():
    assert {one.checkpoint for one in TIMM.values()} <= set(timm.list_pretrained())


@pytest.mark.parametrize("name", TIMM)
def test_a_setting_of_timm_says_what_timm_says_of_its_weights(name):
    one, known = TIMM[name], get_pretrained_cfg(TIMM[name].checkpoint)
    assert one.licence == known.license
    assert one.image_size == known.input_size[-1] or NATIVE_SIZE_LEFT in one.checkpoint
    # timm keeps weights that were trained with QuickGELU under the plain name too, where they give other features.
    assert "quickgelu" not in str(known.notes) or "quickgelu" in one.checkpoint


@pytest.mark.parametrize("name", DISTINCT.values())
def test_the_parameters_of_a_setting_of_timm_are_those_of_its_model(name):
    one = TIMM[name]
    sized = {"img_size": one.image_size} if NATIVE_SIZE_LEFT in one.checkpoint else {}
    with torch.device("meta"), _Shapes():
        model = timm.create_model(one.checkpoint, **sized)
    model.reset_classifier(0)
    assert one.parameters == pytest.approx(sum(p.numel() for p in model.parameters()), rel=0.02)


def test_other_weights_of_an_architecture_have_its_parameters():
    for one in TIMM.values():
        assert one.parameters == TIMM[DISTINCT[one.checkpoint.split(".")[0], one.image_size]].parameters


@pytest.mark.parametrize("name", HUB)
def test_a_setting_of_the_hub_names_a_repository_and_its_clips_have_a_length(name):
    one = HUB[name]
    assert re.fullmatch(r"[A-Za-z0-9_-]+/[A-Za-z0-9._-]+", one.checkpoint)
    assert one.parameters > 1e6
    assert (one.n_o > 1) == (one.family in CLIPS)
    assert (one.image_size is None) == (one.side == "text")


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_is_an_entry_that_its_family_takes(name):
    entry = SETTINGS[name].params()
    _family(entry)  # refuses what it would make no use of
    assert entry.revision == "main"
    assert SETTINGS[name].entry().items() <= entry.model_dump().items()


@pytest.mark.parametrize("family", ["vit_small", "efficientnet_lite0", "hiera_tiny", "convnext_tiny_in22k"])
def test_a_timm_setting_loads_as_an_entry_of_params_does(family):
    one = next(one for name, one in TIMM.items() if name.startswith(family))
    entry = one.params().model_copy(update={"random_init": True})
    with torch.device("meta"), _Shapes():
        encoder = _family(entry).load(entry, frame_size=ANY_SIDE, device="meta")
    assert encoder.description["parameters"] == one.parameters
    assert encoder.description["preprocessing"]["crop"] == one.image_size


def test_an_unknown_name_is_refused_with_the_nearest_ones():
    with pytest.raises(InputError, match=r"no 'dinov2_smal'; the nearest names are dinov2_small, .*encoders list"):
        setting("dinov2_smal")
    assert setting("dinov2_small") is SETTINGS["dinov2_small"]


def test_conditions_select_what_meets_all_of_them():
    small = select(side="text", gated=False, most_parameters=5e8)
    assert small == {
        name: one
        for name, one in SETTINGS.items()
        if one.family == "hf_text" and one.gated is False and one.parameters <= 5e8
    }
    assert "minilm_l6" in small
    assert "gemma3_270m" not in small
    assert set(select(family="timm")) == set(TIMM)


def test_a_gate_that_is_not_known_is_neither_open_nor_closed():
    assert SETTINGS["mistral_7b"].gate == "unknown"
    assert not {"mistral_7b"} & {*select(gated=True), *select(gated=False)}
    assert SETTINGS["gemma2_9b_it"].gate == "gated"
    assert SETTINGS["gpt2"].gate == "open"


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ({"side": "audio"}, "no side 'audio'; there are video, text"),
        ({"family": "hf_imag"}, r"no family 'hf_imag'; there are .*hf_image.*timm"),
    ],
)
def test_an_unknown_side_or_family_is_refused(condition, message):
    with pytest.raises(InputError, match=message):
        select(**condition)


def test_a_setting_leaves_nothing_that_it_uses_to_a_default():
    one = Setting(family="hf_video", checkpoint="a/b", n_o=16, image_size=224, parameters=1, licence="x", gated=False)
    assert one.entry() == {
        "family": "hf_video",
        "checkpoint": "a/b",
        "revision": "main",
        "pool": "mean",
        "dtype": "float32",
        "n_o": 16,
        "image_size": 224,
    }
