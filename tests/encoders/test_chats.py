"""Chat models answer alike each time, read what their template says, and say what they lack."""

import io

import pytest
import torch
from PIL import Image
from tiny_chats import TEMPLATE, write_chat, write_chat_that_answers, write_seeing_chat

from platoscope.encoders.chats import Turn, described, load_chat_model
from platoscope.errors import InputError, WeightsError

TURNS = [Turn("system", "Be short."), Turn("user", "Say hello.")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_chat(tmp_path_factory.mktemp("chat"))


@pytest.fixture(scope="module")
def model(folder):
    return load_chat_model(str(folder), revision="main", sees=False)


@pytest.fixture(scope="module")
def seeing(tmp_path_factory):
    folder = write_seeing_chat(tmp_path_factory.mktemp("seeing"))
    return load_chat_model(str(folder), revision="main", sees=True)


def picture(colour):
    file = io.BytesIO()
    Image.new("RGB", (20, 20), colour).save(file, "PNG")
    return file.getvalue()


def answer(model, turns=TURNS, *, temperature=0.0, seed=0, max_tokens=12):
    return model.answer(turns, temperature=temperature, seed=seed, max_tokens=max_tokens)


def test_a_chat_is_read_by_the_template(model):
    text = "system: Be short.\nuser: Say hello.\nassistant: "
    assert answer(model).tokens_in == len(text) + 1  # one a byte, and the first


def test_what_is_not_drawn_does_not_depend_on_the_seed(model):
    assert answer(model, seed=0) == answer(model, seed=1)
    assert answer(model).tokens_out == 12


def test_what_is_drawn_depends_on_the_seed_alone_and_leaves_the_generator_as_it_was(model):
    torch.manual_seed(3)
    before = torch.random.get_rng_state()
    drawn = [answer(model, temperature=1.0, seed=seed).text for seed in (0, 1, 0)]
    assert drawn[0] == drawn[2] != drawn[1]
    assert torch.equal(torch.random.get_rng_state(), before)


def test_an_answer_without_end_is_cut_off(model):
    assert answer(model, max_tokens=5).cut_off
    assert answer(model, max_tokens=5).tokens_out == 5


def test_an_answer_that_ends_is_whole(tmp_path):
    chat = [{"role": "user", "content": "Hi"}]
    folder = write_chat_that_answers(tmp_path, chat, "Hello é!")
    said = answer(load_chat_model(str(folder), revision="main", sees=False), [Turn("user", "Hi")], max_tokens=50)
    assert (said.text, said.cut_off, said.tokens_out) == ("Hello é!", False, len("Hello é!".encode()) + 1)


def test_a_chat_that_is_too_long_is_not_read(tmp_path):
    model = load_chat_model(str(write_chat(tmp_path, limit=60)), revision="main", sees=False)
    long = [Turn("user", "x" * 60)]
    assert answer(model, long).text is None
    short = [Turn("user", "x" * 30)]
    assert answer(model, short, max_tokens=50).tokens_out == 60 - answer(model, short).tokens_in


def test_a_template_without_a_turn_of_the_system_has_its_words_before_the_users(tmp_path, model):
    strict = "{% if messages[0]['role'] == 'system' %}{{ raise_exception('no system') }}{% endif %}" + TEMPLATE
    other = load_chat_model(str(write_chat(tmp_path, template=strict)), revision="main", sees=False)
    joined = [Turn("user", "Be short.\n\nSay hello.")]
    assert answer(other) == answer(other, joined) == answer(model, joined)


def test_pictures_are_seen(seeing):
    shown = {
        colours: answer(seeing, [Turn("user", "What is it?", tuple(map(picture, colours)))])
        for colours in (("red",), ("blue",), ("red", "blue"))
    }
    assert shown["red",] == answer(seeing, [Turn("user", "What is it?", (picture("red"),))])
    assert len({said.text for said in shown.values()}) == 3
    assert shown["red", "blue"].tokens_in > shown["red",].tokens_in


def test_a_model_without_a_template_is_refused(tmp_path):
    folder = write_chat(tmp_path, template=None)
    with pytest.raises(InputError, match="has no chat template"):
        load_chat_model(str(folder), revision="main", sees=False)


def test_a_checkpoint_that_is_not_whole_is_refused(tmp_path, folder):
    from safetensors.torch import load_file, save_file

    write_chat(tmp_path)
    tensors = load_file(tmp_path / "model.safetensors")
    tensors.pop("model.layers.1.mlp.up_proj.weight")
    save_file(tensors, tmp_path / "model.safetensors", {"format": "pt"})
    with pytest.raises(WeightsError, match="lacks 1 tensors"):
        load_chat_model(str(tmp_path), revision="main", sees=False)
    with pytest.raises(WeightsError, match="is a file; family transformers takes a folder with a model"):
        load_chat_model(str(folder / "config.json"), revision="main", sees=False)


def test_a_checkpoint_is_described_by_its_weights(tmp_path, folder):
    same, other = write_chat(tmp_path / "same"), write_chat(tmp_path / "other", seed=1)
    known = [described(str(place), revision="main") for place in (folder, same, other)]
    assert known[0] == known[1] != known[2]
