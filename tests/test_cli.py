"""The command line: one line and an exit code for whatever goes wrong, and nothing heavy before it is needed."""

import json
import shutil
import subprocess
import sys

import pytest
import yaml

from conftest import ROOT
from platoscope import cli
from platoscope.cli import STAGES, main

PARAMS = {
    "dataset": {"source": "synthetic", "path": "somewhere"},
    "frames": {"size": 64},
    "budgets": {"frames": [1], "captions": [1]},
    "encoders": {
        "video": {"colour": {"family": "pixels", "kind": "mean_colour"}},
        "text": {"words": {"family": "hf_text", "checkpoint": "a/b"}},
    },
    "similarity": {"metrics": ["cka", "svcca"]},
}
HEAVY = ("torch", "faiss", "transformers", "timm", "zarr", "matplotlib", "av", "scipy", "dvc")


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project of its own, in which the commands run."""
    (tmp_path / "params.yaml").write_text(yaml.safe_dump(PARAMS))
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PLATOSCOPE_WORK", raising=False)
    monkeypatch.delenv("DVC_ROOT", raising=False)
    return tmp_path


@pytest.fixture
def command(monkeypatch, capsys):
    """Run a command in this process: exit code, standard output and error."""

    def run(*words):
        monkeypatch.setattr(sys, "argv", ["platoscope", *words])
        with pytest.raises(SystemExit) as end:
            main()
        out, err = capsys.readouterr()
        return end.value.code or 0, out, err

    return run


def assert_one_line(err, *parts):
    assert err.startswith("platoscope: ")
    assert err.count("\n") == 1
    assert "Traceback" not in err
    for part in parts:
        assert part in err


def loaded_by(code):
    """Heavy packages that a fresh interpreter has loaded after some code."""
    tell = f"import sys; print([name for name in {HEAVY} if name in sys.modules], file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", f"{code}\n{tell}"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr.splitlines()[-1]


def test_importing_the_package_loads_nothing_heavy():
    assert loaded_by("import platoscope")[1] == "[]"


def test_help_names_every_command_and_loads_nothing_heavy():
    code = "import sys; sys.argv = ['platoscope', '--help']\nfrom platoscope.cli import main\n"
    out, heavy = loaded_by(f"{code}try: main()\nexcept SystemExit as end: assert not end.code")
    assert heavy == "[]"
    for name in ("run", "samples", "plan", "doctor", "profile", "encoders", "work"):
        assert f"\n  {name} " in out
    assert "Exit codes: 0 done, 1 a run failed, 2 bad input." in " ".join(out.split())


def test_every_public_name_is_there_and_an_unknown_one_lists_them():
    import platoscope

    for name in platoscope.__all__:
        assert getattr(platoscope, name) is not None
    assert dir(platoscope) == sorted(platoscope.__all__)
    with pytest.raises(AttributeError, match=r"has no attribute 'nearset'; it has .*nearest"):
        platoscope.nearset  # noqa: B018


def test_a_stage_that_runs_ends_with_its_line_and_code_0(project, command):
    (project / "data/dataset").mkdir(parents=True)
    (project / "data/dataset/captions.jsonl").write_text(json.dumps({"id": "a", "captions": ["one", "two"]}) + "\n")
    code, out, err = command("run", "captions")
    assert (code, err) == (0, "")
    assert out == "captions: 2 of 1 samples, 2 to 2 each\n"
    assert (project / "data/captions.jsonl").is_file()


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (["run", "frame"], ["no stage 'frame'", *STAGES]),
        (["run", "video_features"], ["stage video_features needs --encoder"]),
        (["run", "frames", "--encoder", "colour"], ["stage frames takes no --encoder"]),
        (["run", "video_features", "--encoder", "words"], ["encoders.video has no 'words'; it has colour"]),
        (["run", "text_neighbours", "--encoder", "x"], ["encoders.text has no 'x'; it has words"]),
        (["run", "similarity"], ["stage similarity needs --metric"]),
        (["run", "similarity", "--metric", "rsa"], ["similarity.metrics has no 'rsa'; it has cka, svcca"]),
        (["run", "similarity", "--metric", "cka", "--encoder", "colour"], ["stage similarity takes no --encoder"]),
        (["run", "video_features", "--encoder", "colour", "--metric", "cka"], ["video_features takes no --metric"]),
        (["run", "frames", "--devices", "cpu"], ["stage frames takes no --devices"]),
        (["run", "video_neighbours", "--encoder", "colour", "--devices", "cpu"], ["video_neighbours takes no --dev"]),
        (
            ["run", "video_features", "--encoder", "colour", "--devices", "cpu,warp"],
            ["--devices is 'cpu,warp': 'warp' is not there"],
        ),
        (["profile", "clips"], ["no profile 'clips'"]),
        (["encoders", "show", "mae_basis"], ["the registry has no 'mae_basis'; the nearest names are mae_base,"]),
        (["encoders", "list", "--side", "left"], ["no side 'left'; there are video, text"]),
    ],
)
@pytest.mark.usefixtures("project")
def test_bad_input_is_one_line_and_code_2(command, words, parts):
    code, out, err = command(*words)
    assert (code, out) == (2, "")
    assert_one_line(err, *parts)


@pytest.mark.usefixtures("project")
def test_devices_are_those_of_the_option_for_that_run_alone(monkeypatch, command):
    from platoscope.encoders import features
    from platoscope.encoders.device import devices

    monkeypatch.setenv("PLATOSCOPE_DEVICE", "cuda:7")
    monkeypatch.setattr(features, "run", lambda _params, _project, side, key: f"{side} {key} on {devices()}")
    code, out, _ = command("run", "video_features", "--encoder", "colour", "--devices", "cpu,cpu")
    assert (code, out) == (0, "video colour on ('cpu', 'cpu')\n")
    code, _, err = command("run", "video_features", "--encoder", "colour")
    assert code == 2
    assert_one_line(err, "PLATOSCOPE_DEVICE is 'cuda:7'")


@pytest.mark.parametrize("content", ["frames: {size: 1}\nalignment: {k: 0}\n", "a: [\n", None])
def test_bad_params_are_one_line_and_code_2(project, command, content):
    if content is None:
        (project / "params.yaml").unlink()
    else:
        (project / "params.yaml").write_text(content)
    code, _, err = command("run", "frames")
    assert code == 2
    assert_one_line(err, "params.yaml")


@pytest.mark.parametrize(
    "words", [["samples"], ["run", "samples"], ["run", "captions"], ["run", "similarity", "--metric", "cka"]]
)
@pytest.mark.usefixtures("project")
def test_a_missing_store_is_one_line_and_code_1(command, words):
    code, _, err = command(*words)
    assert code == 1
    assert_one_line(err, "is missing: make it with `dvc repro`")


@pytest.mark.usefixtures("project")
def test_an_error_that_nobody_foresaw_is_one_line_with_its_kind_and_code_1(command, monkeypatch):
    def fail(_):
        raise ZeroDivisionError("two\nlines")

    monkeypatch.setattr(cli, "read_params", fail)
    code, _, err = command("run", "frames")
    assert code == 1
    assert_one_line(err, "ZeroDivisionError: two lines", "--debug")


@pytest.mark.parametrize("words", [[], ["nonsense"], ["run"], ["run", "frames", "--encodr", "x"]])
@pytest.mark.usefixtures("project")
def test_a_command_line_that_cannot_be_parsed_ends_with_code_2(command, words):
    code, out, err = command(*words)
    assert code == 2
    assert "Usage: platoscope" in out + err
    assert "Traceback" not in err


def test_debug_shows_where_an_error_was_raised(project):
    code = "from platoscope.cli import main; main()"
    words = [sys.executable, "-c", code, "--debug", "run", "frame"]
    done = subprocess.run(words, cwd=project, capture_output=True, text=True)
    assert done.returncode != 0
    assert "Traceback" in done.stderr
    assert "platoscope.errors.InputError: no stage 'frame'" in done.stderr


def test_settings_of_encoders_are_listed_and_shown_and_nothing_heavy_is_loaded_for_it():
    main_ = "import sys; sys.argv = ['platoscope', 'encoders', *{words}]\nfrom platoscope.cli import main\n"
    end = "try: main()\nexcept SystemExit as end: assert not end.code"
    out, heavy = loaded_by(main_.format(words=["show", "gpt2"]) + end)
    assert "checkpoint: openai-community/gpt2" in out
    assert heavy == "[]"
    out, heavy = loaded_by(main_.format(words=["list", "--open", "--max-parameters", "1e7", "--family", "timm"]) + end)
    assert "vit_tiny_in21k" in out
    assert "gemma" not in out
    assert heavy == "[]"


def test_an_encoder_that_cannot_be_made_is_named_with_code_1(project, command):
    params = {
        **PARAMS,
        "encoders": {**PARAMS["encoders"], "text": {"words": {"family": "hf_text", "checkpoint": "package:gone"}}},
    }
    (project / "params.yaml").write_text(yaml.safe_dump(params))
    code, out, err = command("encoders", "check")
    assert code == 1
    assert_one_line(err, "1 of 2 encoders could not be made: words")
    assert "colour (pixels, mean_colour)\n  layers      1, final" in out
    assert "words (hf_text, package:gone)\n  fails       weights: package 'gone' is not installed" in out
    assert command("encoders", "check", "pixels_motion")[0] == 0


def test_work_is_listed_and_cleaned(project, command):
    assert command("work", "list") == (0, f"no work in {project / '.work'}\n", "")
    assert command("work", "clean", "--all")[:2] == (0, "work: freed 0.0 MB of 0 stages\n")


@pytest.mark.parametrize(
    ("words", "file"),
    [
        (["run", "captions"], "data/captions/stage.py"),
        (["run", "video_features", "--encoder", "colour"], "encoders/features.py"),
        (["run", "video_features", "--encoder", "colour"], "encoders/pixels.py"),
        (["run", "text_neighbours", "--encoder", "words"], "alignment/search/neighbours.py"),
        (["run", "similarity", "--metric", "svcca"], "alignment/features/subspaces.py"),
    ],
)
def test_a_stage_refuses_to_run_when_the_code_that_dvc_hashes_is_not_the_installed_one(project, command, words, file):
    shutil.copytree(ROOT / "python/platoscope", project / "python/platoscope", ignore=shutil.ignore_patterns("*.so"))
    edited = project / "python/platoscope" / file
    edited.write_text(edited.read_text() + "\n# edited\n")
    code, _, err = command(*words)
    assert code == 1
    assert_one_line(err, str(edited), "make setup")


def test_code_that_decides_no_byte_of_a_stage_may_differ(project, command):
    shutil.copytree(ROOT / "python/platoscope", project / "python/platoscope", ignore=shutil.ignore_patterns("*.so"))
    for file in ("cli.py", "encoders/timm.py", "report/page.py"):
        edited = project / "python/platoscope" / file
        edited.write_text(edited.read_text() + "\n# edited\n")
    code, _, err = command("run", "captions")
    assert code == 1
    assert_one_line(err, "captions.jsonl is missing")


def test_a_stage_refuses_a_compiled_module_of_other_sources(project, command):
    shutil.copytree(ROOT / "rust", project / "rust", ignore=shutil.ignore_patterns("target"))
    assert_one_line(command("run", "captions")[2], "captions.jsonl is missing")
    source = project / "rust/overlap/src/lib.rs"
    source.write_text(source.read_text() + "\n// edited\n")
    code, _, err = command("run", "captions")
    assert code == 1
    assert_one_line(err, "_native was built from other sources")
