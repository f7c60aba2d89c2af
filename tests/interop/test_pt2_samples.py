"""The batch axis in an exported program, and what is not counted if it is unknown."""

from __future__ import annotations

from typing import Any

import pytest

from convcalc.errors import UsageError
from convcalc.interop.load import loads
from convcalc.network.network import Network
from interop.pt2_files import Built, ints, ref, refs


def read(net: Built, **options: Any) -> Network:
    return loads(net.file(), path="net.pt2", **options)


def projected(*sides: int) -> tuple[Built, str]:
    """Tokens of 8 numbers, projected to 4."""
    net = Built()
    weight = net.param("fc.weight", 4, 8)
    x = net.enter("x", *sides, 8)
    return net, net.op("linear", (*sides, 4), at="fc", input=x, weight=weight)


def test_the_side_that_operations_join_is_not_that_of_the_samples() -> None:
    net, x = projected(7, 3)
    net.outputs = [net.op("mean.dim", (3, 4), self=x, dim=ints(0))]
    network = read(net)
    assert (network.input, network.walk().totals["macs"]) == ((7, 8), 7 * 8 * 4)
    assert network.notes == (
        "the second side of the input 7×3×8 is read as the samples: operations join cells of the first one",
    )
    longer = read(net, input=(9, 8))
    assert longer.walk().totals["macs"] == 9 * 8 * 4


def test_samples_are_the_first_side_where_nothing_speaks_against_it() -> None:
    net, x = projected(7, 3)
    net.outputs = [net.op("mean.dim", (7, 4), self=x, dim=ints(1))]
    assert (read(net).input, read(net).notes) == ((3, 8), ())


@pytest.mark.parametrize("kind", ["gru", "rnn_relu"])
def test_a_recurrent_layer_says_which_side_its_steps_are(kind: str) -> None:
    gates = 3 if kind == "gru" else 1
    net = Built()
    weights = [net.param(name, gates * 5, side) for name, side in (("ih", 8), ("hh", 5))]
    x = net.enter("x", 7, 3, 8)
    out = net.op(
        f"{kind}.input", (7, 3, 5), input=x, hx=ref("state"), params=refs(*weights), has_biases={"as_bool": False},
        num_layers={"as_int": 1}, bidirectional={"as_bool": False}, batch_first={"as_bool": False},
    )  # fmt: skip
    net.nodes.insert(0, _full("state", (1, 3, 5), net))
    net.outputs = [out]
    network = read(net)
    totals = network.walk().totals
    assert (network.input, totals["params"]) == ((7, 8), gates * 5 * 13)
    assert totals["macs"] == 7 * gates * 5 * 13


def _full(name: str, sides: tuple[int, ...], net: Built) -> dict[str, Any]:
    """Numbers created by the program, removed from the end of the list."""
    net.op("full", sides, out=name, size=ints(*sides))
    made: dict[str, Any] = net.nodes.pop()
    return made


def test_made_numbers_that_meet_weights_are_counted_for_each_sample() -> None:
    net, x = projected(3)
    weight = net.param("w", 4, 4)
    state = net.op("full", (3, 4), size=ints(3, 4))
    x = net.op("add.Tensor", (3, 4), self=x, other=net.op("mm", (3, 4), self=state, mat2=weight))
    both = net.op("full", (3, 2), size=ints(3, 2))
    net.outputs = [net.op("cat", (3, 6), tensors=refs(x, both), dim={"as_int": 1})]
    walked = read(net).walk()
    assert (walked.totals["macs"], walked.totals["params"]) == (8 * 4 + 4 * 4, 32 + 16)
    assert [step.output for step in walked.outputs] == [(6,)]


def test_nothing_is_counted_behind_an_operation_after_which_the_samples_are_not_known() -> None:
    net, x = projected(3, 7)
    x = net.op("mixed_up", (5, 4), self=x)
    weight = net.param("late.weight", 100, 4)
    net.outputs = [net.op("linear", (5, 100), at="late", input=x, weight=weight)]
    walked = read(net).walk()
    assert walked.totals["macs"] == 7 * 8 * 4
    assert walked.totals["params"] == 4 * 8 + 100 * 4
    assert walked.unavailable == {"mixed_up": 1, "linear": 1}


@pytest.mark.parametrize("samples", [1, 3])
def test_a_loss_joins_all_samples(samples: int) -> None:
    net, x = projected(samples, 7)
    net.outputs = [net.op("sum", (), self=x)]
    network = read(net)
    walked = network.walk()
    assert (walked.unavailable, walked.totals["macs"]) == ({}, 7 * 8 * 4)
    said = ("sum joins all samples of the batch; it is counted for one sample",)
    assert network.notes == (said if samples > 1 else ())


@pytest.mark.parametrize(("dims", "keep", "out"), [((0,), False, (7, 4)), ((0, 1), False, (4,)),
                                                   ((0, 2), True, (1, 7, 1)), ((0,), True, (1, 7, 4))])  # fmt: skip
def test_one_sample_may_be_joined_with_itself(
    dims: tuple[int, ...], keep: bool, out: tuple[int, ...]
) -> None:
    net, x = projected(1, 7)
    x = net.op("mean.dim", out, self=x, dim=ints(*dims), keepdim={"as_bool": keep})
    net.outputs = [x]
    walked = read(net).walk()
    assert walked.unavailable == {}
    assert [step.output for step in walked.outputs] == [out[1:] if keep else out]


def test_an_operation_gives_more_than_its_result() -> None:
    net, x = projected(3, 7)
    net.op("max.dim", (3, 4), self=x, dim={"as_int": 1}, out="values")
    net.nodes[-1]["outputs"].append(ref("places"))
    net.metas["places"] = net.metas["values"]
    net.outputs = ["places"]
    walked = read(net).walk()
    assert (walked.unavailable, [step.output for step in walked.outputs]) == ({}, [(4,)])


@pytest.mark.parametrize("number", [0, 100_000])
def test_too_many_operations_are_refused_before_they_are_read(number: int) -> None:
    net, x = projected(3, 7)
    net.outputs = [x]
    net.nodes += [{"target": "a"}] * number
    if not number:
        assert read(net).nodes
        return
    with pytest.raises(UsageError) as error:
        read(net)
    assert str(error.value) == (
        "net.pt2: more than 100,000 layers: the graph has 100,001 operations; raise --max-layers if you mean it"
    )
