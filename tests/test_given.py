"""Every function of ``import convcalc`` refuses wrong types with a message that says what to give."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import convcalc
from convcalc.errors import ConvcalcError


class _Odd:
    """An unknown object."""


WRONG: tuple[Any, ...] = (
    None, 3, -1, 2.5, True, "", b"x", "\0", [], {}, (), [1], ["a"], {"a": 1}, object(), _Odd(), _Odd, print, int,
    np.zeros(2), np.float64(2), float("nan"), 10**5000, "\ud800", {1: 2}, (1, (2,)), range(3), iter(()), 1j, set(),
    Ellipsis, "zzz", Path("zzz"), Path(),
)  # fmt: skip
_CONV = {"out_channels": 1, "kernel_size": 3}
# Valid arguments of each function; one of them is changed.
GOOD: dict[str, tuple[tuple[Any, ...], dict[str, Any]]] = {
    "budget": (("mobilenet_v1",), {"macs": "9", "vary": ["width"]}),
    "by_hand": (("0 1 2; 3 4 5", "1 1"), {}),
    "chain": (("1x8x8", "relu"), {}),
    "draw_by_hand": (("0 1 2; 3 4 5", "1 1"), {}),
    "draw_cost": (("lenet5",), {}),
    "draw_field": (("lenet5",), {}),
    "draw_fit": (("conv", "1x8x8"), _CONV),
    "draw_net": (("lenet5",), {}),
    "draw_window": (("conv", "1x8x8"), _CONV),
    "filter_picture": (("photo.pgm", "sharpen"), {}),
    "from_keras": ((), {}),
    "from_torch": ((), {}),
    "image_kernel": (("sobel_x",), {}),
    "layer": (("conv", "1x8x8"), _CONV),
    "layer_facts": (("conv", "1x8x8"), _CONV),
    "load": (("lenet5",), {}),
    "loads": (("input: 1x8x8\nlayers: [relu]\n",), {}),
    "networks": ((), {}),
    "sizes": ((convcalc.load("lenet5"),), {}),
    "sweep": (("lenet5",), {"parameters": {"classes": [5, 10]}}),
    "what_fits": (("conv", "1x8x8"), _CONV),
}
NO_FUNCTIONS = {"Analysis", "ConvcalcError", "Network", "Report", "formulas"}
OPTIONS = ("zzz", "parameters", "max_layers", "order", "batch", "stride", "padding", "dtype", "sort", "limit")  # fmt: skip


def calls_of(name: str) -> Iterator[tuple[str, tuple[Any, ...], dict[str, Any]]]:
    """Calls of a function with one wrong argument."""
    args, named = GOOD[name]
    params = inspect.signature(getattr(convcalc, name)).parameters.values()
    in_order = [each.name for each in params if each.kind is each.POSITIONAL_OR_KEYWORD]
    by_name = [each.name for each in params if each.kind is each.KEYWORD_ONLY]
    takes_more = any(each.kind is each.VAR_KEYWORD for each in params)
    takes_others = any(each.kind is each.VAR_POSITIONAL for each in params)
    by_name += [each for each in OPTIONS if takes_more and each not in (*in_order, *by_name)]
    for value in WRONG:
        for place, param in enumerate(in_order):
            if place < len(args):
                yield param, (*args[:place], value, *args[place + 1 :]), named
            elif place == len(args):
                yield param, (*args, value), named
            elif args:
                yield param, args, {**named, param: value}
        if takes_others:
            yield "*", (*args, value), named
        for param in by_name if args else ():
            if param != "jobs" or value is not WRONG[1]:  # it starts processes
                yield param, args, {**named, param: value}


@pytest.mark.unmeasured
@pytest.mark.parametrize("name", sorted(GOOD))
def test_what_is_of_the_wrong_sort_is_refused_in_words(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("photo.pgm").write_text("P2 4 4 255 0 50 100 150 9 8 7 6 200 3 2 1 0 0 90 90\n")
    wrong, refused = [], 0
    for param, args, named in calls_of(name):
        try:
            getattr(convcalc, name)(*args, **named)
        except ConvcalcError as error:
            refused += 1
            if not str(error).isprintable() and "\n" not in str(error):
                wrong.append(f"{param}: {error!r}")
        except Exception as error:  # noqa: BLE001 - no exception is allowed
            wrong.append(f"{param}: {type(error).__name__}: {str(error)[:100]}")
    assert sorted(set(wrong)) == []
    assert refused > 15 or name == "networks"


def test_the_table_has_every_function() -> None:
    assert GOOD.keys() == {*convcalc.__all__} - NO_FUNCTIONS


class _Module:
    """Has the attributes of a PyTorch module."""


SAID: dict[str, tuple[Callable[[], object], str]] = {
    "keras": (
        lambda: convcalc.from_keras(3),
        "model must be a keras.Model, but is 3",
    ),
    "a file for keras": (
        lambda: convcalc.from_keras("net.keras"),
        "model must be a keras.Model, but is 'net.keras'; for a file write convcalc.load('net.keras')",
    ),
    "a class for torch": (
        lambda: convcalc.from_torch(_Module),
        "module must be a torch.nn.Module, but _Module is a class; make one of it: _Module()",
    ),
    "a file for torch": (
        lambda: convcalc.from_torch("my.pt"),
        "module must be a torch.nn.Module, but is 'my.pt'; for a file write convcalc.load('my.pt')",
    ),
    "a number for a path": (
        lambda: convcalc.load(3),  # type: ignore[arg-type]
        "target must be the path of a file, or the name of a network such as 'vgg16', but is 3",
    ),
    "a name for a network": (
        lambda: convcalc.sizes("unet"),  # type: ignore[arg-type]
        "network must be a network, but is 'unet'; write convcalc.load('unet')",
    ),
    "an unknown option": (
        lambda: convcalc.load("unet", max_layer=9),
        "load() has no option 'max_layer'; did you mean 'max_layers'?",
    ),
    "one name for a list": (
        lambda: convcalc.sweep("unet", columns="macs"),
        "columns must be a list of texts, but is 'macs'; write ['macs']",
    ),
    "names that are none": (
        lambda: convcalc.budget("unet", vary=[3]),  # type: ignore[list-item]
        "vary must be a list of texts, but holds 3",
    ),
    "parameters in a list": (
        lambda: convcalc.sweep("unet", parameters=["classes"]),  # type: ignore[arg-type]
        "parameters must be values by name, but is ['classes']; write {'width': 8}",
    ),
    "a flag": (
        lambda: convcalc.by_hand("1 2", "1", blank="yes"),  # type: ignore[arg-type]
        "blank must be True or False, but is 'yes'",
    ),
    "no processes": (
        lambda: convcalc.sweep("unet", jobs=0),
        "jobs is 0; use 1 to 1,024",
    ),
    "a batch": (
        lambda: convcalc.sweep("unet", batch=0),
        "batch is 0; use 1 or more",
    ),
}


@pytest.mark.parametrize("case", SAID)
def test_what_is_said(case: str) -> None:
    call, said = SAID[case]
    with pytest.raises(ConvcalcError) as caught:
        call()
    assert str(caught.value) == said


def test_functions_keep_their_names_and_signatures() -> None:
    for name in GOOD:
        function = getattr(convcalc, name)
        assert function.__name__ == name
        assert function.__doc__
        assert "named" not in inspect.signature(function).parameters
