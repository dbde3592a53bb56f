"""transformers' image towers on tiny random checkpoints, against ten lines of the library."""

import json
import shutil

import numpy as np
import pytest
import torch
import transformers
from tiny_towers import IMAGES, LAYERS, N_PREFIX, SIZE, WIDTH, by_hand, checkpoint, near

from platoscope.encoders.base import VideoEncoder, load_video_encoder
from platoscope.encoders.hf_image import TOWERS, patches_of
from platoscope.encoders.weights import digest_weights
from platoscope.errors import InputError
from platoscope.params import VideoEncoderParams


def load(folder, *, frame_size=SIZE, **more):
    entry = VideoEncoderParams(family="hf_image", checkpoint=str(folder), **more)
    return load_video_encoder(entry, frame_size=frame_size, device="cpu")


def frames(n, *, size=SIZE, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (n, size, size, 3)).astype(np.uint8)


def test_there_is_a_tiny_checkpoint_of_every_architecture():
    assert set(IMAGES) == set(TOWERS)


@pytest.mark.parametrize("name", IMAGES)
def test_every_layer_and_final_equal_the_library_called_directly(name):
    encoder, seen = load(checkpoint(name)), frames(3)
    assert near(encoder.encode(seen), by_hand(name, checkpoint(name), seen))
    assert encoder.layers[-1] == "final"
    assert not isinstance(encoder, VideoEncoder)


@pytest.mark.parametrize("name", IMAGES)
def test_there_are_as_many_layers_as_blocks_and_one_of_the_width_of_each(name):
    encoder = load(checkpoint(name))
    widths = [8, 12, 16, WIDTH] if name == "dinov3_convnext" else [WIDTH] * LAYERS
    assert [layer.shape for layer in encoder.encode(frames(2))] == [(2, width) for width in [*widths, WIDTH]]
    modules = dict(transformers.AutoModel.from_pretrained(checkpoint(name)).named_modules())
    within = "vision_model." if name in ("clip", "siglip", "siglip2") else ""
    assert all(within + layer in modules for layer in encoder.layers[:-1])
    assert len(set(encoder.layers)) == len(encoder.layers)


@pytest.mark.parametrize("name", [name for name in IMAGES if N_PREFIX.get(name)])
def test_cls_is_the_first_token_of_every_block(name):
    seen = frames(2)
    cls, mean = (load(checkpoint(name), pool=pool).encode(seen) for pool in ("cls", "mean"))
    assert near(cls, by_hand(name, checkpoint(name), seen, pool="cls"))
    assert not near(cls, mean)


@pytest.mark.parametrize("name", [name for name in IMAGES if not N_PREFIX.get(name)])
def test_cls_where_there_is_no_such_token_is_refused_and_names_mean(name):
    with pytest.raises(InputError, match="has no pool 'cls', only mean"):
        load(checkpoint(name), pool="cls")


@pytest.mark.parametrize("name", IMAGES)
def test_company_and_order_of_the_frames_change_nothing(name):
    encoder, seen = load(checkpoint(name)), frames(5)
    whole = encoder.encode(seen)
    alone = [np.concatenate(parts) for parts in zip(*(encoder.encode(seen[i : i + 1]) for i in range(5)), strict=True)]
    assert near(alone, whole)
    assert near([layer[::-1] for layer in encoder.encode(seen[::-1])], whole)


@pytest.mark.parametrize("name", IMAGES)
def test_bfloat16_gives_the_same_within_its_precision(name):
    seen = frames(4)
    half, whole = (load(checkpoint(name), dtype=dtype).encode(seen) for dtype in ("bfloat16", "float32"))
    assert all(layer.dtype == np.float32 for layer in half)
    assert near(half, whole, scale=0.06)
    assert not near(half, whole)


@pytest.mark.parametrize("name", ["vit", "ijepa", "dinov2", "dinov3_vit", "clip", "siglip", "dinov3_convnext"])
def test_another_image_size_interpolates_positions_as_the_library_does(name):
    seen = frames(2, size=2 * SIZE)
    more = {"interpolate_pos_encoding": True} if name in ("vit", "ijepa", "clip", "siglip") else {}
    encoder = load(checkpoint(name), frame_size=2 * SIZE, image_size=2 * SIZE)
    assert near(encoder.encode(seen), by_hand(name, checkpoint(name), seen, **more))


def test_patches_are_those_of_the_librarys_own_processor():
    seen = frames(3, size=24)
    processor = transformers.Siglip2ImageProcessor(patch_size=8, max_num_patches=9)
    direct = processor(images=list(seen), return_tensors="pt")
    x = torch.from_numpy(seen).permute(0, 3, 1, 2).float() / 127.5 - 1
    for name, tensor in patches_of(x, 8).items():
        torch.testing.assert_close(tensor, direct[name].to(tensor.dtype), atol=1e-6, rtol=0)


def test_an_image_size_that_patches_do_not_fill_is_refused():
    with pytest.raises(InputError, match="patches of 16 px: image_size 40 is no multiple"):
        load(checkpoint("vit"), image_size=40, frame_size=40)


def test_frames_of_another_size_or_type_are_refused():
    encoder = load(checkpoint("dinov2"))
    with pytest.raises(InputError, match=r"\(2, 40, 40, 3\), the encoder was loaded for uint8 \[batch, 32, 32, 3\]"):
        encoder.encode(frames(2, size=40))
    with pytest.raises(InputError, match="frames are float32"):
        encoder.encode(frames(2).astype(np.float32))


def test_frames_that_are_stored_too_small_are_refused_with_both_sizes():
    with pytest.raises(InputError, match=r"wants frames of 32 px .* frames.size is 31: store larger frames"):
        load(checkpoint("dinov2"), frame_size=31)


def test_an_architecture_that_is_no_image_tower_is_refused_by_its_name():
    with pytest.raises(InputError, match="is a timesformer, not one of vit, "):
        load(checkpoint("timesformer"))


def state(encoder):
    return torch.cat([p.flatten() for p in encoder._model.parameters()])


@pytest.mark.parametrize("name", ["dinov2", "clip"])
def test_untrained_weights_depend_on_the_seed_alone_and_leave_the_generator_as_it_was(name):
    torch.manual_seed(1)
    before = torch.get_rng_state()
    first = state(load(checkpoint(name), random_init=True))
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(2)
    assert torch.equal(state(load(checkpoint(name), random_init=True)), first)
    assert not torch.equal(state(load(checkpoint(name), random_init=True, seed=1)), first)
    assert not torch.equal(state(load(checkpoint(name))), first)
    assert state(load(checkpoint(name))).shape == first.shape


def test_the_description_tells_parameters_without_a_pooler_revision_digest_and_preprocessing():
    told = load(checkpoint("vit")).description
    model = transformers.ViTModel.from_pretrained(checkpoint("vit"), add_pooling_layer=False)
    assert told["parameters"] == sum(p.numel() for p in model.parameters())
    assert told["revision"] == "local"
    assert told["weights"] == digest_weights(checkpoint("vit"))
    assert told["preprocessing"]["crop"] == SIZE
    assert told["normed"] == ["final"]


def test_a_checkpoint_that_names_no_size_wants_one_named(tmp_path):
    folder = tmp_path / "vit"
    shutil.copytree(checkpoint("vit"), folder)
    file = folder / "preprocessor_config.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "do_resize": False}))
    with pytest.raises(InputError, match="its settings resize no frames: say image_size"):
        load(folder)
    assert near(load(folder, image_size=SIZE).encode(frames(2)), load(checkpoint("vit")).encode(frames(2)))
