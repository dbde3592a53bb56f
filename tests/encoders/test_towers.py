"""Pooling of what a block gives, against loops."""

import numpy as np
import pytest
import torch
from tiny_towers import SIZE, checkpoint

from platoscope.encoders.base import load_video_encoder
from platoscope.encoders.towers import mean_of_parts, pool_tokens
from platoscope.errors import EncodingError
from platoscope.params import VideoEncoderParams


@pytest.mark.parametrize("parts", [1, 3])
@pytest.mark.parametrize("n_prefix", [0, 1, 4])
def test_the_mean_is_over_the_patches_of_all_parts_and_leaves_the_first_tokens_out(parts, n_prefix):
    state = torch.randn(2 * parts, 9, 5, generator=torch.Generator().manual_seed(0))
    pooled = pool_tokens(state, 2, pool="mean", n_prefix=n_prefix)
    for picture in range(2):
        rows = [state[picture * parts + part, token] for part in range(parts) for token in range(n_prefix, 9)]
        torch.testing.assert_close(pooled[picture], sum(rows) / len(rows))


def test_cls_is_the_first_token_averaged_over_parts():
    state = torch.randn(6, 4, 5, generator=torch.Generator().manual_seed(0))
    pooled = pool_tokens(state, 2, pool="cls", n_prefix=1)
    torch.testing.assert_close(pooled, torch.stack([state[:3, 0].mean(0), state[3:, 0].mean(0)]))


def test_a_map_is_averaged_over_its_places():
    state = torch.randn(2, 5, 3, 4, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(pool_tokens(state, 2, pool="mean", n_prefix=0), state.flatten(2).mean(2))


def test_sums_are_in_float32_even_of_half_precision():
    state = torch.full((1, 4097, 1), 1.0, dtype=torch.bfloat16)
    state[0, 0] = 1024.0  # in bfloat16 the sum would stop growing at 256
    pooled = pool_tokens(state, 1, pool="mean", n_prefix=0)
    assert pooled.dtype == torch.float32
    torch.testing.assert_close(pooled[0, 0], torch.tensor((1024 + 4096) / 4097))
    assert mean_of_parts(state[0], 1).dtype == torch.float32


def test_vectors_of_parts_are_averaged_with_or_without_an_axis_of_one():
    vectors = torch.arange(12.0).reshape(6, 2)
    torch.testing.assert_close(mean_of_parts(vectors, 3), torch.tensor([[1.0, 2], [5, 6], [9, 10]]))
    torch.testing.assert_close(mean_of_parts(vectors[:, None], 3), mean_of_parts(vectors, 3))


def test_a_block_that_is_not_run_is_an_error_and_no_shorter_list_of_layers():
    entry = VideoEncoderParams(family="hf_image", checkpoint=str(checkpoint("dinov2")))
    encoder = load_video_encoder(entry, frame_size=SIZE, device="cpu")
    seen = np.zeros((1, SIZE, SIZE, 3), np.uint8)
    whole = encoder.encode(seen)
    kept = encoder._model.encoder.layer
    encoder._model.encoder.layer = kept[:1]
    with pytest.raises(EncodingError, match="ran 1 blocks, it has 2"):
        encoder.encode(seen)
    encoder._model.encoder.layer = kept
    assert all(np.array_equal(a, b) for a, b in zip(encoder.encode(seen), whole, strict=True))
