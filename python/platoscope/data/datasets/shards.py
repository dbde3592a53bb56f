"""WebDataset shards: tar files become samples, groups of members whose bytes are read by shard, offset and size.

A member ``DIR/KEY.SUFFIX`` belongs to the sample ``DIR/KEY``, the key ending at the first dot of the file name, and the
members of a sample follow each other; suffixes are taken in small letters, ``./`` in front of a name is left away.
Folders, hidden files and names without a dot are passed over. Nothing is unpacked, and videos are only located.
"""

import io
import tarfile
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path, PurePosixPath

from platoscope.data.datasets.annotations import decoded, require_folder
from platoscope.data.datasets.found import SUFFIXES, Packed, files_below
from platoscope.errors import DataError, InputError

TEXT_LIMIT = 16 * 2**20  # bytes of a member that is read as text
_HEADER_LIMIT = 32 * 2**10  # bytes of a header: more than any path needs, and little to search
_COMPRESSED = (".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".tar.zst", ".tar.lz4")
_VIDEOS = frozenset(suffix.removeprefix(".") for suffix in SUFFIXES)
# What tarfile lets through of damaged headers, besides its own errors.
_DAMAGE = (tarfile.TarError, ValueError, OverflowError, RecursionError, EOFError)


@dataclass(frozen=True, slots=True)
class Member:
    """A file in a shard: its name, and where its bytes are."""

    shard: Path
    name: str
    offset: int
    size: int

    @property
    def key(self) -> str:
        """Name of the sample that it belongs to."""
        path = PurePosixPath(self.name)
        return str(path.with_name(path.name.split(".")[0]))

    @property
    def suffix(self) -> str:
        """All that follows the first dot of its file name, in small letters."""
        return PurePosixPath(self.name).name.partition(".")[2].lower()


@dataclass(frozen=True, slots=True)
class Sample:
    """Members of one key that follow each other, by suffix."""

    shard: Path
    key: str
    members: Mapping[str, Member]

    def member(self, suffixes: Collection[str]) -> Member | None:
        """The one member with such a suffix (``mp4``), else the one whose suffix ends so (``720p.mp4``)."""
        whole = [suffix for suffix in self.members if suffix in suffixes]
        found = whole or [suffix for suffix in self.members if suffix.rpartition(".")[2] in suffixes]
        if len(found) > 1:
            raise DataError(f"has {found[0]} and {found[1]}, of which only one can be meant")
        return self.members[found[0]] if found else None

    def video(self) -> Member | None:
        """Its video, if it has one."""
        return self.member(_VIDEOS)


def shards_below(folder: Path) -> list[Path]:
    """All tar files below a folder, in the order of their names; hidden ones, as of macOS (``._a.tar``), are none.

    Raises
    ------
    InputError
        If there is no such folder, or a shard is compressed.
    """
    require_folder(folder)
    files = files_below(folder)
    if packed := [path for path in files if path.name.lower().endswith(_COMPRESSED)]:
        raise InputError(
            f"dataset.path: {packed[0]} is compressed, and nothing can be read out of its middle: unpack it to a .tar"
        )
    return [path for path in files if path.suffix.lower() == ".tar"]


def samples_of(shard: Path) -> Iterator[Sample]:
    """Samples of a shard in its order.

    Raises
    ------
    DataError
        If the shard is no tar, damaged or cut short, has a member that is no plain file below it (a link, a path that
        leads out), or a sample has one suffix twice; the message names shard and member.
    """
    named = (member for member in _members(shard) if _counts(member.name))
    for key, group in groupby(named, key=lambda member: member.key):
        members: dict[str, Member] = {}
        for member in group:
            if member.suffix in members:
                raise DataError(f"{shard}: member {member.name!r:.80} stands twice in a sample")
            members[member.suffix] = member
        yield Sample(shard, key, members)


def read_member(member: Member) -> bytes:
    """The bytes of a member."""
    with member.shard.open("rb") as file:
        file.seek(member.offset)
        content = file.read(member.size)
    if len(content) < member.size:
        raise DataError(f"{member.shard}: member {member.name!r:.80} is not whole: the shard was changed meanwhile")
    return content


def read_member_text(member: Member) -> str:
    """The text of a member, which may have ``TEXT_LIMIT`` bytes."""
    if member.size > TEXT_LIMIT:
        raise DataError(f"{member.name!r:.80} has {member.size} bytes, a text may have {TEXT_LIMIT}")
    return decoded(read_member(member), member.name)


def packed_members(members: Mapping[str, Member]) -> Packed:
    """Videos in shards, by id."""
    return Packed(
        read=lambda id_: read_member(members[id_]),
        n_bytes=lambda id_: members[id_].size,
    )


def _counts(name: str) -> bool:
    """Whether a member is of a sample: hidden files, names without a dot and ``__notes__`` of the shard are not."""
    file = PurePosixPath(name).name
    notes = file == name and file.startswith("__") and file.endswith("__")
    return "." in file and not file.startswith(".") and not notes


class _Headers(io.BufferedReader):
    """A shard whose headers are read: refuses to read more at once than one can have, whatever length it claims."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is None or not 0 <= size <= _HEADER_LIMIT:
            raise tarfile.ReadError(f"a header claims a length of {size} bytes")
        return super().read(size)


def _members(shard: Path) -> list[Member]:
    """All plain files of a shard; tarfile itself would take a damaged header for the end."""
    found: list[Member] = []
    n_bytes = shard.stat().st_size
    with _Headers(io.FileIO(shard)) as file:
        try:
            with tarfile.open(fileobj=file, mode="r:") as tar:
                while (info := tar.next()) is not None:
                    if not info.isdir():
                        found.append(_checked(info, shard, n_bytes))
                end = tar.offset
        except DataError:
            raise
        except _DAMAGE as error:
            raise DataError(f"{shard}: {_after(found)}it is no tar or is damaged: {error}") from error
        _check_end(file, end, f"{shard}: {_after(found)}")
    return found


def _checked(info: tarfile.TarInfo, shard: Path, n_bytes: int) -> Member:
    where = f"{shard}: member {info.name!r:.80}"
    if not info.isreg() or info.issparse():
        raise DataError(f"{where} is no plain file (type {info.type!r}); links and devices are not followed")
    if not 0 <= info.size <= n_bytes - info.offset_data:
        raise DataError(f"{where} is not whole: {info.size} bytes are claimed, {n_bytes - info.offset_data} are left")
    path = PurePosixPath(info.name)
    if path.is_absolute() or ".." in path.parts or "\0" in info.name:
        raise DataError(f"{where}: the path leads out of the shard")
    try:
        info.name.encode()
    except UnicodeEncodeError as error:
        raise DataError(f"{where}: the name is not UTF-8") from error
    return Member(shard, str(path), info.offset_data, info.size)


def _check_end(file: io.BufferedReader, end: int, where: str) -> None:
    """Refuse a shard without the empty block that ends a tar, or with something after it."""
    file.seek(end)
    if file.read(tarfile.BLOCKSIZE) != bytes(tarfile.BLOCKSIZE):
        raise DataError(f"{where}the shard is damaged or was cut short at byte {end}")
    while rest := file.read(_HEADER_LIMIT):
        if rest.strip(b"\0"):
            raise DataError(f"{where}the tar ends at byte {end}, but more follows, which nobody would find")


def _after(members: list[Member]) -> str:
    return f"after member {members[-1].name!r:.80} " if members else ""
