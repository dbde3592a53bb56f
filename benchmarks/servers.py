"""Servers on loopback that a remote of DVC is tried against: S3 by moto, SSH by OpenSSH, each gone with its context.

What talks to them lives in environments of its own, made by uv from the package index: dvc-s3 and moto want different
botocores, and neither is among this project's packages.
"""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

LOOPBACK = "127.0.0.1"
REMOTES = (f"dvc=={version('dvc')}", "dvc-s3==3.3.0", "dvc-ssh==4.3.0")
MOTO = ("moto[server]==5.2.5",)
BUCKET = "team"
KEYS = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_DEFAULT_REGION": "us-east-1"}
LIMIT_S = 300


class UnavailableError(Exception):
    """What a server or its client needs is not on this machine, and cannot be got."""


def made_environment(folder: Path, packages: tuple[str, ...]) -> Path:
    """Make a virtual environment with some packages; gives its folder of programs."""
    uv = shutil.which("uv")
    if uv is None:
        raise UnavailableError("needs uv, to make an environment of its own")
    for words in (["venv", "--quiet", str(folder)], ["pip", "install", "--quiet", *packages]):
        environment = {**os.environ, "VIRTUAL_ENV": str(folder)}
        done = subprocess.run(
            [uv, *words], env=environment, capture_output=True, text=True, timeout=LIMIT_S, check=False
        )
        if done.returncode:
            last = (done.stderr.strip() or "no word").splitlines()[-1]
            raise UnavailableError(f"needs {', '.join(packages)} in an environment of its own: uv says {last}")
    return folder / "bin"


@contextmanager
def s3_server(programs: Path) -> Iterator[str]:
    """An S3 server with an empty bucket, held in memory; gives its URL."""
    port = _free_port()
    url = f"http://{LOOPBACK}:{port}"
    with _running([str(programs / "moto_server"), "-H", LOOPBACK, "-p", str(port)], port):
        code = f"import boto3; boto3.client('s3', endpoint_url={url!r}).create_bucket(Bucket={BUCKET!r})"
        subprocess.run([str(programs / "python"), "-c", code], env={**os.environ, **KEYS}, check=True)
        yield url


@contextmanager
def ssh_server(folder: Path) -> Iterator[tuple[int, Path]]:
    """An SSH server that lets in this user by a key that is made here; gives its port and the key's file."""
    sshd, keygen = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin"), shutil.which("ssh-keygen")
    if sshd is None or keygen is None:
        raise UnavailableError("needs sshd and ssh-keygen (apt-get install openssh-server)")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # where sshd of root gives up its rights
    folder.mkdir(parents=True, exist_ok=True)
    host, key, port = folder / "host_key", folder / "key", _free_port()
    for file in (host, key):
        subprocess.run([keygen, "-q", "-t", "ed25519", "-N", "", "-f", str(file)], check=True)
    (folder / "authorized_keys").write_bytes(key.with_suffix(".pub").read_bytes())
    lines = [
        f"ListenAddress {LOOPBACK}",
        f"Port {port}",
        f"HostKey {host}",
        f"AuthorizedKeysFile {folder / 'authorized_keys'}",
        f"PidFile {folder / 'pid'}",
        "StrictModes no",
        "UsePAM no",
        "PermitRootLogin yes",
        "PasswordAuthentication no",
        "Subsystem sftp internal-sftp",
    ]
    config = folder / "sshd_config"
    config.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with _running([sshd, "-D", "-e", "-f", str(config)], port):
        yield port, key


@contextmanager
def _running(command: list[str], port: int) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + LIMIT_S
        while not _listens(port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise UnavailableError(f"{command[0]} does not start")
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex((LOOPBACK, port)) == 0


def _free_port() -> int:
    with socket.socket() as one:
        one.bind((LOOPBACK, 0))
        port: int = one.getsockname()[1]
        return port
