"""The ``captions`` stage: the captions of each sample in the order in which a budget takes them, in every mode.

Each says where it is from. They are the data set's own or written (``captions.source``); a sample for which none could
be written has none, and the reason, with which ``samples`` leaves it out.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from platoscope.data.captions.calls import calls_line
from platoscope.data.captions.kept import Kept
from platoscope.data.captions.modes import with_modes
from platoscope.data.captions.order import ordered
from platoscope.data.captions.paraphrases import paraphrases
from platoscope.data.captions.written import Written, by_asking, by_rules, identity_of, to_ask
from platoscope.data.rows import read_lines, write_lines
from platoscope.params import Params
from platoscope.project import Project

AGAIN = "dvc repro -f captions"


def run(params: Params, project: Project) -> str:
    """Write ``data/captions.jsonl``; gives the summary line."""
    rows, p = read_lines(project.dataset / "captions.jsonl"), params.captions
    if p.source == "dataset":
        lines = [{"id": row["id"], "captions": ordered(row["captions"], id=row["id"], seed=p.seed)} for row in rows]
        told = ""
    else:
        written = by_rules(rows, n=p.n) if p.writer == "rules" else by_asking(p, project, rows)
        lines = [_line(row["id"], written, seed=p.seed) for row in rows]
        told = _told(lines, written)
    reworded = paraphrases(p, project, rows, lines) if "paraphrase" in p.modes else {}
    write_lines(project.captions, with_modes(lines, p.modes, reworded=reworded, seed=p.seed))
    return _counts(lines) + told


def dry_run(params: Params, project: Project) -> str:
    """What would be asked if the stage ran now, and how many tokens that is; nothing is asked."""
    rows, p = read_lines(project.dataset / "captions.jsonl"), params.captions
    if p.writer in (None, "rules"):
        return f"captions: nothing would be asked: {'rules write' if p.writer else 'the data set has'} them"
    kept = Kept(project.answers)
    work = to_ask(p, project, rows, kept, model=identity_of(p))
    return calls_line(list(work.questions.values()), kept=work.kept, size=_size(project, p.source))


def _size(project: Project, source: str) -> int:
    from platoscope.store import FramesStore

    return FramesStore(project.frames).shape[0] if source == "vlm" else 0


def _line(id_: str, written: Written, *, seed: int) -> dict[str, Any]:
    outcome = written.outcomes[id_]
    line: dict[str, Any] = {"id": id_, "captions": ordered(outcome.captions, id=id_, seed=seed, made=written.made)}
    return line if outcome.refused is None else {**line, "refused": outcome.refused}


def _counts(lines: Sequence[Mapping[str, Any]]) -> str:
    counts = [len(line["captions"]) for line in lines]
    return f"captions: {sum(counts)} of {len(lines)} samples, {min(counts)} to {max(counts)} each"


def _told(lines: Sequence[Mapping[str, Any]], written: Written) -> str:
    """What else is said of written ones: by whom, how many were asked for, and who got none."""
    refused = sum("refused" in line for line in lines)
    if written.made["backend"] == "rules":
        return "; written by rules" + (f"; {refused} samples have no text" if refused else "")
    told = f"; {written.asked} samples asked for, {written.kept} answered before"
    return told + (f"; {refused} have none (`{AGAIN}` asks again)" if refused else "")
