"""Graphs inside the graph of an exported program, in the format of PyTorch 2.13."""

from __future__ import annotations

import json
from typing import Any

import pytest

from convcalc.analysis.analysis import Analysis
from convcalc.errors import SpecError
from convcalc.interop.load import loads
from interop.pt2_files import Built, archive, ints, ref, small

WITHOUT_GRADIENTS = ("wrap_with_set_grad_enabled", [{"as_bool": False}])
AUTOCAST = (
    "wrap_with_autocast",
    [{"as_string": "cpu"}, {"as_scalar_type": 13}, {"as_bool": True}, {"as_bool": False}],
)


def wrapped(
    graph: dict[str, Any],
    start: int,
    stop: int,
    how: tuple[str, list[Any]],
    given: dict[str, str],
    out: str,
) -> None:
    """Move some nodes of a graph into an inner graph, whose names are ``given`` and those of the graph."""
    op, before = how
    text = json.dumps(graph["nodes"][start:stop])
    for name, own in given.items():
        text = text.replace(json.dumps({"name": name}), json.dumps({"name": own}))
    nodes = json.loads(text)
    inner = {
        "inputs": [ref(name) for name in given.values()],
        "outputs": [nodes[-1]["outputs"][0]],
        "nodes": nodes,
        "tensor_values": {
            **{name: graph["tensor_values"][name] for name in graph["tensor_values"]},
            **{own: graph["tensor_values"][name] for name, own in given.items()},
        },
        "sym_int_values": {},
    }
    args = [*before, {"as_graph": {"name": "submod_1", "graph": inner}}, *map(ref, given)]
    node = {
        "target": f"torch.ops.higher_order.{op}",
        "inputs": [{"name": "", "arg": arg, "kind": 1} for arg in args],
        "outputs": [ref(out)],
        "metadata": {"nn_module_stack": "L__self__,,Net"},
    }
    last = graph["nodes"][stop - 1]["outputs"][0]["as_tensor"]["name"]
    graph["nodes"][start:stop] = [node]
    graph["tensor_values"][out] = graph["tensor_values"][last]
    after = json.dumps([graph["nodes"][start + 1 :], graph["outputs"]])
    after = after.replace(json.dumps({"name": last}), json.dumps({"name": out}))
    graph["nodes"][start + 1 :], graph["outputs"] = json.loads(after)


def walk(model: dict[str, Any]) -> Analysis:
    data = archive({"net/models/model.json": json.dumps(model)})
    return loads(data, path="net.pt2").walk()


def rows(analysis: Analysis) -> list[Any]:
    return [(step.name, step.kind, step.output, step.params, step.macs) for step in analysis]


def norm_and_relu(how: tuple[str, list[Any]]) -> dict[str, Any]:
    """The small program with its norm and activation in an inner graph."""
    model = small().model()
    graph = model["graph_module"]["graph"]
    norm = graph["nodes"][1]
    given = {
        one["arg"]["as_tensor"]["name"]: f"arg{at}_1" for at, one in enumerate(norm["inputs"][:-1])
    }
    wrapped(graph, 1, 3, how, given, "getitem")
    return model


def test_a_graph_in_the_graph_is_read_in_its_place() -> None:
    plain = rows(walk(small().model()))
    for how in (WITHOUT_GRADIENTS, AUTOCAST):
        analysis = walk(norm_and_relu(how))
        assert rows(analysis) == plain
        assert (analysis.network.notes, dict(analysis.unavailable)) == ((), {})


def test_graphs_in_graphs() -> None:
    model = norm_and_relu(AUTOCAST)
    graph = model["graph_module"]["graph"]
    weights = {"x": "a", "p_conv_weight": "b", "p_conv_bias": "c"}
    more = {f"{kind}_bn_{word}": f"d{at}" for at, (kind, word) in enumerate(
        [("p", "weight"), ("p", "bias"), ("b", "running_mean"), ("b", "running_var")])}  # fmt: skip
    wrapped(graph, 0, 2, WITHOUT_GRADIENTS, {**weights, **more}, "out")
    assert rows(walk(model)) == rows(walk(small().model()))


def test_names_of_an_inner_graph_hide_none_of_the_outer_one() -> None:
    """The inner graph has its own value `kept`; the outer one is read after it."""
    net = Built()
    x = net.enter("x", 2, 4, 8, 8)
    kept = net.op("relu", (2, 4, 8, 8), out="kept", self=x)
    pooled = net.op("avg_pool2d", (2, 4, 4, 4), self=kept, kernel_size=ints(2, 2))
    net.outputs = [
        net.op("sigmoid", (2, 4, 4, 4), self=pooled),
        net.op("tanh", (2, 4, 8, 8), self=kept),
    ]
    model = net.model()
    graph = model["graph_module"]["graph"]
    wrapped(graph, 1, 2, WITHOUT_GRADIENTS, {"kept": "arg"}, "getitem")
    inner = graph["nodes"][1]["inputs"][1]["arg"]["as_graph"]["graph"]
    text = json.dumps(inner).replace(f'"{pooled}"', '"kept"')
    graph["nodes"][1]["inputs"][1]["arg"]["as_graph"]["graph"] = json.loads(text)
    found = [(step.kind, step.input, step.output) for step in walk(model)]
    assert found == [
        ("relu", (4, 8, 8), (4, 8, 8)),
        ("avgpool", (4, 8, 8), (4, 4, 4)),
        ("sigmoid", (4, 4, 4), (4, 4, 4)),
        ("tanh", (4, 8, 8), (4, 8, 8)),
    ]


def test_a_graph_that_may_run_several_times_is_an_operation() -> None:
    """Or never, like the branches of torch.cond: its cost is unknown."""
    for op in ("cond", "map_impl"):
        analysis = walk(norm_and_relu((op, [])))
        assert analysis.unavailable == {op: 1}
        assert analysis.totals["macs"] == 3536


def test_other_inputs_than_the_graph_takes() -> None:
    """One number too many: the operation stays, with the size in the file."""
    model = norm_and_relu(WITHOUT_GRADIENTS)
    node = model["graph_module"]["graph"]["nodes"][1]
    node["inputs"].append({"name": "", "arg": {"as_int": 1}, "kind": 1})
    assert walk(model).unavailable == {"wrap_with_set_grad_enabled": 1}
    node["inputs"][1]["arg"]["as_graph"]["graph"]["inputs"] = 5
    assert walk(model).unavailable == {"wrap_with_set_grad_enabled": 1}


def test_graphs_nested_too_deep() -> None:
    model = norm_and_relu(WITHOUT_GRADIENTS)
    node = model["graph_module"]["graph"]["nodes"][1]
    for _ in range(20):
        graph = node["inputs"][1]["arg"]["as_graph"]["graph"]
        outer = {
            **node,
            "inputs": [*node["inputs"][:2], *[{"name": "", "arg": arg} for arg in graph["inputs"]]],
        }
        inner = {**graph, "nodes": [outer], "outputs": outer["outputs"]}
        copied = json.loads(json.dumps(node))
        copied["inputs"][1]["arg"]["as_graph"]["graph"] = inner
        node = copied
    model["graph_module"]["graph"]["nodes"][1] = node
    with pytest.raises(SpecError) as caught:
        walk(model)
    assert (
        caught.value.what == "graphs are nested more than 20 deep; export the module without them"
    )


def test_a_single_number_that_nothing_reads_is_named() -> None:
    net = small()
    net.param("temperature")
    assert loads(net.file(), path="net.pt2").notes == (
        "no operation reads parameter 'temperature': 1 number that the module has, and that is not counted",
    )
