"""Reads params.yaml and says of every wrong place what it is, what it holds and what would be accepted."""

from pathlib import Path
from typing import Any, get_args, get_origin

import yaml
from pydantic import ValidationError

from platoscope.errors import InputError
from platoscope.params.whole import Params


def read_params(path: Path) -> Params:
    """Read and check a params file.

    Raises
    ------
    InputError
        If the file is missing, is not YAML or does not fit; the message lists every place that is wrong.
    """
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError(f"{path} is missing: run inside a project, a folder with params.yaml") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"{path} is not YAML: {' '.join(str(error).split())}") from error
    return parse_params(raw, name=path.name)


def parse_params(raw: Any, *, name: str = "params") -> Params:
    """Check params that are already parsed from YAML.

    Raises
    ------
    InputError
        If a place is wrong.
    """
    try:
        return Params.model_validate(_tuples(raw))
    except ValidationError as error:
        places = (f"{_place(e) or name}: {_say(e)}" for e in error.errors())
        raise InputError(f"{name}: {'; '.join(places)}") from error


def _place(error: Any) -> str:
    """Where a wrong value stands; pydantic has the kind of a section between the section and its parameters."""
    place = error["loc"]
    if error["type"] in ("union_tag_invalid", "union_tag_not_found"):
        place = (*place, "source")
    elif place[:1] == ("dataset",):
        place = (*place[:1], *place[2:])
    return ".".join(map(str, place))


def _say(error: Any) -> str:
    message = error["msg"].removeprefix("Value error, ")
    if error["type"] == "union_tag_invalid":
        return f"Input should be one of {error['ctx']['expected_tags']}, got {error['ctx']['tag']!r}"
    if error["type"] == "union_tag_not_found":
        return "Field required"
    if error["type"] == "extra_forbidden":
        known = _known(error["loc"][:-1])
        return f"no such parameter; there are {', '.join(known)}"
    return message if error["type"] in ("missing", "value_error") else f"{message}, got {error['input']!r}"


def _known(place: tuple[int | str, ...]) -> list[str]:
    """Names of the parameters of a section."""
    kind: Any = Params
    for name in place:
        if hasattr(kind, "model_fields"):
            kind = kind.model_fields[name].annotation
        elif get_origin(kind) is dict:
            kind = get_args(kind)[1]
        else:  # the sections that a source has
            kind = next(one for one in get_args(kind) if name in get_args(one.model_fields["source"].annotation))
    return list(kind.model_fields)


def _tuples(raw: Any) -> Any:
    """Lists of YAML as tuples, since a frozen section holds nothing that can be changed."""
    if isinstance(raw, dict):
        return {key: _tuples(value) for key, value in raw.items()}
    return tuple(_tuples(value) for value in raw) if isinstance(raw, list) else raw
