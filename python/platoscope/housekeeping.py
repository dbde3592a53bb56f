"""``platoscope work``: which scratch is unfinished, which is published, and which dvc.lock already holds."""

import json
import shutil
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG

from platoscope.committed import committed_outs, dvc_md5
from platoscope.project import Project
from platoscope.scratch import LINE, in_use

GONE = ".gone-"
NEW_ANSWER = b'{"key":'  # with which each begins


@dataclass(frozen=True)
class Scratch:
    """One stage's scratch at one fingerprint. state: ``unfinished``, ``finished`` or ``committed``."""

    path: Path
    stage: str
    n_blocks: int
    n_bytes: int
    state: str


def scratches(project: Project) -> list[Scratch]:
    """Every scratch of the project, in order of stage."""
    held = _committed(project.root / "dvc.lock")
    found = []
    for line in sorted(project.scratch.glob(f"*/[!.]*/{LINE}")):
        folder, stage = line.parent, json.loads(line.read_text(encoding="utf-8"))["stage"]
        blocks = [file for file in (folder / "blocks").iterdir() if file.suffix != ".part"]
        result = folder / "result"
        outs = list(result.iterdir()) if result.is_dir() else []
        state = "finished" if outs else "unfinished"
        if outs and all(dvc_md5(out) in held.get(stage, ()) for out in outs):
            state = "committed"
        found.append(Scratch(folder, stage, len(blocks), _size(folder), state))
    return found


def work_table(project: Project) -> str:
    """One line a scratch."""
    rows = [
        f"{one.stage:32} {one.state:10} {one.n_blocks:6} blocks {one.n_bytes / 1e6:10.1f} MB  {one.path.name[:12]}"
        for one in scratches(project)
    ]
    if project.answers.is_file():
        content = project.answers.read_bytes()
        rows.append(
            f"{'answers of models':32} {'kept':10} {content.count(NEW_ANSWER):6} answers {len(content) / 1e6:9.1f} MB"
        )
    return "\n".join(rows) if rows else f"no work in {project.scratch}"


def clean_answers(project: Project) -> str:
    """Remove the answers that models gave; gives the summary line."""
    n_bytes = project.answers.stat().st_size if project.answers.is_file() else 0
    project.answers.unlink(missing_ok=True)
    return f"answers: freed {n_bytes / 1e6:.1f} MB"


def clean_work(project: Project, *, everything: bool) -> str:
    """Remove the scratch that dvc.lock holds, or all of it, but none that is in use; gives the summary line."""
    asked = [one for one in scratches(project) if everything or one.state == "committed"]
    gone = [one for one in asked if not in_use(one.path)]
    for one in gone:
        # Renamed first: a folder that is half removed must not be taken for work, or for a whole result.
        one.path.rename(one.path.with_name(f"{GONE}{one.path.name}"))
    for folder in project.scratch.glob(f"*/{GONE}*"):
        shutil.rmtree(folder)
        if not any(folder.parent.iterdir()):
            folder.parent.rmdir()
    left = f", left {len(asked) - len(gone)} in use" if len(asked) > len(gone) else ""
    return f"work: freed {sum(one.n_bytes for one in gone) / 1e6:.1f} MB of {len(gone)} stages{left}"


def _size(folder: Path) -> int:
    """Bytes of a folder, each hard-linked file once; a running stage may rename a file meanwhile."""
    sizes = {}
    for file in folder.rglob("*"):
        with suppress(FileNotFoundError):
            status = file.stat()
            sizes[status.st_ino] = status.st_size if S_ISREG(status.st_mode) else 0
    return sum(sizes.values())


def _committed(lock: Path) -> dict[str, set[str]]:
    """The hashes that dvc.lock holds for the outs of each stage."""
    held = defaultdict(set)
    for out in committed_outs(lock):
        held[out.stage].add(out.md5)
    return held
