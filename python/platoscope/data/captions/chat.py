"""A server that speaks OpenAI's chat protocol (POST to ``/chat/completions``), asked for one answer.

The key goes into a header and nowhere else: it is taken out of all that a server sends back, answers too, and no
exception of the HTTP library, which holds the request, leaves this module.
"""

import base64
import json
import os
import re
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2 as httpx

from platoscope.data.captions.kept import Reply
from platoscope.data.captions.questions import Message, schema_of
from platoscope.data.captions.refusal import Refusal
from platoscope.errors import EndpointError, InputError

LARGEST = 4 << 20  # bytes of an answer
SHOWN = 200  # characters of a server's words in a reason
# What local servers are often given for a key ("EMPTY", "x") is no secret, and may be a word of a caption.
SHORTEST_SECRET = 8
HIDDEN = "***"
AGAIN = (408, 409, 425, 429)
BAD = (400, 413, 422)
_FORM_WORDS = ("response_format", "json_schema", "json_object", "structured", "guided", "grammar")


def key_of_environment(name: str) -> str | None:
    """The key in an environment variable, None where it is not set or empty.

    Raises
    ------
    InputError
        If it cannot stand in a header; it is not repeated.
    """
    key = os.environ.get(name, "").strip()
    if not all("!" <= character <= "~" for character in key):
        raise InputError(f"the key in {name} has characters that no header can hold, such as white space")
    return key or None


class ChatEndpoint:
    """A model behind a URL."""

    def __init__(
        self,
        *,
        base_url: str,
        model: str,
        key: str | None,
        structured: str,
        temperature: float,
        max_tokens: int,
        timeout_s: float,
    ) -> None:
        self._url, self._timeout_s = f"{base_url}/chat/completions", timeout_s
        self._fixed = {"model": model, "temperature": temperature, "max_tokens": max_tokens}
        self._structured, self._secret = structured, _secret(key)
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._client = httpx.Client(headers=headers, timeout=timeout_s, limits=httpx.Limits(max_connections=None))

    def ask(self, messages: Sequence[Message], *, n: int, seed: int) -> Reply:
        """Ask once.

        Raises
        ------
        Refusal
            If this request got no answer.
        EndpointError
            If none would: the key, the model, the URL or the form of the answer is refused.
        """
        payload = {**self._fixed, "seed": seed, "messages": [_as_json(message) for message in messages]}
        status, headers, body = self._post({**payload, **self._form(n)})
        if status == 200:
            return self._reply(body)
        raise self._failure(status, headers, body)

    def close(self) -> None:
        """End its connections."""
        self._client.close()

    def _form(self, n: int) -> dict[str, Any]:
        if self._structured == "none":
            return {}
        if self._structured == "json":
            return {"response_format": {"type": "json_object"}}
        schema = {"name": "captions", "strict": True, "schema": schema_of(n)}
        return {"response_format": {"type": "json_schema", "json_schema": schema}}

    def _post(self, payload: Mapping[str, Any]) -> tuple[int, Mapping[str, str], str]:
        """Status, headers and text of what comes, all of which has to come in time."""
        deadline, content = time.monotonic() + self._timeout_s, b""
        try:
            with self._client.stream("POST", self._url, json=payload) as response:
                for chunk in response.iter_bytes():
                    content += chunk
                    if len(content) > LARGEST:
                        raise Refusal(f"an answer of more than {LARGEST >> 20} MiB", fault="server")
                    if time.monotonic() > deadline:
                        raise self._late()
                return response.status_code, response.headers, self._scrubbed(content.decode("utf-8", "replace"))
        # From none of them: they hold the request, and with it the header.
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise Refusal(f"no connection to {self._url}: {self._scrubbed(str(error))}", fault="away") from None
        except httpx.TimeoutException:
            raise self._late() from None
        except httpx.HTTPError as error:
            words = self._scrubbed(str(error)) or type(error).__name__
            raise Refusal(f"the connection broke off: {words[:SHOWN]}", fault="server") from None

    def _late(self) -> Refusal:
        return Refusal(f"no whole answer within {self._timeout_s:g} s", fault="server")

    def _reply(self, body: str) -> Reply:
        found = _parsed(body)
        try:
            choice = found["choices"][0]
            text, end = choice["message"].get("content"), choice.get("finish_reason")
        except (TypeError, KeyError, IndexError, AttributeError):
            raise Refusal(f"what came is no chat completion: {_shown(body)}", fault="server") from None
        if end == "length":
            raise Refusal(
                f"the answer was cut off at captions.max_tokens ({self._fixed['max_tokens']})",
                fault="answer",
                answer=text if isinstance(text, str) else "",
            )
        if not isinstance(text, str):
            refused = choice["message"].get("refusal")
            raise Refusal(f"the model gave no text{f': {_shown(str(refused))}' if refused else ''}", fault="answer")
        usage = found.get("usage")
        usage = usage if isinstance(usage, dict) else {}
        tokens = (usage.get(name) for name in ("prompt_tokens", "completion_tokens"))
        return Reply(text, *(count if isinstance(count, int) else None for count in tokens))

    def _failure(self, status: int, headers: Mapping[str, str], body: str) -> Exception:
        words = _words(body)
        said = f"HTTP {status}: {words}" if words else f"HTTP {status}"
        if status in AGAIN or status >= 500:
            return Refusal(said, fault="server", wait_s=_wanted_wait(headers.get("retry-after")))
        if status in BAD:
            if self._structured != "none" and any(word in body for word in _FORM_WORDS):
                return EndpointError(
                    f"{self._url} does not take captions.endpoint.structured {self._structured}: {said}; say "
                    f"{'json or none' if self._structured == 'schema' else 'none'}"
                )
            return Refusal(said, fault="request")
        ways = {401: "the key", 402: "the account", 403: "the key", 404: "captions.model or captions.endpoint.base_url"}
        return EndpointError(f"{self._url} refuses {ways.get(status, 'every request')}: {said}")

    def _scrubbed(self, text: str) -> str:
        return text if self._secret is None else self._secret.sub(_hidden, text)


def _secret(key: str | None) -> re.Pattern[str] | None:
    """What finds the key in a text, as JSON may write it too, with the name of its header where that stands before."""
    if key is None or len(key) < SHORTEST_SECRET:
        return None
    written = "|".join(map(re.escape, {key, json.dumps(key)[1:-1]}))
    return re.compile(rf"(?:authorization(?P<between>\W{{0,8}}))?(?:bearer\s+)?(?:{written})", re.IGNORECASE)


def _hidden(found: re.Match[str]) -> str:
    # What stands between is kept, so that JSON stays JSON.
    return HIDDEN if found["between"] is None else f"{HIDDEN}{found['between']}{HIDDEN}"


def _as_json(message: Message) -> dict[str, Any]:
    if not message.images:
        return {"role": message.role, "content": message.text}
    urls = [f"data:image/png;base64,{base64.b64encode(image).decode()}" for image in message.images]
    parts: list[dict[str, Any]] = [{"type": "image_url", "image_url": {"url": url}} for url in urls]
    return {"role": message.role, "content": [*parts, {"type": "text", "text": message.text}]}


def _parsed(body: str) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise Refusal(f"what came is not JSON: {_shown(body)}", fault="server") from None


def _words(body: str) -> str:
    """A server's own words about an error, where it has the protocol's form, else the beginning of what it sent."""
    try:
        found = json.loads(body)["error"]
        return _shown(found["message"] if isinstance(found, dict) else str(found))
    except (ValueError, KeyError, TypeError, RecursionError):
        return _shown(body)


def _shown(text: str) -> str:
    line = " ".join(text.split())[:SHOWN]
    return line if line.isprintable() else ascii(line)


def _wanted_wait(header: str | None) -> float | None:
    """Seconds of a Retry-After header, which has seconds or a date; None where there is none that can be read."""
    if header is None:
        return None
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
