"""The command line: parse, one call, exit code. Codes: 0 done, 1 a run failed, 2 bad input."""

import os
import sys
from collections.abc import Collection
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from platoscope.errors import InputError, PlatoscopeError
from platoscope.params import Params, read_params
from platoscope.progress import say
from platoscope.project import Project

# Stage: the module whose ``run`` it is, and what it is one of: the side of its encoder, or a metric.
STAGES = {
    "dataset": ("data.dataset", None),
    "frames": ("data.frames", None),
    "captions": ("data.captions", None),
    "samples": ("data.samples", None),
    "video_features": ("encoders.features", "video"),
    "text_features": ("encoders.features", "text"),
    "video_neighbours": ("alignment.stages.tables", "video"),
    "text_neighbours": ("alignment.stages.tables", "text"),
    "alignment": ("alignment.stages.pairs", None),
    "similarity": ("alignment.stages.similarity", "metric"),
    "scaling": ("scaling.stage", None),
    "report": ("report.stage", None),
}

SIDES = ("video", "text")

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

Encoder = Annotated[str | None, typer.Option(help="Key of the encoder, for the stages that have one.")]
Metric = Annotated[str | None, typer.Option(help="A metric over features, for the stage similarity.")]


@app.callback()
def _options(debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks.")] = False) -> None:  # noqa: FBT002
    """Take the options that stand before a command; ``main`` looks at them itself."""


@app.command()
def run(
    stage: Annotated[str, typer.Argument(help=", ".join(STAGES))], encoder: Encoder = None, metric: Metric = None
) -> None:
    """Run one stage in this folder, as dvc does. Example: platoscope run video_features --encoder lite0."""
    from platoscope.provenance import check_installed

    if stage not in STAGES:
        raise InputError(f"no stage {stage!r}; the stages are {', '.join(STAGES)}")
    module = STAGES[stage][0]
    project = Project(Path.cwd())
    params = read_params(project.params)
    one = _one_of(stage, params, encoder=encoder, metric=metric)
    # Threads wait asleep: where processors are shared, spinning ones make a run several times slower. Read when the
    # first library with OpenMP is loaded, so it stands before the step.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    step = import_module(f"platoscope.{module}")
    family = []
    if module == "encoders.features":
        side, key = one
        family = [f"encoders.{getattr(params.encoders, side)[key].family}"]
    check_installed(project.root, module, *family)
    say(step.run(params, project, *one))


def _one_of(stage: str, params: Params, *, encoder: str | None, metric: str | None) -> tuple[str, ...]:
    """What ``run`` of a stage takes besides params and project: side and encoder, a metric, or nothing."""
    over = STAGES[stage][1]
    for option, given, wanted in (("encoder", encoder, over in SIDES), ("metric", metric, over == "metric")):
        if wanted != (given is not None):
            raise InputError(f"stage {stage} {'needs' if wanted else 'takes no'} --{option}")
    if metric is not None:
        _check_known("similarity.metrics", metric, params.similarity.metrics)
        return (metric,)
    if over is None or encoder is None:
        return ()
    _check_known(f"encoders.{over}", encoder, getattr(params.encoders, over))
    return over, encoder


def _check_known(place: str, name: str, known: Collection[str]) -> None:
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
def profile(
    name: Annotated[str, typer.Argument(help="A file of profiles/, without .yaml.")],
    data: Annotated[Path | None, typer.Option(help="The folder that the profile reads.")] = None,
) -> None:
    """Put a profile in place as params.yaml. Example: platoscope profile clips --data ~/my_clips."""
    from platoscope.profiles import use_profile

    say(use_profile(Project(Path.cwd()), name, data=data))


@work_app.command("list")
def work_list() -> None:
    """Print the scratch of every stage: its size, how far it is, whether dvc.lock holds its result."""
    from platoscope.housekeeping import work_table

    say(work_table(Project(Path.cwd())))


@work_app.command("clean")
def work_clean(
    everything: Annotated[bool, typer.Option("--all", help="Unfinished work too.")] = False,  # noqa: FBT002
) -> None:
    """Free the scratch whose result dvc.lock holds."""
    from platoscope.housekeeping import clean_work

    say(clean_work(Project(Path.cwd()), everything=everything))


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
