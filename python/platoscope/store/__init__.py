"""The Zarr stores between the stages: what each holds and in which shapes (docs/formats.md, for other readers).

Every store carries its kind, its format version and the digest of the ordered sample ids.
"""

from platoscope.store.alignment import PairLayers, read_alignment, write_alignment
from platoscope.store.arrays import digest_ids, same_samples
from platoscope.store.features import FeaturesStore, write_features
from platoscope.store.frames import STATUS, ClipFrames, FramesStore, read_thumbnails, write_frames, write_thumbnails
from platoscope.store.neighbours import Neighbours, read_neighbours, write_neighbours

__all__ = [
    "STATUS",
    "ClipFrames",
    "FeaturesStore",
    "FramesStore",
    "Neighbours",
    "PairLayers",
    "digest_ids",
    "read_alignment",
    "read_neighbours",
    "read_thumbnails",
    "same_samples",
    "write_alignment",
    "write_features",
    "write_frames",
    "write_neighbours",
    "write_thumbnails",
]
