"""Answers that were paid for, one JSON line each in one file that only grows: a fingerprint to the text that came.

A line is on the disk before its answer counts, and a last line that a kill tore off is an answer that never came.
"""

import json
import os
import threading
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Reply:
    """What came: the text, and how many tokens it took where that was said."""

    text: str
    tokens_in: int | None = None
    tokens_out: int | None = None


class Kept:
    """The answers in a file, by fingerprint; may be added to by several threads."""

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, threading.Lock()
        self._answers: dict[str, str] = {}
        content = path.read_bytes() if path.exists() else b""
        self._torn = bool(content) and not content.endswith(b"\n")
        for line in content.split(b"\n"):
            try:
                found = json.loads(line)
                self._answers[found["key"]] = found["answer"]
            except (ValueError, KeyError, TypeError):  # torn off, here or by a process that was killed before
                continue

    def __len__(self) -> int:
        return len(self._answers)

    def get(self, key: str) -> str | None:
        """The answer that is kept under a fingerprint, if any."""
        return self._answers.get(key)

    def put(self, key: str, reply: Reply) -> None:
        """Keep an answer; it is on the disk when this returns."""
        line = {"key": key, "answer": reply.text, "tokens_in": reply.tokens_in, "tokens_out": reply.tokens_out}
        content = json.dumps(line).encode() + b"\n"
        with self._lock:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            # In one write at the end of the file, where another run may be adding lines too.
            file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                whole = b"\n" + content if self._torn else content
                self._torn = os.write(file, whole) < len(whole)
                os.fsync(file)
            finally:
                os.close(file)
            self._answers[key] = reply.text
