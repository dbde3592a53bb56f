"""What an entry of the document of laws has to hold, for whoever reads one that another program may have written.

A JSON object becomes the same object, or an error that names the place in it. Keys beyond these are let be.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

Parameter = Literal["s_inf", "c_f", "c_c", "alpha", "beta"]
Curve = Literal["additive", "interaction", "frames", "captions", "logarithmic"]
Criterion = Literal["heldout_rmse", "aic", "bic"]
Numbers = Annotated[list[float], Field(min_length=1)]
Budgets = Annotated[list[Annotated[float, Field(ge=1.0)]], Field(min_length=1)]
Ends = Annotated[list[float], Field(min_length=2, max_length=2)]
Parameters = dict[Parameter, float]
TERMS = {"full": ("c_f", "c_c"), "frames": ("c_f",), "captions": ("c_c",)}  # amplitudes, by form
EXPONENT = {"c_f": "alpha", "c_c": "beta"}


class _Part(BaseModel):
    model_config = ConfigDict(extra="allow", strict=True, allow_inf_nan=False)


class _Convergence(_Part):
    starts: int
    agreeing: int
    gradient: float


class _Intervals(_Part):
    level: float = Field(gt=0.0, lt=1.0)
    drawn: str = Field(alias="from")
    bootstrap: Literal["videos", "residuals"] | None = None
    draws: int | None = None
    seed: int | None = None
    parameters: dict[Parameter, Ends]


class _Profile(_Part):
    low: float
    high: float
    open: list[Literal["low", "high"]]


class _Rival(_Part):
    formula: str
    n_parameters: int
    parameters: dict[str, float]
    rmse: float
    r2: float | None = None
    heldout_rmse: float | None = None
    aic: float | None = None
    bic: float | None = None


class _Rivals(_Part):
    curves: dict[Curve, _Rival]
    best: dict[Criterion, Curve]
    words: str

    @model_validator(mode="after")
    def _named(self) -> Self:
        if missing := {"additive", *self.best.values()} - {*self.curves}:
            raise ValueError(f"curves lacks {min(missing)!r}")
        return self


class _Points(_Part):
    n_f: Budgets
    n_c: Budgets
    score: Numbers
    residual: Numbers

    @model_validator(mode="after")
    def _equal(self) -> Self:
        lengths = {name: len(getattr(self, name)) for name in ("n_f", "n_c", "score", "residual")}
        if len(set(lengths.values())) != 1:
            raise ValueError(f"lists of equal lengths are needed, not {lengths}")
        return self


class _Other(_Part):
    parameters: Parameters
    rmse: float
    r2: float | None = None


class _Entry(_Part):
    form: Literal["full", "frames", "captions"]
    held: float | None = None
    parameters: Parameters
    r2: float | None = None
    rmse: float
    max_residual: float
    heldout_rmse: float | None = None
    n_points: int
    chance: float | None = None
    convergence: _Convergence
    intervals: _Intervals
    profiles: dict[Parameter, _Profile]
    flags: list[str]
    not_pinned: list[Parameter]
    rivals: _Rivals
    points: _Points
    draws: dict[Parameter | Literal["rmse"], Annotated[list[float | None], Field(min_length=1)]] | None = None
    other_layers: _Other | None = None

    @model_validator(mode="after")
    def _of_the_form(self) -> Self:
        if (self.form == "full") != (self.held is None):
            raise ValueError(f"held = {self.held} of the form {self.form!r}: a reduced law has one, the full law none")
        terms = TERMS[self.form]
        wanted = {"s_inf", *terms, *(EXPONENT[c] for c in terms if self.parameters.get(c))}  # type: ignore[call-overload]
        _same(self.parameters, wanted, "parameters")
        if self.draws is not None:
            _same(self.draws, {"s_inf", *terms, *(EXPONENT[c] for c in terms), "rmse"}, "draws")
            _check_draws(self.draws, self.intervals)
        return self


class _Document(_Part):
    laws: dict[str, _Entry]
    without: dict[str, str]


def fault_in(document: Mapping[str, Any]) -> str | None:
    """Say where and why an object is no document of laws: "laws > lite0:minilm > rmse: Field required"."""
    try:
        _Document.model_validate(document)
    except ValidationError as error:
        first, *more = error.errors(include_url=False, include_context=False, include_input=False)
        where = " > ".join(str(key) for key in first["loc"])
        others = f" (and {len(more)} more)" if more else ""
        return f"{where}: {first['msg'].removeprefix('Value error, ')}{others}"
    return None


def _same(found: Mapping[Any, Any], wanted: set[str], what: str) -> None:
    """Refuse other names than a law of this form has."""
    if odd := set(found) ^ wanted:
        raise ValueError(f"{what} {'lack' if min(odd) in wanted else 'have'} {min(odd)!r}, a law of this form {wanted}")


def _check_draws(draws: Mapping[Any, list[float | None]], intervals: _Intervals) -> None:
    """Refuse draws that are not of one bootstrap, or lack a number that is no exponent's."""
    if intervals.bootstrap is None or intervals.seed is None or {len(x) for x in draws.values()} != {intervals.draws}:
        raise ValueError(f"draws are there that intervals do not tell of, draws: {intervals.draws}")
    if empty := [name for name, x in draws.items() if None in x and name not in EXPONENT.values()]:
        raise ValueError(f"draws of {empty[0]} have a null, which only exponents may have")
