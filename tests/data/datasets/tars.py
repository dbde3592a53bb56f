"""Shards for tests: tar files of named bytes, whole or bent."""

import io
import json
import tarfile


def put_shard(file, *members, kind=tarfile.USTAR_FORMAT):
    """Write a tar of (name, content) or TarInfos; an object is written as JSON."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(file, "w", format=kind) as tar:
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                tar.addfile(member)
                continue
            name, content = member
            content = content if isinstance(content, bytes) else json.dumps(content).encode()
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return file


def special(name, type_, *, link="", size=0):
    """A member that is no plain file."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = type_, link, size
    return info
