"""The frames stage on small files, some broken: all are listed, none is replaced, and work is reused where it fits."""

import av
import numpy as np
import pytest
from frames_stage import SIZE, Here, in_this_process, job, params

from platoscope.data import frames
from platoscope.data.decode import decode_clip
from platoscope.data.frames import ClipBlocks, decode
from platoscope.data.rows import write_lines
from platoscope.errors import DataError
from platoscope.parallel import Crash
from platoscope.project import Project
from platoscope.scratch import digest_of
from platoscope.store import FramesStore, digest_ids, read_thumbnails

LENGTHS = {"a": 6, "broken": 0, "c": 1, "d": 9, "empty": 0}
STATUS = ["ok", "failed", "ok", "ok", "failed"]


def write_video(path, n_frames, *, seed):
    """A lossless clip whose every frame is one colour of its own."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=25, options={"threads": "1"})
        stream.pix_fmt, stream.height, stream.width = "bgr0", 24, 32
        for colour in np.random.default_rng(seed).integers(0, 256, (n_frames, 3)):
            picture = np.broadcast_to(colour.astype(np.uint8), (24, 32, 3)).copy()
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clips")
    for seed, (name, n_frames) in enumerate(LENGTHS.items()):
        if n_frames:
            write_video(folder / f"{name}.mkv", n_frames, seed=seed)
    (folder / "broken.mkv").write_bytes(b"this is no video at all, " * 40)
    (folder / "empty.mkv").touch()
    return folder


def run(project, folder, *, names=tuple(LENGTHS), **changes):
    files = {name: folder / f"{name}.mkv" for name in names}
    rows = [{"id": name, "path": file.name, "made": False, "digest": digest_of(file)} for name, file in files.items()]
    write_lines(project.dataset / "videos.jsonl", rows)
    return frames.run(params(folder, **changes), project)


@pytest.fixture(autouse=True)
def _workers(monkeypatch):
    monkeypatch.setenv("PLATOSCOPE_WORKERS", "1")
    monkeypatch.delenv("PLATOSCOPE_WORK", raising=False)
    monkeypatch.delenv("DVC_ROOT", raising=False)


@pytest.fixture(scope="module")
def made(tmp_path_factory, folder):
    """A project whose stage ran: the project and the stage's line."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PLATOSCOPE_WORKERS", "2")
        project = Project(tmp_path_factory.mktemp("project"))
        return project, run(project, folder)


def decoded(folder, name, budgets=(1, 2, 4)):
    return decode_clip(folder / f"{name}.mkv", budgets=budgets, samplers=("center",), size=SIZE, fit="crop")


def test_a_video_that_cannot_be_decoded_is_listed_with_its_reason_and_never_replaced(made):
    project, line = made
    store = FramesStore(project.frames)
    assert store.status == STATUS
    assert store.attributes["videos"] == digest_ids(LENGTHS)
    assert store.n_decoded.tolist() == list(LENGTHS.values())
    assert store.width.tolist() == [32, 0, 32, 32, 0]
    assert store.height.tolist() == [24, 0, 24, 24, 0]
    assert set(store.notes) == {1, 4}
    assert "cannot be opened as a video" in store.notes[1]
    assert store.notes[4] == "is empty"
    for n_f in (1, 2, 4):
        rows = store.choice("center", n_f)
        assert (rows[[1, 4]] == -1).all()
        assert (rows[[0, 2, 3]] >= 0).all()
    assert line.endswith("of 5 videos (3 ok, 2 failed)")


def test_every_budget_shows_the_frames_that_decoding_chooses(made, folder):
    store = FramesStore(made[0].frames)
    for row, name in enumerate(LENGTHS):
        if STATUS[row] == "ok":
            clip = decoded(folder, name)
            for n_f in (1, 2, 4):
                shown = [store.read(np.array([place]))[0] for place in store.choice("center", n_f)[row]]
                assert np.array_equal(shown, clip.frames[clip.choice["center", n_f]])


def test_thumbnails_are_four_pictures_across_the_clip_and_black_where_there_is_none(made, folder):
    pictures = read_thumbnails(made[0].thumbnails)
    assert pictures.shape == (5, 4, 64, 64, 3)
    assert not pictures[[1, 4]].any()
    shown = decoded(folder, "d").frames
    for step in range(4):
        # frames are one colour, which no resizing changes
        assert (pictures[3, step] == shown[(2 * step + 1) * len(shown) // 8][0, 0]).all()


def test_thumbnails_are_left_out_where_params_say_so(tmp_path, folder, monkeypatch):
    in_this_process(monkeypatch)
    project = Project(tmp_path)
    run(project, folder, frames__thumbnails=False)
    assert read_thumbnails(project.thumbnails) is None


def test_stores_depend_on_neither_the_place_of_project_and_videos_nor_the_workers(made, tmp_path, folder):
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    for file in folder.iterdir():
        (moved / file.name).write_bytes(file.read_bytes())
    project = Project(tmp_path / "project")
    run(project, moved)
    for one, other in ((made[0].frames, project.frames), (made[0].thumbnails, project.thumbnails)):
        assert digest_of(one) == digest_of(other)
    files = [file for file in project.frames.rglob("*") if file.is_file()]
    assert not [file for file in files if str(tmp_path).encode() in file.read_bytes()]


def test_block_borders_change_no_byte(made, tmp_path, folder, monkeypatch):
    in_this_process(monkeypatch)
    monkeypatch.setattr(frames, "BLOCK", 2)
    project = Project(tmp_path)
    run(project, folder)
    assert digest_of(project.frames) == digest_of(made[0].frames)


def test_a_run_that_stopped_goes_on_behind_its_last_block(tmp_path, folder, monkeypatch):
    seen = in_this_process(monkeypatch)
    monkeypatch.setattr(frames, "BLOCK", 2)
    project = Project(tmp_path)
    save, stopped = frames._save, RuntimeError("stopped")

    def stop_at_d(part, clips):
        if seen[-1] == "d":
            raise stopped
        save(part, clips)

    monkeypatch.setattr(frames, "_save", stop_at_d)
    with pytest.raises(RuntimeError, match="stopped"):
        run(project, folder)
    assert not project.frames.exists()
    monkeypatch.setattr(frames, "_save", save)
    run(project, folder)
    assert seen == ["a", "broken", "c", "d", "c", "d", "empty"]


def test_another_budget_is_decoded_again_and_going_back_is_not(tmp_path, folder, monkeypatch):
    seen = in_this_process(monkeypatch)
    project = Project(tmp_path)
    run(project, folder)
    first = digest_of(project.frames)
    run(project, folder, budgets__frames=[1, 3])
    assert seen == [*LENGTHS] * 2
    store = FramesStore(project.frames)
    assert store.attributes["choices"] == ["center/1", "center/3"]
    clip = decoded(folder, "d", (1, 3))
    rows = store.choice("center", 3)[3]
    assert np.array_equal(
        store.read(np.unique(rows))[np.searchsorted(np.unique(rows), rows)], clip.frames[clip.choice["center", 3]]
    )
    run(project, folder)
    assert len(seen) == 10
    assert digest_of(project.frames) == first


@pytest.mark.parametrize(
    "changes",
    [
        {"frames__size": 8},
        {"frames__fit": "pad"},
        {"frames__samplers": ["center", "linspace"]},
        {"frames__max_pixels": 1000},
        {"frames__max_seconds": 60.0},
    ],
    ids=str,
)
def test_whatever_changes_a_pixel_or_a_choice_is_decoded_again(tmp_path, folder, monkeypatch, changes):
    seen = in_this_process(monkeypatch)
    project = Project(tmp_path)
    run(project, folder)
    run(project, folder, **changes)
    assert len(seen) == 10
    assert len(FramesStore(project.frames).attributes["choices"]) == 3 * len(changes.get("frames__samplers", [0]))


def test_params_that_change_no_byte_decode_nothing_again(tmp_path, folder, monkeypatch):
    seen = in_this_process(monkeypatch)
    project = Project(tmp_path)
    run(project, folder)
    run(project, folder, frames__short="exclude", budgets__captions=[1, 2])
    assert len(seen) == 5


def test_another_video_under_the_same_name_is_decoded_again(tmp_path, monkeypatch):
    seen = in_this_process(monkeypatch)
    project, mine = Project(tmp_path / "project"), tmp_path / "mine"
    mine.mkdir()
    for seed in (1, 2):
        write_video(mine / "a.mkv", 3, seed=seed)
        run(project, mine, names=("a",))
    assert seen == ["a", "a"]
    assert np.array_equal(FramesStore(project.frames).read(np.arange(3)), decoded(mine, "a").frames)


def test_a_file_that_is_gone_since_the_data_set_was_read_is_an_error_and_no_failure_of_its_video(tmp_path):
    project, mine = Project(tmp_path / "project"), tmp_path / "mine"
    mine.mkdir()
    write_video(mine / "a.mkv", 1, seed=0)
    rows = ({"id": name, "path": f"{name}.mkv", "made": False, "digest": name} for name in ("a", "b"))
    write_lines(project.dataset / "videos.jsonl", rows)
    with pytest.raises(DataError, match=r"1 of 2 videos are missing, first .*b\.mkv"):
        frames.run(params(mine), project)


def test_a_worker_that_crashes_over_a_video_is_a_status_with_its_reason(tmp_path, folder, monkeypatch):
    class Crashing(Here):
        def do(self, function, job):
            fatal = job.path.stem == "c" and function is decode
            return Crash("crashed its worker process") if fatal else function(job)

    monkeypatch.setattr(frames, "Pool", Crashing)
    project = Project(tmp_path)
    run(project, folder)
    store = FramesStore(project.frames)
    assert store.status == ["ok", "failed", "failed", "ok", "failed"]
    assert store.notes[2] == "decoding crashed its worker process"


def test_space_is_asked_for_by_frames_that_may_be_shown_and_blocks_that_are_missing(tmp_path, folder, monkeypatch):
    in_this_process(monkeypatch)
    monkeypatch.setattr(frames, "BLOCK", 2)
    asked, project = [], Project(tmp_path)
    monkeypatch.setattr(frames, "require_space", lambda _, n_bytes: asked.append(n_bytes))
    run(project, folder, budgets__frames=[1, 3, 6])  # the middle of all is that of 3 parts, no middle of 6 is one of 3
    (next(project.scratch.rglob("0000002.npz"))).unlink()
    run(project, folder, budgets__frames=[1, 3, 6])
    assert asked == [videos * 9 * 3 * SIZE**2 for videos in (5 + 5, 2)]  # in blocks, and in a store if there is none


def test_blocks_give_back_clips_as_they_were(tmp_path, folder):
    clips = [decode(job(folder / f"{name}.mkv")) for name in LENGTHS]
    for start in (0, 3):
        frames._save(tmp_path / f"{start}.npz", clips[start : start + 3])
    back = list(ClipBlocks([tmp_path / "0.npz", tmp_path / "3.npz"]))
    for one, other in zip(clips, back, strict=True):
        for name in ("n_decoded", "seconds", "width", "height", "status", "note"):
            assert getattr(one, name) == getattr(other, name)
        for name in ("frames", "frame_index", "pts_seconds"):
            assert np.array_equal(getattr(one, name), getattr(other, name))
        assert one.choice.keys() == other.choice.keys()
        assert all(np.array_equal(one.choice[name], other.choice[name]) for name in one.choice)
