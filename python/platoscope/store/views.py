"""A store has all budgets of an encoder on one axis; a view has those of one variant, which numbers tell apart.

Of texts these are modes of showing captions and ways to combine them, each with its numbers of captions; videos have
one variant.
"""

from platoscope.errors import InputError
from platoscope.params.variants import PLAIN, Variant
from platoscope.store.arrays import Attributes


def variants_of(attributes: Attributes) -> list[Variant]:
    """List the variants of a store, each once, in their order."""
    return list(dict.fromkeys(by_budget(attributes)))


def places_of(attributes: Attributes, variant: Variant, *, of: object) -> list[int]:
    """List where on the axis of budgets a variant stands.

    Raises
    ------
    InputError
        If ``of``, the store, does not have it.
    """
    every = by_budget(attributes)
    if variant not in every:
        known = ", ".join(f"{mode} captions by {combine}" for mode, combine in dict.fromkeys(every))
        raise InputError(f"{of} has no {variant.mode} captions by {variant.combine}, it has {known}")
    return [place for place, one in enumerate(every) if one == variant]


def chosen(attributes: Attributes, mode: str | None, combine: str | None) -> Variant:
    """Give the variant that is asked for; what is left open is as in the first of the store's that fits."""
    every = variants_of(attributes)
    fits = (one for one in every if mode in (None, one.mode) and combine in (None, one.combine))
    return next(fits, Variant(mode or every[0].mode, combine or every[0].combine))


def by_budget(attributes: Attributes) -> list[Variant]:
    """List the variant of each place on the axis of budgets."""
    return [Variant(*named) for named in attributes.get("variants", ())] or [PLAIN] * len(attributes["budgets"])
