"""Other wordings of each sample's first caption: the data set's own, or written by a model."""

from collections.abc import Mapping, Sequence
from typing import Any

from platoscope.data.captions.written import by_asking
from platoscope.params import CaptionsParams
from platoscope.project import Project

Row = Mapping[str, Any]


def paraphrases(
    p: CaptionsParams, project: Project, rows: Sequence[Row], lines: Sequence[Row]
) -> dict[str, list[dict[str, Any]]]:
    """Give rewordings of the first caption of every line, by id; none for a sample that has none.

    ``rows`` are the data set's, ``lines`` the captions of the same samples as they are shown. Where the captions are
    the data set's and it has rewordings of them, these are taken; else ``captions.backend`` is asked, if it is one.
    """
    if p.source == "dataset" and any("captions_paraphrase" in row for row in rows):
        return {line["id"]: _own(row, line) for row, line in zip(rows, lines, strict=True)}
    if p.backend not in ("chat", "transformers") or p.n < 2:
        return {}
    first = [{"id": line["id"], "captions": [caption["text"] for caption in line["captions"][:1]]} for line in lines]
    asked = p.model_copy(update={"source": "paraphrase", "prompt": None, "n": p.n - 1})
    written = by_asking(asked, project, first)
    return {
        id_: [{"text": text, **written.made, "place": place} for place, text in enumerate(outcome.captions)]
        for id_, outcome in written.outcomes.items()
    }


def _own(row: Row, line: Row) -> list[dict[str, Any]]:
    if "captions_paraphrase" not in row or not line["captions"]:
        return []
    place = line["captions"][0]["place"]
    texts = row["captions_paraphrase"][place]
    return [{"text": text, "origin": "dataset", "place": place, "wording": at} for at, text in enumerate(texts)]
