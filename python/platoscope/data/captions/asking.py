"""Questions to captions: what was answered before is taken from the file of answers, the rest asked for by threads.

A sample that gets no usable answer in so many attempts ends with the reason; its next run asks again. What no sample is
to blame for, a server that is not there or a key that it refuses, ends the run; answers that it had are kept.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from platoscope.data.captions.answers import captions_of
from platoscope.data.captions.kept import Kept, Reply
from platoscope.data.captions.pace import Pace, backoff_s
from platoscope.data.captions.questions import Message, Question, mended
from platoscope.data.captions.refusal import Refusal
from platoscope.errors import EndpointError
from platoscope.progress import track

# A server that wants to be left alone for longer is not waited for.
LONGEST_WISH_S = 600.0
# So many samples one after another that a server could not serve are not the samples' fault.
LOST_IN_A_ROW = 20


class BackEnd(Protocol):
    """Something that is asked; it raises ``Refusal`` where it gives nothing."""

    def ask(self, messages: Sequence[Message], *, n: int, seed: int) -> Reply:
        """Answer a chat, with n captions as JSON."""
        ...

    def close(self) -> None:
        """End what is held open."""
        ...


@dataclass(frozen=True)
class Outcome:
    """What a sample ended with: captions, or none and the reason."""

    captions: tuple[str, ...]
    refused: str | None = None


def answered(question: Question, kept: Kept, key: str) -> Outcome | None:
    """What the kept answer to a question gives; None where there is none, or none that can be used."""
    text = kept.get(key)
    if text is None:
        return None
    try:
        return Outcome(captions_of(text, n=question.n, source=question.source))
    except Refusal:
        return None


class Asking:
    """Asks a back end, by ``concurrency`` threads, up to ``attempts`` times for each sample."""

    def __init__(
        self,
        back_end: BackEnd,
        kept: Kept,
        *,
        seed: int,
        concurrency: int,
        requests_per_minute: float | None,
        attempts: int,
    ) -> None:
        self._back_end, self._kept, self._seed = back_end, kept, seed
        self._concurrency, self._attempts = concurrency, attempts
        self._stopped = threading.Event()
        self._pace = Pace(requests_per_minute, sleep=self._stopped.wait)
        self._lock, self._lost = threading.Lock(), 0

    def ask(self, questions: Mapping[str, Question]) -> dict[str, Outcome]:
        """Ask the questions, which stand under their fingerprints; gives what each ended with.

        Raises
        ------
        EndpointError
            If the server is not there, refuses all, or could serve none of ``LOST_IN_A_ROW`` samples.
        """
        with self._threads() as threads:
            running: dict[Future[Outcome], str] = {
                threads.submit(self._or_stop, question, key): key for key, question in questions.items()
            }
            done = track(as_completed(running), "ask", total=len(running), unit="samples")
            return {running[future]: future.result() for future in done}

    @contextmanager
    def _threads(self) -> Iterator[ThreadPoolExecutor]:
        threads = ThreadPoolExecutor(self._concurrency, thread_name_prefix="ask")
        try:
            yield threads
        finally:
            self._stopped.set()  # wakes those that wait; what is on its way is waited for
            threads.shutdown(cancel_futures=True)

    def _or_stop(self, question: Question, key: str) -> Outcome:
        """The outcome; what ends the run stops the other threads here, before they ask once more."""
        try:
            return self._outcome(question, key)
        except BaseException:
            self._stopped.set()
            raise

    def _outcome(self, question: Question, key: str) -> Outcome:
        messages, attempt = question.messages(), 0
        while True:
            self._pace.turn()
            if self._stopped.is_set():
                return Outcome((), "not asked: the run ended")
            try:
                reply = self._back_end.ask(messages, n=question.n, seed=self._seed + attempt)
                captions = captions_of(reply.text, n=question.n, source=question.source)
            except Refusal as refusal:
                attempt += 1
                if self._is_last(refusal, attempt):
                    return self._given_up(refusal, attempt)
                if refusal.fault == "answer":
                    messages = mended(question.messages(), answer=refusal.answer, reason=refusal.reason, n=question.n)
                else:
                    self._wait(refusal, attempt - 1, key)
                continue
            self._kept.put(key, reply)
            self._count_lost(None)
            return Outcome(captions)

    def _is_last(self, refusal: Refusal, attempt: int) -> bool:
        return attempt >= self._attempts or refusal.fault == "request" or (refusal.wait_s or 0) > LONGEST_WISH_S

    def _wait(self, refusal: Refusal, attempt: int, key: str) -> None:
        if refusal.wait_s is not None:
            self._pace.hold(refusal.wait_s)  # said to one, meant for all
        else:
            self._stopped.wait(backoff_s(attempt, key=key))

    def _given_up(self, refusal: Refusal, attempts: int) -> Outcome:
        self._count_lost(refusal)
        return Outcome((), f"{refusal.reason} ({attempts} attempts)" if attempts > 1 else refusal.reason)

    def _count_lost(self, refusal: Refusal | None) -> None:
        with self._lock:
            self._lost = self._lost + 1 if refusal is not None and refusal.fault in ("server", "away") else 0
            lost = self._lost
        if refusal is not None and (refusal.fault == "away" or lost >= LOST_IN_A_ROW):
            raise EndpointError(f"{refusal.reason}: see to the server, and run again; what it answered is kept")
