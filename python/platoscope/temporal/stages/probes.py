"""The ``temporal_probes`` stage: one probe of all encoders of ``temporal.video``, beside every control.

Step features become ``table.csv`` (Table 1), ``curves.csv`` and what else a kind of probe has; a block of the scratch
an encoder.
"""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from platoscope.alignment.stages.grid import csv_text
from platoscope.errors import DataError
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


def run(params: Params, project: Project, probe: str) -> str:
    """Ask one probe of every encoder; gives the summary line."""
    p, stage = params.temporal, f"temporal_probes@{probe}"
    stores = {key: TemporalStore(project.temporal_features("video", key)) for key in p.video}
    texts = {key: TemporalStore(project.temporal_features("text", key)) for key in p.text}
    first, *others = [*stores.values(), *texts.values()]
    for other in others:
        same_samples((first.path, first.attributes), (other.path, other.attributes))
    clip = {"clip": params.neighbours.clip, "quantile": params.neighbours.quantile}
    clips = checked(read_clips(project), probe, project)
    if not clips.has_families and p.baselines.pixels is not None:
        clips = replace(clips, left_out=left_out(stores[p.baselines.pixels]))
    context = Context(probe, PROBES[probe], stores, texts, clips, p, params.alignment.k, clip)
    kind = KINDS[context.asked.kind]
    spec: dict[str, Any] = {
        "params": p.model_dump(mode="json", exclude={"video", "text", "probes", "report"}),
        "neighbours": {"k": context.k, **clip},
        "features": {key: store.attributes for key, store in stores.items()},
        "texts": {key: store.attributes for key, store in texts.items()},
        "clips": fingerprint({"labels": list(context.clips.labels), "sources": list(context.clips.sources)}),
        "left_out": {str(row): why for row, why in clips.left_out.items()},
        "code": code_digest(closure(MODULE)),
        "versions": versions("numpy", "scipy"),
    }
    work = Work(project.scratch, stage=stage, spec=spec)
    blocks = {f"{name}.json": name for name in kind.blocks(context)}

    def make(name: str, part: Path) -> None:
        with threadpool_limits(1, user_api="blas"):  # sums by more threads have other last bits
            part.write_text(json.dumps(kind.make(context, blocks[name])), encoding="utf-8")

    list(track(work.compute(list(blocks), make), stage, total=len(blocks)))
    made = {name: json.loads(work.block(file).read_text(encoding="utf-8")) for file, name in blocks.items()}
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
