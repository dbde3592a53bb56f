"""A law in words: which parameters it cannot pin, where its intervals come from, which rival beats it."""

from collections.abc import Mapping, Sequence

from platoscope.scaling.intervals import Bootstrap
from platoscope.scaling.law import Law
from platoscope.scaling.points import HELD, PARAMETERS
from platoscope.scaling.profiles import Profile
from platoscope.scaling.rivals import Rival, best_by

LOOSE = 3.0  # an interval whose ends are this factor apart says little more than that a parameter is not 0


def flags(law: Law, profiles: Mapping[str, Profile]) -> list[str]:
    """List the doubts about a law, none for one that its scores pin down."""
    said = [_at_bound(name, law.to_dict()[name]) for name in law.at_bound]
    said += [f"{name} rests on two budgets: its term is above the rmse at fewer than three" for name in law.weak]
    said += [words for name, profile in profiles.items() if (words := _loose(name, profile))]
    if law.form in HELD:
        said.append(f"{HELD[law.form]} does not vary: the law of {law.form} alone, at {HELD[law.form]} = {law.held:g}")
    if law.n_points == PARAMETERS[law.form]:
        said.append("as many points as parameters: no error is left to judge the fit by")
    if not law.converged:
        said.append(f"starts disagree: {law.agreeing} of {law.starts} ended in this curve")
    return said


def not_pinned(law: Law, profiles: Mapping[str, Profile]) -> list[str]:
    """Name the parameters that ``flags`` doubt: at a bound, resting on two budgets, or free in a wide range."""
    doubted = {*law.at_bound, *law.weak, *(name for name, profile in profiles.items() if _loose(name, profile))}
    return [name for name in law.to_dict() if name in doubted]


def interval_words(bootstrap: Bootstrap | None, sources: Sequence[str | None], *, why: str) -> str:
    """Say what was drawn anew for the intervals, of which sources, and why it was not videos where it was not."""
    if bootstrap is None:
        return "none: as many points as parameters leave no residual to draw"
    if bootstrap.kind == "videos":
        n = len({source for source in sources if source is not None}) + list(sources).count(None)
        of = f"{n} whole sources of {len(sources)} videos" if n < len(sources) else f"{n} videos"
        return f"bootstrap over videos: {len(bootstrap)} draws of {of}, the same for all cells"
    return (
        f"bootstrap over residuals: {len(bootstrap)} draws, widened for the fitted parameters, as {why}; an error that "
        "all cells share, as cells of the same videos do, is not in it"
    )


def rivals_words(rivals: Sequence[Rival]) -> str:
    """Name the best curve by held-out error, and say whether AIC and BIC name another."""
    best = {criterion: best_by(rivals, criterion) for criterion in ("heldout_rmse", "aic", "bic")}
    named = best["heldout_rmse"]
    if named is None:
        first = "the grid is too small to hold its largest budgets out"
    else:
        error = next(rival.heldout_rmse for rival in rivals if rival.name == named)
        first = f"{named} predicts the largest budgets best (rmse {error:.4f})"
    others = [f"{label} names {best[key]}" for key, label in (("aic", "AIC"), ("bic", "BIC")) if best[key] != named]
    return f"{first}; " + (" and ".join(others) if others else "AIC and BIC name it too")


def _at_bound(name: str, value: float) -> str:
    """Say what it means that a parameter is at the edge of what it may be."""
    if name in ("c_f", "c_c"):
        return f"{name} is 0: the scores do not rise with {'frames' if name == 'c_f' else 'captions'}"
    if name == "s_inf":
        why = "show no saturation below it" if value > 0.0 else "saturate below it"
        return f"s_inf is at its bound {value:g}: the scores {why}"
    return f"{name} is at the edge of its box ({value:g}): the scores ask for more"


def _loose(name: str, profile: Profile) -> str | None:
    """Say between which values a parameter can lie, where that is a wide range or one without an end."""
    wide = profile.low_open or profile.high_open or profile.high > LOOSE * profile.low
    if not wide or profile.high <= profile.low:
        return None
    edge = {"s_inf": "its bound", "c_f": "no bound", "c_c": "no bound"}.get(name, "the edge of the box")
    low = f"from {edge} at {profile.low:.3g}" if profile.low_open else f"from {profile.low:.3g}"
    if profile.high_open:
        high = "upwards without bound" if edge == "no bound" else f"up to {edge} at {profile.high:.3g}"
    else:
        high = f"up to {profile.high:.3g}"
    if name in ("c_f", "c_c") and profile.low_open:
        low = "from 0"
    return f"{name} is not pinned by this grid: {low} {high} the scores are fitted about as well"
