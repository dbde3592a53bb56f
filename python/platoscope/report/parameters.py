"""The params file as the page shows it: its text, comments and all, without the folders of the machine it ran on.

A page is handed on; where the data and weights lay on one machine is of no use to its reader, and nobody's business.
"""

import json
from collections.abc import Iterator
from pathlib import PurePosixPath

import yaml


def without_folders(text: str) -> str:
    """Give YAML ``text`` in which every value that is an absolute path (or begins with ``~``) is its last part alone.

    All else stays as it is, relative paths and comments too.
    """
    spans = {
        (node.start_mark.index, node.end_mark.index): node
        for node in _values(yaml.compose(text, Loader=yaml.SafeLoader))
        if node.value.startswith(("/", "~"))
    }
    for (start, end), node in sorted(spans.items(), reverse=True):  # from the end, so that places stay right
        text = text[:start] + _last_part(node) + text[end:]
    return text


def _values(node: yaml.Node | None) -> Iterator[yaml.ScalarNode]:
    """Walk over every scalar that is a value, not a key."""
    if isinstance(node, yaml.ScalarNode):
        yield node
    elif isinstance(node, yaml.CollectionNode):
        for child in node.value:
            yield from _values(child[1] if isinstance(node, yaml.MappingNode) else child)


def _last_part(node: yaml.ScalarNode) -> str:
    """Write a path's last part in the quotes that the path had; a block of text becomes a quoted line."""
    name = PurePosixPath(node.value.strip()).name or node.value
    if node.style is None:
        return name
    return json.dumps(name, ensure_ascii=False) + ("\n" if node.style in "|>" else "")
