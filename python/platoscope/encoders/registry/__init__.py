"""Encoders that are known by name: each YAML file of this folder lists checkpoints of one family, one entry a name.

A setting becomes an entry of ``encoders`` in params.yaml, where everything that can change a result stands in full;
nothing but the command line reads the registry, so that a later one never changes what a params file means.
"""

import difflib
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

import yaml
from pydantic import Field

from platoscope.errors import InputError
from platoscope.params import Section, TextEncoderParams, VideoEncoderParams

Side = Literal["video", "text"]
ENTRIES: dict[Side, type[VideoEncoderParams] | type[TextEncoderParams]] = {
    "video": VideoEncoderParams,
    "text": TextEncoderParams,
}
NEAR = 5  # names that a message offers
SPELT_OUT = ("checkpoint", "revision", "pool", "dtype")
OF_ONE_SIZE = ("videomaev2",)  # families that take no image_size


class Setting(Section):
    """A checkpoint and how it is meant to be seen.

    ``n_o``: frames that a native video encoder takes, 1 for images. ``parameters``: how many are run, exact for timm,
    as published elsewhere. ``licence``: as the library or the page of the weights names it. ``gated``: whether the
    hub asks for consent and a token first.
    """

    family: str
    checkpoint: str | None = None
    kind: str | None = None
    revision: str = "main"
    pool: Literal["mean", "cls", "last"] = "mean"
    image_size: int | None = Field(default=None, ge=8)
    n_o: int = Field(default=1, ge=1)
    dtype: Literal["float32", "bfloat16", "float16"] = "float32"
    parameters: int = Field(ge=0)
    licence: str
    gated: bool | Literal["unknown"]
    notes: str | None = None

    @property
    def side(self) -> Side:
        """The side whose families include this one."""
        return "text" if self.family in _families(TextEncoderParams) else "video"

    @property
    def gate(self) -> str:
        """Whether the hub asks first, in a word."""
        if self.gated == "unknown":
            return "unknown"
        return "gated" if self.gated else "open"

    def entry(self) -> dict[str, Any]:
        """What stands below its key in params.yaml, nothing that it uses left to a default."""
        if self.checkpoint is None:
            return {"family": self.family, "kind": self.kind}
        entry = {"family": self.family, **{name: getattr(self, name) for name in SPELT_OUT}}
        if self.n_o > 1:
            entry["n_o"] = self.n_o
        if self.image_size is not None and self.family not in OF_ONE_SIZE:
            entry["image_size"] = self.image_size
        return entry

    def params(self) -> VideoEncoderParams | TextEncoderParams:
        """Its entry as the pipeline reads it.

        Raises
        ------
        pydantic.ValidationError
            If params know no such family or value.
        """
        return ENTRIES[self.side].model_validate(self.entry())


@cache
def registry() -> dict[str, Setting]:
    """All settings by name, family by family.

    Raises
    ------
    InputError
        If two files use one name.
    """
    found: dict[str, Setting] = {}
    for file in sorted(files(__name__).iterdir(), key=lambda file: file.name):
        if not file.name.endswith(".yaml"):
            continue
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        for name, entry in content["encoders"].items():
            if name in found:
                raise InputError(f"{file.name} has {name!r}, which another file of the registry has too")
            found[name] = Setting.model_validate(content["common"] | entry)
    return found


def setting(name: str) -> Setting:
    """The setting of a name.

    Raises
    ------
    InputError
        If there is none; the message has the nearest names.
    """
    known = registry()
    if name not in known:
        near = ", ".join(difflib.get_close_matches(name, known, n=NEAR, cutoff=0))
        raise InputError(f"the registry has no {name!r}; the nearest names are {near} (`platoscope encoders list`)")
    return known[name]


def select(
    *,
    side: str | None = None,
    family: str | None = None,
    gated: bool | None = None,
    most_parameters: float | None = None,
) -> dict[str, Setting]:
    """Settings that meet every condition that is given; one whose gate is unknown is neither gated nor open.

    Raises
    ------
    InputError
        If there is no such side or family.
    """
    known = registry()
    _check_one_of("side", side, list(ENTRIES))
    _check_one_of("family", family, sorted({one for entry in ENTRIES.values() for one in _families(entry)}))
    return {
        name: one
        for name, one in known.items()
        if side in (None, one.side)
        and family in (None, one.family)
        and (gated is None or one.gated is gated)
        and (most_parameters is None or one.parameters <= most_parameters)
    }


def _check_one_of(what: str, given: str | None, known: list[str]) -> None:
    if given is not None and given not in known:
        raise InputError(f"no {what} {given!r}; there are {', '.join(known)}")


def _families(entry: type[VideoEncoderParams] | type[TextEncoderParams]) -> tuple[str, ...]:
    return get_args(entry.model_fields["family"].annotation)
