"""End to end against a real server, `transformers serve`, of a tiny model: captions, or none and the reason."""

import json
import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import httpx2 as httpx
import pytest
from caption_project import make_project, run

from platoscope.data.captions.prompt_files import read_prompt
from platoscope.data.captions.questions import of_text

sys.path.insert(0, str(Path(__file__).parents[2] / "encoders"))
from tiny_chats import write_chat, write_chat_that_answers

LACKING = [name for name in ("fastapi", "uvicorn", "openai") if find_spec(name) is None]
pytestmark = pytest.mark.skipif(bool(LACKING), reason=f"needs transformers[serving], of which {LACKING} are missing")

LIMIT_S = 120
TEXT = "A dog runs over the wet grass."
CAPTIONS = ["A dog runs.", "The grass is wet."]
PROMPT = "version: 1\n# system\nShort.\n# user\n{n} of {text}\n"


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch):
    for name in ("PLATOSCOPE_WORK", "DVC_ROOT", "PLATOSCOPE_CHAT_KEY"):
        monkeypatch.delenv(name, raising=False)


@contextmanager
def served(folder, log):
    """The base URL of a server of a checkpoint, which ends with the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["serve", str(folder), "--host", "127.0.0.1", "--port", str(port), "--device", "cpu"]
    command = [str(Path(sys.executable).parent / "transformers"), *words]
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "OMP_WAIT_POLICY": "PASSIVE"}
    with log.open("w") as out, subprocess.Popen(command, stdout=out, stderr=out, env=environment) as process:
        try:
            wait_for(f"http://127.0.0.1:{port}/health", process, log)
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.terminate()


def wait_for(url, process, log):
    end = time.monotonic() + LIMIT_S
    while time.monotonic() < end:
        if process.poll() is not None:
            pytest.fail(f"the server ended:\n{log.read_text()}")
        try:
            if httpx.get(url).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    pytest.fail(f"the server does not answer:\n{log.read_text()}")


def chat(url, folder, **more):
    endpoint = {"base_url": url, "structured": "none", "attempts": 2, "concurrency": 2}
    return {
        "source": "split",
        "n": 2,
        "backend": "chat",
        "model": str(folder),
        "max_tokens": 80,
        "endpoint": endpoint,
        **more,
    }


def test_a_served_model_that_answers_gives_captions(tmp_path):
    project = make_project(tmp_path / "project", [TEXT])
    prompt = project.root / "mine.md"
    prompt.write_text(PROMPT)
    messages = of_text("s0", TEXT, n=2, prompt=read_prompt("split", prompt)).messages()
    said = [{"role": message.role, "content": message.text} for message in messages]
    folder = write_chat_that_answers(tmp_path / "tiny", said, json.dumps({"captions": CAPTIONS}))
    with served(folder, tmp_path / "log") as url:
        _, rows = run(project, chat(url, folder, prompt="mine.md"))
    assert sorted(one["text"] for one in rows["s0"]["captions"]) == sorted(CAPTIONS), rows


def test_a_served_model_of_random_weights_ends_in_samples_that_are_left_out_with_the_reason(tmp_path):
    project = make_project(tmp_path / "project", [TEXT, "A cat sleeps on the wall."])
    folder = write_chat(tmp_path / "tiny")
    with served(folder, tmp_path / "log") as url:
        _, rows = run(project, chat(url, folder))
    for row in rows.values():
        assert row["captions"] == []
        assert row["refused"].endswith("(2 attempts)")
        assert "not JSON" in row["refused"] or "cut off at captions.max_tokens" in row["refused"]
