"""Two labs that never met, each with a clone of its own: what one computed, the other compares without computing it."""

import copy
import csv
import re
import shutil
import subprocess

import numpy as np
import pytest
import torch
import yaml

from conftest import ROOT
from platoscope.data.samples import read_samples
from platoscope.errors import StoreError
from platoscope.project import Project
from platoscope.store import FeaturesStore

TINY = {
    "budgets": {"frames": [1, 2], "captions": [1, 2]},
    "captions": {"source": "dataset", "modes": ["distinct"], "combine": ["join", "mean"]},
    "samples": {"n": 20},
    "neighbours": {"depth": 12},
    "alignment": {"k": 3},
}
EYES = {"ours": "mean_colour", "theirs": "thumbnail"}
GIT = dict.fromkeys(
    ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"), "lab"
)  # fmt: skip


def run(project, *words, cwd=None, check=True):
    done = subprocess.run(
        words, cwd=cwd or project.root, env=project.environment(**GIT), capture_output=True, text=True, timeout=600
    )
    if check and done.returncode:
        pytest.fail(f"{' '.join(words)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}")
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def labs(make_project, small, tmp_path_factory):
    """Two projects that ran, of which one is also a repository and a DVC remote that hold all of it."""
    params = {**copy.deepcopy(small), **TINY}
    params["dataset"]["n"] = 22
    params["statistics"].update(permutations=19, draws=100, gallery_draws=0)
    found, base = {}, tmp_path_factory.mktemp("base")
    for name, eye in EYES.items():
        params["encoders"]["video"] = {eye: {"family": "pixels", "kind": eye}}
        found[name] = make_project(params)
        without(found[name], "scaling", "report")
        if name == "theirs":  # they have the same samples
            for part in ("data", "dvc.lock", ".dvc/cache"):
                copied(found["ours"].root / part, found[name].root / part)
        found[name].repro()
    theirs = found["theirs"]
    run(theirs, "git", "checkout", "-q", "-B", "main")
    run(theirs, "dvc", "remote", "add", "lab", str(base / "remote"))
    run(theirs, "dvc", "push", "-q", "-r", "lab")
    run(theirs, "git", "add", ".")
    run(theirs, "git", "commit", "-q", "-m", "All of it")
    run(theirs, "git", "clone", "-q", "--bare", ".", str(base / "theirs.git"))
    # As the pages have them: beside each other.
    (base / "theirs").symlink_to(theirs.root)
    (base / "ours").symlink_to(found["ours"].root)
    return base, found["ours"], theirs


def without(project, *stages):
    """Drop stages that nothing here leans on: each takes seconds."""
    file = project.root / "dvc.yaml"
    content = yaml.safe_load(file.read_text())
    content["stages"] = {name: stage for name, stage in content["stages"].items() if name not in stages}
    file.write_text(yaml.safe_dump(content, sort_keys=False))


def copied(source, target):
    (shutil.copytree if source.is_dir() else shutil.copy2)(source, target)


def rows(project, text="minilm"):
    with (project.root / "data/alignment/pairs.csv").open(newline="") as file:
        return {(r["video"], r["n_f"], r["n_c"]): r for r in csv.DictReader(file) if r["text"] == text}


@pytest.fixture(scope="module")
def pages(labs):
    """The commands of docs/features.md, run one after the other; what each block printed, by its first command."""
    base, ours, _ = labs
    samples = read_samples(Project(ours.root).samples)
    rng = np.random.default_rng(0)
    (base / "ids.txt").write_text("\n".join(samples.ids[::-1]))
    for budget in (1, 2):
        feats = torch.from_numpy(rng.standard_normal((20, 3, 8)).astype("f4"))
        torch.save({"feats": feats, "num_params": 9}, base / f"llama_{budget}.pt")
        (base / f"visual_{budget}" / "blocks").mkdir(parents=True)
        np.save(base / f"visual_{budget}/blocks/features.npy", rng.standard_normal((20, 6)).astype("f4"))
        (base / f"visual_{budget}/file_names.txt").write_text("\n".join(f"{id_}.png" for id_ in samples.ids))
    printed = {}
    for block in re.findall(r"```bash\n(.*?)```", (ROOT / "docs/features.md").read_text(), re.DOTALL):
        # A folder's parent is that of the real one, so links would not do.
        printed[block.split("\n")[0]] = run(ours, "bash", "-ec", block.replace("../", f"{base}/"))
    return printed


def test_what_the_other_lab_computed_is_compared_and_scores_as_it_does_there(labs, pages):
    _, ours, theirs = labs
    here, there = rows(ours), rows(theirs)
    cells = [cell for cell in there if cell[0] == "thumbnail"]
    assert len(cells) == 4
    for cell in cells:
        assert {**here[cell], "q": ""} == {**there[cell], "q": ""}  # of all rows of a table
    stages = re.findall(r"Running stage '(.*?)'", pages["platoscope add ../theirs thumbnail"])
    assert set(stages) == {"video_features@thumbnail", "video_neighbours@thumbnail", "alignment"}
    stores = (FeaturesStore(Project(p.root).features("video", "thumbnail")) for p in (ours, theirs))
    assert len({store.attributes["digest"] for store in stores}) == 1


def test_an_encoder_comes_from_a_repository_and_its_remote_with_every_variant_of_captions(labs, pages):
    _, ours, theirs = labs
    assert "\ntheir_minilm: " in "\n" + next(text for first, text in pages.items() if "theirs.git" in first)
    mine, its = (
        FeaturesStore(Project(project.root).features("text", key))
        for project, key in ((ours, "their_minilm"), (theirs, "minilm"))
    )
    assert mine.attributes["digest"] == its.attributes["digest"]
    assert mine.attributes["variants"] == its.attributes["variants"]
    assert re.search(r"their_minilm: # added: minilm of .*theirs\.git at [0-9a-f]{12}\n", params_of(ours))


def params_of(project):
    return (project.root / "params.yaml").read_text()


def test_tables_are_printed_in_every_form(labs, pages):
    _, ours, _ = labs
    shown = pages["platoscope table"].splitlines()
    assert shown[0].split() == ["video", "text", "n_f", "n_c", "score", "null95", "p", "cal.", "95", "%", "held-out"]
    best = rows(ours)["mean_colour", "2", "2"]
    cells = next(line.split() for line in shown if line.split()[:2] == ["mean_colour", "minilm"])
    assert cells[2:5] == ["2", "2", f"{float(best['score']):.3f}"]
    assert "N = 20, k = 3, chance = 0.1579" in pages["platoscope table"]
    with (ours.root / "table.csv").open(newline="") as file:
        assert next(csv.DictReader(file)).keys() == best.keys()
    assert (ours.root / "table.tex").read_text().startswith("\\begin{tabular}{llrrrrrrrr}\n\\toprule\nvideo & text &")
    assert (ours.root / "table.md").read_text().startswith("| video | text | n_f |")


def test_what_was_exported_comes_back_as_the_same_encoder(labs, pages):
    assert pages
    project = Project(labs[1].root)
    one, again = (FeaturesStore(project.features("text", key)) for key in ("minilm", "minilm_again"))
    assert one.attributes["digest"] == again.attributes["digest"]
    assert one.attributes["variants"] == again.attributes["variants"]


def test_published_features_are_rows_of_the_table_by_their_ids(labs, pages):
    base, ours, _ = labs
    assert pages
    assert {("dinov2", n_f, n_c) for n_f in "12" for n_c in "12"} <= rows(ours, "llama").keys()
    store = FeaturesStore(Project(ours.root).features("text", "llama"))
    feats = torch.load(base / "llama_2.pt", weights_only=True)["feats"].numpy()
    assert np.allclose(store.values(1)[1], feats[::-1, 1], rtol=1e-3)


def test_every_line_of_params_that_stood_there_still_does(labs, pages):
    assert pages
    added = yaml.safe_load(params_of(labs[1]))["encoders"]
    assert list(added["video"]) == ["mean_colour", "thumbnail", "dinov2"]
    assert list(added["text"]) == ["minilm", "their_minilm", "minilm_again", "llama"]


def test_a_queued_run_finds_what_was_added_in_the_project_that_it_copies(labs, pages, tmp_path, monkeypatch):
    from platoscope.encoders.base import open_stored
    from platoscope.params import read_params

    assert pages
    root = labs[1].root
    entry = read_params(root / "params.yaml").encoders.video["thumbnail"]
    ids = read_samples(Project(root).samples).ids
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DVC_ROOT", str(root))
    assert open_stored(entry, ids=ids, budgets=(1, 2)).layers


def test_a_revision_or_a_repository_that_is_not_there_is_named(labs):
    base, ours, _ = labs
    said = run(ours, "platoscope", "add", str(base / "theirs.git"), "thumbnail", "--rev", "v9", check=False)
    assert re.match(r"platoscope: .*theirs\.git cannot be opened at revision 'v9' as a repository with DVC", said)


def test_a_remote_that_was_half_pushed_is_an_error_that_says_who_has_to_do_what(labs, tmp_path):
    from platoscope.commons.origin import opened

    base, _, theirs = labs
    # The largest object of the remote is one that features are made of, or videos, which are not pushed.
    for shard in Project(theirs.root).features("video", "thumbnail").rglob("c/0/*/*"):
        lost = [f for f in (base / "remote").rglob("*") if f.is_file() and f.read_bytes() == shard.read_bytes()]
        for file in lost:
            file.rename(tmp_path / file.name)
    path = Project(tmp_path).features("video", "thumbnail").relative_to(tmp_path)
    with (
        opened(str(base / "theirs.git"), rev=None, remote="lab", into=tmp_path / "into") as origin,
        pytest.raises(StoreError, match=r"names data/features/video/thumbnail\.zarr but it cannot be had .*`dvc push`"),
    ):
        origin.fetch(path)
