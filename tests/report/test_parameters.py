"""The page shows the params file without the folders of the machine it ran on."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from platoscope.report.parameters import without_folders

PARAMS = """\
# kept: <b>comment</b>
dataset: {source: folder, path: /home/somebody/data/clips} # beside a path
encoders:
  video:
    net:
      checkpoint: tf_net
      weights: "/home/somebody/weights/net 1.safetensors"
      image_size: 64
    near: {checkpoint: folder/net, weights: package:net, image_size: ~}
  text:
    words: &words {checkpoint: '/home/somebody/models/words/'}
    again: *words
    home: {checkpoint: ~/models/home}
    block:
      checkpoint: >-
        /home/somebody/models/block
      seed: 0
"""


def test_of_an_absolute_path_the_last_part_is_shown_and_all_else_as_it_stands() -> None:
    shown = without_folders(PARAMS)
    assert "somebody" not in shown
    assert "models" not in shown
    assert shown.splitlines()[:9] == [
        "# kept: <b>comment</b>",
        "dataset: {source: folder, path: clips} # beside a path",
        "encoders:",
        "  video:",
        "    net:",
        "      checkpoint: tf_net",
        '      weights: "net 1.safetensors"',
        "      image_size: 64",
        "    near: {checkpoint: folder/net, weights: package:net, image_size: ~}",
    ]
    text = yaml.safe_load(shown)["encoders"]["text"]
    assert text == {
        "words": {"checkpoint": "words"},
        "again": {"checkpoint": "words"},
        "home": {"checkpoint": "home"},
        "block": {"checkpoint": "block", "seed": 0},
    }


@given(st.lists(st.from_regex(r"[A-Za-z0-9_. '\"é-]{1,8}x", fullmatch=True), min_size=1, max_size=4))
def test_any_absolute_path_that_yaml_writes_becomes_its_last_part(parts: list[str]) -> None:
    written = yaml.safe_dump({"dataset": {"path": "/top/" + "/".join(parts)}, "after": ["a/b", "/"]}, sort_keys=False)
    shown = without_folders(written)
    assert "/top" not in shown
    assert shown.endswith("- a/b\n- /\n")


@pytest.mark.parametrize("text", ["", "# nothing\n", "a: b/c\n", "/key: value\n"])
def test_a_file_without_absolute_paths_is_shown_as_it_is(text: str) -> None:
    assert without_folders(text) == text
