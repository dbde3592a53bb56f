"""An entry of the family ``stored`` is written into params.yaml, whose other lines and comments stay as they are."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from platoscope.errors import InputError
from platoscope.params import parse_params, read_params
from platoscope.project import Project, Side
from platoscope.scratch import write_file


def key_of(name: str) -> str:
    """Make a key of a name: small letters, digits and underscores."""
    return "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in name.lower()).strip("_")


def check_free(project: Project, side: Side, key: str) -> None:
    """Refuse a key that params has.

    Raises
    ------
    InputError
        Naming the option that gives another.
    """
    if key in read_params(project.params).encoders.of(side):
        raise InputError(f"encoders.{side} has {key!r} already: give the new one another key, --as KEY")


def with_entry(file: Path, side: Side, key: str, fields: Mapping[str, str], *, note: str) -> str:
    """Give the text of a params file with one entry more, the last of its side; ``note`` becomes its comment.

    Raises
    ------
    InputError
        If the file cannot be added to, or what would come out is not what it was and the entry.
    """
    text = file.read_text(encoding="utf-8")
    node = _child(_child(yaml.compose(text, Loader=yaml.SafeLoader), "encoders"), side)
    by_hand = f"add the entry by hand: {key}: {dict(fields)}"
    if not isinstance(node, yaml.MappingNode) or node.flow_style or not node.value:
        raise InputError(f"{file}: encoders.{side} is not written with an entry a line; {by_hand}")
    first, last = node.value[0][0].start_mark, _leaf(node).end_mark
    margin = " " * first.column
    lines = text.splitlines(keepends=True)
    at = last.line if last.column == 0 else last.line + 1  # a text of several lines ends where the next line begins
    if lines[at - 1][-1:] != "\n":
        lines[at - 1] += "\n"
    entry = [f"{margin}{key}: # {note}\n", *(f"{margin}  {name}: {_scalar(value)}\n" for name, value in fields.items())]
    new = "".join([*lines[:at], *entry, *lines[at:]])
    wanted = yaml.safe_load(text)
    wanted["encoders"][side][key] = dict(fields)
    try:
        same = yaml.safe_load(new) == wanted
    except yaml.YAMLError:
        same = False
    if not same:
        raise InputError(f"{file} cannot be added to without changing other places; {by_hand}")
    parse_params(wanted, name=file.name)
    return new


def _scalar(value: str) -> str:
    """Text as YAML has it, in quotes where a digest could be taken for a number."""
    return value if value.isalpha() else "'" + value.replace("'", "''") + "'"


def put(project: Project, text: str) -> None:
    """Put a params file in place, whole or not at all."""
    write_file(project.params, text)


def _child(node: Any, name: str) -> Any:
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    return next((value for key, value in pairs if key.value == name), None)


def _leaf(node: Any) -> Any:
    """The last scalar or flow collection of a node; the mark at the end of a block stands after its comments."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    return node
