"""What ``captions`` of params must agree on, and that what is refused is not repeated where it may hold a key."""

import pytest
from caption_project import params

from platoscope.errors import InputError


@pytest.mark.parametrize(
    ("captions", "says"),
    [
        ({"source": "vlm"}, "captions.source vlm needs captions.backend chat or transformers"),
        ({"source": "paraphrase", "backend": "rules"}, "rules can only split"),
        ({"source": "split", "backend": "chat"}, "captions.backend chat needs captions.model"),
        ({"source": "split", "backend": "chat", "model": "m"}, "needs captions.endpoint.base_url"),
        ({"source": "split", "n": 1}, "captions.n is 1 but the largest of budgets.captions 2"),
        ({"source": "vlm", "backend": "transformers", "model": "m"}, "captions.frames is 8, but frames are stored for"),
        (
            {"source": "vlm", "backend": "transformers", "model": "m", "frames": 2, "sampler": "linspace"},
            "captions.sampler is 'linspace'",
        ),
        ({"endpoint": {"base_url": "http://me:hunter2@host/v1"}}, "base_url must have no user"),
        ({"endpoint": {"base_url": "http://host/v1?key=hunter2"}}, "base_url must have no user"),
        ({"endpoint": {"base_url": "host/v1"}}, "must begin with http:// or https://"),
        ({"endpoint": {"structured": "yes"}}, "'schema', 'json' or 'none'"),
    ],
)
def test_params_that_cannot_be_are_refused(captions, says):
    with pytest.raises(InputError) as caught:
        params(captions, budget=2)
    assert says in str(caught.value)
    assert "hunter2" not in f"{caught.value}{caught.value.__cause__}"
