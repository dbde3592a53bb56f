"""Prompts, which are files: a line with the version, what the system is told, and what a user asks with places to fill.

A place is a word in braces, ``{n}``; what fills it is not looked at again, so that a text with braces is text.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from platoscope.errors import InputError

# What a prompt has to have a place for; the others may be left out.
NEEDED = {"split": ("n", "text"), "paraphrase": ("n", "text"), "vlm": ("n",)}
OPTIONAL = ("shortest", "longest", "frames")
_PLACE = re.compile(r"\{([a-z_]+)\}")
_FORM = re.compile(r"version:[ ]*(?P<version>\S+)\n+# system\n(?P<system>.+?)\n# user\n(?P<user>.+)", re.DOTALL)


@dataclass(frozen=True)
class Prompt:
    """A prompt: ``name`` says what it is for, and with version and digest which one it is."""

    name: str
    system: str
    user: str

    def filled(self, values: Mapping[str, str | int]) -> tuple[str, str]:
        """What the system is told and what the user asks, every place filled."""

        def fill(text: str) -> str:
            return _PLACE.sub(lambda place: str(values[place[1]]), text)

        return fill(self.system), fill(self.user)


def read_prompt(kind: str, path: Path | None = None) -> Prompt:
    """Read the prompt of a kind: the package's own, or the file at ``path``.

    Raises
    ------
    InputError
        If the file is missing or not of the form, lacks a place that the kind needs, or has one that nothing fills.
    """
    own = files("platoscope.data.captions") / "prompts" / f"{kind}.md"
    try:
        text = own.read_text(encoding="utf-8") if path is None else path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"captions.prompt: {path} cannot be read: {error}") from error
    name = kind if path is None else path.stem
    found = _FORM.fullmatch(text)
    if found is None:
        raise InputError(
            f"captions.prompt: {name} must have the line `version: ...`, then `# system` and `# user` with what is said"
        )
    known, places = {*NEEDED[kind], *OPTIONAL}, set(_PLACE.findall(found["system"] + found["user"]))
    for wrong, why in ((places - known, "which nothing fills"), (set(NEEDED[kind]) - places, "which it lacks")):
        if wrong:
            named = ", ".join(f"{{{place}}}" for place in sorted(wrong))
            raise InputError(f"captions.prompt: {name} and {named}, {why}; {kind} fills {', '.join(sorted(known))}")
    digest = hashlib.sha256(text.encode()).hexdigest()[:8]
    return Prompt(f"{name}@{found['version']}+{digest}", found["system"].strip(), found["user"].strip())
