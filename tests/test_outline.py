"""The outline of a network: which layers become blocks, parameters, repeats and paths."""

from __future__ import annotations

from typing import Any

import pytest

from convcalc.errors import UsageError
from convcalc.layers import Layer, make
from convcalc.network.load import loads
from convcalc.network.network import Network, Node
from convcalc.network.outline.find import outline_of
from convcalc.network.outline.parts import (
    Call,
    From,
    Join,
    Outline,
    Repeat,
    Scaled,
    Section,
    Use,
    places_of,
)
from convcalc.network.yaml_writer.check import check_same
from convcalc.network.yaml_writer.write import network_yaml

RELU, ADD, CONCAT = make("relu", {}), make("add", {}), make("concat", {})
TANH = make("tanh", {})


def conv(width: int = 4, kernel: int = 1, **more: Any) -> Layer:
    return make(
        "conv",
        {"out_channels": width, "kernel_size": kernel, "padding": kernel // 2, **more},
    )


def network_of(*nodes: tuple[str, Layer, tuple[int, ...]], **more: Any) -> Network:
    return Network("net", "", (4, 8, 8), [Node(*node) for node in nodes], **more)


def outline(network: Network) -> Outline:
    """An outline in a language whose calls are kinds with options that differ from their defaults."""

    def describe(node: Node) -> Call:
        plain = dict(make(node.layer.kind, {"out_channels": 0, "kernel_size": 0}).options()) if (
            node.layer.kind == "conv"
        ) else node.layer.options()  # fmt: skip
        own = node.layer.options()
        given = {name: value for name, value in own.items() if value != plain[name]}
        return Call(node.layer.kind, given, plain)

    return outline_of(network, describe)


def runs(*names: str, layers: tuple[Layer, ...] = ()) -> list[Any]:
    """Named runs of layers, one after the other."""
    layers = layers or (conv(), RELU, conv(8, 3), TANH, conv())
    nodes: list[Any] = []
    for name in names:
        nodes += [
            (f"{name}.l{number}", layer, (len(nodes) + number - 1,))
            for number, layer in enumerate(layers)
        ]
    return nodes


def written(network: Network) -> str:
    """The layers in YAML; reading them must give the same network."""
    text = network_yaml(network)
    found = loads(text)
    assert [step.output for step in found.walk()] == [step.output for step in network.walk()]
    return text


def test_parts_name_their_nodes_by_place_in_the_order_in_which_they_are_written() -> None:
    network = network_of(
        ("one", RELU, (-1,)), ("b", conv(), (0,)), ("a", conv(), (0,)), ("sum", ADD, (2, 1))
    )
    found = outline(network)
    assert found.blocks == ()
    first, join = found.parts
    assert isinstance(join, Join)
    assert [*places_of([first])] == [0]
    # in the order of the join's inputs
    assert [[*places_of(path)] for path in join.paths] == [[2], [1]]
    assert [*places_of(found.parts)] == [0, 2, 1, 3]


def test_a_use_has_the_values_of_the_parameters_and_its_nodes() -> None:
    nodes: list[Any] = []
    for name, width, kernel in (("x1", 16, 1), ("x2", 32, 3), ("x3", 32, 5)):
        layers = (conv(width, kernel), RELU, conv(2 * width), TANH, conv(width, kernel))
        at = len(nodes)
        nodes += [(f"{name}.l{n}", layer, (at + n - 1,)) for n, layer in enumerate(layers)]
    found = outline(network_of(*nodes))
    (block,) = found.blocks
    assert block.parameters == ("width", "kernel")
    arguments = [dict(part.call.arguments) for part in block.parts]  # type: ignore[union-attr]
    assert arguments[0]["out_channels"] == Scaled("width")
    assert arguments[2]["out_channels"] == Scaled("width", 2)
    assert arguments[0]["padding"] == Scaled("kernel", 1, 2)
    assert found.parts[1] == Use(block.name, {"width": 32, "kernel": 3}, "x2", (5, 6, 7, 8, 9))


def test_what_differs_in_too_many_ways_is_no_block() -> None:
    nodes: list[Any] = []
    for name in ("a1", "a2", "a3"):
        for number in range(14):
            layer = conv(16 + 7 * number + int(name[1]) * (number + 3))
            nodes.append((f"{name}.l{number}", layer, (len(nodes) - 1,)))
    found = outline(network_of(*nodes))
    assert found.blocks == ()
    assert [type(part) for part in found.parts] == [Section] * 3


def test_turns_of_a_repeat_differ_in_names_alone() -> None:
    found = outline(network_of(*runs("alpha", "beta", "gamma")))
    (repeat,) = found.parts
    assert isinstance(repeat, Repeat)
    assert [turn[0].name for turn in repeat.turns if isinstance(turn[0], Use)] == [
        "alpha",
        "beta",
        "gamma",
    ]


@pytest.mark.parametrize(
    ("names", "lines"),
    [
        (("s0", "s1", "s2"), ["- repeat: {i: 3}", 'name: "s$i"']),
        (("s1a", "s2a", "s3a"), ["- repeat: {i: [1, 2, 3]}", 'name: "s${i}a"']),
        (("alpha", "beta", "gamma"), ["name: alpha}", "name: beta}", "name: gamma}"]),
        (("s01", "s02", "s03"), ["name: s01}", "name: s02}", "name: s03}"]),
        (("s.1", "s.2", "s.3"), ["- name: s", "layers: [{repeat: 3, layers: ["]),
        (("s.0", "s.1", "s.2"), ["- name: s", "- repeat: {i: 3}", "name: $i"]),
    ],
)
def test_names_of_turns_are_written_as_they_are(names: tuple[str, ...], lines: list[str]) -> None:
    network = network_of(*runs(*names))
    text = written(network)
    assert [line for line in lines if line not in text] == []
    assert {node.name for node in loads(text).nodes} == {node.name for node in network.nodes}


def test_turns_on_a_path_are_called_after_the_repeat() -> None:
    nodes = [("first", RELU, (-1,))]
    nodes += [
        (name, layer, tuple(read + 1 for read in reads))
        for name, layer, reads in runs("s.1", "s.2", "s.3")
    ]
    network = network_of(*nodes, ("sum", ADD, (15, 0)))
    text = written(network)
    assert "- repeat: 3\n" in text
    assert "name: s\n" in text
    assert {node.name for node in loads(text).nodes} == {node.name for node in network.nodes}


def modules(*names: str) -> list[Any]:
    """Modules of three paths; each module ends with a join of its name."""
    nodes: list[Any] = [("stem", conv(16), (-1,))]
    for name in names:
        at = len(nodes)
        nodes += [
            (f"{name}.b1.conv", conv(8), (at - 1,)),
            (f"{name}.b1.act", RELU, (at,)),
            (f"{name}.b2.0.conv", conv(16), (at - 1,)),
            (f"{name}.b2.0.act", RELU, (at + 2,)),
            (f"{name}.b2.1.conv", conv(24, 3), (at + 3,)),
            (f"{name}.b2.1.sum", ADD, (at + 4, at + 3)) if name == "none" else
            (f"{name}.b2.1.act", RELU, (at + 4,)),
            (name, CONCAT, (at + 1, at + 5)),
        ]  # fmt: skip
    return nodes


def test_a_join_called_as_its_module_ends_the_block_and_keeps_its_name_where_there_is_none() -> (
    None
):
    text = written(network_of(*modules("mixed1", "mixed2", "mixed3", "mixed4")))
    assert "# 4 of 29 layers have other names here" in text
    assert "mixed1 is mixed1.concat1" in text
    assert "  mixed:\n    layers:\n      - concat:\n" in text
    alone = network_of(*modules("mixed1"))
    assert {node.name for node in loads(written(alone)).nodes} == {
        node.name for node in alone.nodes
    }


def test_a_layer_called_as_the_layers_after_it_begin_is_no_section() -> None:
    network = network_of(
        ("a", conv(), (-1,)), ("a.x", RELU, (0,)), ("a.y", TANH, (1,)), ("b.z.input", RELU, (2,)),
        ("b.z.c", RELU, (3,)),
    )  # fmt: skip
    text = written(network)
    assert "- relu: {name: a.x}" in text
    assert "- name: b\n    layers:\n      - relu: {name: z.input}\n" in text


def test_parameters_can_be_lists_flags_and_words() -> None:
    nodes: list[Any] = []
    for number, (kernel, padding, bias) in enumerate(
        (((1, 3), "same", True), ((3, 1), "same", False), ((3, 3), "full", False))
    ):
        options = {"out_channels": 4, "kernel_size": kernel, "padding": padding, "bias": bias}
        layers = (make("conv", options), RELU, conv(), TANH, conv())
        at = len(nodes)
        nodes += [(f"p{number}.l{n}", layer, (at + n - 1,)) for n, layer in enumerate(layers)]
    text = written(network_of(*nodes))
    assert "bias: true" in text
    assert "kernel: [1, 3]" in text
    assert "padding: full" in text


def test_weights_and_references_keep_layers_out_of_blocks() -> None:
    nodes = runs("p1", "p2", "p3", "p4")
    network = network_of(*nodes, shared={10: 0})
    text = written(network)
    assert text.count("weights: p1.l0") == 1
    assert "- name: p3\n" in text
    crop = make("crop", {"like": "first"})
    cropped: list[Any] = [("first", RELU, (-1,))]
    cropped += [(n, layer, tuple(r + 1 for r in reads)) for n, layer, reads in nodes]
    cropped[8] = ("p2.l2", crop, (7, 0))
    text = written(network_of(*cropped))
    assert "crop: {name: l2, like: first}" in text


def test_a_place_inside_a_block_can_be_gone_on_from_there() -> None:
    nodes: list[Any] = []
    for number in range(3):
        at = len(nodes)
        name = f"p{number}"
        nodes += [
            (f"{name}.a", conv(), (at - 1,)),
            (f"{name}.b", RELU, (at,)),
            (f"{name}.c", TANH, (at + 1,)),
            (f"{name}.d", ADD, (at + 2, at)),
            (f"{name}.e", conv(), (at + 3,)),
            (f"{name}.f", ADD, (at + 4, at + 1, at)),
        ]
    found = outline(network_of(*nodes))
    (block,) = found.blocks
    assert any(isinstance(part, From) for part in _all(block.parts))
    text = written(network_of(*nodes))
    assert "from: a}" in text or "from: b}" in text


def _all(parts: Any) -> Any:
    for part in parts:
        yield part
        if isinstance(part, Join):
            for path in part.paths:
                yield from _all(path)


def test_a_name_that_means_another_layer_inside_a_section_is_written_without_sections() -> None:
    network = network_of(
        ("conv1", conv(), (-1,)),
        ("y", RELU, (0,)),
        ("a.conv1", conv(), (1,)),
        ("a.relu", RELU, (2,)),
        ("a.sum", ADD, (3, 0)),
        outputs={"y": 1},
    )
    text = written(network)
    assert "- add: {name: a.sum, paths: [[], [{from: conv1}]]}" in text


def test_joins_far_inside_one_another_are_written_one_after_the_other() -> None:
    nodes: list[Any] = []
    for number in range(6):
        nodes.append((f"d{number}", conv(), (len(nodes) - 1,)))
        nodes.append((f"n{number}", RELU, (len(nodes) - 1,)))
    for number in range(5):
        nodes.append((f"u{number}", conv(), (len(nodes) - 1,)))
        nodes.append((f"s{number}", ADD, (len(nodes) - 1, 9 - 2 * number)))
    text = written(network_of(*nodes))
    assert text.count("paths: [[], [{from: ") >= 4


def test_paths_from_several_places_go_on_from_them() -> None:
    network = network_of(
        ("a", conv(), (-1,)),
        ("b", RELU, (0,)),
        ("c", conv(), (1,)),
        ("d", TANH, (1,)),
        ("e", RELU, (0,)),
        ("f", CONCAT, (2, 4)),
        ("g", CONCAT, (3, 5, -1)),
        ("h", ADD, (0, 0)),
        ("p", make("parameter", {"shape": [4, 1, 1]}), (7,)),
        ("q", ADD, (8, 7)),
        ("r", make("parameter", {"shape": [4, 8, 8]}), (7,)),
        ("s", ADD, (10, 10)),
    )
    assert {node.name for node in loads(network_yaml(network)).nodes} == {*"abcdefghpqrs"}


# ------------------------------------------------------------------- all that is written is right


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("layers: [{relu: {name: a}}, {tanh: {name: b}}]", r"'b' \(relu\) cannot be written"),
        ("layers: [{relu: {name: a}}]", r"'b' \(relu\) cannot be written"),
        ("layers: [{relu: {name: a}}, {from: input}, {relu: {name: b}}]", r"what 'b' \(relu\) reads"),
        ("layers: [relu, relu]\noutputs: {x: relu1}", "the outputs cannot be written"),
        ("layers: [relu, relu]\norder: chw", "the order of the axes cannot be written"),
    ],
)  # fmt: skip
def test_a_text_that_says_something_else_is_refused(text: str, said: str) -> None:
    network = network_of(("a", RELU, (-1,)), ("b", RELU, (0,)))
    with pytest.raises(UsageError, match=said):
        check_same(network, f"input: [4, 8, 8]\n{text}", [0, 1])
