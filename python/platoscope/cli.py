"""The command line: parse, one call, exit code. Codes: 0 done, 1 a run failed, 2 bad input."""

import os
import sys
from collections.abc import Collection, Mapping
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from platoscope.commons.commands import commons_app
from platoscope.errors import InputError, PlatoscopeError, StoreError, WeightsError
from platoscope.params import Params, read_params
from platoscope.progress import say
from platoscope.project import Project

# Stage: the module whose ``run`` it is, and what it is one of: the side of its encoder, a metric or a probe.
STAGES = {
    "dataset": ("data.dataset", None),
    "frames": ("data.frames", None),
    "captions": ("data.captions.stage", None),
    "samples": ("data.samples", None),
    "video_features": ("encoders.features", "video"),
    "text_features": ("encoders.features", "text"),
    "video_neighbours": ("alignment.stages.tables", "video"),
    "text_neighbours": ("alignment.stages.tables", "text"),
    "alignment": ("alignment.stages.pairs", None),
    "similarity": ("alignment.stages.similarity", "metric"),
    "scaling": ("scaling.stage", None),
    "temporal_features": ("temporal.stages.features", "video"),
    "temporal_texts": ("temporal.stages.features", "text"),
    "temporal_probes": ("temporal.stages.probes", "probe"),
    "temporal_report": ("report.temporal.stage", None),
    "report": ("report.stage", None),
}

SIDES = ("video", "text")
FEATURES = (STAGES["video_features"][0], STAGES["temporal_features"][0])  # which run encoders

app = typer.Typer(
    name="platoscope",
    help="Do vision models and language models see the same world, and how much more alike when shown more of it?",
    epilog="Exit codes: 0 done, 1 a run failed, 2 bad input. `--debug` before a command shows tracebacks.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
work_app = typer.Typer(help="Unfinished and published work of the stages.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(work_app, name="work")
encoders_app = typer.Typer(
    help="Encoders that are known by name, and what an encoder is before its weights are there.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(encoders_app, name="encoders")
app.add_typer(commons_app)

Encoder = Annotated[str | None, typer.Option(help="Key of the encoder, for the stages that have one.")]
Metric = Annotated[str | None, typer.Option(help="A metric over features, for the stage similarity.")]
Probe = Annotated[str | None, typer.Option(help="A probe of time, for the stage temporal_probes.")]
Devices = Annotated[
    str | None,
    typer.Option(help="For the features stages, instead of $PLATOSCOPE_DEVICE: one, or several alike (cuda:0,cuda:1)."),
]


@app.callback()
def _options(debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False) -> None:  # noqa: FBT002
    """Take the options that stand before a command; ``main`` looks at them itself."""


@app.command()
def run(
    stage: Annotated[str, typer.Argument(help=", ".join(STAGES))],
    encoder: Encoder = None,
    metric: Metric = None,
    probe: Probe = None,
    devices: Devices = None,
    dry_run: Annotated[  # noqa: FBT002
        bool, typer.Option("--dry-run", help="Of captions: print the calls that would be made, and make none.")
    ] = False,
) -> None:
    """Run one stage in this folder, as dvc does. Example: platoscope run video_features --encoder lite0."""
    from platoscope.encoders.device import chosen_devices
    from platoscope.provenance import check_installed

    if stage not in STAGES:
        raise InputError(f"no stage {stage!r}; the stages are {', '.join(STAGES)}")
    if dry_run and stage != "captions":
        raise InputError(f"stage {stage} takes no --dry-run, which only captions has: it alone may cost money")
    module = STAGES[stage][0]
    project = Project(Path.cwd())
    params = read_params(project.params)
    one = _one_of(stage, params, {"encoder": encoder, "metric": metric, "probe": probe})
    if devices is not None and module not in FEATURES:
        raise InputError(f"stage {stage} takes no --devices: encoders alone run on several")
    # Threads wait asleep: where processors are shared, spinning ones make a run several times slower. Read when the
    # first library with OpenMP is loaded, so it stands before the step.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    step = import_module(f"platoscope.{module}")
    family = []
    if module in FEATURES:
        side, key = one
        of = params.temporal if stage.startswith("temporal") else params.encoders
        family = [f"encoders.{getattr(of, side)[key].family}"]
    check_installed(project.root, module, *family)
    with chosen_devices(devices):
        say(step.dry_run(params, project) if dry_run else step.run(params, project, *one))


def _one_of(stage: str, params: Params, given: Mapping[str, str | None]) -> tuple[str, ...]:
    """What ``run`` of a stage takes besides params and project: side and encoder, a metric, a probe, or nothing."""
    over = STAGES[stage][1]
    option = "encoder" if over in SIDES else over
    for name, value in given.items():
        if (name == option) != (value is not None):
            raise InputError(f"stage {stage} {'needs' if name == option else 'takes no'} --{name}")
    one = given.get(option or "")
    if over is None or one is None:
        return ()
    _check_known(*_listed_for(stage, over, params), name=one)
    return (over, one) if over in SIDES else (one,)


def _listed_for(stage: str, over: str, params: Params) -> tuple[str, Collection[str]]:
    """Where params list what a stage is one of, and what stands there."""
    if over == "metric":
        return "similarity.metrics", params.similarity.metrics
    if over == "probe":
        return "temporal.probes", params.temporal.probes
    if stage.startswith("temporal"):
        return f"temporal.{over}", getattr(params.temporal, over)
    return f"encoders.{over}", getattr(params.encoders, over)


def _check_known(place: str, known: Collection[str], *, name: str) -> None:
    if name not in known:
        raise InputError(f"{place} has no {name!r}; it has {', '.join(known) or 'none'}")


@app.command()
def samples() -> None:
    """Print the samples of this project: how many, how long, and who is out and why."""
    from platoscope.inspection import samples_table

    say(samples_table(Project(Path.cwd())))


@app.command()
def plan() -> None:
    """Print what this params file will cost before it is run: samples, forwards, gigabytes, hours."""
    from platoscope.planning import plan_table

    project = Project(Path.cwd())
    say(plan_table(read_params(project.params), project))


@app.command()
def doctor() -> None:
    """Print versions, devices, and what each step would run on."""
    from platoscope.inspection import doctor_table

    say(doctor_table(Project(Path.cwd())))


@app.command()
def verify(
    paths: Annotated[
        list[str] | None, typer.Argument(help="Outs or folders, which have to be here; none for all that is here.")
    ] = None,
) -> None:
    """Hash what lies here, against dvc.lock and each other. Example: platoscope verify data/neighbours."""
    from platoscope.verification import verified

    table, faults = verified(Project(Path.cwd()), paths or ())
    say(table)
    if faults:
        raise StoreError(f"{len(faults)} not as it should be, first {faults[0]}")


@app.command()
def profile(
    name: Annotated[str, typer.Argument(help="A file of profiles/, without .yaml.")],
    data: Annotated[Path | None, typer.Option(help="The folder that the profile reads.")] = None,
) -> None:
    """Put a profile in place as params.yaml. Example: platoscope profile clips --data ~/my_clips."""
    from platoscope.profiles import use_profile

    say(use_profile(Project(Path.cwd()), name, data=data))


@app.command()
def fit(
    table: Annotated[Path, typer.Argument(help="A CSV file with the columns n_f, n_c, score.")],
    json: Annotated[Path, typer.Option(help="Where the document of laws is written.")],
    group: Annotated[str | None, typer.Option(help="A column; each of its values has a law of its own.")] = None,
    plot: Annotated[Path | None, typer.Option(help="Where the picture is written, as SVG.")] = None,
    draws: Annotated[int, typer.Option(help="Draws of the bootstrap.")] = 1000,
    level: Annotated[float, typer.Option(help="Of the intervals.")] = 0.95,
    seed: Annotated[int, typer.Option(min=0, help="Of the draws.")] = 0,
) -> None:
    """Fit the law to a table of scores. Example: platoscope fit scores.csv --group model --json laws.json."""
    from platoscope.laws import fit_table

    say(fit_table(table, group=group, json=json, plot=plot, draws=draws, level=level, seed=seed))


@app.command()
def predict(
    laws: Annotated[Path, typer.Argument(help="What `platoscope fit --json` or the stage scaling wrote.")],
    group: Annotated[str | None, typer.Option(help="Which law, where there are several.")] = None,
    at: Annotated[list[str] | None, typer.Option(help="A budget n_f,n_c; may be repeated.")] = None,
    target: Annotated[
        list[float] | None, typer.Option(help="A score: the cheapest budget that reaches it; may be repeated.")
    ] = None,
    total: Annotated[
        list[float] | None, typer.Option(help="What may be spent: the best split of it; may be repeated.")
    ] = None,
    frame_cost: Annotated[float, typer.Option(help="Of one frame.")] = 1.0,
    caption_cost: Annotated[float, typer.Option(help="Of one caption.")] = 1.0,
) -> None:
    """Predict scores and budgets from a law. Example: platoscope predict laws.json --at 64,10 --target 0.35."""
    from platoscope.laws import answers

    costs = {"frame_cost": frame_cost, "caption_cost": caption_cost}
    say(answers(laws, group=group, at=at or [], target=target or [], total=total or [], **costs))


@app.command()
def compare(
    first: Annotated[str, typer.Argument(help="A cell: VIDEO:TEXT@n_f,n_c, or VIDEO:TEXT at its largest budgets.")],
    second: Annotated[str, typer.Argument(help="Another one.")],
    other: Annotated[Path | None, typer.Option(help="The project of the second cell, if another.")] = None,
) -> None:
    """Compare two scores on the samples that both have. Example: platoscope compare lite0:minilm@16,10 lite2:minilm."""
    from platoscope.comparison import comparison

    project = Project(Path.cwd())
    params = read_params(project.params)
    cells = (project, first), (project if other is None else Project(other.resolve()), second)
    say(comparison(*cells, alignment=params.alignment, statistics=params.statistics))


@app.command()
def explain(
    video: Annotated[str, typer.Argument(help="Key of a video encoder.")],
    text: Annotated[str, typer.Argument(help="Key of a text encoder.")],
    count: Annotated[int, typer.Option(min=1, help="Samples at either end.")] = 3,
    neighbours: Annotated[int, typer.Option(min=1, help="Neighbours of each that are shown, at most k.")] = 5,
) -> None:
    """Show the samples that two encoders agree on most, and least, with their neighbours on both sides."""
    from platoscope.explanation import explanation

    say(explanation(Project(Path.cwd()), video, text, count=count, neighbours=neighbours))


@encoders_app.command("list")
def encoders_list(
    side: Annotated[str | None, typer.Option(help="video or text.")] = None,
    family: Annotated[
        str | None,
        typer.Option(help="timm, hf_image, hf_video, videomaev2, pixels or hf_text; stored features have no settings."),
    ] = None,
    gated: Annotated[
        bool | None, typer.Option("--gated/--open", help="Those that the hub asks consent for, or those it does not.")
    ] = None,
    max_parameters: Annotated[float | None, typer.Option(help="As a number: 1e9.")] = None,
) -> None:
    """Print the registry. Example: platoscope encoders list --side text --open --max-parameters 1e9."""
    from platoscope.catalogue import list_table

    say(list_table(side=side, family=family, gated=gated, most_parameters=max_parameters))


@encoders_app.command("show")
def encoders_show(names: Annotated[list[str], typer.Argument(help="Of the registry.")]) -> None:
    """Print settings of the registry as params.yaml has them. Example: platoscope encoders show mae_base."""
    from platoscope.catalogue import shown

    say(shown(names))


@encoders_app.command("check")
def encoders_check(
    names: Annotated[list[str] | None, typer.Argument(help="Of the registry; none for those of params.yaml.")] = None,
) -> None:
    """Print layers, widths, parameters and memory of encoders, which are made without their weights."""
    from platoscope.catalogue import check_table, entries_in, entries_of

    entries = entries_of(names) if names else entries_in(read_params(Project(Path.cwd()).params))
    table, failed = check_table(entries)
    say(table)
    if failed:
        raise WeightsError(f"{len(failed)} of {len(entries)} encoders could not be made: {', '.join(failed)}")


@work_app.command("list")
def work_list() -> None:
    """Print the scratch of every stage: its size, how far it is, whether dvc.lock holds its result."""
    from platoscope.housekeeping import work_table

    say(work_table(Project(Path.cwd())))


@work_app.command("clean")
def work_clean(
    everything: Annotated[bool, typer.Option("--all", help="Unfinished work too.")] = False,  # noqa: FBT002
    answers: Annotated[bool, typer.Option("--answers", help="Answers that models gave, too.")] = False,  # noqa: FBT002
) -> None:
    """Free the scratch whose result dvc.lock holds; answers of models, which may have cost money, only if asked to."""
    from platoscope.housekeeping import clean_answers, clean_work

    project = Project(Path.cwd())
    say(clean_work(project, everything=everything))
    if answers:
        say(clean_answers(project))


def main() -> None:
    """Entry point: errors of platoscope end in one line and their exit code."""
    debug = "--debug" in sys.argv[1:2]
    try:
        app(prog_name="platoscope")
    except PlatoscopeError as error:
        if debug:
            raise
        sys.stderr.write(f"platoscope: {' '.join(str(error).split())}\n")
        sys.exit(error.exit_code)
    except Exception as error:
        if debug:
            raise
        sys.stderr.write(f"platoscope: {type(error).__name__}: {' '.join(str(error).split())} (--debug shows where)\n")
        sys.exit(1)
