"""Rows about the memory of an extraction: the peak of a whole stage at N and at 4 N samples, in new processes."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.extraction_project import mixed_texts, params_for, write_project
from benchmarks.table import Line
from platoscope.project import Side

SAMPLES = (2000, 8000)
_SIZE, _N_F = 32, 2
_MOST = 1.15
_VIDEO = {
    "family": "timm",
    "checkpoint": "tf_efficientnet_lite0",
    "random_init": True,
    "image_size": _SIZE,
    "crop_pct": 1.0,
}


def memory(_rounds: int) -> list[Line]:
    """Measure the peaks of both stages."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
        return [_line(side, [pool.submit(_peak, n, side).result() for n in SAMPLES]) for side in ("video", "text")]


def _line(side: Side, peaks: list[float]) -> Line:
    what = f"memory, {side} stage, N = {SAMPLES[0]:,} and {SAMPLES[1]:,}"
    ratio = peaks[1] / peaks[0]
    ours = f"{peaks[0] / 2**20:,.0f} and {peaks[1] / 2**20:,.0f} MiB: {ratio:.2f} times"
    return Line(what, ours, goal=f"at most {_MOST:g} times", reached=ratio <= _MOST)


def _peak(samples: int, side: Side) -> float:
    """Run a stage in this process; gives its peak in bytes."""
    from platoscope.encoders import features

    with TemporaryDirectory() as folder:
        captions = mixed_texts(samples) if side == "text" else None
        project = write_project(Path(folder), samples=samples, n_f=_N_F, size=_SIZE, captions=captions)
        features.run(params_for(n_f=_N_F, size=_SIZE, video=_VIDEO), project, side, "one")
    text = Path("/proc/self/status").read_text()
    return float(next(int(line.split()[1]) for line in text.splitlines() if line.startswith("VmHWM:")) * 1024)
