"""The Zarr stores between the stages: what each holds and in which shapes (docs/formats.md, for other readers).

Every store carries its kind, its format version and the digest of the ordered sample ids.
"""

from platoscope.store.alignment import PairLayers, read_alignment, write_alignment
from platoscope.store.arrays import digest_ids, kind_of, same_samples
from platoscope.store.features import FeaturesStore, LayerRows, write_features
from platoscope.store.frames import STATUS, ClipFrames, FramesStore, read_thumbnails, write_frames, write_thumbnails
from platoscope.store.neighbours import Neighbours, Recalls, read_neighbours, write_neighbours
from platoscope.store.similarity import PairScores, read_similarity, write_similarity
from platoscope.store.spool import Places, Spool, mean_of
from platoscope.store.temporal import TemporalStore, write_temporal

__all__ = [
    "STATUS",
    "ClipFrames",
    "FeaturesStore",
    "FramesStore",
    "LayerRows",
    "Neighbours",
    "PairLayers",
    "PairScores",
    "Places",
    "Recalls",
    "Spool",
    "TemporalStore",
    "digest_ids",
    "kind_of",
    "mean_of",
    "read_alignment",
    "read_neighbours",
    "read_similarity",
    "read_thumbnails",
    "same_samples",
    "write_alignment",
    "write_features",
    "write_frames",
    "write_neighbours",
    "write_similarity",
    "write_temporal",
    "write_thumbnails",
]
