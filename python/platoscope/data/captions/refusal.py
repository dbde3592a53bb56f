"""Why something that was asked was not got: the one exception of all back ends, with what may be done about it."""

from typing import Literal

# answer: what came cannot be used; request: the server will not take this one; server: it could not serve it now;
# away: it cannot be reached at all.
Fault = Literal["answer", "request", "server", "away"]


class Refusal(Exception):  # noqa: N818 (no error of the program: a sample's fate)
    """One try that gave no captions: the reason, whose fault it is, how long the server asks to be left alone."""

    def __init__(self, reason: str, *, fault: Fault, wait_s: float | None = None, answer: str = "") -> None:
        super().__init__(reason)
        self.reason, self.fault, self.wait_s, self.answer = reason, fault, wait_s, answer
