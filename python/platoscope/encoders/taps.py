"""Listens to the blocks of a model, so that each layer is pooled when it is made and its tokens are let go.

Libraries give all layers at the end, and hold them until then. A model is listened to where that gives the same
values, which is tried once for each.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from torch import Tensor, nn

TOLERANCE = 1e-5  # relative: sums over places are made in another order


@contextmanager
def listening(blocks: "Sequence[nn.Module]", keep: "Callable[[Tensor], object]", *, from_input: bool) -> Iterator[None]:
    """Call ``keep`` with what each block gives; of a block that gives several things with the first.

    ``from_input``: with what the first block takes too, but not with what the last gives.
    """

    def taken(_module: Any, inputs: Any, named: Any) -> None:
        keep(inputs[0] if inputs else named["hidden_states"])

    def given(_module: Any, _inputs: Any, output: Any) -> None:
        keep(output[0] if isinstance(output, tuple) else output)

    hooks = [block.register_forward_hook(given) for block in (blocks[:-1] if from_input else blocks)]
    if from_input:
        hooks.append(blocks[0].register_forward_pre_hook(taken, with_kwargs=True))
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def agree(ours: "Sequence[Tensor]", theirs: "Sequence[Tensor]") -> bool:
    """Whether two lists of layers are the same but for the rounding of sums; by shape where there are no values."""
    return len(ours) == len(theirs) and all(_close(a, b) for a, b in zip(ours, theirs, strict=True))


def _close(a: "Tensor", b: "Tensor") -> bool:
    if a.shape != b.shape:
        return False
    if a.is_meta:
        return True
    return bool((a - b).float().norm() <= TOLERANCE * b.float().norm())


def list_of(model: "nn.Module", n: int) -> "list[nn.Module] | None":
    """The n blocks of a model: of its lists of so many modules the one with the most parameters."""
    lists = [list(m) for m in model.modules() if isinstance(m, torch.nn.ModuleList) and len(m) == n]
    if not lists:
        return None
    return max(lists, key=lambda blocks: sum(p.numel() for block in blocks for p in block.parameters()))
