"""The witness agrees with every claim, and says so when it does not."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import clock
from convcalc.analysis.trace import inside
from convcalc.analysis.walk import walk
from convcalc.cli.progress import show_progress
from convcalc.errors import ConvcalcError, UsageError
from convcalc.layers.conv import Conv
from convcalc.layers.rf import Slide
from convcalc.layers.values import shape_of
from convcalc.network.chain import parse_chain
from convcalc.network.load import load, loads
from convcalc.reference import WITNESSES
from convcalc.verify import plan
from convcalc.verify.check import SUBJECTS, Check, sentence, value_text
from convcalc.verify.effort import duration
from convcalc.verify.fields import check_fields, pixels_to_perturb
from convcalc.verify.limits import check_needs, efforts
from convcalc.verify.memory import apart, size_text
from convcalc.verify.run import verify, verify_analysis
from convcalc.verify.tables import verify_report
from random_layers import run
from strategies import PROVEN

Run = Callable[..., Any]


def test_every_kind_has_a_witness() -> None:
    assert set(WITNESSES) == set(PROVEN)


@pytest.mark.unmeasured
@pytest.mark.parametrize("seed", range(4))
def test_random_layers_of_every_kind_agree_with_their_witness(seed: int) -> None:
    counts = run(1500, seed)
    assert min(counts.values()) >= 1500 // len(PROVEN)


@pytest.mark.unmeasured
@pytest.mark.parametrize(
    "name", ["lenet5", "lenet5_1998", "alexnet_single", "resnet50", "googlenet", "mobilenet_v2", "unet_small", "dcgan_generator", "tcn", "efficientnet_b0", "squeezenet1_0", "mobilenet_v3_small", "shufflenet_v2_x1_0"]
)  # fmt: skip
def test_bundled_networks_agree_with_their_witness(name: str) -> None:
    network = load("unet", input=(1, 188, 188)) if name == "unet_small" else load(name)
    checks = verify(network)
    assert [sentence(check) for check in checks if not check.agrees] == []
    assert {check.subject for check in checks} >= {"shape", "params", "macs", "field", "paths"}


def test_float64_and_other_seeds_agree_too() -> None:
    checks = verify(load("lenet5"), seed=7, dtype="float64")
    assert all(check.agrees for check in checks)


WRONG: dict[str, dict[str, Callable[..., Any]]] = {
    "shape": {"out_shape": lambda self, shape: (self.out_channels, *[n + 1 for n in self.out_sizes(shape)])},
    "params": {"biases": lambda self, shape, out: 0},
    "weights": {
        "weights": lambda self, shape, out: 20,
        "biases": lambda self, shape, out: 0,
        "params": lambda self, shape, out: 20,
    },
    "biases": {"biases": lambda self, shape, out: 3},
    "buffers": {"buffers": lambda self, shape, out: 3},
    "macs": {"macs": lambda self, shape, out: 1},
    "valid_macs": {"valid_macs": lambda self, shape, out: self.macs(shape, out)},
    "counts": {"counts": lambda self, shape, out: {"adds": 3}, "biases": lambda self, shape, out: 0},
    "field": {"reads": lambda self, shape, out: tuple(Slide(a.k, a.s, a.before + 1, a.d) for a in self.windows(shape))},
}  # fmt: skip
SAID = {
    "shape": "conv1: the formulas give 2×9×9 as output, the array is 2×8×8",
    "params": "conv1: the formulas give 18 params, the arrays have 20",
    "weights": "conv1: the formulas give 20 weights, the arrays have 18",
    "biases": "conv1: the formulas give 3 biases, the arrays have 2",
    "buffers": "conv1: the formulas give 3 buffers, the arrays have 0",
    "macs": "conv1: the formulas give 1 macs, 1,152 products were made",
    "valid_macs": "conv1: the formulas give 1,152 macs on real cells, 968 were made there",
    "counts": "conv k3 c2 p1: the formulas give 3 adds, 0 bias_adds, the loops did 0 adds, 48 bias_adds",
    "field": "conv1[4, 4]: the formulas give pixels 2-4 × 2-4, perturbing finds 3-5 × 3-5",
}


@pytest.mark.parametrize("subject", WRONG)
def test_a_wrong_claim_is_found_and_explained(
    subject: str, monkeypatch: pytest.MonkeyPatch, convcalc: Run
) -> None:
    for name, method in WRONG[subject].items():
        monkeypatch.setattr(Conv, name, method)
    ran = convcalc("verify", "conv:k3c2p1", "--input", "1x8x8", "--only", subject)
    assert ran.code == 1
    assert f"disagrees: {SAID[subject]}" in ran.out


def test_different_paths_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    real = WITNESSES["relu"].loops
    monkeypatch.setattr(WITNESSES["relu"], "loops", lambda *given: real(*given) + 1)
    checks = verify(parse_chain(["relu"], (2, 4, 4)), only=("paths",))
    assert [sentence(c) for c in checks if not c.agrees] == [
        "relu: loops and matrix products differ: equal against different values"
    ]


def test_an_expectation_that_is_not_kept_is_a_disagreement(convcalc: Run, tmp_path: Any) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(
        "{name: N, input: [1, 4, 4], layers: [relu], expect: {params: 7}}", encoding="utf-8"
    )
    ran = convcalc("verify", str(path))
    assert ran.code == 1
    assert "disagrees: params: expect: is 7, but it is 0" in ran.out


def test_many_disagreements_are_cut_short() -> None:
    checks = [Check(f"n{i}", "macs", 1, 2) for i in range(12)]
    report = verify_report({"x": checks}, [], each=False)
    assert len(report.notes) == 11
    assert report.notes[-1] == "and 2 more; --each lists them"


TOO_LARGE = [
    (("mlp_1000x1000x3",), "One hidden layer on a 1000x1000 colour image: running it needs 12.0 GB at hidden, more than 6.0 GB; try --input 3x250x250 or --only field,paths,counts,expect or smaller parameters with --set or --limit 12.1 if there is that much memory"),
    (("fc:100000", "fc:1000000", "--input", "3x200x200"), "chain: running it needs 400.0 GB at linear2, more than 6.0 GB; try --only field,paths,counts or --limit 400.1 if there is that much memory"),
    (("lenet5", "--set", "classes=4000000", "--limit", "0.5"), "LeNet-5: running it needs 1.4 GB at output, more than 500.0 MB; try --only field,paths,counts,expect or smaller parameters with --set or --limit 1.4 if there is that much memory"),
    (("conv:k3000c1p2999", "--input", "1x3000x3000"), "chain: running it takes about 12 days (323,892,009,000,000 products at conv1), more than 1 hour; try --only field,paths,counts"),
    (("lrn:65631445265", "--input", "2x5x3"), "chain: running it takes about 5 hours (1,968,943,358,070 operations at lrn1), more than 1 hour; try --input 2x1x1 or --only field,paths,counts"),
    (("conv:k1000000p999999c1", "--input", "1x16"), "chain: finding its receptive fields takes about 15 hours (16 pixels through conv1), more than 1 hour; try --input 1x1 or --only shape,params,weights,biases,buffers,macs,valid_macs,paths,counts"),
    (("conv:k3c4", "--input", "3x999999999999", "--only", "field"), "chain: finding its receptive fields needs 325,000.0 GB at conv1, more than 6.0 GB; try --input 3x3814697"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "message"), TOO_LARGE)
def test_what_does_not_fit_in_memory_is_refused_before_it_is_made(
    words: tuple[str, ...], message: str, convcalc: Run
) -> None:
    ran = convcalc("verify", *words)
    assert (ran.code, ran.out, ran.err) == (2, "", f"convcalc: {message}\n")


def test_an_axis_too_long_to_walk_along_is_refused(convcalc: Run) -> None:
    for words in (["1x15000000"], ["1x8", "--only", "field", "--limit", "20"]):
        ran = convcalc("verify", "conv:k3p9000000", "--input", *words)
        assert (ran.code, ran.out) == (2, "")
        assert "conv: the width of the padded map is " in ran.err
        assert ran.err.endswith("; give 10000000 or less\n")


SLOWER = [
    # each option whose value increases the work; the output stays small or is refused for its memory
    ("lrn:{}", "30x9x9"),
    ("conv:k{0}c1p{0}", "1x20"),
    ("conv:k{0}c1p{0}", "1x20x20"),
    ("dw:k{0}p{0}", "3x20x20"),
    ("separable:/kernel_size={0}/out_channels=3/padding={0}", "3x20x20"),
    ("local:k{0}p{0}c1", "1x20"),
    ("tconv:k{}c1", "1x20"),
    ("tconv:k3s{}c1", "1x20"),
    ("avgpool:/kernel_size={}/padding=1/stride=1", "1x20x999999"),
    ("maxpool:/kernel_size={}/stride=1", "1x20x999999"),
    ("lppool:/kernel_size=3/norm_type={}", "3x20x20"),
    ("aap:{}", "1x20"),
    ("up:{}", "1x20"),
    ("unpool:k{}", "1x20"),
    ("pad:{}", "1x20"),
    ("fc:{}", "20"),
    ("{}*relu", "1x4"),
]


@pytest.mark.unmeasured
@pytest.mark.parametrize(("words", "shape"), SLOWER)
def test_no_option_makes_more_work_than_is_foreseen(words: str, shape: str) -> None:
    """For any number, the checks are refused at once, or their work was predicted."""
    for power in range(2, 13):
        start = clock.seconds()
        try:
            analysis = walk(parse_chain([words.format(10**power)], shape_of(shape)))
            check_needs(analysis, SUBJECTS, "float32", 10**9)
        except ConvcalcError:
            analysis = None
        refused_after = clock.seconds() - start
        assert refused_after < 2
        if analysis is None:
            continue
        seconds = sum(each.seconds for each in efforts(analysis, SUBJECTS))
        if seconds > 3:  # already known; the next is only longer
            return
        verify_analysis(analysis, max_bytes=10**9)
        assert clock.seconds() - start < 3 + 10 * seconds, power


def test_a_long_run_is_announced(convcalc: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan, "_LONG", 0.001)
    assert convcalc("verify", "lenet5", "--only", "shape").err == ""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    ran = convcalc("verify", "lenet5", "--only", "shape")
    assert (ran.code, ran.err) == (0, "this takes about 0 seconds\n")
    assert duration(700) == "12 minutes"


def test_a_size_is_said_in_the_unit_that_suits_it() -> None:
    with pytest.raises(UsageError, match=r"needs 196\.6 kB at C5, more than 1\.0 kB"):
        verify(load("lenet5"), only=("shape",), max_bytes=1000)
    assert apart(6_040_000_000, 6 * 10**9) == ("6.04 GB", "6.00 GB")
    assert size_text(900) == "900 bytes"


MEASURED = """
import sys
from convcalc.layers.values import shape_of
from convcalc.network.chain import parse_chain
from convcalc.verify.fields import check_fields
from convcalc.verify.limits import needs
from convcalc.verify.run import check_run
from convcalc.analysis.trace import inside
from convcalc.analysis.walk import walk

def peak():
    # Not getrusage: its peak begins at that of the process that started this one.
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))

words, shape, part = sys.argv[1:]
network = parse_chain(words.split(), shape_of(shape))
report = walk(network)
need = needs(report, [part], "float32")[0].size
before = peak()
if part == "field":
    list(check_fields(report, lambda _: None))
else:
    list(check_run(report, seed=0, dtype="float32", progress=lambda _: None))
print(need, peak() - before)
"""


@pytest.mark.unmeasured
@pytest.mark.skipif(sys.platform != "linux", reason="only there is a /proc to read the peak from")
@pytest.mark.parametrize(
    ("words", "shape", "part"),
    [
        ("conv:k3c32p1", "16x700x700", "shape"),
        ("conv:k200c1", "4x300x300", "shape"),
        ("tconv:k4s2c32", "16x300x300", "shape"),
        ("groupnorm:4", "16x500x500", "shape"),
        ("maxpool:k2", "32x500x500", "shape"),
        ("fc:1000", "3x150x150", "shape"),
        ("attention:4", "64x60x60", "shape"),
        ("resize:1000/mode=cubic", "4x700x700", "shape"),
        ("blur:k5s1", "32x400x400", "shape"),
        ("conv:k3c4 pool:k2 relu", "3x1000000", "field"),
        ("tconv:k100s100c1", "3x500", "field"),
    ],
)
def test_the_memory_foreseen_is_at_least_what_is_used(words: str, shape: str, part: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", MEASURED, words, shape, part],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    need, used = map(int, ran.stdout.split())
    assert used > 10**7
    assert used - 3 * 10**7 < need < 4 * used


def test_with_all_what_is_too_large_is_run_smaller(
    convcalc: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convcalc.network.find.bundled_names", lambda: ["mlp_200x200"])
    ran = convcalc("verify", "--all", "--only", "params,expect", "--limit", "0.2")
    assert (ran.code, ran.err) == (0, "")
    assert (
        "running it needs 6.4 GB at hidden, more than 200.0 MB: run on 1×25×25 instead" in ran.out
    )
    assert "3 of 3 numbers agree" in ran.out
    ran = convcalc("verify", "--all", "--only", "shape", "--limit", "0.001")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.endswith(
        "more than 1.0 MB, and no smaller image helps; raise --limit, or name the networks to verify\n"
    )


NOTHING = [
    (("conv:k3c4", "--input", "3x8x8", "--only", "expect"), "chain: a chain has no expect: in it"),
    (("lenet5", "--only", "expect", "--input", "1x40x40"), "lenet5: expect: is for the file's own input; not checked with --input 1x40x40"),
    (("fc:10", "--input", "30", "--only", "field"), "chain: there is no receptive field of a vector"),
    (("relu", "--input", "3x8x8", "--only", "valid_macs"), "chain: no layer multiplies, so there are no valid_macs"),
    (("conv:k3p100", "--input", "3x4x4", "--only", "paths"), "chain: no layer has a copy small enough for the loops of paths"),
]  # fmt: skip


@pytest.mark.parametrize(("words", "reason"), NOTHING)
def test_nothing_checked_is_no_success(words: tuple[str, ...], reason: str, convcalc: Run) -> None:
    ran = convcalc("verify", *words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == f"convcalc: nothing was checked: {reason}\n"


def test_a_part_left_out_is_said(convcalc: Run) -> None:
    ran = convcalc("verify", "mlp_mnist", "--only", "params,field")
    assert ran.code == 0
    assert "note: mlp_mnist: there is no receptive field of a vector" in ran.out
    own = convcalc("verify", "vgg11", "--set", "classes=1000", "--only", "expect")
    assert (own.code, "1 of 1 numbers agree" in own.out) == (0, True)
    other = convcalc("verify", "lenet5", "--set", "classes=4")
    assert (
        "note: lenet5: expect: is for the file's own parameters; not checked with --set classes=4"
        in other.out
    )
    both = convcalc("verify", "lenet5", "--set", "classes=4", "--input", "1x40x40")
    assert (
        "the file's own input and parameters; not checked with --set classes=4 --input 1x40x40"
        in both.out
    )


def test_every_target_is_read_before_the_first_is_run(
    convcalc: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("convcalc.verify.run.check_run", lambda *_, **__: pytest.fail("it was run"))
    assert convcalc("verify", "lenet5", "nosuch").code == 2
    assert convcalc("verify", "lenet5", "mlp_1000x1000x3").code == 2


def test_a_target_named_twice_is_run_once(convcalc: Run) -> None:
    ran = convcalc("verify", "lenet5", "lenet5", "--only", "shape")
    assert (ran.code, ran.err) == (0, "")
    assert "15 of 15 numbers agree" in ran.out


def test_programs_get_numbers(convcalc: Run, tmp_path: Any) -> None:
    path = tmp_path / "net.yaml"
    path.write_text("{input: [1, 4, 4], layers: [relu], expect: {params: 7000}}", encoding="utf-8")
    ran = convcalc(
        "verify", str(path), "--each", "--format", "json", "--only", "shape,field,expect"
    )
    shape, *fields, expect = json.loads(ran.out)["checks"]
    assert (shape["claimed"], fields[0]["claimed"]["3"], fields[-1]["claimed"]) == (
        [1, 4, 4],
        [3, 3],
        [[3, 3], [3, 3]],
    )
    assert (expect["layer"], expect["claimed"], expect["witnessed"]) == ("params", 7000, 0)
    csv = convcalc("verify", str(path), "--each", "--format", "csv", "--only", "shape,expect").out
    assert csv.splitlines()[1:] == ["relu1,shape,1x4x4,1x4x4,True", "params,expect,7000,0,False"]


def test_a_narrow_terminal_keeps_the_numbers(
    convcalc: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    lines = convcalc("verify", "lenet5", "--each").out.splitlines()
    assert lines[0].split() == ["layer", "subject", "claimed", "witnessed", "agree"]
    assert lines[7].split() == ["C1", "macs", "117,600", "117,600", "yes"]
    two = convcalc("verify", "lenet5", "lenet5_1998", "--each").out
    assert two.splitlines()[0].split() == ["network", "subject", "claimed", "witnessed", "agree"]


def test_long_sequences_have_only_the_pixels_near_the_claims_perturbed() -> None:
    network = parse_chain(["conv:k2c2pcausal", "conv:k2c2d2pcausal", "pool:k2"], (1, 5000))
    checks = verify(network, only=("field",))
    assert len(checks) == 9
    assert all(check.agrees for check in checks)
    assert pixels_to_perturb(5000, [(3, 9), None]) == [0, 2, 3, 4, 8, 9, 10, 4999]


def test_a_field_that_ends_well_outside_a_long_image_reaches_its_edge() -> None:
    checks = verify(parse_chain(["conv:k7p3"], (1, 5000)), only=("field",))
    assert [sentence(check) for check in checks if not check.agrees] == []


def test_a_unit_on_padding_along_one_axis_sees_nothing() -> None:
    checks = verify(parse_chain(["conv:k1p0x1"], (1, 4, 4)), only=("field",))
    assert Check("conv1[0, 0]", "field", [None, None], [None, None]) in checks
    assert all(check.agrees for check in checks)


@pytest.mark.parametrize(
    ("layers", "shape"),
    [
        ("conv_transpose:k3c2s2p2x2 conv_transpose:k4c2s3p1a2", "1x3x4"),
        ("conv_transpose:k2c1s2p1 conv:k3c1p1", "1x5x6"),
        ("crop:/padding=1 conv:k3c1p1", "1x8x8"),
        ("conv:k3d3p3c1 conv:k2s2d4p2c1", "1x9x9"),
        ("conv:k3d6p6c1 maxpool:k2", "1x9"),
    ],
)
def test_maps_that_end_inside_the_image_and_windows_with_gaps_at_a_border_agree(
    layers: str, shape: str
) -> None:
    checks = list(check_fields(walk(parse_chain(layers.split(), shape_of(shape))), lambda _: None))
    assert [check for check in checks if not check.agrees] == []
    assert any("along" in check.node for check in checks)  # some units see no border


@pytest.mark.parametrize("unit", range(9))
def test_pixels_inside_are_those_that_move_the_unit(unit: int) -> None:
    """Each pixel of an image in turn is 1, the others 0; the kernel has ones, 6 apart, from −6 on."""
    analysis = walk(parse_chain(["conv:k3d6p6c1"], (1, 9)))
    moved = [pixel for pixel in range(9) if pixel - unit in (-6, 0, 6)]
    (seen,) = inside(analysis, analysis.steps[0], (unit,))
    assert seen == (moved[0], moved[-1])
    (several,) = inside(analysis, analysis.steps[0], (range(unit, 9),))
    all_moved = [p for u in range(unit, 9) for p in range(9) if p - u in (-6, 0, 6)]
    assert several == (min(all_moved), max(all_moved))


def test_nan_on_both_paths_is_no_difference() -> None:
    checks = verify(parse_chain(["lppool:k2/norm_type=3"], (4, 8, 8)), only=("paths",))
    assert all(check.agrees for check in checks)


def test_norms_of_the_sample_see_the_whole_map() -> None:
    network = parse_chain(["batchnorm:/track_running_stats=false", "conv:k3"], (2, 6, 6))
    assert "takes its mean over the whole map" in str(network.walk().steps[0].rf)
    assert all(check.agrees for check in verify(network))


def test_products_on_padding_are_counted_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    real = WITNESSES["conv"].loops

    def forgetful(*given: Any) -> Any:
        made = real(*given)
        given[-1].on_padding = 0
        return made

    monkeypatch.setattr(WITNESSES["conv"], "loops", forgetful)
    checks = verify(parse_chain(["conv:k3p1c2"], (2, 6, 6)), only=("paths",))
    assert len([check for check in checks if not check.agrees]) == 2


def test_of_many_units_those_that_differ_are_told() -> None:
    claimed = {unit: (unit, unit + 4) for unit in range(10)}
    check = Check("conv1 along the height", "field", claimed, claimed | {7: (7, 12)})
    assert sentence(check) == (
        "conv1 along the height: the formulas give pixels 1 unit 7: 7-11, "
        "perturbing finds 1 unit 7: 7-12"
    )


def test_what_the_loops_cannot_run_is_said(convcalc: Run) -> None:
    ran = convcalc("verify", "conv:k3p100", "relu", "--input", "1x8x8", "--only", "paths")
    assert (ran.code, "3 of 3" in ran.out) == (0, False)
    assert "note: chain: no copy small enough for the loops of paths: conv k3 c1 p100" in ran.out


@pytest.mark.unmeasured
def test_the_table_the_lines_and_the_networks(
    convcalc: Run, golden: Callable[[str, str], None]
) -> None:
    for name, words in {
        "table": ("verify", "vgg11", "--input", "3x32x32", "--only", "shape,macs,valid_macs,field"),
        "each": ("verify", "conv:k3c4s2p1", "tconv:k2s2", "--input", "3x9x9", "--each"),
        "networks": ("verify", "lenet5", "lenet5_1998"),
    }.items():
        ran = convcalc(*words)
        assert ran.code == 0
        golden(f"verify/{name}.txt", ran.out + ran.err)


def test_json_lists_what_was_checked(convcalc: Run) -> None:
    data = json.loads(convcalc("verify", "lenet5", "--format", "json").out)
    assert data["agree"] == data["checked"] > 100
    macs = next(row for row in data["subjects"] if row["subject"] == "macs")
    assert macs["claimed"] == macs["witnessed"] == 416520


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("verify",), "name a network, or all of them with --all"),
        (("verify", "lenet5", "--all"), "--all takes no names; leave one out"),
        (("verify", "lenet5", "--only", "shap"), "--only: no subject 'shap'; did you mean 'shape'?"),
        (("verify", "lenet5", "--only", ","), "--only: no subject ''; known: shape, params, weights, biases, buffers, macs, valid_macs, field, paths, counts, expect"),
        (("verify", "--all", "--input", "3x32x32"), "--all takes each network's own input and parameters; leave out --input 3x32x32"),
        (("verify", "--all", "--set", "classes=3"), "--all takes each network's own input and parameters; leave out --set classes=3"),
        (("verify", "lenet5", "--limit", "nan"), "--limit: nan GB is not an amount of memory to use; give 0.001 to 10,000"),
        (("verify", "lenet5", "--limit", "inf"), "--limit: inf GB is not an amount of memory to use; give 0.001 to 10,000"),
        (("verify", "lenet5", "--limit", "0"), "--limit: 0 GB is not an amount of memory to use; give 0.001 to 10,000"),
        (("verify", "lenet5", "--limit", "-1"), "--limit: -1 GB is not an amount of memory to use; give 0.001 to 10,000"),
        (("verify", "conv:k3", "--set", "n=3", "--input", "1x9x9"), "--set n=3: sets a parameter of a file, but conv:k3 is a layer; write its options after it, such as conv:k3c8"),
        (("verify", "conv:k3"), "conv:k3 is a layer; give its input shape with --input 3x32x32"),
        (("verify", "lennet"), "no file 'lennet' and no bundled network of that name; did you mean 'lenet5'?"),
        (("verify", "conv:k9", "--input", "1x4x4"), "conv1 (conv:k9): a 9-wide window does not fit 4 along the height; raise the padding by 3 per side, or use a kernel of at most 4"),
    ],
)  # fmt: skip
def test_mistakes(arguments: tuple[str, ...], message: str, convcalc: Run) -> None:
    ran = convcalc(*arguments)
    assert (ran.code, ran.out, ran.err) == (2, "", f"convcalc: {message}\n")


def test_all_names_every_bundled_network(convcalc: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("convcalc.network.find.bundled_names", lambda: ["lenet5", "nin"])
    ran = convcalc("verify", "--all", "--only", "shape", "--jobs", "1")
    assert (ran.code, ran.err) == (0, "")
    assert re.findall(r"^(lenet5|nin) ", ran.out, re.MULTILINE) == ["lenet5", "nin"]


def test_a_terminal_gets_a_bar(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with show_progress(2) as follow:
        follow("lenet5", "[red]C1")
        follow("nin", "conv1")
    assert capsys.readouterr().out == ""


def test_layers_that_read_the_whole_map_are_no_disagreement() -> None:
    network = loads(
        "{input: [4, 9, 9], layers: [{conv: {out_channels: 4, kernel_size: 3}}, {groupnorm: {num_groups: 2}}, "
        "{conv: {out_channels: 8, kernel_size: 3, groups: 4}}, {pixel_shuffle: {upscale_factor: 2}}, "
        "{reshape: {shape: [2, 50, 2]}}]}"
    )
    checks = verify(network)
    assert all(check.agrees for check in checks), [sentence(c) for c in checks if not c.agrees]


def test_a_unit_that_sees_nothing_agrees() -> None:
    for shape in ((1, 4, 4), (1, 4, 5)):
        checks = verify(parse_chain(["tconv:k1s3"], shape), only=("field",))
        assert [sentence(check) for check in checks if not check.agrees] == []
    assert value_text([None, (1, 2)]) == "nothing × 1-2"


def test_the_input_of_a_changed_network_is_not_held_to_expect() -> None:
    network = load("lenet5", input=(1, 36, 36))
    assert network.changed
    assert all(check.subject != "expect" for check in verify(network, only=("expect", "shape")))
    assert replace(network, changed=False).expect


def test_values_are_random_but_the_same_for_a_seed() -> None:
    layer = Conv(out_channels=2, kernel_size=3)
    options = layer.options()
    made = [
        WITNESSES["conv"].arrays(options, [(1, 5, 5)], np.random.default_rng(3)) for _ in range(2)
    ]
    np.testing.assert_array_equal(made[0]["weight"], made[1]["weight"])


def test_vectors_have_no_field_and_crops_an_offset() -> None:
    assert verify(load("mlp_mnist"), only=("field",)) == []
    network = loads(
        "{input: [1, 9, 9], layers: [{conv: {name: a, out_channels: 2, kernel_size: 3}}, "
        "{crop: {like: a, offset: 0}}, {crop: {size: 4, offset: 1}}, {crop: {padding: 1}}]}"
    )
    assert all(check.agrees for check in verify(network))


MEETING_AT_THE_RIM = """
input: [2, 7, 6]
layers:
  - concat:
      - - maxpool: {kernel_size: 2}
        - conv_transpose: {out_channels: 2, kernel_size: 2, stride: 2}
        - pad: {like: input}
      - - conv: {out_channels: 2, kernel_size: 1}
  - conv: {out_channels: 1, kernel_size: 1}
"""


def test_paths_that_end_on_padding_along_one_axis_are_perturbed_as_they_are_followed() -> None:
    """A unit that sees only padding along the height still depends on columns, one axis at a time."""
    assert [sentence(each) for each in verify(loads(MEETING_AT_THE_RIM)) if not each.agrees] == []


TOKENS = """
input: [8, 6, 6]
layers:
  - attention: {heads: 4, name: tokens}
  - reshape: {shape: [4, 12, 6], name: other}
  - matmul: {paths: [[], []], transpose_a: true}
  - resize: {size: [3, 300]}
  - conv: {out_channels: 2, kernel_size: 3, padding: 1}
  - reshape: {shape: [1, 9, 200]}
  - conv: {out_channels: 2, kernel_size: [1, 101]}
  - crop: {like: tokens}
"""


def test_sizes_that_a_layer_makes_up_are_found_where_no_field_is_known() -> None:
    """Behind attention, a product or a reshape no field is checked, and later layers still run along it."""
    checks = verify(loads(TOKENS))
    assert [sentence(each) for each in checks if not each.agrees] == []
    assert {check.subject for check in checks} >= {"shape", "params", "macs", "paths", "counts"}
