"""One-way physics and its time-symmetric twins: a family and a number become a clip that never meets a lossy codec.

`make_clip` gives frames uint8 [frame, size, size, 3], captions with antonyms of the same words, and labels;
`contact_sheet` lays families out for looking at. docs/clocks.md says what each family shows and what is guaranteed.
"""

from platoscope.data.datasets.clocks.clip import GROUP, Clip, clip_id, listing, make_clip
from platoscope.data.datasets.clocks.families import FAMILIES, Family
from platoscope.data.datasets.clocks.sheet import contact_sheet, write_contact_sheet
from platoscope.data.datasets.clocks.stills import pictures_of

__all__ = [
    "FAMILIES",
    "GROUP",
    "Clip",
    "Family",
    "clip_id",
    "contact_sheet",
    "listing",
    "make_clip",
    "pictures_of",
    "write_contact_sheet",
]
