"""A single layer: options that would fit, its facts, and the command line's words for its options."""

from __future__ import annotations

from typing import Any

import pytest
from click.shell_completion import ShellComplete
from hypothesis import assume, given
from hypothesis import strategies as st

import convcalc
import strategies
from convcalc.analysis.one_layer import Change, layer_report, what_fits
from convcalc.cli.main import group
from convcalc.errors import ShapeError
from convcalc.layers import every, make

OPTIONS = {"stride": "s", "kernel_size": "k", "padding": "before"}


def test_what_would_fit_is_in_python() -> None:
    found = convcalc.what_fits("conv", (1, 32, 32), out_channels=1, kernel_size=5, stride=2)
    assert found[0] == Change("stride", (1, 1), 28)
    assert [str(change) for change in found] == [
        *("--s 1 (28)", "--s 3 (10)", "--n 31 (14)", "--n 33 (15)", "--k 4 (15)")
    ]
    assert convcalc.what_fits("conv", (1, 33, 33), out_channels=1, kernel_size=5, stride=2) == []
    assert convcalc.what_fits("relu", (1, 33, 33)) == []
    with pytest.raises(ShapeError, match="does not fit 3"):
        convcalc.what_fits("conv", (1, 3, 3), out_channels=1, kernel_size=5, stride=2)


@pytest.mark.unmeasured
@strategies.often
@given(
    st.lists(strategies.windows(largest=60), min_size=1, max_size=3),
    st.sampled_from(["floor", "ceil", "caffe"]),
)
def test_every_change_that_fits_does_fit(axes: list[strategies.Window], fit: str) -> None:
    options: dict[str, Any] = {
        "kernel_size": [axis.k for axis in axes],
        "stride": [axis.s for axis in axes],
        "dilation": [axis.d for axis in axes],
        "padding": [(axis.before, axis.after) for axis in axes],
    }
    shape = (1, *(axis.n for axis in axes))
    layer = make("conv", {"out_channels": 1, "fit": fit, **options})
    found = what_fits(layer, shape)
    for change in found:
        changed, sizes = dict(options), shape
        if change.option == "input":
            sizes = (1, *change.values)
        else:
            changed[change.option] = change.values
        assume(min(sizes) > 0)
        new = make("conv", {"out_channels": 1, "fit": fit, **changed})
        new.check(sizes)
        assert change.size in new.out_shape(sizes)[1:]
        before = layer_report(layer, shape).facts["fit"]
        after = layer_report(new, sizes).facts["fit"]
        place = next(place for place, axis in enumerate(before) if not axis["fits"])
        assert after[place]["fits"]
        assert new.out_shape(sizes)[1 + place] == change.size


def test_a_kind_without_padding_is_not_told_to_pad() -> None:
    found = convcalc.what_fits("subsample", (1, 5, 5), kernel_size=2)
    assert {change.option for change in found} == {"stride", "input", "kernel_size"}


def test_a_report_on_a_layer_has_its_facts_and_its_text() -> None:
    layer = make("conv", {"out_channels": 5, "kernel_size": 5, "stride": 3})
    report = layer_report(layer, (3, 32, 32), explain=True)
    assert report.facts["weights_per_neuron"] == 75
    assert report.facts["im2col"] == {"filters": [5, 75], "columns": [75, 100]}
    assert any("⌊(n + 2·p" in line for line in report.lines)
    flat = layer_report(make("linear", {"out_features": 10}), (3, 4, 4))
    assert flat.facts["input"] == [48]
    assert flat.notes == ["3×4×4 is flattened to 48 values"]


# ------------------------------------------------------------------------------- completion


def completed(*words: str) -> list[str]:
    """The shell's offers after these words; the last one is unfinished."""
    shell = ShellComplete(group, {}, "convcalc", "_CONVCALC_COMPLETE")
    return [item.value for item in shell.get_completions(list(words[:-1]), words[-1])]


def test_the_shell_completes_kinds_words_and_layers() -> None:
    assert completed("layer", "--kind", "conv") == ["conv", "conv_transpose"]
    assert completed("kinds", "") == [*every()]
    assert completed("layer", "--fit", "") == ["floor", "strict", "ceil", "caffe"]
    assert completed("layer", "--p", "sa") == ["same", "same_lower"]
    assert completed("chain", "maxp") == ["maxpool"]


def test_the_shell_completes_networks_and_files() -> None:
    shell = ShellComplete(group, {}, "convcalc", "_CONVCALC_COMPLETE")
    for command in ("arch", "compare", "verify"):
        first, *others = shell.get_completions([command], "vgg1")
        assert first.type == "file"
        assert "vgg16" in [item.value for item in others]


def test_the_shell_completes_columns() -> None:
    assert completed("arch", "vgg16", "--columns", "name,par") == ["name,params"]


def test_a_step_says_whether_its_window_fits() -> None:
    options = {"out_channels": 1, "kernel_size": 5, "stride": 2}
    assert not convcalc.layer("conv", (1, 32, 32), **options).fits
    assert convcalc.layer("conv", (1, 33, 33), **options).fits
    assert convcalc.layer("relu", (1, 33, 33)).fits
    assert convcalc.layer_facts("conv", (1, 32, 32), **options)["fit"][1]["unused"] == 1


def test_windows_that_are_rounded_up_leave_no_cell_unread() -> None:
    for size, kept in ((6, 0), (2, 0), (7, 0)):
        facts = convcalc.layer_facts(
            "maxpool", (1, size, size), kernel_size=3, stride=2, fit="ceil"
        )
        assert [axis["unused"] for axis in facts["fit"]] == [kept, kept], size
    # A last window that would start in the padding is dropped, so cells are left over.
    facts = convcalc.layer_facts("maxpool", (1, 3), kernel_size=2, stride=2, padding=1, fit="ceil")
    assert (facts["output"], facts["fit"][0]["unused"]) == ([1, 2], 1)
