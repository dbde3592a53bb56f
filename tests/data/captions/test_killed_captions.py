"""A run that is killed goes on where it was, and a key stays where it is: in processes of their own, as of dvc."""

import json
import os
import signal
import subprocess
import sys
import threading

import pytest
import yaml
from caption_project import make_project, params, written
from chat_server import captions_for, fails, good, says, serving

N = 3
MANY = 1000
THREADS = 4
KEY = "sk-do-not-tell-9876543210"
LIMIT_S = 300


def write_params(project, server, *, key_env="MY_KEY", **endpoint):
    captions = {
        "source": "split",
        "n": N,
        "backend": "chat",
        "model": "tiny",
        "endpoint": {"base_url": server.url, "concurrency": THREADS, "key_env": key_env, **endpoint},
    }
    (project.root / "params.yaml").write_text(yaml.safe_dump(params(captions).model_dump(mode="json")))


def environment():
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PLATOSCOPE", "DVC"))}
    return {**clean, "MY_KEY": KEY}


def start(project, *words, debug=False):
    code = "from platoscope.cli import main; main()"
    command = [sys.executable, "-c", code, *(["--debug"] if debug else []), *words]
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command, cwd=project.root, env=environment(), stdout=pipe, stderr=subprocess.STDOUT, text=True
    )


def run(project, *words, **more):
    with start(project, *words, **more) as process:
        told, _ = process.communicate(timeout=LIMIT_S)
    return process.returncode, told


def test_a_run_over_a_thousand_samples_survives_kills_and_asks_for_no_answer_twice(tmp_path):
    texts = [f"A dog number {i} runs over the wet grass, and the cat is asleep." for i in range(MANY)]
    project = make_project(tmp_path, texts)
    reached, kills = threading.Event(), [250, 600]
    sent = []

    def behave(request):
        sent.append(request.text)
        if kills and len(sent) >= kills[0]:
            reached.set()
        return good(request)

    with serving(behave) as server:
        write_params(project, server)
        while kills:
            with start(project, "run", "captions") as process:
                assert reached.wait(LIMIT_S)
                process.send_signal(signal.SIGKILL)
            assert process.returncode == -signal.SIGKILL
            assert not project.captions.exists()
            kills.pop(0)
            reached.clear()
        code, told = run(project, "run", "captions")
    assert code == 0, told
    assert [len(row["captions"]) for row in written(project).values()] == [N] * MANY
    assert set(server.counts) == set(texts)
    # What was on its way when the process died, at most one a thread and kill, could not be had another way.
    again = {text: n for text, n in server.counts.items() if n > 1}
    assert sum(again.values()) - len(again) <= 2 * THREADS
    asked = int(told.split("; ")[1].split()[0])
    assert MANY - 600 - THREADS <= asked <= MANY - 600 + 2 * THREADS
    assert [one["text"] for one in sorted(written(project)["s7"]["captions"], key=lambda one: one["place"])] == (
        captions_for(texts[7], N)
    )


def files_below(root):
    return [path for path in root.rglob("*") if path.is_file()]


ECHO = f"you sent {KEY}"


@pytest.mark.parametrize(
    ("behave", "code"),
    [
        (says(json.dumps({"captions": [ECHO, f"again {ECHO}", f"once more {ECHO}"]})), 0),
        (says(ECHO), 0),
        (fails(400, message=ECHO), 0),
        (fails(401, message=ECHO), 1),
        (lambda request: (200, {}, {"headers": request.headers}), 0),
    ],
)
def test_neither_the_key_nor_a_header_is_in_any_file_output_or_error(tmp_path, behave, code):
    project = make_project(tmp_path, ["A dog runs over the wet grass."])
    with serving(behave) as server:
        write_params(project, server, attempts=2)
        ended, told = run(project, "run", "captions", debug=True)
    assert ended == code
    assert server.requests[0][1].headers["Authorization"] == f"Bearer {KEY}"
    for word in (KEY, "Bearer", "Authorization"):
        assert word not in told
        assert not [path for path in files_below(tmp_path) if word.encode() in path.read_bytes()]


def test_answers_are_freed_only_if_asked_for(tmp_path):
    project = make_project(tmp_path, ["A dog runs over the wet grass."])
    with serving() as server:
        write_params(project, server)
        run(project, "run", "captions")
        told = [run(project, *words)[1] for words in (["work", "list"], ["doctor"], ["run", "captions", "--dry-run"])]
        assert "answers of models" in told[0]
        assert "0 calls would be made, 1 are answered already" in told[2]
        assert KEY not in "".join(told)
        run(project, "work", "clean", "--all")
        assert project.answers.is_file()
        assert "answers: freed" in run(project, "work", "clean", "--answers")[1]
        assert not project.answers.exists()
        assert "answers: freed 0.0 MB" in run(project, "work", "clean", "--answers")[1]
        code, told = run(project, "run", "dataset", "--dry-run")
    assert (code, "stage dataset takes no --dry-run" in told) == (2, True)
