"""Memory under each of its meanings, against lists of the maps that are really there."""

from __future__ import annotations

import pytest
from hypothesis import given

import convcalc
from convcalc.analysis import memory
from convcalc.network.network import Network
from convcalc.report import Report
from strategies import few, graphs


def values(report: Report, found: dict[str, int]) -> dict[str, int]:
    """Bytes of four as numbers of values."""
    assert all(number % 4 == 0 for number in found.values())
    return {name: number // 4 for name, number in found.items()}


def test_a_small_network_by_hand() -> None:
    # input 3·8·8 = 192; conv1 4·8·8 = 256, relu in its place; pool 4·4·4 = 64; flatten renames it;
    # linear 10. conv1 has 3·3·3·4 + 4 = 112 parameters, the linear layer 64·10 + 10 = 650.
    report = convcalc.chain("3x8x8", "conv:k3c4p1", "relu", "pool:k2", "fc:10").walk()
    assert values(report, memory.memory(report)) == {
        "weights": 762,
        "outputs": 192 + 256 + 256 + 64 + 64 + 10,
        "outputs_in_place": 192 + 256 + 64 + 10,
        "peak": 192 + 256,  # the picture and the first map
        "training": 2 * 762 + 2 * (192 + 256 + 256 + 64 + 64 + 10),
    }
    assert memory.peak(report, 192) == (448, "conv1")


def test_vgg_needs_fifteen_million_values_not_twenty_four() -> None:
    # CS231n prints 24M values, 93 MB, beside rows that sum to 15,237,608
    report = convcalc.load("vgg16").walk()
    found = memory.memory(report)
    assert found["outputs_in_place"] == 4 * 15_237_608
    assert round(found["outputs_in_place"] / 2**20, 1) == 58.1
    assert found["weights"] == 4 * 138_357_544
    assert found["peak"] == 4 * 2 * 64 * 224 * 224  # conv1_2 reads one such map and writes another


def test_running_statistics_are_stored_but_not_trained() -> None:
    report = convcalc.load("resnet50").walk()
    assert memory.memory(report)["weights"] == 4 * (25_557_032 + 53_120)


@pytest.mark.parametrize(("dtype", "size"), sorted(memory.BYTES.items()))
def test_every_number_scales_with_the_width_of_a_value(dtype: str, size: int) -> None:
    report = convcalc.load("lenet5").walk()
    four = memory.memory(report)
    assert memory.memory(report, dtype=dtype) == {k: v // 4 * size for k, v in four.items()}


def test_a_batch_multiplies_the_maps_but_not_the_weights() -> None:
    network = convcalc.load("lenet5")
    one, eight = network.walk(), network.walk(batch=8)
    alone, together = memory.memory(one), memory.memory(eight, batch=8)
    assert together["weights"] == alone["weights"]
    for name in ("outputs", "outputs_in_place", "peak"):
        assert together[name] == 8 * alone[name]
    assert together["training"] == 4 * (2 * 61_706) + 2 * 8 * alone["outputs"]


def test_layers_after_squeeze_and_excitation_still_work_in_place() -> None:
    # their receptive field is the whole map from there on, but they look at one value at a time
    report = convcalc.load("efficientnet_b0").walk()
    free = ("batchnorm", "silu", "sigmoid", "dropout", "flatten")
    kept = sum(row.activations for row in report if row.kind not in free)
    assert memory.memory(report)["outputs_in_place"] == 4 * (3 * 224 * 224 + kept)


def test_a_norm_over_the_whole_map_needs_a_place_of_its_own() -> None:
    report = convcalc.chain("4x8x8", "conv:k3c4p1", "layernorm", "relu").walk()
    assert memory.memory(report)["outputs_in_place"] == 4 * (256 + 256 + 256)


def held(network: Network, report: Report) -> int:
    """Run a network on names of maps: the most values that must exist at one time."""
    sizes: dict[int, int] = {-1: network.input[0] * network.input[1]}
    place_of = {-1: -1}  # in whose memory a map lies
    most = sizes[-1]
    for place, row in enumerate(report.rows):
        later = {source for other in report.rows[place + 1 :] for source in other.inputs}
        unread = [i for i in range(place) if not any(i in other.inputs for other in report.rows)]
        alive = {place_of[i] for i in (*later, *row.inputs, *unread) if i < place}
        overwrites = row.kind == "relu" and row.inputs[0] not in later
        place_of[place] = place_of[row.inputs[0]] if overwrites else place
        sizes.setdefault(place_of[place], row.activations)
        alive.add(place_of[place])
        most = max(most, sum(sizes[i] for i in alive))
    return most


@few
@given(graphs())
def test_the_peak_is_what_must_exist_at_one_time(network: Network) -> None:
    report = network.walk()
    image = network.input[0] * network.input[1]
    most, where = memory.peak(report, image)
    assert most == held(network, report)
    assert where == "the input" or where in [row.name for row in report]


def test_lines_say_what_each_number_means() -> None:
    report = convcalc.load("lenet5").walk()
    lines = memory.lines(report, dtype="float32", batch=1)
    assert lines == [
        "memory, float32 (4 bytes), batch 1; MB = 10⁶ bytes, MiB = 2²⁰",
        "  weights                   0.25 MB         0.24 MiB   parameters and buffers",
        "  outputs                   0.07 MB         0.07 MiB   the input and every output, each kept",
        "  outputs in place          0.04 MB         0.03 MiB   the same with relu, batchnorm and dropout in place",
        "  peak                      0.02 MB         0.02 MiB   most alive at once when run in order (5,880 values, at S2), without weights",
        "  training                  0.63 MB         0.60 MiB   parameters and their gradients, every output and its gradient",
    ]
    facts = memory.facts(report, dtype="float16", batch=1)
    assert facts.pop("dtype") == "float16"
    assert facts == memory.memory(report, dtype="float16")
