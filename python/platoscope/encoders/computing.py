"""How a model computes, whatever its family: products in half precision, which attention, blocks that are compiled.

Each is a field of an entry that is off by default. Layers, float32 [batch, dim], keep their names and shapes, and move
by rounding alone. On the meta device, which has no values to round, nothing of it is done.
"""

import functools
import inspect
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

import torch

from platoscope.encoders.weights import first_line
from platoscope.errors import InputError
from platoscope.params import EncoderParams

if TYPE_CHECKING:
    from torch import nn

USES = ("autocast", "attention", "compile")
FLASH = "flash_attention_2"
VARIANTS = 64  # of one block's code, after which it would run uncompiled: stages of several widths share theirs


def check(entry: EncoderParams, *, device: str) -> None:
    """Refuse what a device cannot do, before weights are looked for.

    Raises
    ------
    InputError
        Naming the field, and what could be had.
    """
    kind = torch.device(device).type
    if entry.autocast is not None and entry.dtype != "float32":
        raise InputError(f"autocast {entry.autocast} is for weights of float32, dtype is {entry.dtype}: leave one out")
    if entry.attention == FLASH and entry.dtype == "float32" and entry.autocast is None:
        raise InputError(f"attention {FLASH} takes half precision alone: say autocast or dtype, bfloat16 or float16")
    if kind == "meta":
        return
    if entry.attention == FLASH and kind != "cuda":
        raise InputError(f"attention {FLASH} runs on NVIDIA GPUs, the device is {device}: say sdpa or eager")
    if entry.autocast is not None:
        _check_products(entry.autocast, device)
    if entry.compile:
        _check_compiler(device)


def products(entry: EncoderParams, device: str) -> AbstractContextManager[Any]:
    """Where products of matrices are made in the precision that ``autocast`` names; results of sums stay float32."""
    if entry.autocast is None or torch.device(device).type == "meta":
        return nullcontext()
    return torch.autocast(torch.device(device).type, dtype=getattr(torch, entry.autocast))


def compile_blocks(blocks: "Iterable[nn.Module]", entry: EncoderParams, *, device: str, lengths_vary: bool) -> None:
    """Compile the forward of each block where the entry says so; hooks stay outside, and equal blocks share their code.

    Batches are of any size; where ``lengths_vary`` every other side may change too, as that of padded texts does.
    """
    if not entry.compile or torch.device(device).type == "meta":
        return
    for block in blocks:
        run: Any = torch.compile(block.forward, dynamic=lengths_vary or None, recompile_limit=VARIANTS)  # type: ignore[call-overload]
        block.forward = _of_any_batch(run)


def _of_any_batch(run: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, told that the first side of what it takes is a batch: no size of it is compiled for alone."""
    from torch._dynamo import maybe_mark_dynamic

    @functools.wraps(run)
    def forward(*inputs: Any, **named: Any) -> Any:  # a block's own arguments, whatever they are
        if inputs and torch.is_tensor(inputs[0]):
            maybe_mark_dynamic(inputs[0], 0)
        return run(*inputs, **named)

    return forward


def _check_products(precision: str, device: str) -> None:
    """Try the products of models once: a device that has no autocast warns, or fails at the first of them."""
    import warnings

    kind, wanted = torch.device(device).type, getattr(torch, precision)
    refusal = f"autocast {precision} does not exist on {device}"
    if not torch.amp.is_autocast_available(kind):
        raise InputError(f"{refusal}: leave it out")
    x = torch.ones(1, 2, 8, 8, device=device)
    try:
        with torch.inference_mode(), warnings.catch_warnings(), torch.autocast(kind, dtype=wanted):
            warnings.simplefilter("ignore")  # it is said below
            made = [x @ x, torch.nn.functional.conv2d(x, x), torch.nn.functional.scaled_dot_product_attention(x, x, x)]
    except RuntimeError as error:
        raise InputError(f"{refusal} ({first_line(error)}): leave it out, or say another precision") from error
    if any(one.dtype != wanted for one in made):
        raise InputError(f"{refusal}, where products come out as {made[0].dtype}: leave it out")


def _check_compiler(device: str) -> None:
    """Refuse to compile without a compiler: C++ for processors, Triton for GPUs."""
    if "recompile_limit" not in inspect.signature(torch.compile).parameters:
        raise InputError(f"compile needs a later PyTorch than {torch.__version__}: leave it out")
    if torch.device(device).type == "cuda":
        from torch.utils._triton import has_triton

        if not has_triton():
            raise InputError(f"compile needs Triton, and a GPU that it knows, on {device}: leave it out")
        return
    from torch._inductor.cpp_builder import get_cpp_compiler
    from torch._inductor.exc import InvalidCxxCompiler

    try:
        get_cpp_compiler()
    except (InvalidCxxCompiler, RuntimeError) as error:
        raise InputError("compile needs a C++ compiler (g++ or clang++ on the path, or CXX): leave it out") from error
