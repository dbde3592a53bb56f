"""``captions``: where captions come from, and what writes them where the data set's own are not taken."""

from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, model_validator

from platoscope.params.sections import Mode, Sampler, Section, Seed
from platoscope.params.variants import Variant

KEY_VARIABLE = "PLATOSCOPE_CHAT_KEY"


def _plain(url: str) -> str:
    """Refuse what may hold a secret: params are stored, logged and shared. So it is not repeated either."""
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise ValueError("base_url is no URL") from error
    if "@" in url or "?" in url or "#" in url:
        raise ValueError(
            "base_url must have no user, password, query or fragment: a key belongs in the environment variable that "
            "key_env names"
        )
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"base_url must begin with http:// or https:// and a host, got {url!r}")
    return url.rstrip("/")


class EndpointParams(Section):
    """A server that speaks OpenAI's chat protocol: ``base_url`` up to and with ``/v1``, and how it is asked.

    ``key_env`` names the environment variable that holds the key; where that is not set none is sent. ``structured``:
    how the answer's form is asked for, by JSON schema, as any JSON, or in words alone. ``requests_per_minute`` null: as
    fast as ``concurrency`` threads get answers. ``timeout_s`` is of one request, ``attempts`` of one sample.
    """

    base_url: Annotated[str, AfterValidator(_plain)] | None = None
    key_env: str = Field(default=KEY_VARIABLE, pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")
    structured: Literal["schema", "json", "none"] = "schema"
    concurrency: int = Field(default=4, ge=1)
    requests_per_minute: float | None = Field(default=None, gt=0)
    timeout_s: float = Field(default=120.0, gt=0)
    attempts: int = Field(default=5, ge=1)


class CaptionsParams(Section):
    """Where captions come from, the seed of their order and what is shown of them.

    ``modes``, of which captions a budget has so many: ``distinct``, the captions in their order; ``paraphrase``, the
    first and rewordings of it; ``repeat``, the first over and over; ``shuffled``, the first and captions of other
    samples; ``order1`` to ``order9``, the captions in another order. ``combine``: ``join``, they become one text;
    ``mean``, each is encoded alone and their features are averaged. Every mode is combined in every way.

    What is below ``n`` counts for written ones alone.

    ``source``: the data set's own, or ``n`` written for each sample: its longest text split into short ones (``split``)
    or reworded (``paraphrase``), or its frames described (``vlm``). ``backend``: ``rules`` (of ``split`` alone, and its
    default), ``chat`` (the ``endpoint``) or ``transformers``, of which ``model`` is asked; null stands for the default.
    ``prompt``: a file in place of the package's own. ``frames`` is the budget, ``sampler`` the choice, described.
    """

    source: Literal["dataset", "split", "paraphrase", "vlm"] = "dataset"
    seed: Seed = 0
    modes: Annotated[tuple[Mode, ...], Field(min_length=1)] = ("distinct",)
    combine: Annotated[tuple[Literal["join", "mean"], ...], Field(min_length=1)] = ("join",)
    n: int = Field(default=10, ge=1)
    backend: Literal["rules", "chat", "transformers"] | None = None
    model: str | None = None
    revision: str = "main"
    prompt: str | None = None
    frames: int = Field(default=8, ge=1)
    sampler: Sampler = "center"
    temperature: float = Field(default=0.0, ge=0, le=2)
    max_tokens: int = Field(default=2048, ge=1)
    endpoint: EndpointParams = EndpointParams()

    @property
    def variants(self) -> tuple[Variant, ...]:
        """Every mode combined in every way; the first is what the page is about."""
        return tuple(Variant(mode, combine) for combine in self.combine for mode in self.modes)

    @property
    def writer(self) -> str | None:
        """The back end that writes the captions; None where they are the data set's own."""
        if self.source == "dataset":
            return None
        return self.backend or "rules"

    @model_validator(mode="after")
    def _agree(self) -> "CaptionsParams":
        if self.writer == "rules" and self.source != "split":
            raise ValueError(
                f"captions.source {self.source} needs captions.backend chat or transformers: rules can only split"
            )
        if "paraphrase" in self.modes and self.source != "dataset" and self.writer == "rules":
            raise ValueError(
                "captions.modes has paraphrase, but rules reword nothing: set captions.backend to chat or transformers"
            )
        if self.writer in ("chat", "transformers") and not self.model:
            raise ValueError(f"captions.backend {self.writer} needs captions.model")
        if self.writer == "chat" and not self.endpoint.base_url:
            raise ValueError("captions.backend chat needs captions.endpoint.base_url, such as http://127.0.0.1:8000/v1")
        return self
