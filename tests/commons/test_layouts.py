"""Files that others wrote: each layout, as its own writer makes it, is read without losing a bit, or refused."""

import json
import pickle

import numpy as np
import pytest
import torch
from safetensors.numpy import save_file

from platoscope.commons.layouts import READERS, read_layout
from platoscope.errors import InputError

N, L, D = 6, 3, 4
RNG = np.random.default_rng(0)
FEATS = RNG.standard_normal((N, L, D)).astype("f4")  # [sample, layer, dim]
ONE = FEATS[:, 0]


def same(found, expected):
    """Whether a feature set has these layers [sample, dim] by name, bit by bit."""
    assert list(found.layers) == list(expected)
    for name, values in expected.items():
        layer = found.layers[name]
        assert layer.shape == (1, *values.shape)
        assert layer.dtype == values.dtype
        assert layer[0].tobytes() == np.ascontiguousarray(values).tobytes()


BY_NUMBER = {str(layer): FEATS[:, layer] for layer in range(L)}
BY_NAME = {"blocks.0": FEATS[:, 0], "norm": FEATS[:, 1, :2]}


def test_what_the_code_of_huh_et_al_writes(tmp_path):
    """As its extract_features.py saves them: of language models with mask and loss, of vision models without."""
    of_text = {
        "feats": torch.from_numpy(FEATS),
        "num_params": 7_000_000_000,
        "mask": torch.ones(N, 9, dtype=torch.int64),
        "loss": torch.tensor(2.5),
        "bpb": torch.tensor(0.7),
    }
    of_vision = {"feats": torch.from_numpy(FEATS), "num_params": 86_000_000}
    for name, content in (("text.pt", of_text), ("vision.pt", of_vision)):
        torch.save(content, tmp_path / name)
        found = read_layout(tmp_path / name)
        same(found, BY_NUMBER)
        assert found.about == {"encoder": {"parameters": content["num_params"]}}
        assert (found.ids, found.budgets) == (None, None)


def test_their_layers_of_unequal_dims_come_as_a_list(tmp_path):
    torch.save({"feats": [torch.from_numpy(v) for v in BY_NAME.values()]}, tmp_path / "list.pt")
    same(read_layout(tmp_path / "list.pt"), dict(zip("01", BY_NAME.values(), strict=True)))


def test_brain_floats_become_float32_without_loss(tmp_path):
    values = torch.from_numpy(ONE).bfloat16()
    torch.save(values, tmp_path / "a.pt")
    same(read_layout(tmp_path / "a.pt"), {"features": values.float().numpy()})


def test_plain_arrays_of_one_layer_of_several_and_by_name(tmp_path):
    np.save(tmp_path / "one.npy", ONE)
    same(read_layout(tmp_path / "one.npy"), {"features": ONE})
    np.save(tmp_path / "several.npy", FEATS.swapaxes(0, 1).astype("f2"))
    same(read_layout(tmp_path / "several.npy"), {name: v.astype("f2") for name, v in BY_NUMBER.items()})
    np.savez(tmp_path / "named.npz", **BY_NAME)
    same(read_layout(tmp_path / "named.npz"), BY_NAME)
    np.savez(tmp_path / "single.npz", only=FEATS.swapaxes(0, 1))
    same(read_layout(tmp_path / "single.npz"), BY_NUMBER)
    np.savez(tmp_path / "single_named.npz", only=ONE, ids=list("abcdef"))
    found = read_layout(tmp_path / "single_named.npz")
    same(found, {"only": ONE})
    assert found.ids == tuple("abcdef")
    torch.save({name: torch.from_numpy(v) for name, v in BY_NAME.items()}, tmp_path / "named.pt")
    same(read_layout(tmp_path / "named.pt"), BY_NAME)
    save_file({name: v.copy() for name, v in BY_NAME.items()}, tmp_path / "named.safetensors")
    same(read_layout(tmp_path / "named.safetensors"), BY_NAME)


def test_hdf5_by_name_and_cut_as_thingsvision_does(tmp_path):
    import h5py

    with h5py.File(tmp_path / "named.h5", "w") as file:
        for name, values in BY_NAME.items():
            file[name] = values
        file["ids"] = list("abcdef")
    found = read_layout(tmp_path / "named.h5")
    same(found, BY_NAME)
    assert found.ids == tuple("abcdef")
    with h5py.File(tmp_path / "features.hdf5", "w") as file:
        for number, rows in enumerate(np.split(ONE, 3), 1):
            file[f"features_{number:02d}"] = rows
    same(read_layout(tmp_path / "features.hdf5"), {"features": ONE})


@pytest.mark.parametrize("form", ["npy", "pt", "txt", "hdf5"])
def test_thingsvisions_save_features(tmp_path, form):
    """A folder of one file, features.FORM."""
    folder = tmp_path / "visual"
    folder.mkdir()
    if form == "npy":
        np.save(folder / "features.npy", ONE)
    elif form == "pt":
        torch.save(torch.from_numpy(ONE), folder / "features.pt")
    elif form == "txt":
        np.savetxt(folder / "features.txt", ONE)
    else:
        import h5py

        with h5py.File(folder / "features.hdf5", "w") as file:
            file.create_dataset("features", data=ONE)
    found = read_layout(folder)
    assert list(found.layers) == ["visual"]
    assert found.layers["visual"][0].astype("f4").tobytes() == ONE.tobytes()


def test_thingsvisions_folder_a_module_cut_by_rows(tmp_path):
    """As its extract_features writes them below output_dir, which it may not have put together."""
    for module, at in (("features.10", 0), ("visual", 1)):
        (tmp_path / module).mkdir()
        np.save(tmp_path / module / "features_4-6.npy", FEATS[4:, at])
        np.save(tmp_path / module / "features_0-4.npy", FEATS[:4, at])
    same(read_layout(tmp_path), {"features.10": FEATS[:, 0], "visual": FEATS[:, 1]})
    (tmp_path / "visual/features_0-4.npy").rename(tmp_path / "visual/features_0-3.npy")
    with pytest.raises(InputError, match=r"features_0-3\.npy has 4 rows, its name says 3"):
        read_layout(tmp_path)
    (tmp_path / "visual/features_0-3.npy").unlink()
    np.save(tmp_path / "visual/features_0-2.npy", FEATS[:2, 1])
    with pytest.raises(InputError, match=r"features_4-6\.npy begins at 4, the part before it ends at 2"):
        read_layout(tmp_path)


def test_thingsvisions_numbered_parts(tmp_path):
    for number in (1, 2, 10):
        np.savetxt(tmp_path / f"features_{number:02d}.txt", ONE)
    with pytest.raises(InputError, match=r"features_10\.txt begins at 10, the part before it ends at 3"):
        read_layout(tmp_path)
    (tmp_path / "features_10.txt").rename(tmp_path / "features_03.txt")
    (found,) = read_layout(tmp_path).layers.values()
    assert np.array_equal(found[0], np.concatenate([ONE] * 3))
    (tmp_path / "features_01.txt").unlink()
    with pytest.raises(InputError, match=r"features_02\.txt is the first part and begins at 2"):
        read_layout(tmp_path)


class Harmful:
    def __reduce__(self):
        return (print, ("this ran",))


def test_nothing_that_runs_code_is_loaded(tmp_path, capsys):
    torch.save({"feats": Harmful()}, tmp_path / "a.pt")
    (tmp_path / "b.pt").write_bytes(pickle.dumps(Harmful()))
    np.save(tmp_path / "c.npy", np.array([Harmful()], object))
    np.savez(tmp_path / "d.npz", feats=np.array([Harmful()], object))
    for name in ("a.pt", "b.pt", "c.npy", "d.npz"):
        with pytest.raises(InputError, match=rf"{name} cannot be read as"):
            read_layout(tmp_path / name)
    assert "this ran" not in capsys.readouterr().out


def test_activations_that_are_no_vectors_are_refused_with_their_shape(tmp_path):
    torch.save({"conv": torch.zeros(N, 2, 3, 3)}, tmp_path / "conv.pt")
    with pytest.raises(InputError, match=r"'conv' is \(6, 2, 3, 3\), wanted \[sample, dim\]: pool"):
        read_layout(tmp_path / "conv.pt")
    (tmp_path / "tokens").mkdir()
    np.save(tmp_path / "tokens/features.npy", FEATS)
    with pytest.raises(InputError, match=r"features\.npy holds \(6, 3, 4\), wanted \[sample, dim\]"):
        read_layout(tmp_path / "tokens")
    torch.save({"feats": torch.zeros(N, D)}, tmp_path / "flat.pt")
    with pytest.raises(InputError, match=r"feats are \(6, 4\), wanted \[sample, layer, dim\]"):
        read_layout(tmp_path / "flat.pt")
    np.savez(tmp_path / "uneven.npz", a=ONE, b=ONE[:4])
    with pytest.raises(InputError, match=r"'b' has 4 samples, 'a' 6: all must have the same"):
        read_layout(tmp_path / "uneven.npz")
    torch.save({"names": ["a", "b"]}, tmp_path / "names.pt")
    with pytest.raises(InputError, match=r"'names' is list, wanted \[sample, dim\]"):
        read_layout(tmp_path / "names.pt")


def test_what_is_no_file_of_features_says_what_would_be(tmp_path):
    for name in ("gone.npy", "a.mat"):
        if name != "gone.npy":
            (tmp_path / name).write_text("x")
        with pytest.raises(InputError, match=r"features are \.npy, \.npz, .*\.hdf5, or a folder"):
            read_layout(tmp_path / name)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"empty has no features: features\*\.npy, "):
        read_layout(tmp_path / "empty")
    for suffix in READERS:
        (tmp_path / f"b{suffix}").write_bytes(b"no such file\0")
        with pytest.raises(InputError, match=rf"b\{suffix} cannot be read as"):
            read_layout(tmp_path / f"b{suffix}")
    (tmp_path / "c.json").write_text(json.dumps({"layers": ["x"], "ids": []}))
    save_file({"y": ONE.copy()}, tmp_path / "c.safetensors")
    with pytest.raises(InputError, match=r"c\.safetensors lacks layer 'x', which c\.json names"):
        read_layout(tmp_path / "c.safetensors")
