"""docs/sharing.md as a team follows it: whoever extracts, then a teammate with a clone, no videos and no GPU."""

import re
import subprocess

import pytest
from team import blocks_of, copy_of, shell

from conftest import stages_that_ran

VIDEOS = ("data/frames.zarr", "data/dataset/videos")


class Team:
    """What every block of the page printed, by its first line; teammates' clones are ``first`` and ``second``."""

    def __init__(self, owner, folder) -> None:
        self.folder, self.owner, self.printed = folder, copy_of(owner, folder / "owner"), {}
        self.remote, url = folder / "remote", folder / "project.git"
        subprocess.run(["git", "clone", "--quiet", "--bare", str(self.owner.root), str(url)], check=True)
        self.owner.git("remote", "add", "origin", str(url))
        self.owner.git("push", "--quiet", "--set-upstream", "origin", "HEAD")
        self.place = type(self.owner).at(folder / "teammate")  # where a teammate clones to
        self.place.root.mkdir()
        who = {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER")
               for what, value in (("NAME", "teammate"), ("EMAIL", "teammate@example.org"))}  # fmt: skip
        for block in blocks_of("sharing.md"):
            commands = re.sub(r"\bREMOTE\b", str(self.remote), re.sub(r"\bURL\b", str(url), block))
            first = block.splitlines()[0]
            teammate = first.startswith(("git clone", "cd platoscope"))
            if "ONLY=neighbours" in block:  # by another one
                (self.place.root / "platoscope").rename(self.place.root / "whole")
                subprocess.run(["git", "clone", "--quiet", str(url), "platoscope"], cwd=self.place.root, check=True)
            key = f"{first} {commands.splitlines()[1]}"
            self.printed[key] = shell(self.place if teammate else self.owner, commands, **who).stdout

    def of(self, word: str) -> str:
        """What the block printed that begins with two lines of which one has a word."""
        (key,) = [key for key in self.printed if word in key]
        return self.printed[key]


@pytest.fixture(scope="module")
def team(owner, tmp_path_factory):
    return Team(owner, tmp_path_factory.mktemp("team"))


def test_who_extracts_has_nothing_to_run_again_and_pushes_no_video(team):
    assert stages_that_ran(team.of("make repro")) == []
    assert "pushed" in team.of("make repro")
    pushed = sum(file.stat().st_size for file in team.remote.rglob("*") if file.is_file())
    kept = sum(file.stat().st_size for path in VIDEOS for file in (team.owner.root / path).rglob("*"))
    cached = sum(file.stat().st_size for file in (team.owner.root / ".dvc/cache/files").rglob("*") if file.is_file())
    assert 0 < pushed <= cached - kept


def test_a_teammate_has_results_and_features_without_a_video_and_without_a_run(team):
    clone = team.place.root / "whole"
    assert stages_that_ran(team.of("git clone")) == []
    assert (clone / "results/report.html").read_bytes() == (team.owner.root / "results/report.html").read_bytes()
    assert (clone / "data/features/video/lite0.zarr").is_dir()
    assert not any((clone / path).exists() for path in VIDEOS)


def test_neighbours_alone_give_alignment_its_bytes(team):
    text = team.of("ONLY=neighbours")
    assert stages_that_ran(text) == ["alignment"]
    assert not (team.place.root / "platoscope/data/features").exists()


def test_what_lies_here_is_told(team):
    text = team.of("platoscope verify")
    assert re.search(r"whole +data/neighbours/video/lite0\.zarr", text)
    assert re.search(r"away +data/features/video/lite0\.zarr", text)
    assert "damaged" not in text


def test_an_experiment_reaches_the_others(team):
    assert "k3" in team.of("exp run")
    clone = type(team.owner).at(team.place.root / "whole")
    clone.dvc("exp", "pull", "--quiet", "--no-cache", "origin", "k3")
    assert "k3" in clone.dvc("exp", "list")
