"""Whether another project's features can stand beside our own: format, samples, what was shown, budgets, in that order.

The first difference is named with both values. What an encoder does with what it is shown is its own affair.
"""

from collections.abc import Iterator, Sequence

from platoscope.data.rows import read_lines
from platoscope.data.samples import read_samples
from platoscope.data.sampling import budgets_of
from platoscope.encoders.texts import shown_texts, text_budgets
from platoscope.errors import InputError, StoreError
from platoscope.params import Params, read_params
from platoscope.params.variants import PLAIN, Variant
from platoscope.project import Project, Side
from platoscope.store import digest_ids
from platoscope.store.arrays import FORMATS, Attributes, first_difference
from platoscope.store.views import by_budget

# Settings that decide what frames are shown; those of the samples are compared by their ids.
FRAMES = ("size", "fit", "short")


def check_format(attributes: Attributes, *, name: str) -> None:
    """Refuse what is no features store of the format that is read here.

    Raises
    ------
    StoreError
        With both formats.
    """
    found, wanted = (attributes.get("kind"), attributes.get("format")), ("features", FORMATS["features"])
    if found != wanted:
        raise StoreError(f"{name} is {found[0]} format {found[1]}, this version reads {wanted[0]} format {wanted[1]}")


def check_samples(attributes: Attributes, project: Project, *, name: str) -> None:
    """Refuse features of other samples, or of the same in another order.

    Raises
    ------
    StoreError
        With the first id that differs.
    """
    samples = read_samples(project.samples)
    if digest_ids(attributes["ids"]) != attributes["samples"]:
        raise StoreError(f"{name} has ids that are not those of its samples' digest: it is damaged, get it again")
    if attributes["samples"] != samples.digest:
        row, its, mine = first_difference(attributes["ids"], samples.ids)
        raise StoreError(
            f"{name} is of other samples ({len(attributes['ids'])}, {attributes['samples'][:12]}) than "
            f"{project.samples} ({len(samples.ids)}, {samples.digest[:12]}), first in row {row}: {its!r} there and "
            f"{mine!r} here"
        )


def check_videos(project: Project, other: Project, *, name: str) -> None:
    """Refuse features of other files, whatever their ids: two seeds of rendered stories have the same ones.

    Raises
    ------
    InputError
        With the first sample whose video has another digest, and the option by which it is taken for the same.
    StoreError
        If a list of videos is missing.
    """
    digests = [
        {row["id"]: row["digest"] for row in read_lines(one.dataset / "videos.jsonl")} for one in (other, project)
    ]
    samples = read_samples(project.samples)
    others = [id_ for id_ in samples.ids if digests[0].get(id_) != digests[1].get(id_)]
    if others:
        its, mine = (str(found.get(others[0]))[:12] for found in digests)
        raise InputError(
            f"{name} saw other files of {len(others)} of {len(samples.ids)} samples, first of {others[0]!r}: {its} "
            f"there and {mine} here; if they show the same, in another encoding, say --other-files"
        )


def check_shown(attributes: Attributes, side: Side, project: Project, other: Project, *, name: str) -> None:
    """Refuse features of samples that were shown otherwise.

    Raises
    ------
    InputError
        With the first difference: a setting, a sampler or a budget of frames, or a sample's captions.
    """
    params, theirs = read_params(project.params), read_params(other.params)
    if side == "video":
        differences = _of_frames(attributes, params, theirs)
    else:
        differences = _of_texts(attributes, params, project, other)
    first = next(differences, None)
    if first is not None:
        raise InputError(f"{name} was not shown what your encoders are: {first}")


def _of_frames(attributes: Attributes, params: Params, theirs: Params) -> Iterator[str]:
    for field in FRAMES:
        its, mine = getattr(theirs.frames, field), getattr(params.frames, field)
        if its != mine:
            yield f"frames.{field} is {its!r} there and {mine!r} here"
    sampler = attributes.get("sampler", "center")
    if sampler not in params.frames.samplers:
        yield f"its sampler is {sampler!r}, frames.samplers has {_list(params.frames.samplers)}"
    yield from _lacking(attributes, budgets_of(sampler, params.budgets.frames), PLAIN, unit="frames")


def _of_texts(attributes: Attributes, params: Params, project: Project, other: Project) -> Iterator[str]:
    budgets, every = params.budgets.captions, params.captions.variants
    shared = [variant for variant in every if variant in set(by_budget(attributes))]
    if every[0] not in shared:
        yield f"it has no {every[0].mode} captions by {every[0].combine}"
    for variant in shared:
        yield from _lacking(attributes, budgets, variant, unit="captions")
    asked = text_budgets(shared, budgets)
    samples = read_samples(project.samples)
    mine = shown_texts(samples, project.captions, asked)
    its = shown_texts(samples, other.captions, asked)
    for budget, texts, others in zip(asked, mine, its, strict=True):
        for id_, ours, one in zip(samples.ids, texts, others, strict=True):
            if ours != one:
                at = f"{budget.n_c} {budget.variant.mode} captions"
                yield f"sample {id_!r} at {at} reads {_cut(one)} there and {_cut(ours)} here"


def _lacking(attributes: Attributes, budgets: Sequence[int], variant: Variant, *, unit: str) -> Iterator[str]:
    known = [number for one, number in zip(by_budget(attributes), attributes["budgets"], strict=True) if one == variant]
    for budget in budgets:
        if budget not in known:
            yield f"it has no budget of {budget} {unit}, only of {_list(known)}"


def missing_variants(attributes: Attributes, params: Params) -> list[Variant]:
    """List the variants of captions that params name and a store of texts does not have."""
    return [variant for variant in params.captions.variants if variant not in set(by_budget(attributes))]


def _cut(texts: Sequence[str]) -> str:
    text = " | ".join(texts)
    return repr(text if len(text) <= 80 else f"{text[:77]}...")


def _list(values: Sequence[object]) -> str:
    return ", ".join(map(str, values)) or "none"
