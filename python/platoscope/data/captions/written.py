"""Captions that are written: every sample's text or frames to captions by rules, a server or a model of this machine.

A sample that gets none ends with the reason. Only what was not answered before is asked.
"""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from platoscope.data.captions.asking import Asking, BackEnd, Outcome, answered
from platoscope.data.captions.chat import ChatEndpoint, key_of_environment
from platoscope.data.captions.kept import Kept
from platoscope.data.captions.prompt_files import read_prompt
from platoscope.data.captions.questions import Question, of_text
from platoscope.data.captions.rules import split_text
from platoscope.data.captions.shown_frames import ShownFrames
from platoscope.errors import StoreError
from platoscope.params import CaptionsParams
from platoscope.project import Project
from platoscope.store import FramesStore, digest_ids

NO_TEXT = "no caption that could be rewritten"
NO_FRAMES = "its video gave no frames"


@dataclass(frozen=True)
class Written:
    """What samples ended with, by id; how their captions were made; how many were asked for, how many kept."""

    outcomes: Mapping[str, Outcome]
    made: Mapping[str, str]
    asked: int = 0
    kept: int = 0


@dataclass(frozen=True)
class Work:
    """What there is to ask: every question by its fingerprint, the outcomes that are settled without asking, by id."""

    questions: Mapping[str, Question]
    settled: Mapping[str, Outcome]
    kept: int
    made: Mapping[str, str]


def longest_of(captions: Sequence[str]) -> str | None:
    """The caption that is rewritten: the longest in characters, of equals the first."""
    return max(captions, key=len, default=None)


def by_rules(rows: Sequence[Mapping[str, Any]], *, n: int) -> Written:
    """Split each sample's longest caption by rules, into at most n."""
    outcomes = {}
    for row in rows:
        text = longest_of(row["captions"])
        captions = tuple(split_text(text, n)) if text else ()
        outcomes[row["id"]] = Outcome(captions, None if captions else NO_TEXT)
    return Written(outcomes, {"origin": "split", "backend": "rules"})


def to_ask(p: CaptionsParams, project: Project, rows: Sequence[Mapping[str, Any]], kept: Kept, *, model: str) -> Work:
    """Questions for all samples, without those whose answer is kept.

    Raises
    ------
    InputError
        If the prompt is not usable.
    StoreError
        If the frames are missing or of other samples.
    """
    prompt = read_prompt(p.source, None if p.prompt is None else project.root / p.prompt)
    made = {"origin": p.source, "backend": str(p.writer), "model": name_of(p), "prompt": prompt.name}
    store = FramesStore(project.frames)
    if store.attributes["videos"] != digest_ids(row["id"] for row in rows):
        raise StoreError(f"{project.frames} was not made from the {len(rows)} samples of the data set: run `dvc repro`")
    shown = ShownFrames(store, sampler=p.sampler, n_f=p.frames) if p.source == "vlm" else None
    questions: dict[str, Question] = {}
    settled: dict[str, Outcome] = {}
    for sample, (row, status) in enumerate(zip(rows, store.status, strict=True)):
        id_, text = row["id"], longest_of(row["captions"])
        if status == "failed":
            settled[id_] = Outcome((), NO_FRAMES)  # it cannot take part, so nothing is paid for it
        elif shown is None and not text:
            settled[id_] = Outcome((), NO_TEXT)
        else:
            question = (
                shown.question(id_, sample, n=p.n, prompt=prompt)
                if shown
                else of_text(id_, text or "", n=p.n, prompt=prompt)
            )
            key = question.fingerprint(backend=str(p.writer), model=model, seed=p.seed, temperature=p.temperature)
            if (outcome := answered(question, kept, key)) is not None:
                settled[id_] = outcome
            else:
                questions[key] = question
    n_kept = sum(outcome.refused is None for outcome in settled.values())
    return Work(questions, settled, n_kept, made)


def by_asking(p: CaptionsParams, project: Project, rows: Sequence[Mapping[str, Any]]) -> Written:
    """Ask a server or a model for the captions of all samples.

    Raises
    ------
    EndpointError
        If a server is not there or refuses everything.
    """
    kept = Kept(project.answers)
    work = to_ask(p, project, rows, kept, model=identity_of(p))
    if not work.questions:
        return Written(work.settled, work.made, 0, work.kept)
    chat = p.writer == "chat"
    with closing(_back_end(p)) as back_end:
        asking = Asking(
            back_end,
            kept,
            seed=p.seed,
            concurrency=p.endpoint.concurrency if chat else 1,
            requests_per_minute=p.endpoint.requests_per_minute if chat else None,
            attempts=p.endpoint.attempts,
        )
        found = asking.ask(work.questions)
    outcomes = {work.questions[key].id: outcome for key, outcome in found.items()}
    return Written({**work.settled, **outcomes}, work.made, len(work.questions), work.kept)


def identity_of(p: CaptionsParams) -> str:
    """What answers are kept under: the model's name; of a model on this machine also which weights."""
    if p.writer != "transformers":
        return str(p.model)
    from platoscope.data.captions.local import identity

    return identity(str(p.model), revision=p.revision)


def name_of(p: CaptionsParams) -> str:
    """Name of the model as rows have it, without folders of this machine."""
    if p.writer != "transformers":
        return str(p.model)
    from platoscope.data.captions import local

    return local.name_of(str(p.model))


def _back_end(p: CaptionsParams) -> BackEnd:
    if p.writer == "transformers":
        from platoscope.data.captions.local import LocalModel

        return LocalModel(
            str(p.model),
            revision=p.revision,
            sees=p.source == "vlm",
            temperature=p.temperature,
            max_tokens=p.max_tokens,
        )
    return ChatEndpoint(
        base_url=str(p.endpoint.base_url),
        model=str(p.model),
        key=key_of_environment(p.endpoint.key_env),
        structured=p.endpoint.structured,
        temperature=p.temperature,
        max_tokens=p.max_tokens,
        timeout_s=p.endpoint.timeout_s,
    )
