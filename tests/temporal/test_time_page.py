"""What docs/time.md shows runs as it stands there, and the names that it has are there."""

import re
from importlib import import_module

import numpy as np
import torch

from conftest import ROOT

PAGE = ROOT / "docs/time.md"


def test_an_encoder_of_ones_own_is_probed_as_the_page_shows(capsys):
    code = re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)[1]
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    level = rng.integers(20, 120, (60, 1, 1, 1, 1)) + 10 * np.arange(4)[:, None, None, None]
    clips = (level + rng.integers(0, 20, (60, 4, 6, 6, 3))).astype(np.uint8)
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(4 * 6 * 6 * 3, 16))
    names = {"model": model, "prepared": lambda frames: torch.from_numpy(frames).float() / 255, "clips": clips}
    exec(code, names)
    assert names["found"].acc > 0.9
    shown = re.search(r"print\(found\)  # (fwd against rev \(native\): acc )", code)[1]
    assert capsys.readouterr().out.startswith(shown)


def test_functions_that_the_page_names_exist():
    named = re.findall(r"`(\w+)\.(\w+)`", PAGE.read_text(encoding="utf-8"))
    found = [(module, name) for module, name in named if (module, name) != ("platoscope", "temporal")]
    assert len(found) > 8
    for module, name in found:
        assert callable(getattr(import_module(f"platoscope.temporal.{module}"), name)), (module, name)
