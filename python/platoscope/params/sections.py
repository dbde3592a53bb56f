"""What a section of params.yaml is, and the kinds of values that several have."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _growing(budgets: tuple[int, ...]) -> tuple[int, ...]:
    if list(budgets) != sorted(set(budgets)) or (budgets and budgets[0] < 1):
        raise ValueError("budgets must be whole numbers from 1 in growing order, each once")
    return budgets


Budgets = Annotated[tuple[int, ...], Field(min_length=1), AfterValidator(_growing)]
Key = Annotated[str, Field(pattern=r"^[a-z0-9_]+$")]
Sampler = Literal["center", "linspace", "first", "repeat", "span"]
Mode = Annotated[str, Field(pattern=r"^(distinct|paraphrase|repeat|shuffled|order[1-9])$")]
Seed = Annotated[int, Field(ge=0)]


class Section(BaseModel):
    """A part of params.yaml: frozen, and closed to unknown keys."""

    # The library's own errors, which --debug shows, repeat no value: one may hold a key that does not belong there.
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False, hide_input_in_errors=True)
