"""``platoscope profile``: a params file of ``profiles/`` is put in place, with its data folder made absolute."""

from pathlib import Path

from platoscope.errors import InputError
from platoscope.params import parse_params, read_params
from platoscope.project import Project
from platoscope.scratch import write_file

PLACE = "DATA"


def use_profile(project: Project, name: str, *, data: Path | None) -> str:
    """Write ``params.yaml`` from ``profiles/NAME.yaml``; gives what to run next.

    The word DATA in ``dataset.path: DATA`` stands for the folder, which is made absolute: in queued experiments a
    relative path outside the project would not resolve.

    Raises
    ------
    InputError
        If there is no such profile, it is no params file, it takes a folder and none is given (or none is there), or
        it takes none and one is given.
    """
    file = project.root / "profiles" / f"{name}.yaml"
    if not file.is_file():
        known = ", ".join(sorted(path.stem for path in file.parent.glob("*.yaml"))) or "none"
        raise InputError(f"no profile {name!r}; profiles/ has: {known}")
    text = file.read_text(encoding="utf-8")
    takes_data = read_params(file).dataset.path == PLACE
    if takes_data and data is None:
        raise InputError(f"profile {name} needs the folder of its data: --data DIR (make: DATA=DIR)")
    if data is not None:
        if not takes_data:
            raise InputError(f"profile {name} takes no data, got {data}: leave it out")
        text = _with_data(text, file, data)
    if project.params.is_file() and project.params.read_text(encoding="utf-8") != text:
        write_file(project.params.with_suffix(".before.yaml"), project.params.read_bytes())
    write_file(project.params, text)
    back = "git checkout params.yaml dvc.lock results && dvc checkout"
    return (
        f"params.yaml is now profile {name} (what it was is in params.before.yaml): "
        f"`make repro` runs it, `{back}` goes back to what is committed"
    )


def _with_data(text: str, file: Path, data: Path) -> str:
    import yaml

    folder = data.expanduser().resolve()
    if not folder.is_dir():
        raise InputError(f"data: {folder} is not a folder")
    text = text.replace(f"path: {PLACE}", f"path: {_quoted(folder)}", 1)
    found = parse_params(yaml.safe_load(text), name=file.name).dataset.path
    if found != str(folder):
        raise InputError(
            f"{file}: dataset.path became {found!r}, not {str(folder)!r}: it must stand as `path: {PLACE}`"
        )
    return text


def _quoted(path: Path) -> str:
    """A path as a YAML scalar."""
    return "'" + str(path).replace("'", "''") + "'"
