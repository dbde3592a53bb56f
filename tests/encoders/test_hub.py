"""Checkpoints that are missing, damaged, gated or pickled, as families of transformers meet them."""

import pickle
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from tiny_towers import LENGTH, SIZE, checkpoint, near

from platoscope.encoders.base import load_video_encoder
from platoscope.encoders.hub import Checkpoint, explained, untrained
from platoscope.errors import InputError, WeightsError
from platoscope.params import VideoEncoderParams

FAMILIES = {"hf_image": "dinov2", "hf_video": "videomae_tuned"}


def load(family, source, **more):
    entry = VideoEncoderParams(family=family, checkpoint=None if source is None else str(source), **more)
    return load_video_encoder(entry, frame_size=SIZE, device="cpu")


@pytest.fixture(params=FAMILIES)
def copied(request, tmp_path):
    """A family, and a copy of a checkpoint of it that may be spoilt."""
    folder = tmp_path / FAMILIES[request.param]
    shutil.copytree(checkpoint(folder.name), folder)
    return request.param, folder


def test_a_tensor_of_another_shape_is_refused(copied):
    family, folder = copied
    tensors = load_file(folder / "model.safetensors")
    name = next(name for name in tensors if "layer.1" in name and name.endswith("query.weight"))
    save_file({**tensors, name: torch.zeros(3, 3)}, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(WeightsError, match=f"{folder.name}: .*mismatched"):
        load(family, folder)


def test_a_block_that_the_weights_lack_is_refused_and_not_made_up(copied):
    family, folder = copied
    tensors = load_file(folder / "model.safetensors")
    kept = {name: tensor for name, tensor in tensors.items() if "layer.1." not in name}
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(
        WeightsError, match=rf"lacks {len(tensors) - len(kept)} tensors .* 'encoder\.layer\.1\.|videomae"
    ):
        load(family, folder)


@pytest.mark.parametrize("content", [b"", b"junk" * 9])
def test_damaged_weights_are_refused_in_one_line(copied, content):
    family, folder = copied
    (folder / "model.safetensors").write_bytes(content)
    with pytest.raises(WeightsError, match=f"{folder.name}: ") as error:
        load(family, folder)
    assert "\n" not in str(error.value)


class Malicious:
    """Unpickled, it makes a file."""

    def __init__(self, victim):
        self.victim = victim

    def __reduce__(self):
        return Path.touch, (self.victim,)


def test_a_full_pickle_runs_nothing_and_the_message_says_what_to_do(copied, tmp_path):
    family, folder = copied
    (folder / "model.safetensors").unlink()
    torch.save({"a": Malicious(tmp_path / "victim")}, folder / "pytorch_model.bin")
    with pytest.raises(WeightsError, match=r"full pickle.*Weights only load failed.*safetensors"):
        load(family, folder)
    assert not (tmp_path / "victim").exists()


@pytest.mark.parametrize("lost", ["config.json", "preprocessor_config.json", "model.safetensors"])
def test_a_folder_that_lacks_a_file_is_refused_by_name(copied, lost):
    family, folder = copied
    (folder / lost).unlink()
    with pytest.raises(WeightsError, match=f"{folder.name}: "):
        load(family, folder)


@pytest.mark.parametrize(("more", "message"), [({"pool": "last"}, "no pool 'last'"), ({}, "frames.size is 31")])
def test_what_an_architecture_does_not_have_is_refused_before_weights_are_looked_for(copied, more, message):
    family, folder = copied
    (folder / "model.safetensors").unlink()
    entry = VideoEncoderParams(family=family, checkpoint=str(folder), **more)
    with pytest.raises(InputError, match=message):
        load_video_encoder(entry, frame_size=31, device="cpu")


@pytest.mark.parametrize("family", FAMILIES)
def test_what_is_no_folder_is_refused(family):
    file = checkpoint(FAMILIES[family]) / "config.json"
    with pytest.raises(WeightsError, match=f"is a file; family {family} takes a folder with config"):
        load(family, file)
    with pytest.raises(WeightsError, match="/no/such/folder: "):
        load(family, "/no/such/folder")
    with pytest.raises(WeightsError, match="package 'no-such' is not installed"):
        load(family, "package:no-such")
    with pytest.raises(InputError, match=f"family {family} needs checkpoint: a hub name, a folder or package:NAME"):
        load(family, None)


@pytest.mark.parametrize(
    ("family", "more", "name"),
    [
        ("hf_image", {"n_o": 4}, "n_o"),
        ("hf_image", {"weights": "w.pth"}, "weights"),
        ("hf_video", {"allow_pickle": True}, "allow_pickle"),
        ("hf_video", {"kind": "motion"}, "kind"),
        ("videomaev2", {"kind": "motion"}, "kind"),
        ("timm", {"n_o": 4}, "n_o"),
    ],
)
def test_what_a_family_does_not_use_is_refused_by_name(family, more, name):
    with pytest.raises(InputError, match=f"family {family} makes no use of {name} "):
        load(family, "model", **more)


@pytest.fixture
def cache(monkeypatch, tmp_path):
    """A cache of the hub as a download leaves it, and no network."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.mark.parametrize("family", [*FAMILIES, "videomaev2"])
@pytest.mark.usefixtures("cache")
def test_a_hub_out_of_reach_is_one_line_that_says_what_to_do(family):
    with pytest.raises(WeightsError, match=r"^owner/model: .*go online once.*licence.*HF_TOKEN") as error:
        load(family, "owner/model")
    assert "\n" not in str(error.value)


def test_a_checkpoint_of_the_hub_tells_its_commit(cache, copied):
    family, folder = copied
    commit, repo = "c0ffee" * 6 + "c0ff", cache / "models--owner--model"
    shutil.copytree(folder, repo / "snapshots" / commit)
    (repo / "refs").mkdir()
    (repo / "refs" / "main").write_text(commit)
    encoder, local = load(family, "owner/model"), load(family, folder)
    assert encoder.description["revision"] == commit
    seen = np.random.default_rng(0).integers(0, 256, (2, LENGTH, SIZE, SIZE, 3)).astype(np.uint8)
    seen = seen if family == "hf_video" else seen[:, 0]
    assert near(encoder.encode(seen), local.encode(seen), scale=0)
    with pytest.raises(WeightsError, match=r"owner/model: "):
        load(family, "owner/model", revision="v2")


@pytest.mark.parametrize(
    "error", [OSError("You are trying to access a gated repo.\nmore"), ValueError("x"), RuntimeError("y")]
)
def test_errors_of_the_library_become_one_line_and_of_the_hub_say_more(error):
    for place, says_more in ((None, True), (Path("here"), False)):
        where = Checkpoint("owner/model", "owner/model", place, revision="main", trust_remote_code=False)
        with pytest.raises(WeightsError) as told, explained(where):
            raise error
        assert str(told.value).startswith(f"owner/model: {str(error).splitlines()[0]}")
        assert ("HF_TOKEN" in str(told.value)) == says_more
        with pytest.raises(InputError, match="own"), explained(where):
            raise InputError("own")
        with pytest.raises(WeightsError, match="full pickle"), explained(where):
            raise pickle.UnpicklingError("no")


def test_what_is_drawn_untrained_depends_on_the_seed_alone():
    torch.manual_seed(5)
    before = torch.get_rng_state()
    drawn = []
    for seed in (0, 0, 1):
        with untrained(seed):
            drawn.append(torch.rand(3))
    assert torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[0], drawn[2])
    assert torch.equal(torch.get_rng_state(), before)
