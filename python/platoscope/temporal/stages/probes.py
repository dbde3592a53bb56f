"""The ``temporal_probes`` stage: one probe of all encoders of ``temporal.video``, beside every control.

Step features become ``table.csv`` (Table 1), ``curves.csv`` and what else a kind of probe has; a block of the scratch
an encoder.
"""

import json
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from threadpoolctl import threadpool_limits

from platoscope.alignment.stages.grid import csv_text
from platoscope.errors import DataError, WorkerError
from platoscope.parallel import Crash, Pool, worker_count
from platoscope.params import Params
from platoscope.progress import track
from platoscope.project import Project
from platoscope.provenance import closure, code_digest, versions
from platoscope.scratch import Work, fingerprint
from platoscope.store import TemporalStore, same_samples
from platoscope.temporal.probes import PROBES
from platoscope.temporal.stages.clips import Clips, read_clips
from platoscope.temporal.stages.context import Context
from platoscope.temporal.stages.kinds import KINDS
from platoscope.temporal.stages.windows import LEFT_OUT, left_out

MODULE = "temporal.stages.probes"
LIMIT_S = 24 * 3600.0  # of one block


class Job(NamedTuple):
    """One block of one probe, as a worker is told of it."""

    params: Params
    project: Project
    probe: str
    block: str
    clips: Clips


def run(params: Params, project: Project, probe: str) -> str:
    """Ask one probe of every encoder; gives the summary line."""
    stage, context = f"temporal_probes@{probe}", context_of(params, project, probe)
    kind, clips = KINDS[context.asked.kind], context.clips
    spec: dict[str, Any] = {
        "params": context.p.model_dump(mode="json", exclude={"video", "text", "probes", "report"}),
        "neighbours": {"k": context.k, **context.clip},
        "features": {key: store.attributes for key, store in context.stores.items()},
        "texts": {key: store.attributes for key, store in context.texts.items()},
        "clips": fingerprint({"labels": list(clips.labels), "sources": list(clips.sources)}),
        "left_out": {str(row): why for row, why in clips.left_out.items()},
        "code": code_digest(closure(MODULE)),
        "versions": versions("numpy", "scipy"),
    }
    work = Work(project.scratch, stage=stage, spec=spec)
    jobs = {f"{block}.json": Job(params, project, probe, block, clips) for block in kind.blocks(context)}
    _compute(work, jobs, context)
    made = {job.block: json.loads(work.block(file).read_text(encoding="utf-8")) for file, job in jobs.items()}
    files = kind.tables(context, made)
    if clips.left_out:
        out = ({"id": clips.ids[row], "why": why} for row, why in sorted(clips.left_out.items()))
        files["left_out.csv"] = csv_text(LEFT_OUT, out)

    def build(folder: Path) -> None:
        (folder / probe).mkdir()
        for name, text in files.items():
            (folder / probe / name).write_text(text, encoding="utf-8")

    work.publish({probe: project.temporal_probe(probe)}, build, staging=project.staging)
    return f"{stage}: {kind.line(context, made)}"


def context_of(params: Params, project: Project, probe: str, *, clips: Clips | None = None) -> Context:
    """Open what a probe is given; ``clips`` where they were looked at already.

    Raises
    ------
    StoreError
        If a store is missing, or two are not of the same samples.
    DataError
        If none of its questions is about clips like these.
    """
    p = params.temporal
    stores = {key: TemporalStore(project.temporal_features("video", key)) for key in p.video}
    texts = {key: TemporalStore(project.temporal_features("text", key)) for key in p.text}
    first, *others = [*stores.values(), *texts.values()]
    for other in others:
        same_samples((first.path, first.attributes), (other.path, other.attributes))
    if clips is None:
        clips = checked(read_clips(project), probe, project)
        if not clips.has_families and p.baselines.pixels is not None:
            clips = replace(clips, left_out=left_out(stores[p.baselines.pixels]))
    clip = {"clip": params.neighbours.clip, "quantile": params.neighbours.quantile}
    return Context(probe, PROBES[probe], stores, texts, clips, p, params.alignment.k, clip)


def _compute(work: Work, jobs: Mapping[str, Job], context: Context) -> None:
    """Make the blocks that are missing, by all workers where there are several of both."""
    missing = {file: job for file, job in jobs.items() if not work.block(file).exists()}
    workers = min(worker_count(), len(missing))
    with ExitStack() as stack:
        pool = stack.enter_context(Pool(workers=workers, limit_s=LIMIT_S)) if workers > 1 else None
        tasks = {} if pool is None else dict(zip(missing, pool.submit(_made, list(missing.values())), strict=True))

        def make(name: str, part: Path) -> None:
            if pool is None or name not in tasks:
                part.write_text(_text(context, jobs[name].block), encoding="utf-8")
                return
            (text,) = pool.results([tasks[name]])
            if isinstance(text, Crash):
                raise WorkerError(f"{work.stage}: {jobs[name].block} {text.reason}")
            part.write_text(text, encoding="utf-8")

        list(track(work.compute(list(jobs), make), work.stage, total=len(jobs)))


def _made(job: Job) -> str:
    """Compute a block in a worker."""
    return _text(context_of(job.params, job.project, job.probe, clips=job.clips), job.block)


def _text(context: Context, block: str) -> str:
    with threadpool_limits(1, user_api="blas"):  # sums by more threads have other last bits
        return json.dumps(KINDS[context.asked.kind].make(context, block))


def checked(clips: Clips, probe: str, project: Project) -> Clips:
    """The clips, where a probe has anything to ask of them.

    Raises
    ------
    DataError
        If none of its questions is about clips like these.
    """
    questions = PROBES[probe].questions
    if not any(len(clips.pairs(question)) for question in questions):
        families = sorted({family for question in questions for family in question.families})
        raise DataError(
            f"probe {probe} is about families {', '.join(families)} of dataset.source clocks, and "
            f"{project.samples} has none of them: leave it out of temporal.probes"
        )
    return clips
