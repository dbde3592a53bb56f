"""A features store becomes objects of a remote and a store again, timed, beside plain copies of the same files.

Each time is that of a whole command, its start included, on files that the page cache holds.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from getpass import getuser
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np

from benchmarks.servers import (
    BUCKET,
    KEYS,
    LOOPBACK,
    MOTO,
    REMOTES,
    UnavailableError,
    made_environment,
    s3_server,
    ssh_server,
)
from benchmarks.table import Line, against
from platoscope.store import digest_ids, write_features

LAYERS, BUDGETS, SAMPLES, DIM = 13, 4, 4096, 2560  # halves, 1.1 GB before they are compressed
STORE = "data/features/video/big.zarr"
TRANSFER = """
import sys, boto3
from pathlib import Path
how, url, folder, *names = sys.argv[1:]
client = boto3.client("s3", endpoint_url=url)
for name in names:
    if how == "upload":
        client.upload_file(f"{folder}/{name}", "team", f"plain/{name}")
    else:
        Path(folder, name).parent.mkdir(parents=True, exist_ok=True)
        client.download_file("team", f"plain/{name}", f"{folder}/{name}")
"""


@dataclass(frozen=True)
class Peer:
    """Plain copies of the files of a folder, there and back."""

    named: str
    there: Callable[[Path], object]
    back: Callable[[Path], object]


def folder(rounds: int) -> list[Line]:
    """A folder of this machine as the remote, beside `cp`."""
    with TemporaryDirectory() as place:
        plain = Path(place) / "plain"
        peer = Peer("cp -r", lambda store: _copy(store, plain), lambda target: _copy(plain, target))
        return _lines("a folder", Path(place), rounds, peer, dvc="dvc", url=str(Path(place) / "remote"))


def s3(rounds: int) -> list[Line]:
    """An S3 server on loopback, beside what the command line of AWS does: boto3's transfers, file by file."""
    try:
        with ExitStack() as stack:
            place = Path(stack.enter_context(TemporaryDirectory()))
            programs = made_environment(place / "remotes", REMOTES)
            moto = made_environment(place / "moto", MOTO)
            url = stack.enter_context(s3_server(moto))
            peer = Peer(
                "boto3, file by file",
                lambda store: _transfer(moto, "upload", url, store, _names(store)),
                lambda target: _transfer(moto, "download", url, target, _names(place / "owner" / STORE)),
            )
            settings = {"endpointurl": url}
            remote = f"s3://{BUCKET}/remote"
            return _lines("S3 (moto)", place, rounds, peer, dvc=str(programs / "dvc"), url=remote, settings=settings)
    except UnavailableError as error:
        return [Line("push to S3 (moto), pull from it", "", f"skipped: {error}")]


def ssh(rounds: int) -> list[Line]:
    """An SSH server on loopback, beside `scp`."""
    try:
        with ExitStack() as stack:
            place = Path(stack.enter_context(TemporaryDirectory()))
            programs = made_environment(place / "remotes", REMOTES)
            port, key = stack.enter_context(ssh_server(place / "ssh"))
            scp = ["scp", "-q", "-r", "-P", str(port), "-i", str(key), "-o", "StrictHostKeyChecking=no"]
            scp += ["-o", "UserKnownHostsFile=/dev/null"]
            there = f"{getuser()}@{LOOPBACK}:{place / 'plain'}"
            peer = Peer(
                "scp -r",
                lambda store: (_gone(place / "plain"), _run([*scp, str(store), there], place)),
                lambda target: (_gone(target), _run([*scp, there, str(target)], place)),
            )
            settings = {"port": str(port), "keyfile": str(key), "user": getuser(), "allow_agent": "false"}
            remote = f"ssh://{LOOPBACK}{place / 'remote'}"
            return _lines("SSH", place, rounds, peer, dvc=str(programs / "dvc"), url=remote, settings=settings)
    except UnavailableError as error:
        return [Line("push over SSH, pull over it", "", f"skipped: {error}")]


def _lines(
    where: str,
    place: Path,
    rounds: int,
    peer: Peer,
    *,
    dvc: str,
    url: str,
    settings: Mapping[str, str] | None = None,
) -> list[Line]:
    owner = _owner(place / "owner")
    store = owner / STORE
    names = _names(store)
    size = sum((store / name).stat().st_size for name in names)
    push, pull, there, back = [], [], [], []
    for turn in range(rounds):
        team = place / f"team{turn}"
        _run(["git", "clone", "--quiet", str(owner), str(team)], place)
        for project in (owner, team):
            _configure(project, f"{url}{turn}", settings or {})
        push.append(_seconds(lambda: _run([dvc, "push", "--quiet"], owner)))
        there.append(_seconds(lambda: peer.there(store)))
        pull.append(_seconds(lambda team=team: _run([dvc, "pull", "--quiet"], team)))
        back.append(_seconds(lambda: peer.back(place / "back")))
        _check_equal(store, team / STORE)
        _check_equal(store, place / "back")
        _gone(team)
        _gone(Path(f"{url}{turn}"))
    what = f"{len(names)} files, {size / 1e9:.2f} GB"
    return [
        against(f"push to {where}: {what}", ours=median(push), peer=median(there), named=peer.named, least=None),
        against(f"pull from {where}: {what}", ours=median(pull), peer=median(back), named=peer.named, least=None),
    ]


def _owner(root: Path) -> Path:
    """A repository of git and DVC with a features store in its cache."""
    root.mkdir()
    ids = [f"sample {row}" for row in range(SAMPLES)]
    attributes = {"samples": digest_ids(ids), "ids": ids, "budgets": list(range(1, BUDGETS + 1))}
    write_features(root / STORE, _layers(), attributes=attributes)
    for words in (["git", "init", "--quiet"], ["dvc", "init", "--quiet"], ["dvc", "add", "--quiet", STORE]):
        _run(words, root)
    _run(["git", "add", "--all"], root)
    _run(["git", "-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "--quiet", "--message", "features"], root)
    return root


def _layers() -> Iterator[tuple[str, np.ndarray]]:
    rng = np.random.default_rng(0)
    for layer in range(LAYERS):
        yield f"block_{layer}", rng.standard_normal((BUDGETS, SAMPLES, DIM), np.float32)


def _configure(project: Path, url: str, settings: Mapping[str, str]) -> None:
    _run(["dvc", "remote", "add", "--local", "--force", "--default", "team", url], project)
    for name, value in settings.items():
        _run(["dvc", "remote", "modify", "--local", "team", name, value], project)


def _transfer(programs: Path, how: str, url: str, place: Path, names: list[str]) -> None:
    _run([str(programs / "python"), "-c", TRANSFER, how, url, str(place), *names], place.parent)


def _copy(source: Path, target: Path) -> None:
    _gone(target)
    _run(["cp", "-r", str(source), str(target)], source.parent)


def _gone(path: Path) -> None:
    shutil.rmtree(path, ignore_errors=True)


def _names(store: Path) -> list[str]:
    return sorted(file.relative_to(store).as_posix() for file in store.rglob("*") if file.is_file())


def _check_equal(a: Path, b: Path) -> None:
    if _names(a) != _names(b) or any((a / name).read_bytes() != (b / name).read_bytes() for name in _names(a)):
        raise AssertionError(f"{b} is not what {a} is")


def _seconds(call: Callable[[], object]) -> float:
    start = perf_counter()
    call()
    return perf_counter() - start


def _run(words: list[str], cwd: Path) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(words, cwd=cwd, env={**os.environ, **KEYS, "PATH": path}, capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(words[:3])} ended with {done.returncode}: {done.stderr.decode()[-2000:]}")
