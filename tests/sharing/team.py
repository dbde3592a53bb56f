"""People who work on one project: copies and clones of it, and the commands of a page run as they would run them."""

import os
import re
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from conftest import ROOT, ProjectUnderTest

LIMIT_S = 600


def copy_of(project: ProjectUnderTest, folder: Path) -> ProjectUnderTest:
    """The same project with its data, cache and history in another folder."""
    shutil.copytree(project.root, folder, symlinks=True)
    return ProjectUnderTest.at(folder)


def clone_of(project: ProjectUnderTest, folder: Path) -> ProjectUnderTest:
    """What a teammate gets by `git clone`: no data."""
    subprocess.run(["git", "clone", "--quiet", str(project.root), str(folder)], check=True)
    clone = ProjectUnderTest.at(folder)
    clone.git("config", "user.name", "teammate")
    clone.git("config", "user.email", "teammate@example.org")
    return clone


def make_of(folder: Path) -> Path:
    """A folder with a `make` that takes the environment of these tests for the one that it would set up."""
    folder.mkdir(exist_ok=True)
    make = folder / "make"
    make.write_text(f'#!/bin/sh\nexec {shutil.which("make")} -o setup "$@"\n')
    make.chmod(0o755)
    return folder


def shell(project: ProjectUnderTest, commands: str, *, check: bool = True, **more: str):
    """Run commands as a shell does, in a project; gives the ended process with all that it printed as stdout."""
    environment = project.environment(**more)
    environment["PATH"] = f"{make_of(project.root.parent / 'bin')}{os.pathsep}{environment['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        cwd=project.root,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=LIMIT_S,
    )
    if check and done.returncode:
        pytest.fail(f"{commands}\nended with {done.returncode}:\n{done.stdout}")
    return done


def blocks_of(page: str) -> list[str]:
    """The commands of a page of docs/, a block each."""
    return re.findall(r"^```bash\n(.*?)^```", (ROOT / "docs" / page).read_text(encoding="utf-8"), re.M | re.S)


def wait_for_queue(project: ProjectUnderTest) -> str:
    """Wait until no experiment is queued or running; gives the last `dvc queue status`."""
    deadline = time.monotonic() + LIMIT_S
    while True:
        status = project.dvc("queue", "status")
        if not re.search(r"Queued|Running|[1-9] active", status):
            return status
        assert time.monotonic() < deadline, f"waited {LIMIT_S} s for the queue:\n{status}"
        time.sleep(1)


def set_k(project: ProjectUnderTest, k: int) -> None:
    """Edit one parameter, as a text editor would."""
    text = project.root.joinpath("params.yaml").read_text()
    edited = re.sub(r"(?<=alignment:\n  k: )\d+", str(k), text)
    assert edited != text
    project.root.joinpath("params.yaml").write_text(edited)
