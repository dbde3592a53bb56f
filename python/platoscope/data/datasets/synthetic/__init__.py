"""Turns a seed and an index into a rendered story: a clip of several scenes, twelve captions of it, and full labels.

`make_clip` gives frames uint8 [frame, size, size, 3], captions and labels; `write_mp4` makes a real H.264 file of them;
`contact_sheet` lays clips out for looking at. docs/stories.md says what a clip shows and what it cannot show.
"""

from platoscope.data.datasets.synthetic.clip import Clip, clip_id, make_clip
from platoscope.data.datasets.synthetic.encode import write_mp4
from platoscope.data.datasets.synthetic.sheet import contact_sheet

__all__ = ["Clip", "clip_id", "contact_sheet", "make_clip", "write_mp4"]
