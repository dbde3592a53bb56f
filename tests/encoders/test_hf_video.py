"""transformers' native video models on tiny random checkpoints, against ten lines of the library."""

import json
import shutil

import numpy as np
import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file
from tiny_towers import LAYERS, LENGTH, N_PREFIX, SIZE, VIDEOS, WIDTH, by_hand, checkpoint, library, near

from platoscope.encoders.base import VideoEncoder, load_video_encoder
from platoscope.encoders.hf_video import TOWERS
from platoscope.errors import InputError, WeightsError
from platoscope.params import VideoEncoderParams

# V-JEPA 2's processor resizes by a share of its own.
MORE = {"vjepa2": {"image_size": SIZE, "crop_pct": 1.0}}


def load(folder, *, frame_size=SIZE, **more):
    entry = VideoEncoderParams(family="hf_video", checkpoint=str(folder), **{**MORE.get(folder.name, {}), **more})
    return load_video_encoder(entry, frame_size=frame_size, device="cpu")


def clips(n, *, length=LENGTH, size=SIZE, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (n, length, size, size, 3)).astype(np.uint8)


def test_there_is_a_tiny_checkpoint_of_every_architecture():
    assert {name.removesuffix("_tuned") for name in VIDEOS} == set(TOWERS)


@pytest.mark.parametrize("name", VIDEOS)
def test_every_layer_and_final_equal_the_library_called_directly(name):
    encoder, seen = load(checkpoint(name)), clips(3)
    assert near(encoder.encode(seen), by_hand(name, checkpoint(name), seen))
    assert encoder.layers[-1] == "final"
    assert isinstance(encoder, VideoEncoder)
    assert encoder.n_frames == encoder.description["n_frames"] == LENGTH


@pytest.mark.parametrize("name", VIDEOS)
def test_there_are_as_many_layers_as_blocks_and_one(name):
    n_blocks = {"videoprism": 4, "videoprism_vision_model": 3}.get(name, LAYERS)
    assert [layer.shape for layer in load(checkpoint(name)).encode(clips(2))] == [(2, WIDTH)] * (n_blocks + 1)


@pytest.mark.parametrize("name", [name for name in VIDEOS if N_PREFIX.get(name)])
def test_cls_is_the_first_token_of_every_block_and_of_every_frame_where_those_are_apart(name):
    seen = clips(2)
    cls, mean = (load(checkpoint(name), pool=pool).encode(seen) for pool in ("cls", "mean"))
    assert near(cls, by_hand(name, checkpoint(name), seen, pool="cls"))
    assert not near(cls, mean)


@pytest.mark.parametrize("name", [name for name in VIDEOS if not N_PREFIX.get(name)])
def test_cls_where_there_is_no_such_token_is_refused_and_names_mean(name):
    with pytest.raises(InputError, match="has no pool 'cls', only mean"):
        load(checkpoint(name), pool="cls")


@pytest.mark.parametrize("name", VIDEOS)
def test_company_and_order_of_the_clips_change_nothing_but_order_of_frames_does(name):
    encoder, seen = load(checkpoint(name)), clips(3)
    whole = encoder.encode(seen)
    alone = [np.concatenate(parts) for parts in zip(*(encoder.encode(seen[i : i + 1]) for i in range(3)), strict=True)]
    assert near(alone, whole)
    assert near([layer[::-1] for layer in encoder.encode(seen[::-1])], whole)
    if name != "xclip":  # whose frames tell each other what they show, but not when
        assert not near(encoder.encode(seen[:, ::-1])[-1:], whole[-1:])


@pytest.mark.parametrize("name", VIDEOS)
def test_bfloat16_gives_the_same_within_its_precision(name):
    seen = clips(3)
    half, whole = (load(checkpoint(name), dtype=dtype).encode(seen) for dtype in ("bfloat16", "float32"))
    assert near(half, whole, scale=0.06)
    assert not near(half, whole)


@pytest.mark.parametrize("name", ["videomae", "vjepa2"])
@pytest.mark.parametrize("n_o", [2, 6])
def test_where_positions_allow_n_o_is_another(tmp_path, name, n_o):
    folder, seen = tmp_path / name, clips(2, length=n_o)
    shutil.copytree(checkpoint(name), folder)
    config = json.loads((folder / "config.json").read_text())
    config["frames_per_clip" if name == "vjepa2" else "num_frames"] = n_o
    (folder / "config.json").write_text(json.dumps(config))
    encoder = load(checkpoint(name), n_o=n_o)
    assert encoder.n_frames == n_o
    assert near(encoder.encode(seen), by_hand(name, folder, seen))


@pytest.mark.parametrize("name", ["timesformer", "vivit", "xclip", "videoprism", "videoprism_vision_model"])
def test_where_positions_are_learned_another_n_o_is_refused_and_its_own_is_not(name):
    with pytest.raises(InputError, match=f"learned positions for {LENGTH} frames alone, got n_o 8"):
        load(checkpoint(name), n_o=8)
    assert load(checkpoint(name), n_o=LENGTH).n_frames == LENGTH


@pytest.mark.parametrize("name", ["videomae", "vjepa2"])
def test_an_n_o_that_tubelets_do_not_fill_is_refused(name):
    with pytest.raises(InputError, match="sees 2 frames at once: n_o 5 is no multiple"):
        load(checkpoint(name), n_o=5)


def test_v_jepa_2_sees_larger_frames_on_the_grid_that_they_have(tmp_path):
    folder, size = tmp_path / "vjepa2", 2 * SIZE
    shutil.copytree(checkpoint("vjepa2"), folder)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "crop_size": size}))
    seen = clips(2, size=size)
    encoder = load(checkpoint("vjepa2"), image_size=size, frame_size=size)
    assert near(encoder.encode(seen), by_hand("vjepa2", folder, seen))


def test_a_size_that_positions_do_not_have_is_refused():
    with pytest.raises(InputError, match="takes frames of 32 px alone, got 64"):
        load(checkpoint("videomae"), image_size=64, frame_size=64)


def test_clips_of_another_length_or_size_are_refused():
    encoder = load(checkpoint("videomae"))
    for wrong in (clips(2, length=5), clips(2, size=40), clips(2)[0]):
        with pytest.raises(InputError, match=r"the encoder was loaded for uint8 \[batch, 4, 32, 32, 3\]"):
            encoder.encode(wrong)


def test_an_architecture_that_sees_no_clips_is_refused_by_its_name():
    with pytest.raises(InputError, match="is a dinov2, not one of videomae, "):
        load(checkpoint("dinov2"))


@pytest.mark.parametrize("name", VIDEOS)
def test_untrained_weights_depend_on_the_seed_alone_and_leave_the_generator_as_it_was(name):
    seen = clips(2)
    torch.manual_seed(1)
    before = torch.get_rng_state()
    first = load(checkpoint(name), random_init=True).encode(seen)
    assert torch.equal(torch.get_rng_state(), before)
    again, other = (load(checkpoint(name), random_init=True, seed=seed).encode(seen) for seed in (0, 1))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not near(other, first)
    assert not near(load(checkpoint(name)).encode(seen), first)


def test_a_fine_tuned_videomae_counts_its_norm_and_not_its_classifier():
    model = library("videomae_tuned", checkpoint("videomae_tuned"))
    counted = [*model.videomae.parameters(), *model.fc_norm.parameters()]
    assert load(checkpoint("videomae_tuned")).description["parameters"] == sum(p.numel() for p in counted)


@pytest.mark.parametrize(
    ("name", "lost"),
    [
        ("videomae_tuned", "fc_norm.weight"),
        ("vjepa2", "encoder.layer.1.mlp.fc1.weight"),
        ("xclip", "vision_model.post_layernorm.bias"),
    ],
)
def test_a_tensor_that_is_missing_is_named_and_not_made_up(tmp_path, name, lost):
    folder = tmp_path / name
    shutil.copytree(checkpoint(name), folder)
    tensors = load_file(folder / "model.safetensors")
    del tensors[lost]
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(WeightsError, match=f"lacks 1 tensors of its model; the first is '{lost}'"):
        load(folder)


def test_what_stands_beside_the_part_that_sees_may_be_missing(tmp_path):
    folder = tmp_path / "vjepa2"
    shutil.copytree(checkpoint("vjepa2"), folder)
    tensors = {name: t for name, t in load_file(folder / "model.safetensors").items() if "predictor" not in name}
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    seen = clips(2)
    assert near(load(folder).encode(seen), load(checkpoint("vjepa2")).encode(seen), scale=0)
    assert not transformers.utils.logging.is_progress_bar_enabled()


STEPPED = [name for name in VIDEOS if TOWERS[name.removesuffix("_tuned")].when is not None]


@pytest.mark.parametrize("name", STEPPED)
def test_steps_have_the_mean_that_the_clip_has_and_stand_in_their_order(name):
    encoder, seen = load(checkpoint(name)), clips(3)
    n_steps = encoder.n_steps
    assert n_steps == (LENGTH if name in ("timesformer", "xclip") else LENGTH // 2)
    whole = encoder.encode(seen)
    apart = [layer.numpy().reshape(3, n_steps, -1) for layer in encoder.step_tensors(seen)]
    raw = slice(None, -1 if name in ("videomae_tuned",) else None)  # whose norm is laid over the mean
    assert near([layer.mean(1) for layer in apart[raw]], whole[raw])
    assert near(encoder.encode(seen), whole), "steps are asked for once, not ever after"
    for step in range(n_steps):
        other = seen.copy()
        at = slice(step * LENGTH // n_steps, (step + 1) * LENGTH // n_steps)
        other[:, at] = 255 - other[:, at]
        moved = np.abs(encoder.step_tensors(other)[0].numpy().reshape(3, n_steps, -1) - apart[0]).sum(2)
        assert (moved.argmax(1) == step).all()


def test_a_class_token_and_blocks_of_unlike_order_stand_for_no_step():
    seen = clips(2)
    assert load(checkpoint("timesformer"), pool="cls").n_steps == 1
    prism = load(checkpoint("videoprism"))
    assert prism.n_steps == 1
    assert near([layer.numpy() for layer in prism.step_tensors(seen)], prism.encode(seen))
