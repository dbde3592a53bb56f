"""Features that become an encoder of a project: which row is which sample, at which budget, and what is refused."""

import numpy as np
import pytest
import torch
from commons_project import IDS, PARAMS, entry_of, make_files

from platoscope.commons.importing import import_features
from platoscope.encoders.base import open_stored
from platoscope.errors import InputError

ONE_CELL = PARAMS.replace("frames: [1, 4]", "frames: [4]").replace("captions: [1, 2]", "captions: [2]")
FEATS = np.random.default_rng(0).standard_normal((6, 3, 4)).astype("f4")


@pytest.fixture
def project(tmp_path):
    """Of one budget a side, which files that name none are of."""
    return make_files(tmp_path / "mine", params=ONE_CELL)


def stored(project, side, key, ids=IDS, budgets=(4,)):
    entry = entry_of(project, side, key)
    entry = entry.model_copy(update={"weights": str(project.root / entry.weights)})
    found = open_stored(entry, ids=ids, budgets=budgets)
    return dict(zip(found.layers, found.rows(range(len(ids))), strict=True))


def test_rows_without_names_are_those_of_the_samples(project, tmp_path):
    torch.save({"feats": torch.from_numpy(FEATS), "num_params": 5}, tmp_path / "DINO v2.pt")
    said = import_features(project, [tmp_path / "DINO v2.pt"], side="video")
    assert said.startswith("dino_v2: 3 layers of 4 dims x 6 samples, one budget; encoders.video.dino_v2 is in params")
    assert [layer[0].tobytes() for layer in stored(project, "video", "dino_v2").values()] == [
        np.ascontiguousarray(FEATS[:, at]).tobytes() for at in range(3)
    ]
    entry = entry_of(project, "video", "dino_v2")
    assert (entry.family, entry.weights) == ("stored", "data/commons/video/dino_v2.npz")
    assert "dino_v2: # imported from DINO v2.pt\n" in project.params.read_text()


def test_another_number_of_rows_needs_their_ids(project, tmp_path):
    order = [*IDS[::-1], "somebody else"]
    values = np.concatenate([FEATS[::-1, 0], FEATS[:1, 0]])
    np.save(tmp_path / "more.npy", values)
    with pytest.raises(
        InputError, match=r"more\.npy has 7 rows and no ids, .*samples\.jsonl 6 samples: .*--ids FILE, one id a line"
    ):
        import_features(project, [tmp_path / "more.npy"], side="video")
    (tmp_path / "ids.txt").write_text("\n".join(order) + "\n")
    import_features(project, [tmp_path / "more.npy"], side="video", ids=tmp_path / "ids.txt")
    assert np.array_equal(stored(project, "video", "more")["features"][0], FEATS[:, 0])


def test_a_list_of_files_names_samples_by_their_stems(project, tmp_path):
    folder = tmp_path / "visual"
    folder.mkdir()
    np.save(folder / "features.npy", FEATS[::-1, 0])
    (folder / "file_names.txt").write_text("".join(f"images/{id_}.jpg\n" for id_ in IDS[::-1]))
    import_features(project, [folder], side="video", key="tv")
    assert np.array_equal(stored(project, "video", "tv")["visual"][0], FEATS[:, 0])


def test_the_list_has_to_have_a_line_for_each_row_and_every_sample(project, tmp_path):
    np.save(tmp_path / "a.npy", FEATS[:, 0])
    ids = tmp_path / "ids.txt"
    ids.write_text("\n".join(IDS[:5]))
    with pytest.raises(InputError, match=r"a\.npy has 6 rows, .*ids\.txt 5 lines"):
        import_features(project, [tmp_path / "a.npy"], side="video", ids=ids)
    ids.write_text("\n".join([*IDS[:4], "x", "y"]))
    with pytest.raises(
        InputError, match=r"a\.npy lacks 2 of the 6 samples of .*, the first 'clip_4'; its own begin with 'clip_0'"
    ):
        import_features(project, [tmp_path / "a.npy"], side="video", ids=ids)
    ids.write_text("\n".join([*IDS[:5], IDS[0]]))
    with pytest.raises(InputError, match=r"names sample 'clip_0' twice"):
        import_features(project, [tmp_path / "a.npy"], side="video", ids=ids)
    np.savez(tmp_path / "b.npz", x=FEATS[:, 0], ids=IDS)
    with pytest.raises(InputError, match=r"b\.npz has ids of its own: leave --ids"):
        import_features(project, [tmp_path / "b.npz"], side="video", ids=ids)
    assert list(project.commons("video", "").parent.glob("**/*.np*")) == []
    assert project.params.read_text() == ONE_CELL


def test_files_of_a_budget_each_are_put_together(tmp_path):
    project = make_files(tmp_path / "grid")
    for budget in (1, 4):
        np.save(tmp_path / f"f{budget}.npy", FEATS[:, 0] * budget)
    files = [tmp_path / "f4.npy", tmp_path / "f1.npy"]
    with pytest.raises(InputError, match=r"f4\.npy holds one budget that it does not name, params ask for 1, 4"):
        import_features(project, files[:1], side="video", key="mine")
    with pytest.raises(InputError, match="2 files are given: say what each is of"):
        import_features(project, files, side="video", key="mine")
    with pytest.raises(InputError, match=r"f4\.npy has no budget 1, only 4"):
        import_features(project, files[:1], side="video", key="mine", budgets=[4])
    with pytest.raises(InputError, match="2 files and --budget 4, 4"):
        import_features(project, files, side="video", key="mine", budgets=[4, 4])
    import_features(project, files, side="video", key="mine", budgets=[4, 1])
    (layer,) = stored(project, "video", "mine", budgets=(1, 4)).values()
    assert np.array_equal(layer, np.stack([FEATS[:, 0], FEATS[:, 0] * 4]))


def test_files_that_are_not_of_one_encoder_are_told_apart(tmp_path):
    project = make_files(tmp_path / "grid")
    np.savez(tmp_path / "a.npz", x=FEATS[:, 0], y=FEATS[:, 1])
    np.savez(tmp_path / "b.npz", x=FEATS[:, 0], z=FEATS[:, 1])
    np.savez(tmp_path / "c.npz", x=FEATS[:, 0, :2], y=FEATS[:, 1])
    for other, said in (
        ("b", "b.npz has other layers than .*a.npz: at 1 'z', not 'y'"),
        ("c", "layer 'x' has other dims"),
    ):
        with pytest.raises(InputError, match=said):
            import_features(
                project, [tmp_path / "a.npz", tmp_path / f"{other}.npz"], side="video", key="k", budgets=[1, 4]
            )


def test_doubles_are_rounded_once_and_what_is_no_number_is_named(project, tmp_path):
    values = np.random.default_rng(1).standard_normal((6, 4))
    np.save(tmp_path / "d.npy", values)
    import_features(project, [tmp_path / "d.npy"], side="text")
    with np.load(project.commons("text", "d.npz")) as content:
        assert np.array_equal(content["features"], values.astype("f4"))
    for bad in (np.nan, 1e300):
        values[2, 3] = bad
        np.save(tmp_path / "e.npy", values)
        with pytest.raises(InputError, match=r"layer 'features' has .* for row 2, wanted finite ones"):
            import_features(project, [tmp_path / "e.npy"], side="text")
    np.save(tmp_path / "f.npy", np.arange(24).reshape(6, 4))
    with pytest.raises(InputError, match=r"layer 'features' is int64 \(1, 6, 4\), wanted floating \(1, 6, dim\)"):
        import_features(project, [tmp_path / "f.npy"], side="text")


def test_a_sampler_that_is_not_the_usual_one_stands_in_the_entry(tmp_path):
    project = make_files(tmp_path / "mine", params=ONE_CELL)
    np.save(tmp_path / "s.npy", FEATS[:, 0])
    import_features(project, [tmp_path / "s.npy"], side="video", sampler="span")
    assert entry_of(project, "video", "s").sampler == "span"


def test_an_entry_that_params_would_refuse_leaves_nothing_behind(project, tmp_path):
    np.save(tmp_path / "s.npy", FEATS[:, 0])
    for options in (
        {"side": "video", "sampler": "linspace"},
        {"side": "text", "sampler": "span"},
        {"side": "text", "key": "B a"},
    ):
        with pytest.raises(InputError):
            import_features(project, [tmp_path / "s.npy"], **options)
    np.save(tmp_path / "äö.npy", FEATS[:, 0])
    with pytest.raises(InputError, match="no name that a key could be made of: give one, --as KEY"):
        import_features(project, [tmp_path / "äö.npy"], side="video")
    assert not [path for path in (project.data / "commons").rglob("*") if path.is_file()]
    assert project.params.read_text() == ONE_CELL


def test_a_file_that_changes_after_it_was_imported_is_not_read(project, tmp_path):
    from platoscope.errors import WeightsError

    np.save(tmp_path / "a.npy", FEATS[:, 0])
    import_features(project, [tmp_path / "a.npy"], side="video")
    place = project.commons("video", "a.npz")
    with np.load(place) as content:
        np.savez(place, **{**content, "features": content["features"] + 1})
    with pytest.raises(WeightsError, match=r"a\.npz has the digest [0-9a-f]{12}, its entry says [0-9a-f]{12}"):
        stored(project, "video", "a")
