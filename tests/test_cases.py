"""Published figures, each with its source: tests/data/*.yaml through the public code.

An expectation without a checker fails the case, and the counts below fail if a case is lost, so
none is skipped unnoticed.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

import convcalc
from convcalc import formulas
from convcalc.analysis import memory
from convcalc.analysis.analysis import Analysis, Step
from convcalc.errors import ConvcalcError
from convcalc.layers import Layer
from convcalc.layers.rf import Field, UnknownField
from convcalc.network.network import Network, Node
from strategies import layer_of

DATA = Path(__file__).parent / "data"
COUNTS = {"sizes": 102, "layers": 188, "chains": 76, "networks": 163}


def frozen(value: Any) -> Any:
    """Lists as tuples, as in layers."""
    if isinstance(value, list):
        return tuple(frozen(item) for item in value)
    if isinstance(value, dict):
        return {key: frozen(item) for key, item in value.items()}
    return value


CASES: dict[str, list[dict[str, Any]]] = {
    name: frozen(yaml.load((DATA / f"{name}.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader))
    for name in COUNTS
}


def all_of(name: str) -> pytest.MarkDecorator:
    """One test per case of a data file."""
    return pytest.mark.parametrize("case", CASES[name], ids=[case["id"] for case in CASES[name]])


def test_no_case_is_lost() -> None:
    assert {name: len(cases) for name, cases in CASES.items()} == COUNTS


def test_every_case_has_its_own_name_and_a_public_source() -> None:
    cases = [case for found in CASES.values() for case in found]
    names = [case["id"] for case in cases]
    assert len(set(names)) == len(names)
    for case in cases:
        assert len(case["source"]) > 10, case["id"]


# --------------------------------------------------------------------------------- one axis


def window(given: dict[str, Any], expected: dict[str, Any]) -> None:
    """A convolution's window: formula, layer, exact fraction, rest, and the strict refusal."""
    n, k, s, p, d = (given[letter] for letter in "nkspd")
    before, after = p if isinstance(p, tuple) else (p, p)
    assert formulas.out_size_padded(n, k, s, before, after, d) == expected["o"]
    if before == after:
        assert formulas.out_size(n, k, s, before, d) == expected["o"]
    options = {"out_channels": 1, "kernel_size": k, "stride": s, "dilation": d}
    options["padding"] = ((before, after),)
    row = convcalc.layer("conv", (1, n), **options)
    assert row.output == (1, expected.pop("o"))
    (axis,) = layer_of("conv", **options).windows((1, n))
    assert axis.fits is expected["fits"]
    assert (axis.unread == 0) is expected["fits"]
    if "exact" in expected:
        assert axis.exact == expected.pop("exact")
    if "unused" in expected:
        assert axis.unread == expected.pop("unused")
    if expected.pop("fits"):
        assert convcalc.layer("conv", (1, n), **options, fit="strict").output == row.output
    else:
        with pytest.raises(ConvcalcError, match="does not fit"):
            convcalc.layer("conv", (1, n), **options, fit="strict")


def pool(given: dict[str, Any], expected: dict[str, Any]) -> None:
    """A pool's window under every rule of rounding."""
    n, k, s, p, d = (given[letter] for letter in "nkspd")
    options = {"kernel_size": k, "stride": s, "padding": p, "dilation": d}
    (axis,) = layer_of("maxpool", **options).windows((1, n))
    if "fits" in expected:
        assert axis.fits is expected.pop("fits")
    if "unused" in expected:
        assert axis.unread == expected.pop("unused")
    if "ceil" in expected:
        assert formulas.out_size_ceil(n, k, s, p, p, d) == expected["ceil"]
        assert convcalc.layer("maxpool", (1, n), **options, ceil_mode=True).output == (
            1,
            expected["ceil"],
        )
    assert formulas.out_size(n, k, s, p, d) == expected["floor"]
    for fit in [word for word in ("floor", "ceil", "caffe") if word in expected]:
        assert convcalc.layer("maxpool", (1, n), **options, fit=fit).output == (
            1,
            expected.pop(fit),
        )


def same(given: dict[str, Any], expected: dict[str, Any]) -> None:
    """The padding of the words same and same_lower, and the output size."""
    n, k, s, d = (given[letter] for letter in "nksd")
    options = {"out_channels": 1, "kernel_size": k, "stride": s, "dilation": d}
    size = expected.pop("o")
    assert formulas.same_size(n, s) == size
    for word in ("same", "same_lower"):
        made = layer_of("conv", **options, padding=word)
        (axis,) = made.windows((1, n))
        assert made.out_shape((1, n)) == (1, size)
        assert axis.before + axis.after == formulas.same_padding(n, k, s, d)
        if word in expected:
            assert (axis.before, axis.after) == expected.pop(word)
    if "valid_o" in expected:
        assert convcalc.layer("conv", (1, n), **options, padding="valid").output == (
            1,
            expected.pop("valid_o"),
        )


def transposed(given: dict[str, Any], expected: dict[str, Any]) -> None:
    """A transposed window, and the equal ordinary one on stretched input."""
    n, k, s, p, d, a = (given[letter] for letter in "nkspda")
    size = expected.pop("o")
    assert formulas.transposed_size(n, k, s, p, d, a) == size
    row = convcalc.layer(
        "conv_transpose", (1, n), out_channels=1, kernel_size=k, stride=s, padding=p, dilation=d,
        output_padding=a,
    )  # fmt: skip
    assert row.output == (1, size)
    if "stretched" in expected:
        other = expected.pop("stretched")
        assert other["n"] == (n - 1) * s + 1
        assert size == formulas.out_size_padded(
            other["n"], other["k"], 1, other["p"], other["p"] + other["a"], 1
        )
    if "direct" in expected:
        direct = expected.pop("direct")
        assert (direct["n"], direct["o"]) == (size, n)
        assert formulas.out_size(size, k, s, p, d) == n


def span(given: dict[str, Any], expected: dict[str, Any]) -> None:
    """A dilated kernel's reach, and the padding that keeps the size."""
    k, d = given["k"], given["d"]
    assert formulas.effective_kernel(k, d) == expected.pop("span")
    p = expected.pop("same_p")
    row = convcalc.layer("conv", (1, 65), out_channels=1, kernel_size=k, dilation=d, padding=p)
    assert row.output == (1, 65)


def adaptive(given: dict[str, Any], expected: dict[str, Any]) -> None:
    """The windows of adaptive pooling."""
    n, o = given["n"], given["o"]
    windows = tuple(
        (formulas.adaptive_start(i, n, o), formulas.adaptive_end(i, n, o)) for i in range(o)
    )
    assert windows == expected.pop("windows")
    row = convcalc.layer("adaptive_avgpool", (1, n), output_size=o)
    assert row.output == (1, o)
    assert row.counts["adds"] == sum(end - start for start, end in windows) - o


def im2col(given: dict[str, Any], expected: dict[str, Any]) -> None:
    """The patch matrix and the matrix of filters."""
    kernel = given["k"][0] * given["k"][1]
    options = {"out_channels": given["cout"], "kernel_size": given["k"], "stride": given["s"]}
    row = convcalc.layer(
        "conv", (given["cin"], given["h"], given["w"]), **options, padding=given["p"]
    )
    assert row.output == expected.pop("output")
    positions = row.output[1] * row.output[2]
    rows = expected.pop("rows")
    assert formulas.im2col_rows(kernel, given["cin"]) == rows
    assert formulas.im2col_size(kernel, given["cin"], positions) == rows * expected.pop("columns")
    for name in [key for key in ("weights", "params", "macs") if key in expected]:
        assert getattr(row, name) == expected.pop(name)
    if "filters" in expected:
        assert expected.pop("filters") == (given["cout"], rows)


def center(given: dict[str, Any], expected: dict[str, Any]) -> None:
    """The centre of a unit's receptive field."""
    field = Field(given["size"], given["stride"], -given["padding"])
    centers = [Fraction(field.doubled_center, 2) + u * field.stride for u in given["units"]]
    assert tuple(centers) == expected.pop("centers")


FORMS: dict[str, Callable[[dict[str, Any], dict[str, Any]], None]] = {
    checker.__name__: checker
    for checker in (window, pool, same, transposed, span, adaptive, im2col, center)
}


@all_of("sizes")
@pytest.mark.unmeasured
def test_sizes_along_one_axis_agree_with_their_source(case: dict[str, Any]) -> None:
    expected = dict(case["expected"])
    FORMS[case["form"]](case["input"], expected)
    assert not expected


# ------------------------------------------------------------------------------- one layer


@all_of("layers")
@pytest.mark.unmeasured
def test_a_layer_agrees_with_its_source(case: dict[str, Any]) -> None:
    kind, options, shape = case["kind"], case["options"], case["input"]
    expected = dict(case["expected"])
    if expected.pop("refused", False):
        with pytest.raises(ConvcalcError):
            convcalc.layer(kind, shape, **options)
        assert not expected
        return
    made = layer_of(kind, **options)
    row = one_layer(made, shape, case.get("paths", 1))
    found: dict[str, Callable[[], Any]] = {
        "output": lambda: row.output,
        "params": lambda: row.params,
        "weights": lambda: row.weights,
        "macs": lambda: row.macs,
        "activations": lambda: row.activations,
        "places": lambda: row.output[1] * row.output[2],
        "fan_in": lambda: made.weights_per_unit(shape),
        "pads": lambda: tuple((a.before, a.after) for a in made.windows(shape)),
        "macs_and_bias_adds": lambda: row.macs + row.counts.get("bias_adds", 0),
        "counts": lambda: dict(row.counts),
        "kept": lambda: str(Fraction(row.activations, formulas.product(shape))),
        "macs_against_conv": lambda: against_conv(row, options, shape),
    }
    for key, value in expected.items():
        assert found[key]() == value, key


def one_layer(layer: Layer, shape: tuple[int, ...], paths: int) -> Step:
    """The layer on the input, or on several paths that are each the input."""
    if paths == 1:
        return convcalc.layer(layer.kind, shape, **layer.options())
    return Network("joined", "", shape, [Node(layer.kind, layer, (-1,) * paths)]).walk().steps[0]


def against_conv(row: Step, options: dict[str, Any], shape: tuple[int, ...]) -> float:
    """The multiply-adds as a share of a full convolution's, to the source's four digits."""
    return round(row.macs / convcalc.layer("conv", shape, **options).macs, 4)


# ---------------------------------------------------------------------------------- chains


@all_of("chains")
@pytest.mark.unmeasured
def test_a_chain_agrees_with_its_source(case: dict[str, Any]) -> None:
    text = yaml.safe_dump(thawed({"input": case["input"], "layers": case["layers"]}))
    network = convcalc.loads(text)
    report = network.walk()
    rows = list(report)
    computing = [row for row in rows if row.kind not in ("flatten", "batchnorm", "relu")]
    expected = dict(case["expected"])
    check_totals(report, expected.pop("totals", {}))
    if "rf" in expected:
        check_field(rows[-1], expected.pop("rf"))
    if "crop_offset" in expected:
        crop = expected.pop("crop_offset")
        assert Fraction(crop["kernel"] - 1, 2) - center_of(rows[-1]) == crop["offset"]
    aligned = not any("not aligned" in note for note in report.notes)
    assert aligned is expected.pop("aligned", True)
    found: dict[str, Callable[[], Any]] = {
        "output": lambda: rows[-1].output,
        "outputs": lambda: tuple(row.output for row in computing),
        "sizes": lambda: tuple(row.output[1] for row in computing),
        "params": lambda: tuple(row.params for row in computing),
        "macs": lambda: tuple(row.macs for row in rows if row.macs),
        "macs_and_bias_adds": lambda: tuple(
            row.macs + row.counts.get("bias_adds", 0) for row in rows if row.macs
        ),
        "area_lost": lambda: round(1 - rows[-1].activations / formulas.product(case["input"]), 4),
        "center": lambda: center_of(rows[-1]),
        "span": lambda: max(
            axis.effective_kernel
            for node in network.nodes
            for axis in node.layer.windows((1, 41, 41))
        ),
        "section_params": lambda: tuple(
            sum(row.params for row in rows[start:stop]) for _, start, stop, _, _ in network.blocks
        ),
    }
    for key, value in expected.items():
        assert found[key]() == value, key


def thawed(value: Any) -> Any:
    """Tuples as lists, as in YAML."""
    if isinstance(value, tuple):
        return [thawed(item) for item in value]
    if isinstance(value, dict):
        return {key: thawed(item) for key, item in value.items()}
    return value


def check_totals(report: Analysis, expected: dict[str, int]) -> None:
    """Totals by their names in the report."""
    assert {key: report.totals[key] for key in expected} == expected


def check_field(row: Step, expected: dict[str, int]) -> None:
    """Size, stride and padding of a receptive field, equal along every axis."""
    assert not isinstance(row.rf, UnknownField)
    for axis in row.rf_axes:
        assert {key: getattr(axis, key) for key in expected} == expected


def center_of(row: Step) -> Fraction:
    """The centre of unit 0's field."""
    (doubled,) = {axis.doubled_center for axis in row.rf_axes}
    return Fraction(doubled, 2)


# -------------------------------------------------------------------------------- networks


def rows_named(report: Analysis, name: str) -> list[Step]:
    """The rows of a layer, or of a block."""
    for block, start, stop, _, _ in report.blocks:
        if block == name:
            return list(report.steps[start:stop])
    return [report[name]]


def connections(row: Step) -> int:
    """The inputs of each unit, plus one for its bias, as in LeCun et al. 1998."""
    if row.kind == "subsample":
        return row.macs + row.counts["adds"] + row.counts["bias_adds"]
    return row.macs + row.counts.get("bias_adds", 0)


def check_rows(report: Analysis, name: str, expected: dict[str, Any]) -> None:
    """A row, or the sum of a block's rows."""
    rows = rows_named(report, name)
    for key, value in expected.items():
        if key == "output":
            assert rows[-1].output == value, name
        elif key == "size":
            assert set(rows[-1].output[1:]) == {value}, name
        elif key == "rf":
            check_field(rows[-1], value)
        elif key == "center":
            assert center_of(rows[-1]) == Fraction(value), name
        elif key == "connections":
            assert sum(map(connections, rows)) == value, name
        else:
            assert sum(getattr(row, key) for row in rows) == value, (name, key)


def biases_before_norm(report: Analysis) -> int:
    """Biases of convolutions before a batch norm, which Keras keeps and torchvision leaves out."""
    return sum(
        row.before[0].output[0]
        for row in report.steps
        if row.kind == "batchnorm" and not row.before[0].biases
    )


def check_walk(report: Analysis, expected: tuple[dict[str, Any], ...]) -> None:
    """A published list of the computing and pooling layers, one by one."""
    rows = [row for row in report if row.kind in ("conv", "maxpool", "linear")]
    assert len(rows) == len(expected)
    for row, wanted in zip(rows, expected):
        assert {key: getattr(row, key) for key in wanted} == wanted, row.name


def check_unet(report: Analysis, expected: dict[str, Any]) -> None:
    """U-Net's figure: the sizes down, up, and the crops."""
    mains = [row for row in report if row.kind in ("conv", "maxpool", "conv_transpose")]
    sizes = tuple(row.output[1] for row in mains)
    down, up = expected.pop("down"), expected.pop("up")
    assert sizes[: len(down)] == down
    assert sizes[len(down) : len(down) + len(up)] == up
    crops = [row for row in report if row.kind == "crop"]
    assert tuple((row.input[1], row.output[1]) for row in crops) == expected.pop("crops")


def trained(report: Analysis) -> list[Step]:
    """The rows with weights that multiply and add: convolutions and fully connected layers."""
    return [row for row in report if row.weights and row.macs]


@pytest.mark.unmeasured
@all_of("networks")
def test_a_bundled_network_agrees_with_its_source(case: dict[str, Any]) -> None:
    options = {key: case[key] for key in ("input", "parameters") if key in case}
    network = convcalc.load(case["network"], **options)
    expected = dict(case["expected"])
    if expected.pop("refused", False):
        with pytest.raises(ConvcalcError, match="does not fit"):
            network.walk()
        assert not expected
        return
    report = network.walk()
    check_totals(report, expected.pop("totals", {}))
    for name, wanted in expected.pop("rows", {}).items():
        check_rows(report, name, wanted)
    if "walk" in expected:
        check_walk(report, expected.pop("walk"))
    if "down" in expected:
        check_unet(report, expected)
    if "crop_offset" in expected:
        crop = expected.pop("crop_offset")
        offset = Fraction(crop["kernel"] - 1, 2) - center_of(report[crop["at"]])
        assert offset == crop["offset"]
    if "in_place" in expected:
        wanted = expected.pop("in_place")
        found = memory.memory(report)["outputs_in_place"]
        assert found == wanted["bytes"] == 4 * wanted["values"]
    if "keras_total" in expected:
        wanted = expected.pop("keras_total")
        parts = wanted["biases_before_norm"]
        assert report.totals["params"] + report.totals["buffers"] + parts == wanted["total"]
        if parts:
            assert biases_before_norm(report) == parts
    macs = report.totals["macs"]
    if "billions" in expected:  # the paper rounds some numbers and truncates others
        assert expected.pop("billions") in (macs // 10**8 / 10, round(macs / 1e9, 1))
    found_by: dict[str, Callable[[], Any]] = {
        "output": lambda: report.steps[-1].output,
        "params": lambda: tuple(row.params for row in trained(report)),
        "activations": lambda: tuple(row.activations for row in trained(report)),
        "kinds": lambda: {
            kind: sum(row.kind == kind for row in report) for kind in case["expected"]["kinds"]
        },
        "millions": lambda: round(report.totals["params"] / 1e6),
        "million_macs": lambda: macs // 10**6,
        "gmacs": lambda: round(macs / 1e9, decimals(case["expected"]["gmacs"])),
        "connections": lambda: sum(map(connections, report)),
        "buffers_with_counters": lambda: (
            report.totals["buffers"] + sum(row.kind == "batchnorm" for row in report)
        ),
        "map_table": lambda: read_by_maps(network),
        "listed_values": lambda: sum(
            row.activations for row in report if row.kind not in ("flatten", "softmax")
        ),
    }
    for key, value in expected.items():
        assert found_by[key]() == value, key


def decimals(number: float) -> int:
    """How many digits the source prints after the point."""
    return len(str(number).partition(".")[2])


def read_by_maps(network: convcalc.Network) -> dict[int, tuple[int, ...]]:
    """For each S2 map the C3 maps that read it, as in Table I of LeCun et al. 1998."""
    tables = (getattr(node.layer, "connections", None) for node in network.nodes)
    (table,) = [table for table in tables if table]
    return {read: tuple(row for row, maps in enumerate(table) if read in maps) for read in range(6)}
