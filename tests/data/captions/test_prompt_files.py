"""Prompts have a version, fill every place, and keep a text of anybody's making within its quotation marks."""

import hashlib
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from platoscope.data.captions import prompt_files
from platoscope.data.captions.prompt_files import NEEDED, read_prompt
from platoscope.data.captions.questions import of_frames, of_text
from platoscope.errors import InputError

FORM = "version: 7b\n\n# system\nBe short.\n\n# user\n{n} of {text}\n"


def question(kind, text="A dog runs."):
    prompt = read_prompt(kind)
    if kind == "vlm":
        return of_frames("s", n=4, prompt=prompt, n_images=3, content="0" * 64, images=tuple)
    return of_text("s", text, n=4, prompt=prompt)


@pytest.mark.parametrize("kind", NEEDED)
def test_every_place_of_a_prompt_is_filled(kind):
    system, user = question(kind).texts()
    assert not re.search(r"\{[a-z_]+\}", system + user)
    assert "exactly 4 captions" in user
    assert '{"captions": [' in system
    assert ("3 frames" in user) == (kind == "vlm")
    assert ('"A dog runs."' in user) == (kind != "vlm")


@pytest.mark.parametrize("kind", NEEDED)
def test_a_prompt_is_named_with_its_version_and_the_digest_of_its_file(kind):
    file = prompt_files.files("platoscope.data.captions") / "prompts" / f"{kind}.md"
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    assert re.fullmatch(rf"{kind}@\d+\+{digest[:8]}", read_prompt(kind).name)


@given(st.text())
def test_a_text_is_quoted_and_comes_back_as_it_was(text):
    system, user = question("split", text).texts()
    assert json.loads(user.split("The description: ", 1)[1]) == text
    assert system == question("split").texts()[0]


def test_places_in_a_text_are_text():
    _, user = question("split", "{n} {text} {longest}").texts()
    assert user.endswith('The description: "{n} {text} {longest}"')


def test_a_file_of_ones_own_takes_its_place(tmp_path):
    file = tmp_path / "mine.md"
    file.write_text(FORM)
    prompt = read_prompt("split", file)
    assert prompt.name == f"mine@7b+{hashlib.sha256(FORM.encode()).hexdigest()[:8]}"
    assert of_text("s", "x", n=2, prompt=prompt).texts() == ("Be short.", '2 of "x"')


@pytest.mark.parametrize(
    ("kind", "content", "says"),
    [
        ("split", FORM.replace("version: 7b", "7b"), "the line `version: ...`"),
        ("split", FORM.replace("# user", "# you"), "`# system` and `# user`"),
        ("split", FORM.replace("{text}", "it"), "which it lacks; split fills frames, longest, n, shortest, text"),
        ("split", FORM.replace("{n}", "{m}"), "{m}, which nothing fills"),
        ("vlm", FORM, "{text}, which nothing fills"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_prompt_is_refused(tmp_path, kind, content, says):
    file = tmp_path / "mine.md"
    file.write_text(content)
    with pytest.raises(InputError, match=re.escape(says)):
        read_prompt(kind, file)


def test_a_file_that_is_missing_is_named(tmp_path):
    with pytest.raises(InputError, match=r"none\.md cannot be read"):
        read_prompt("split", tmp_path / "none.md")
