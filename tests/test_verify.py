"""The witness agrees with every claim, and says so when it does not."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from convcalc import verify
from convcalc.cli import verify_command
from convcalc.errors import UsageError
from convcalc.layers import every
from convcalc.layers.conv import Conv
from convcalc.layers.field import Slide
from convcalc.reference import WITNESSES
from convcalc.reference.dependence import DEPENDENCES, dependence
from convcalc.spec.chain import chained
from convcalc.spec.load import load, loads
from convcalc.verify import Check, explained, verified
from random_layers import run

Run = Callable[..., Any]


def test_every_kind_has_a_witness_and_a_dependence() -> None:
    assert set(WITNESSES) == set(every())
    assert set(DEPENDENCES) == set(every())


def test_a_second_dependence_for_a_kind_is_refused() -> None:
    with pytest.raises(RuntimeError, match="duplicate dependence for conv"):
        dependence("conv")(lambda _, inputs: inputs[0])


@pytest.mark.parametrize("seed", range(4))
def test_random_layers_of_every_kind_agree_with_their_witness(seed: int) -> None:
    counts = run(1500, seed)
    assert min(counts.values()) >= 1500 // len(every())


@pytest.mark.parametrize(
    "name", ["lenet5", "lenet5_1998", "alexnet_single", "resnet50", "googlenet", "mobilenet_v2", "unet_small", "dcgan_generator", "tcn", "efficientnet_b0", "squeezenet1_0"]
)  # fmt: skip
def test_bundled_networks_agree_with_their_witness(name: str) -> None:
    network = load("unet", input=(1, 188, 188)) if name == "unet_small" else load(name)
    checks = verified(network)
    assert [explained(check) for check in checks if not check.agrees] == []
    assert {check.subject for check in checks} >= {"shape", "params", "macs", "field", "paths"}


def test_float64_and_other_seeds_agree_too() -> None:
    checks = verified(load("lenet5"), seed=7, dtype="float64")
    assert all(check.agrees for check in checks)


WRONG: dict[str, dict[str, Callable[..., Any]]] = {
    "shape": {"out_shape": lambda self, shape: (self.out_channels, *[n + 1 for n in self.out_sizes(shape)])},
    "params": {"biases": lambda self, shape, out: 0},
    "buffers": {"buffers": lambda self, shape, out: 3},
    "macs": {"macs": lambda self, shape, out: 1},
    "valid_macs": {"valid_macs": lambda self, shape, out: self.macs(shape, out)},
    "field": {"reach": lambda self, shape, out: tuple(Slide(a.k, a.s, a.before + 1, a.d) for a in self.axes(shape))},
}  # fmt: skip
SAID = {
    "shape": "conv1: the walk says 2×9×9 comes out, the array is 2×8×8",
    "params": "conv1: the walk says 18 params, the arrays hold 20",
    "buffers": "conv1: the walk says 3 buffers, the arrays hold 0",
    "macs": "conv1: the walk says 1 macs, 1,152 products were made",
    "valid_macs": "conv1: the walk says 1,152 macs on real cells, 968 were made there",
    "field": "conv1[4, 4]: the walk says it sees pixels 2-4 × 2-4, perturbing finds 3-5 × 3-5",
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
    checks = verified(chained(["relu"], (2, 4, 4)), only=("paths",))
    assert [explained(c) for c in checks if not c.agrees] == [
        "relu: loops and matrix products differ: equal against different values"
    ]


def test_an_expectation_that_is_not_kept_is_a_disagreement(convcalc: Run, tmp_path: Any) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(
        "{name: N, input: [1, 4, 4], layers: [relu], expect: {params: 7}}", encoding="utf-8"
    )
    ran = convcalc("verify", str(path))
    assert ran.code == 1
    assert "disagrees: N: expect: params should be 7 but is 0" in ran.out


def test_many_disagreements_are_cut_short() -> None:
    checks = [Check(f"n{i}", "macs", 1, 2) for i in range(12)]
    report = verify_command.verdict({"x": checks}, [], each=False)
    assert len(report.notes) == 11
    assert report.notes[-1] == "and 2 more; --each lists them"


def test_what_does_not_fit_in_memory_is_refused_before_it_is_made(convcalc: Run) -> None:
    ran = convcalc("verify", "mlp_1000x1000x3")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        "convcalc: One hidden layer on a 1000x1000 colour image: running it needs 12.0 GB at hidden, "
        "more than 6.0 GB; try --input 3x250x250, fewer units with --set, or --limit\n"
    )
    with pytest.raises(UsageError, match=r"more than 0\.0 GB; try --input 1x8x8"):
        verified(load("lenet5"), most_bytes=1000)


def test_networks_too_large_are_run_smaller_where_that_is_allowed() -> None:
    notes: list[str] = []
    checks = verify_command.testimony(
        load("lenet5_1998"), ("shape",), notes, lambda _: None, shrink=False, most_bytes=10**9
    )
    assert all(check.agrees for check in checks)
    network = loads(
        "{name: Big, input: [1, 64, 64], layers: [flatten, {linear: {out_features: 50}}]}"
    )
    checks = verify_command.testimony(
        network, ("shape", "params"), notes, lambda _: None, shrink=True, most_bytes=100_000
    )
    assert all(check.agrees for check in checks)
    assert notes == [
        "Big: running it needs 0.0 GB at linear1, more than 0.0 GB: run on 1×8×8 instead"
    ]


def test_long_sequences_have_only_the_pixels_near_the_claims_perturbed() -> None:
    network = chained(["conv:k2c2pcausal", "conv:k2c2d2pcausal", "pool:k2"], (1, 5000))
    checks = verified(network, only=("field",))
    assert len(checks) == 9
    assert all(check.agrees for check in checks)
    assert verify.pixels_to_perturb(5000, [(3, 9), None]) == [2, 3, 4, 8, 9, 10]


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
        (("verify", "lenet5", "--only", ","), "--only: no subject ''; known: shape, params, buffers, macs, valid_macs, field, paths, expect"),
        (("verify", "conv:k3"), "conv:k3 is a layer; give what goes in with --input 3x32x32"),
        (("verify", "lennet"), "no file 'lennet' and no bundled network of that name; did you mean 'lenet5'?"),
        (("verify", "conv:k9", "--input", "1x4x4"), "conv1 (conv:k9): a 9-wide window does not fit 4 along the height; raise the padding by 3 per side, or use a kernel of at most 4"),
    ],
)  # fmt: skip
def test_mistakes(arguments: tuple[str, ...], message: str, convcalc: Run) -> None:
    ran = convcalc(*arguments)
    assert (ran.code, ran.out, ran.err) == (2, "", f"convcalc: {message}\n")


def test_all_names_every_bundled_network(convcalc: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("convcalc.spec.load.bundled_names", lambda: ["lenet5", "nin"])
    ran = convcalc("verify", "--all", "--only", "shape")
    assert ran.code == 0
    assert ran.err == "[1/2] lenet5\n[2/2] nin\n"


def test_a_terminal_gets_a_bar(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with verify_command.following(2) as follow:
        follow("lenet5", "[red]C1")
        follow("nin", "conv1")
    assert capsys.readouterr().out == ""


def test_layers_that_read_the_whole_map_are_no_disagreement() -> None:
    network = loads(
        "{input: [4, 9, 9], layers: [{conv: {out_channels: 4, kernel_size: 3}}, {groupnorm: {num_groups: 2}}, "
        "{conv: {out_channels: 8, kernel_size: 3, groups: 4}}, {pixel_shuffle: {upscale_factor: 2}}, "
        "{reshape: {shape: [2, 50, 2]}}]}"
    )
    checks = verified(network)
    assert all(check.agrees for check in checks), [explained(c) for c in checks if not c.agrees]


def test_a_unit_that_sees_nothing_agrees() -> None:
    for shape in ((1, 4, 4), (1, 4, 5)):
        checks = verified(chained(["tconv:k1s3"], shape), only=("field",))
        assert [explained(check) for check in checks if not check.agrees] == []
    assert verify.said([None, (1, 2)]) == "nothing × 1-2"


def test_the_input_of_a_changed_network_is_not_held_to_expect() -> None:
    network = load("lenet5", input=(1, 36, 36))
    assert network.changed
    assert all(check.subject != "expect" for check in verified(network, only=("expect", "shape")))
    assert replace(network, changed=False).expect


def test_values_are_random_but_the_same_for_a_seed() -> None:
    layer = Conv(out_channels=2, kernel_size=3)
    options = verify.options_of(layer)
    made = [
        WITNESSES["conv"].arrays(options, [(1, 5, 5)], np.random.default_rng(3)) for _ in range(2)
    ]
    np.testing.assert_array_equal(made[0]["weight"], made[1]["weight"])


def test_vectors_have_no_field_and_crops_an_offset() -> None:
    assert verified(load("mlp_mnist"), only=("field",)) == []
    network = loads(
        "{input: [1, 9, 9], layers: [{conv: {name: a, out_channels: 2, kernel_size: 3}}, "
        "{crop: {like: a, offset: 0}}, {crop: {size: 4, offset: 1}}, {crop: {padding: 1}}]}"
    )
    assert all(check.agrees for check in verified(network))
