"""params.yaml, read once and checked: one frozen section a stage, plus ``encoders`` and ``budgets``.

Only steps read these objects; library functions take keywords. An unknown key, a wrong type or two sections that
contradict each other are refused with the place, the value and what would be accepted.
"""

from platoscope.params.captions import CaptionsParams
from platoscope.params.encoders import EncoderParams, TextEncoderParams, VideoEncoderParams
from platoscope.params.reading import parse_params, read_params
from platoscope.params.sections import Section
from platoscope.params.sources import ClocksParams, DatasetParams, ListedParams, SyntheticParams
from platoscope.params.stages import AlignmentParams, NeighboursParams, SamplesParams, ScalingParams, StatisticsParams
from platoscope.params.whole import Params

__all__ = [
    "AlignmentParams",
    "CaptionsParams",
    "ClocksParams",
    "DatasetParams",
    "EncoderParams",
    "ListedParams",
    "NeighboursParams",
    "Params",
    "SamplesParams",
    "ScalingParams",
    "Section",
    "StatisticsParams",
    "SyntheticParams",
    "TextEncoderParams",
    "VideoEncoderParams",
    "parse_params",
    "read_params",
]
