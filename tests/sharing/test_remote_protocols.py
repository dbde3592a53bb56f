"""The same remote over S3 and SSH, against real servers on loopback; skipped by name where they cannot be had."""

import getpass
import re
import socket
from importlib import import_module

import pytest
from team import clone_of, copy_of, shell

from conftest import ROOT, ProjectUnderTest

VIDEOS = ("data/frames.zarr", "data/dataset/videos")
FOLDER = "platoscope"


@pytest.fixture(scope="module")
def servers():
    """The module that the benchmark of remotes has its servers from."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT)
        yield import_module("benchmarks.servers")


@pytest.fixture(scope="module")
def programs(servers, tmp_path_factory):
    """Programs of an environment whose dvc knows S3 and SSH."""
    try:
        return servers.made_environment(tmp_path_factory.mktemp("environments") / "remotes", servers.REMOTES)
    except servers.UnavailableError as error:
        pytest.skip(f"S3 and SSH remotes: {error}")


@pytest.fixture(scope="module")
def s3(servers, tmp_path_factory):
    """The URL of an S3 server."""
    try:
        moto = servers.made_environment(tmp_path_factory.mktemp("environments") / "moto", servers.MOTO)
        with servers.s3_server(moto) as url:
            yield url
    except servers.UnavailableError as error:
        pytest.skip(f"S3 remote: {error}")


@pytest.fixture(scope="module")
def ssh(servers, tmp_path_factory):
    """Port and key of an SSH server."""
    try:
        with servers.ssh_server(tmp_path_factory.mktemp("ssh")) as server:
            yield server
    except servers.UnavailableError as error:
        pytest.skip(f"SSH remote: {error}")


def exchange(owner, folder, *, dvc, url: str, settings: dict[str, str], **environment: str) -> ProjectUnderTest:
    """Push from a copy of the owner's project and pull into a clone of it; gives the clone."""
    project = copy_of(owner, folder / "project")
    project.dvc("remote", "add", "--default", "team", url)
    project.git("commit", "--quiet", "--message", "A remote", ".dvc/config")
    clone = clone_of(project, folder / "clone")
    for one, words in ((project, "push"), (clone, "pull --allow-missing")):
        for name, value in settings.items():
            one.dvc("remote", "modify", "--local", "team", name, value)
        shell(one, f"{dvc} {words}", **environment)
    return clone


def assert_whole(clone: ProjectUnderTest) -> None:
    text = shell(clone, "platoscope verify data results && dvc repro --allow-missing").stdout
    assert "Running stage" not in text
    assert re.search(r"whole +data/features/video/lite0\.zarr", text)
    assert not any((clone.root / path).exists() for path in VIDEOS)


def test_features_go_through_s3_and_come_back_whole(owner, tmp_path, servers, programs, s3):
    settings = {"endpointurl": s3, "verify": "true"}
    url = f"s3://{servers.BUCKET}/{FOLDER}"
    clone = exchange(owner, tmp_path, dvc=programs / "dvc", url=url, settings=settings, **servers.KEYS)
    assert_whole(clone)


def test_a_server_that_is_not_there_is_a_clear_error(owner, tmp_path, servers, programs):
    project = copy_of(owner, tmp_path / "project")
    with socket.socket() as one:
        one.bind((servers.LOOPBACK, 0))
        nobody = f"http://{servers.LOOPBACK}:{one.getsockname()[1]}"
    project.dvc("remote", "add", "--default", "team", f"s3://{servers.BUCKET}/{FOLDER}")
    project.dvc("remote", "modify", "team", "endpointurl", nobody)
    for words in ("push", "fetch"):
        commands = f"{programs}/dvc {words}" if words == "push" else f"rm -rf .dvc/cache/files; {programs}/dvc {words}"
        done = shell(project, commands, check=False, **servers.KEYS, AWS_MAX_ATTEMPTS="1")
        assert done.returncode != 0
        assert nobody in done.stdout
        assert "Traceback" not in done.stdout


def test_features_go_through_ssh_and_come_back_whole(owner, tmp_path, servers, programs, ssh):
    port, key = ssh
    settings = {"port": str(port), "keyfile": str(key), "user": getpass.getuser(), "allow_agent": "false"}
    url = f"ssh://{servers.LOOPBACK}{tmp_path}/{FOLDER}"
    clone = exchange(owner, tmp_path, dvc=programs / "dvc", url=url, settings=settings)
    assert_whole(clone)
