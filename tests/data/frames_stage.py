"""What tests of the frames stage share: its params, a pool that works in this process, and the stage over files."""

from platoscope.data import frames
from platoscope.data.frames import Job
from platoscope.data.rows import write_lines
from platoscope.params import parse_params
from platoscope.scratch import digest_of
from platoscope.store import FramesStore

SIZE = 16


def params(folder, **changes):
    raw = {
        "dataset": {"source": "folder", "path": str(folder)},
        "frames": {"size": SIZE, "samplers": ["center"]},
        "budgets": {"frames": [1, 2, 4], "captions": [1]},
        "encoders": {
            "video": {"colour": {"family": "pixels", "kind": "mean_colour"}},
            "text": {"words": {"family": "hf_text"}},
        },
    }
    for place, value in changes.items():
        section, name = place.split("__")
        raw.setdefault(section, {})[name] = value
    return parse_params(raw)


def job(path):
    return Job(path, (1, 4), ("center",), SIZE, "crop", 8192 * 8192, 14400.0, whole=False)


def of_files(tmp_path, project, *names, **changes):
    """Run the stage over files of one folder and give their status and reason, by name."""
    rows = [{"id": name, "path": name, "made": False, "digest": digest_of(tmp_path / name)} for name in names]
    write_lines(project.dataset / "videos.jsonl", rows)
    frames.run(params(tmp_path, **changes), project)
    store = FramesStore(project.frames)
    return {name: (store.status[row], store.notes.get(row, "")) for row, name in enumerate(names)}


class Here:
    """A pool that does its jobs in this process, when their results are asked for."""

    def __init__(self, **limits):
        self.limits = limits

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def submit(self, function, jobs):
        return [(function, job) for job in jobs]

    def results(self, tasks):
        return [self.do(*task) for task in tasks]

    def do(self, function, job):
        return function(job)


def in_this_process(monkeypatch):
    """Decode here, and say which files were decoded."""
    seen = []

    class Listed(Here):
        def do(self, function, job):
            seen.append(job.path.stem)
            return function(job)

    monkeypatch.setattr(frames, "Pool", Listed)
    return seen
