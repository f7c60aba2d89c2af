"""PyTorch's exported programs: read without PyTorch, without weights, and without running anything."""

from __future__ import annotations

import contextlib
import json
import random
import sys
import time
import types
import zipfile
from typing import Any

import pytest

import convcalc
from convcalc.errors import ConvcalcError, SpecError, UsageError
from convcalc.interop.base import READERS, Asked, ForeignFile, Reader
from convcalc.interop.load import load, loads
from interop.pt2_files import Built, archive, ints, meta, ref, refs, small


def walked(net: Built, **options: Any) -> Any:
    return loads(net.file(), path="net.pt2", **options).walk()


def totals(net: Built) -> tuple[int, int, int]:
    found = walked(net).totals
    return found["params"], found["buffers"], found["macs"]


def test_both_layouts_give_the_same_network() -> None:
    # conv 8·(3·9) + 8 = 224, norm 16, classifier 8·10 + 10 = 90; macs 16·216 + 80
    for old in (False, True):
        analysis = loads(small().file(old=old), path="net.pt2").walk()
        rows = [(step.name, step.kind, step.output) for step in analysis]
        assert rows == [
            ("conv", "conv", (8, 4, 4)),
            ("bn", "batchnorm", (8, 4, 4)),
            ("relu", "relu", (8, 4, 4)),
            ("mean", "reduce", (8,)),
            ("fc", "linear", (10,)),
        ]
        assert (analysis.totals["params"], analysis.totals["buffers"], analysis.totals["macs"]) == (
            330,
            16,
            3536,
        )
        assert analysis.network.notes == ()


@pytest.mark.parametrize("batch", [1, 2, "s0"])
def test_the_batch_is_left_out(batch: Any) -> None:
    assert loads(small(batch).file(), path="net.pt2").input == (3, 8, 8)
    assert totals(small(batch)) == (330, 16, 3536)


def test_another_input() -> None:
    analysis = walked(small(), input=(3, 16, 16))
    assert [step.output for step in analysis][:2] == [(8, 8, 8), (8, 8, 8)]
    assert analysis.totals["macs"] == 64 * 216 + 80


def test_another_input_where_the_file_fixes_sizes() -> None:
    net = Built()
    x = net.enter("x", 2, 3, 4, 4)
    net.outputs = [net.op("view", (2, 48), self=x, size=ints(2, 48))]
    with pytest.raises(UsageError) as caught:
        walked(net, input=(3, 8, 8))
    assert str(caught.value) == (
        "net.pt2: view: view gives a size that is known for the file's own input only; leave --input out"
    )


def test_another_input_that_the_weights_do_not_take() -> None:
    with pytest.raises(UsageError) as caught:
        walked(small(), input=(4, 8, 8))
    assert str(caught.value) == (
        "net.pt2: conv (conv): 4×8×8 comes in, for which it needs 296 parameters, but the file has 224; "
        "give another --input, or leave it out"
    )


def test_an_operation_that_is_not_known_is_not_free() -> None:
    net = Built()
    x = net.enter("x", 2, 3, 4, 4)
    net.outputs = [net.op("grid_sampler", (2, 3, 5, 5), input=x)]
    analysis = walked(net)
    assert analysis.unavailable == {"grid_sampler": 1}
    assert analysis.steps[0].output == (3, 5, 5)


def test_weights_that_are_used_twice_count_once() -> None:
    net = Built()
    weight = net.param("conv.weight", 3, 3, 1, 1)
    x = net.enter("x", 1, 3, 4, 4)
    for _ in range(2):
        x = net.op("conv2d", (1, 3, 4, 4), at="conv", input=x, weight=weight)
    net.outputs = [x]
    network = loads(net.file(), path="net.pt2")
    assert network.shared == {1: 0}
    assert totals(net) == (9, 0, 2 * 9 * 16)


def test_tied_embedding_counts_once() -> None:
    net = Built()
    net.param("emb.weight", 50, 16)
    head = net.param("head.weight", 50, 16)
    net.stored = {"emb.weight": "weight_0", "head.weight": "weight_0"}
    x = net.enter("x", 2, 9)
    x = net.op("embedding", (2, 9, 16), at="emb", weight=head, indices=x)
    net.outputs = [net.op("linear", (2, 9, 50), at="head", input=x, weight=head)]
    assert totals(net) == (800, 0, 9 * 16 * 50)


def test_class_token_and_positions() -> None:
    net = Built()
    token, place = net.param("token", 1, 1, 8), net.param("place", 1, 5, 8)
    x = net.enter("x", 2, 4, 8)
    t = net.op("expand", (2, 1, 8), self=token, size=ints(2, -1, -1))
    x = net.op("cat", (2, 5, 8), tensors=refs(t, x), dim={"as_int": 1})
    net.outputs = [net.op("add.Tensor", (2, 5, 8), self=x, other=place)]
    analysis = walked(net)
    assert [(step.kind, step.output) for step in analysis] == [
        ("parameter", (1, 8)),
        ("concat", (5, 8)),
        ("parameter", (5, 8)),
        ("add", (5, 8)),
    ]
    assert analysis.totals["params"] == 48


def test_attention_is_two_products() -> None:
    net = Built()
    names = [net.enter(name, 2, 4, 5, 8) for name in ("q", "k", "v")]
    given = dict(zip(("query", "key", "value"), names))
    net.outputs = [net.op("scaled_dot_product_attention", (2, 4, 5, 8), **given)]
    assert totals(net) == (0, 0, 2 * 4 * 5 * 5 * 8)


def test_windows_fold_the_batch() -> None:
    net = Built()
    weight = net.param("qkv.weight", 48, 16)
    x = net.enter("x", 2, 8, 8, 16)
    x = net.op("view", (2, 2, 4, 2, 4, 16), self=x, size=ints(2, 2, 4, 2, 4, 16))
    x = net.op("permute", (2, 2, 2, 4, 4, 16), self=x, dims=ints(0, 1, 3, 2, 4, 5))
    x = net.op("reshape", (8, 16, 16), self=x, shape=ints(-1, 16, 16))
    net.outputs = [net.op("linear", (8, 16, 48), at="qkv", input=x, weight=weight)]
    analysis = walked(net)
    assert analysis.steps[-1].output == (4, 16, 48)
    assert analysis.totals["macs"] == 64 * 16 * 48


def test_channel_shuffle_is_recognised() -> None:
    net = Built()
    x = net.enter("x", 2, 8, 4, 4)
    x = net.op("view", (2, 2, 4, 4, 4), self=x, size=ints(2, 2, 4, 4, 4))
    x = net.op("transpose.int", (2, 4, 2, 4, 4), self=x, dim0={"as_int": 1}, dim1={"as_int": 2})
    x = net.op("contiguous", (2, 4, 2, 4, 4), self=x)
    net.outputs = [net.op("view", (2, 8, 4, 4), self=x, size=ints(2, 8, 4, 4))]
    assert [step.kind for step in walked(net)] == ["channel_shuffle"]


def test_a_buffer_that_is_added_is_no_parameter() -> None:
    net = Built()
    mask = net.param("mask", 5, 5, kind="buffer")
    x = net.enter("x", 2, 5, 5)
    net.outputs = [net.op("add.Tensor", (2, 5, 5), self=x, other=mask)]
    assert totals(net) == (0, 25, 0)


def test_numbers_of_the_file_cost_operations_only() -> None:
    net = Built()
    x = net.enter("x", 2, 6)
    net.outputs = [net.op("mul.Tensor", (2, 6), self=x, other={"as_float": 0.5})]
    (step,) = walked(net)
    assert (step.kind, dict(step.counts)) == ("custom", {"multiplications": 6})


def test_notes_say_what_is_not_there() -> None:
    net = small()
    net.param("old.weight", 3, 4)
    net.calls += ["conv", "bn", "fc", "drop", "conv1", "bn1"]
    notes = loads(net.file(), path="net.pt2").notes
    assert notes == (
        "no operation reads parameter 'old.weight': 12 numbers that the module has, and that are not counted",
        "the dropout 'drop' is left out by the exporter; at inference it does nothing",
    )


def test_folded_norms_are_said() -> None:
    net = Built()
    weight, bias = net.param("conv1.weight", 8, 3, 1, 1), net.param("conv1.bias", 8)
    x = net.enter("x", 1, 3, 4, 4)
    net.outputs = [net.op("conv2d", (1, 8, 4, 4), at="conv1", input=x, weight=weight, bias=bias)]
    net.calls += ["conv1", "bn1"]
    assert loads(net.file(), path="net.pt2").notes == (
        "the norm 'bn1' is folded into the convolution before: with it PyTorch's module has 8 parameters and "
        "16 buffers more",
    )


# ------------------------------------------------------------------------------- hostile files


def refused(data: bytes) -> str:
    with pytest.raises(ConvcalcError) as caught:
        loads(data, path="net.pt2")
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_archives_of_other_sorts() -> None:
    assert refused(archive({"a/data.pkl": b""})) == (
        "net.pt2: this is what torch.save or torch.jit.save writes: a pickle with weights or code, not a graph; "
        "to open one runs code, so that is never done; save it with "
        "torch.export.save(torch.export.export(module, inputs), path)"
    )
    assert "compiled program" in refused(archive({"a/data/aotinductor/x.so": b""}))
    assert "no exported program" in refused(archive({"readme": b""}))
    assert "has 2 programs ('a', 'b')" in refused(
        archive({"x/models/a.json": "{}", "x/models/b.json": "{}"})
    )


def test_damaged_archives() -> None:
    whole = small().file()
    for data in (whole[:200], whole[: len(whole) // 2], whole[:-30]):
        assert (
            refused(data) == "net.pt2: the archive is damaged or cut off; export or copy it again"
        )


@pytest.mark.unmeasured
def test_a_bomb_is_not_unpacked() -> None:
    bomb = archive({"n/models/model.json": b" " * (20 * 2**20)}, zipfile.ZIP_DEFLATED)
    assert "packed into" in refused(bomb)
    large = archive({"n/models/model.json": b" " * (65 * 2**20)}, zipfile.ZIP_DEFLATED)
    assert "is 65 MiB; at most 64 MiB are read" in refused(large)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"a":' * 100_000,
        "{",
        "[]",
        "null",
        '{"graph_module": 1}',
        '{"graph_module": {"graph": {"nodes": 1}}}',
        "\xff",
        f'{{"a": {"9" * 5000}}}',
    ],
)
def test_json_that_is_no_graph(text: str) -> None:
    refused(archive({"n/models/model.json": text}))


def test_an_encrypted_entry() -> None:
    data = bytearray(small().file())
    for mark, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = 0
        while (at := data.find(mark, at)) >= 0:
            data[at + offset] |= 1
            at += 4
    assert "is encrypted" in refused(bytes(data))


def test_a_tensor_that_nothing_gives() -> None:
    net = Built()
    net.enter("x", 1, 3)
    net.op("relu", (1, 3), self="y", out="y")
    assert refused(net.file()) == (
        "net.pt2: an operation reads 'y', which nothing before it gives; export it again"
    )


@pytest.mark.unmeasured
def test_many_tensors_that_nothing_reads() -> None:
    net = small()
    net.metas |= {f"t{number}": meta(1, 2, 3, 4) for number in range(100_000)}
    data = net.file()
    begun = time.monotonic()
    assert loads(data, path="net.pt2").walk().totals["params"] == 330
    assert time.monotonic() - begun < 10  # 2 s on an idle machine


def test_names_are_shown_safely() -> None:
    net = Built()
    x = net.enter("x", 1, 3)
    net.outputs = [net.op("relu", (1, 3), at="\x1b[31m.\u202e" + "a." * 5000, self=x)]
    (step,) = walked(net)
    assert step.name.isprintable()
    assert len(step.name) <= 200


@pytest.mark.unmeasured
def test_any_change_of_a_file_is_read_or_refused() -> None:
    source = json.dumps(small().model())
    values = [
        "null",
        "-1",
        "0",
        '"x"',
        "[]",
        "{}",
        "1e400",
        "true",
        "99999999999999999999",
        '{"as_int": 3}',
    ]
    chance = random.Random(7)
    places = [at for at, sign in enumerate(source) if sign in '[{"0123456789']
    for _ in range(1500):
        at = chance.choice(places)
        end = at + chance.choice([1, 1, 2, 5])
        text = source[:at] + chance.choice([*values, "", '"']) + source[end:]
        with contextlib.suppress(ConvcalcError):
            loads(archive({"n/models/model.json": text}), path="net.pt2").walk()


@pytest.mark.unmeasured
def test_whole_arguments_may_be_anything() -> None:
    chance = random.Random(8)
    values: list[Any] = [
        None,
        -1,
        0,
        "x",
        [],
        {},
        [[]],
        True,
        10**30,
        ref("x"),
        ref("none"),
        {"as_int": 3},
        ints(1, 2),
    ]
    for _ in range(600):
        net = small()
        for node in chance.sample(net.nodes, 2):
            chance.choice(node["inputs"])["arg"] = chance.choice(values)
        with contextlib.suppress(ConvcalcError):
            walked(net)


# ------------------------------------------------------------------------------- from Python


def a_module() -> Any:
    """An object that looks like a module of PyTorch."""
    return type("Built", (), {"named_parameters": None})()


def test_from_torch_exports_and_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Any] = []
    export = types.ModuleType("torch.export")
    export.export = lambda module, example: (module, example)  # type: ignore[attr-defined]

    def save(program: Any, data: Any) -> None:
        made.append(program)
        data.write(small().file())

    export.save = save  # type: ignore[attr-defined]
    torch = types.ModuleType("torch")
    torch.export = export  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setitem(sys.modules, "torch.export", export)
    module = a_module()
    network = convcalc.from_torch(module, "example", input=(3, 16, 16))
    assert made == [(module, ("example",))]
    assert (network.name, network.input) == ("Built", (3, 16, 16))


def test_a_module_that_cannot_be_exported(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(module: Any, example: Any) -> None:
        raise RuntimeError("expected 3 channels\nand more")

    export = types.ModuleType("torch.export")
    export.export = refuse  # type: ignore[attr-defined]
    torch = types.ModuleType("torch")
    torch.export = export  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setitem(sys.modules, "torch.export", export)
    with pytest.raises(UsageError) as error:
        convcalc.from_torch(a_module())
    assert str(error.value) == (
        "Built: torch.export could not export it (expected 3 channels); give what its forward() takes, one after "
        "the other, such as from_torch(module, torch.zeros(1, 3, 224, 224))"
    )


def test_from_keras_hands_its_text_to_the_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    class Fake(Reader):
        @staticmethod
        def read(file: ForeignFile, asked: Asked) -> Any:
            return file.text(), file.path, asked.max_layers

    class Model:
        name = "net"

        def to_json(self) -> str:
            return '{"class_name": "Sequential"}'

    monkeypatch.setitem(READERS.known, "keras", Fake)
    found: Any = convcalc.from_keras(Model(), max_layers=7)
    assert found == (
        '{"class_name": "Sequential"}',
        "net.json",
        7,
    )


def test_a_file_on_disk(tmp_path: Any) -> None:
    path = tmp_path / "net.bin"
    path.write_bytes(small().file())
    assert load(str(path)).name == "net"
    with pytest.raises(UsageError, match="--set changes the parameters"):
        load(str(path), parameters={"a": 1})
    path.write_bytes(b"PK\x03\x04")
    with pytest.raises(SpecError, match="damaged"):
        load(str(path))


def on_numbers(net: Built, target: str, out: str, **args: Any) -> str:
    """An operation on whole numbers; arguments that are texts name numbers, but ``self`` a tensor."""
    named = {
        key: ref(arg)
        if key == "self"
        else {"as_sym_int": {"as_name": arg}}
        if isinstance(arg, str)
        else {"as_int": arg}
        for key, arg in args.items()
    }
    inputs = [{"name": key, "arg": arg, "kind": 1} for key, arg in named.items()]
    outputs = [{"as_sym_int": {"as_name": out}}]
    net.nodes.append({"target": target, "inputs": inputs, "outputs": outputs, "metadata": {}})
    return out


def flattened(*, by: int = 2) -> Built:
    """x.view(x.size(0), (x.size(1) + 0) * x.size(2) // by, by * x.size(3) % 1000), with numbers of the graph."""
    net, size = Built(), "torch.ops.aten.sym_size.int"
    x = net.enter("x", 2, 4, 8, 8)
    batch, maps, rows, columns = (
        on_numbers(net, size, f"s{axis}", self=x, dim=axis) for axis in range(4)
    )
    maps = on_numbers(net, "_operator.add", "more", a=maps, b=0)
    cells = on_numbers(net, "_operator.mul", "cells", a=maps, b=rows)
    half = on_numbers(net, "_operator.floordiv", "half", a=cells, b=by)
    twice = on_numbers(net, "_operator.mul", "twice", a=columns, b=by)
    rest = on_numbers(net, "_operator.mod", "rest", a=twice, b=1000)
    sizes = {"as_sym_ints": [{"as_name": name} for name in (batch, half, rest)]}
    net.outputs = [net.op("view", (2, 16, 16), self=x, size=sizes)]
    return net


def test_sides_that_the_program_works_out_follow_the_input() -> None:
    assert [step.output for step in walked(flattened())] == [(16, 16)]
    assert [step.output for step in walked(flattened(), input=(4, 16, 16))] == [(32, 32)]
    assert [step.kind for step in walked(flattened(by=0))] == ["opaque"]  # no division by 0
    with pytest.raises(UsageError, match=r"view gives a size that is known for the file's own"):
        walked(flattened(by=0), input=(4, 16, 16))
