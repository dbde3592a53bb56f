"""A model of this machine as the back end, from texts or frames to captions, or to none and the reason."""

import json
import sys
from pathlib import Path

import pytest
from caption_project import make_project, params, run

from platoscope.data.captions import stage
from platoscope.data.captions.prompt_files import read_prompt
from platoscope.data.captions.questions import of_text
from platoscope.data.rows import read_lines

sys.path.insert(0, str(Path(__file__).parents[2] / "encoders"))
from tiny_chats import write_chat, write_chat_that_answers, write_seeing_chat

TEXT = "A dog runs over the wet grass."
CAPTIONS = ["A dog runs.", "The grass is wet."]
PROMPT = "version: 1\n# system\nShort.\n# user\n{n} of {text}\n"


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch):
    for name in ("PLATOSCOPE_WORK", "DVC_ROOT", "PLATOSCOPE_DEVICE"):
        monkeypatch.delenv(name, raising=False)


def local(folder, **more):
    return {
        "source": "split",
        "n": 2,
        "backend": "transformers",
        "model": str(folder),
        "max_tokens": 80,
        "endpoint": {"attempts": 2},
        **more,
    }


def test_a_model_that_answers_gives_captions_and_a_rerun_asks_nothing(tmp_path):
    project = make_project(tmp_path / "project", [TEXT])
    prompt = project.root / "mine.md"
    prompt.write_text(PROMPT)
    messages = of_text("s0", TEXT, n=2, prompt=read_prompt("split", prompt)).messages()
    chat = [{"role": message.role, "content": message.text} for message in messages]
    folder = write_chat_that_answers(tmp_path / "tiny", chat, json.dumps({"captions": CAPTIONS}))
    asked = local(folder, prompt="mine.md")
    line, rows = run(project, asked)
    assert sorted(one["text"] for one in rows["s0"]["captions"]) == sorted(CAPTIONS)
    assert {(one["backend"], one["model"]) for one in rows["s0"]["captions"]} == {("transformers", "tiny")}
    assert str(tmp_path) not in project.captions.read_text() + project.answers.read_text()
    assert "1 samples asked for" in line
    assert "0 calls would be made, 1 are answered" in stage.dry_run(params(asked), project)
    assert "0 samples asked for, 1 answered before" in run(project, asked)[0]
    write_chat(folder)  # other weights of the same name
    assert "1 calls would be made" in stage.dry_run(params(asked), project)


def test_a_random_model_ends_in_samples_that_are_left_out_with_the_reason(tmp_path):
    project = make_project(tmp_path / "project", [TEXT, "A cat sleeps."])
    _, rows = run(project, local(write_chat(tmp_path / "tiny")))
    assert {row["refused"] for row in rows.values()} == {
        "the answer was cut off at captions.max_tokens (80) (2 attempts)"
    }
    assert not project.answers.exists()


def test_a_text_that_is_too_long_for_the_model_is_left_out(tmp_path):
    project = make_project(tmp_path / "project", ["A dog runs. " * 500])
    _, rows = run(project, local(write_chat(tmp_path / "tiny")))
    assert "tokens, the model reads 4096" in rows["s0"]["refused"]


def test_a_random_model_that_sees_is_shown_the_frames_and_ends_alike(tmp_path):
    project = make_project(tmp_path / "project", [TEXT, TEXT], failed=[1])
    asked = local(write_seeing_chat(tmp_path / "tiny"), source="vlm", frames=2)
    assert "1 calls would be made" in stage.dry_run(params(asked), project)
    _, rows = run(project, asked)
    assert "max_tokens (80) (2 attempts)" in rows["s0"]["refused"]
    assert rows["s1"]["refused"] == "its video gave no frames"
    assert read_lines(project.captions)[0]["captions"] == []
