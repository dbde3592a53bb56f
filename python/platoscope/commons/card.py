"""The card of a data set folder of the hub: what the features are, of which samples, and how they are read again.

What a store says of itself becomes Markdown under the YAML head that the hub reads.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
LARGEST = "1M<n<10M"


def card_of(
    key: str,
    side: str,
    *,
    files: Mapping[str, str],
    layers: Sequence[tuple[str, int]],
    n: int,
    about: Mapping[str, Any],
) -> str:
    """Write the card of ``n`` samples.

    Parameters
    ----------
    files
        The file of each budget by the name of its subset, the first one being the default.
    layers
        Names and dims.
    about
        As the attributes of a features store are named.
    """
    encoder, entry = about.get("encoder", {}), about.get("entry", {})
    unit = "frames" if side == "video" else "captions"
    shown = f"frames chosen by `{about.get('sampler', 'center')}`" if side == "video" else unit
    facts = {
        "encoder": f"`{json.dumps(_set(entry), sort_keys=True)}`",
        "parameters": f"{encoder['parameters']:,}" if encoder.get("parameters") else "not told",
        "preprocessing": f"`{json.dumps(encoder['preprocessing'], sort_keys=True)}`"
        if encoder.get("preprocessing")
        else "not told",
        "samples": f"{n}; SHA-256 of their ordered ids `{about['samples']}`",
        "budgets": f"{', '.join(f'`{name}`' for name in files)}: how many {shown} of a sample were seen",
        "layers": ", ".join(f"`{name}` ({dim})" for name, dim in layers),
        "content": f"SHA-256 `{about['digest']}`",
    }
    return "\n".join(
        [
            *_head(key, files, n),
            f"# Features of {key}",
            "",
            f"One row a sample, one vector a layer, made by platoscope. Licences of the {unit} and of the encoder's",
            "weights are not told here: add them before you publish.",
            "",
            "| | |",
            "|---|---|",
            *(f"| {name} | {value.replace('|', '/')} |" for name, value in facts.items()),
            "",
            "```python",
            "from datasets import load_dataset",
            "",
            f'features = load_dataset("FOLDER_OR_NAME", "{next(iter(files))}", split="train").with_format("numpy")',
            f'features["{layers[-1][0]}"]  # [sample, dim]',
            "```",
            "",
            "In a project with the same samples: `platoscope import FOLDER --as KEY --side " + f"{side}`.",
            "",
        ]
    )


def _head(key: str, files: Mapping[str, str], n: int) -> list[str]:
    """The YAML that the hub reads: strings as JSON, which YAML reads as they are."""
    lines = ["---", f"pretty_name: {json.dumps(f'Features of {key}')}", "tags:", "- feature-extraction", "- platoscope"]
    lines += ["size_categories:", f"- {next((size for most, size in SIZES if n < most), LARGEST)}", "configs:"]
    for name, file in files.items():
        lines += [f"- config_name: {name}", f"  data_files: {file}"]
        lines += ["  default: true"] if name == next(iter(files)) else []
    return [*lines, "---", ""]


def _set(entry: Mapping[str, Any]) -> dict[str, Any]:
    """What an entry says, without what it leaves open."""
    return {name: value for name, value in entry.items() if value not in (None, False)}
