"""Memory in each of its meanings, compared with lists of the maps that really exist."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import convcalc
from convcalc.analysis import memory
from convcalc.analysis.analysis import Analysis, Step
from convcalc.network.network import Network
from strategies import few, graphs


def values(analysis: Analysis, found: dict[str, int]) -> dict[str, int]:
    """Bytes of four as numbers of values."""
    assert all(number % 4 == 0 for number in found.values())
    return {name: number // 4 for name, number in found.items()}


def test_a_small_network_by_hand() -> None:
    # input 3·8·8 = 192; conv1 4·8·8 = 256, relu in place; pool 4·4·4 = 64; flatten renames it;
    # linear 10. conv1 has 3·3·3·4 + 4 = 112 parameters, the linear layer 64·10 + 10 = 650.
    analysis = convcalc.chain("3x8x8", "conv:k3c4p1", "relu", "pool:k2", "fc:10").walk()
    assert values(analysis, memory.memory(analysis)) == {
        "weights": 762,
        "outputs": 192 + 256 + 256 + 64 + 64 + 10,
        "outputs_in_place": 192 + 256 + 64 + 10,
        "peak_in_place": 192 + 256,  # the image and the first map
        # the image, the map that relu overwrote, the pool's output; 64 indices of eight bytes
        "training": 2 * 762 + (192 + 256 + 64) + 2 * 64,
    }
    assert memory.peak(analysis) == (448, "conv1", {"input": 192, "conv1": 256})


def test_vgg_needs_fifteen_million_values_not_twenty_four() -> None:
    # CS231n prints 24M values, 93 MB, but its rows sum to 15,237,608
    analysis = convcalc.load("vgg16").walk()
    found = memory.memory(analysis)
    assert found["outputs_in_place"] == 4 * 15_237_608
    assert round(found["outputs_in_place"] / 2**20, 1) == 58.1
    assert found["weights"] == 4 * 138_357_544
    assert (
        found["peak_in_place"] == 4 * 2 * 64 * 224 * 224
    )  # conv1_2 reads one such map and writes another


def test_running_statistics_are_stored_but_not_trained() -> None:
    analysis = convcalc.load("resnet50").walk()
    assert memory.memory(analysis)["weights"] == 4 * (25_557_032 + 53_120)


@pytest.mark.parametrize(("dtype", "size"), sorted(memory.BYTES.items()))
def test_every_number_scales_with_the_width_of_a_value(dtype: str, size: int) -> None:
    analysis = convcalc.load("lenet5").walk()
    four = memory.memory(analysis)
    assert memory.memory(analysis, dtype=dtype) == {k: v // 4 * size for k, v in four.items()}


def test_a_batch_multiplies_the_maps_but_not_the_weights() -> None:
    network = convcalc.load("lenet5")
    one, eight = network.walk(), network.walk(batch=8)
    alone, together = memory.memory(one), memory.memory(eight)
    assert together["weights"] == alone["weights"]
    for name in ("outputs", "outputs_in_place", "peak_in_place"):
        assert together[name] == 8 * alone[name]
    weights = 4 * 2 * 61_706
    assert together["training"] - weights == 8 * (alone["training"] - weights)


def test_layers_after_squeeze_and_excitation_still_work_in_place() -> None:
    # their receptive field is the whole map from there on, but they read one value at a time
    analysis = convcalc.load("efficientnet_b0").walk()
    free = ("batchnorm", "silu", "sigmoid", "dropout", "flatten")
    kept = sum(row.activations for row in analysis if row.kind not in free)
    assert memory.memory(analysis)["outputs_in_place"] == 4 * (3 * 224 * 224 + kept)


def test_a_norm_over_the_whole_map_needs_a_place_of_its_own() -> None:
    analysis = convcalc.chain("4x8x8", "conv:k3c4p1", "layernorm", "relu").walk()
    assert memory.memory(analysis)["outputs_in_place"] == 4 * (256 + 256 + 256)


def held(analysis: Analysis, rule: str) -> int:
    """Run a network of joins and activations on names of maps; returns the most values at one time."""
    image, steps = analysis.image, analysis.steps
    sizes = {image: analysis.network.input[0] * analysis.network.input[1]}
    place_of: dict[Step, Step] = {image: image}  # the owner of a map's memory
    most = sizes[image]
    for place, step in enumerate(steps):
        later = {source for other in steps[place + 1 :] for source in other.before}
        unread = [one for one in steps[:place] if not any(one in other.before for other in steps)]
        alive = {place_of[one] for one in (*later, *step.before, *unread) if one.place <= place}
        free = [one for one in step.before if one not in later and sizes_of(one) == sizes_of(step)]
        writes = {
            "apart": False,
            "in_place": step.kind == "relu",
            "fused": step.kind in ("relu", "add", "multiply"),
        }
        place_of[step] = place_of[free[0]] if writes[rule] and free else step
        sizes.setdefault(place_of[step], step.activations)
        alive.add(place_of[step])
        most = max(most, sum(sizes[one] for one in alive))
    return most


def sizes_of(step: Step) -> tuple[int, ...]:
    """The output shape of a step."""
    return step.output


@few
@given(graphs(), st.sampled_from(sorted(memory.RULES)))
def test_the_peak_is_what_must_exist_at_one_time(network: Network, rule: str) -> None:
    analysis = network.walk()
    found = memory.peak(analysis, memory.RULES[rule])
    assert found.values == held(analysis, rule)
    assert found.where == "the input" or found.where in analysis.names
    assert sum(found.alive.values()) == found.values


@pytest.mark.parametrize("name", ["vgg16", "resnet50", "unet", "densenet121", "mobilenet_v2"])
def test_what_is_alive_at_the_peak_adds_up_to_it(name: str) -> None:
    analysis = convcalc.load(name).walk(batch=3)
    peaks = [memory.peak(analysis, rule) for rule in memory.RULES.values()]
    assert [sum(each.alive.values()) for each in peaks] == [each.values for each in peaks]
    assert peaks[0].values >= peaks[1].values >= peaks[2].values


def test_the_table_says_what_each_number_means() -> None:
    analysis = convcalc.load("lenet5").walk()
    table = memory.memory_table(analysis, dtype="float32")
    assert table.title == "memory, float32 (4 bytes), batch 1; kB = 10³ bytes, KiB = 2¹⁰"
    assert [column.heading for column in table.columns] == [
        "memory", "bytes", "kB", "KiB", "what it is",
    ]  # fmt: skip
    assert [[column.text(column.value(row)) for column in table.columns] for row in table.rows] == [
        ["weights", "246,824", "246.82", "241.04", "parameters and buffers"],
        ["outputs", "69,328", "69.33", "67.70", "the input and every output, each kept"],
        ["outputs in place", "36,472", "36.47", "35.62", "the same with relu, batchnorm and dropout in place"],
        ["peak in place", "23,520", "23.52", "22.97", "most in memory at one time when run in order, with these in place (5,880 values, at S2), without weights"],
        ["training", "530,120", "530.12", "517.70", "weights, their gradients, and what the backward pass needs from the forward pass"],
    ]  # fmt: skip
    facts = memory.memory_facts(analysis, dtype="float16")
    assert facts.pop("dtype") == "float16"
    assert facts == memory.memory(analysis, dtype="float16")
