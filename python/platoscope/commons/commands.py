"""The commands of tables and of features across projects: parse, one call, exit code."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from platoscope.errors import InputError
from platoscope.progress import say
from platoscope.project import Project

commons_app = typer.Typer(rich_markup_mode=None)

Side = Literal["video", "text"]
SideOption = Annotated[Side | None, typer.Option(help="Where both sides have the key: video or text.")]
Key = Annotated[str | None, typer.Option("--as", help="The key that it gets here.")]


@commons_app.command()
def table(
    where: Annotated[list[str] | None, typer.Option(help="A condition, as n_f=16; may be repeated.")] = None,
    sort: Annotated[str, typer.Option(help="A column, the best first.")] = "score",
    reverse: Annotated[bool, typer.Option("--reverse", help="The worst first.")] = False,  # noqa: FBT002
    every: Annotated[bool, typer.Option("--all", help="All cells, not the largest alone.")] = False,  # noqa: FBT002
    columns: Annotated[str | None, typer.Option(help="Others of pairs.csv, with commas between.")] = None,
    metric: Annotated[str | None, typer.Option(help="Of similarity.metrics.")] = None,
    csv: Annotated[bool, typer.Option("--csv", help="Unrounded, all columns.")] = False,  # noqa: FBT002
    latex: Annotated[bool, typer.Option("--latex", help="A tabular.")] = False,  # noqa: FBT002
    markdown: Annotated[bool, typer.Option("--markdown", help="A table of Markdown.")] = False,  # noqa: FBT002
) -> None:
    """Print the pairs of encoders. Example: platoscope table --where 'video=lite*' --sort heldout --latex."""
    from platoscope.table import Format, pairs_table

    asked: dict[Format, bool] = {"csv": csv, "latex": latex, "markdown": markdown}
    forms: list[Format] = [form for form, said in asked.items() if said]
    if len(forms) > 1:
        raise InputError(f"one form at a time: --{' or --'.join(forms)}")
    form = forms[0] if forms else "plain"
    chosen = tuple(columns.replace(" ", "").split(",")) if columns else ()
    say(
        pairs_table(
            Project(Path.cwd()),
            where=where or (),
            sort=sort,
            reverse=reverse,
            every=every,
            columns=chosen,
            metric=metric,
            form=form,
        )
    )


@commons_app.command()
def add(
    place: Annotated[str, typer.Argument(help="A project's folder, or the URL of a git repository with DVC.")],
    encoder: Annotated[str, typer.Argument(help="Its key there.")],
    side: SideOption = None,
    key: Key = None,
    rev: Annotated[str | None, typer.Option(help="A commit, branch or tag of the repository.")] = None,
    remote: Annotated[str | None, typer.Option(help="Which of its DVC remotes.")] = None,
    other_files: Annotated[  # noqa: FBT002
        bool, typer.Option("--other-files", help="Videos with other bytes than yours show the same.")
    ] = False,
) -> None:
    """Take an encoder's features from another project. Example: platoscope add ../theirs dinov2 --as their_dinov2."""
    from platoscope.commons.adding import add_features

    project = Project(Path.cwd())
    options = {"rev": rev, "remote": remote, "name": key}
    say(add_features(project, place, encoder, side=side, other_files=other_files, **options))


@commons_app.command()
def export(
    encoder: Annotated[str, typer.Argument(help="Its key.")],
    out: Annotated[Path, typer.Argument(help="NAME.npz, NAME.safetensors, or a folder for the Hugging Face hub.")],
    side: SideOption = None,
) -> None:
    """Write an encoder's features for others. Example: platoscope export minilm minilm.safetensors."""
    from platoscope.commons.export import export as write

    say(write(Project(Path.cwd()), encoder, out, side=side))


@commons_app.command(name="import")
def import_(
    files: Annotated[list[Path], typer.Argument(help="A file or folder of features, or one for each --budget.")],
    side: Annotated[Side, typer.Option(help="video or text.")],
    key: Key = None,
    ids: Annotated[Path | None, typer.Option(help="A file with the id of each row, one a line.")] = None,
    budget: Annotated[list[int] | None, typer.Option(help="Frames or captions that a file was shown.")] = None,
    sampler: Annotated[str, typer.Option(help="How frames were chosen.")] = "center",
) -> None:
    """Take features that were published elsewhere. Example: platoscope import feats.pt --side video --as dinov2."""
    from platoscope.commons.importing import import_features

    project = Project(Path.cwd())
    say(import_features(project, files, side=side, key=key, ids=ids, budgets=budget or (), sampler=sampler))
