"""Where a project keeps things: the folder that holds params.yaml, and the path of every artefact below it.

The tree under ``data/`` is the data flow; no other module spells a path of it.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Side = Literal["video", "text"]


@dataclass(frozen=True)
class Project:
    """A project's folder and the paths of its artefacts."""

    root: Path

    @property
    def params(self) -> Path:
        """The file with every knob."""
        return self.root / "params.yaml"

    @property
    def data(self) -> Path:
        """The folder of all stores."""
        return self.root / "data"

    @property
    def dataset(self) -> Path:
        """Folder with ``videos.jsonl``, ``captions.jsonl`` and the rendered ``videos/``."""
        return self.data / "dataset"

    def video(self, path: str, *, made: bool, source: str) -> Path:
        """A file of ``videos.jsonl``: below ``data/dataset/`` where it was made here, else below the source."""
        return (self.dataset if made else self.root / source) / path

    @property
    def frames(self) -> Path:
        """Store of the decoded frames."""
        return self.data / "frames.zarr"

    @property
    def thumbnails(self) -> Path:
        """Store of small pictures for the report."""
        return self.data / "thumbnails.zarr"

    @property
    def captions(self) -> Path:
        """Ordered captions, one sample a line."""
        return self.data / "captions.jsonl"

    @property
    def samples(self) -> Path:
        """Kept samples, one a line, in the order of every store after it."""
        return self.data / "samples.jsonl"

    @property
    def excluded(self) -> Path:
        """Samples that do not take part, each with stage and reason."""
        return self.data / "excluded.csv"

    def features(self, side: Side, key: str) -> Path:
        """Store of one encoder's features."""
        return self.data / "features" / side / f"{key}.zarr"

    def commons(self, side: Side, name: str) -> Path:
        """Features that were made elsewhere, as they came; ``name`` is the encoder's key with a suffix."""
        return self.data / "commons" / side / name

    def neighbours(self, side: Side, key: str) -> Path:
        """Store of one encoder's neighbours."""
        return self.data / "neighbours" / side / f"{key}.zarr"

    @property
    def alignment(self) -> Path:
        """Folder with ``pairs.csv`` and ``layers.zarr``."""
        return self.data / "alignment"

    @property
    def laws(self) -> Path:
        """Document of the laws with their uncertainty."""
        return self.data / "scaling" / "laws.json"

    def similarity(self, metric: str) -> Path:
        """Folder with ``pairs.csv`` and ``layers.zarr`` of one metric over features."""
        return self.data / "similarity" / metric

    def temporal_features(self, side: Side, key: str) -> Path:
        """Store of one encoder's step features."""
        return self.data / "temporal_features" / side / f"{key}.zarr"

    def temporal_probe(self, probe: str) -> Path:
        """Folder with the tables of one probe of time."""
        return self.data / "temporal_probes" / probe

    @property
    def results(self) -> Path:
        """Folder of metrics, plots and the report."""
        return self.root / "results"

    @property
    def staging(self) -> Path:
        """Folder on the file system of ``data/`` where outs are put together before they are renamed into place."""
        return self.data / ".staging"

    @property
    def answers(self) -> Path:
        """File of the answers that models gave, which is no stage's scratch: they may have cost money."""
        return self.scratch / "answers" / "captions.jsonl"

    @property
    def scratch(self) -> Path:
        """Folder of unfinished work: ``$PLATOSCOPE_WORK``, else ``$DVC_ROOT/.work``, else ``./.work``.

        DVC_ROOT is the main repository in queued and temporary runs too, so that experiments share their work.
        """
        named = os.environ.get("PLATOSCOPE_WORK")
        return Path(named) if named else Path(os.environ.get("DVC_ROOT") or self.root) / ".work"
