"""A whole stage of extraction as a call that can be repeated: all of it but the loading of weights."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from itertools import count

from platoscope.encoders import features
from platoscope.encoders.engine import compute, publish, scratch_of
from platoscope.encoders.running import prepared
from platoscope.params import Params
from platoscope.project import Project, Side


def stage(params: Params, project: Project, side: Side, *, on: str = "cpu") -> Callable[[], None]:
    """Give a call that extracts everything anew, from a scratch of its own, with an encoder that is loaded.

    The encoder is of key `one`; texts are sorted beforehand.
    """
    prepare = partial(features._prepared, params, project, side, "one")  # noqa: SLF001
    extraction = prepared(prepare, on=on, n_devices=1)
    turns = count()

    def run() -> None:
        one = replace(extraction, spec={**extraction.spec, "turn": next(turns)})
        work = scratch_of(one, project, on=on)
        compute(one, work, on=on)
        publish(one, work, project, project.features(side, "one"))

    return run
