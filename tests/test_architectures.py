"""The bundled networks: each loads, walks, has consistent sums and meets its file's expectations."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
import yaml

import convcalc
from convcalc.analysis.analysis import SUMMED, Analysis
from convcalc.errors import ConvcalcError

BUNDLED = Path(__file__).parent.parent / "architectures"
NAMES = sorted(path.stem for path in BUNDLED.glob("*.yaml"))
each_network = pytest.mark.parametrize("name", NAMES)


@cache
def network(name: str) -> convcalc.Network:
    return convcalc.load(name)


@cache
def walked(name: str) -> Analysis:
    return network(name).walk()


# -------------------------------------------------------------------------------- every file


def test_all_files_are_bundled_by_their_name() -> None:
    assert convcalc.networks() == NAMES
    assert len(NAMES) == 82


@each_network
@pytest.mark.unmeasured
def test_a_file_says_what_it_is_and_what_to_expect(name: str) -> None:
    loaded = network(name)
    assert loaded.name
    assert len(loaded.source) > 10
    assert {"params", "macs", "source"} <= set(loaded.expect)
    assert len(loaded.expect["source"]) > 10


@each_network
@pytest.mark.unmeasured
def test_a_walk_finds_what_the_file_expects(name: str) -> None:
    report = walked(name)
    expect = network(name).expect
    assert not [note for note in report.notes if note.startswith("expect")]
    found = {key: report.totals[key] for key in ("params", "macs", "buffers") if key in expect}
    assert found == {key: expect[key] for key in found}


@pytest.mark.unmeasured
@each_network
def test_a_wrong_promise_is_said_with_both_numbers(name: str) -> None:
    loaded = convcalc.load(name)
    loaded.expect["params"] += 1
    wanted, found = loaded.expect["params"], walked(name).totals["params"]
    assert f"expect: params should be {wanted:,} but is {found:,}" in loaded.walk().notes


@each_network
def test_rows_add_up_to_the_totals(name: str) -> None:
    report = walked(name)
    for key in SUMMED:
        assert report.totals[key] == sum(getattr(row, key) for row in report)
    assert report.totals["flops"] == 2 * report.totals["macs"]
    assert report.totals["params"] == report.totals["weights"] + report.totals["biases"]
    assert report.totals["layers"] == len(report.steps)


@pytest.mark.unmeasured
@each_network
def test_each_layer_takes_what_the_layers_before_it_give(name: str) -> None:
    report = walked(name)
    for row in report:
        assert all(source.place < row.place for source in row.before)
        assert row.layer.is_source or row.shapes == tuple(source.output for source in row.before)


@each_network
def test_names_differ_and_blocks_lie_inside_each_other(name: str) -> None:
    report = walked(name)
    names = [row.name for row in report]
    assert len(set(names)) == len(names)
    open_blocks: list[tuple[int, int]] = []
    for _, start, stop, depth, _ in report.blocks:
        assert 0 <= start < stop <= len(names)
        open_blocks = open_blocks[:depth]
        assert len(open_blocks) == depth
        if open_blocks:
            assert open_blocks[-1][0] <= start < stop <= open_blocks[-1][1]
        open_blocks.append((start, stop))


# The channels of a detector's layers: the classes for each of its anchors; others in the same layer;
# and others that are concatenated.
SCORES = {
    "retinanet_resnet50": [(9, 0, 0)],
    "ssd300": [(4, 0, 16), (6, 0, 24)],
    "yolov2": [(5, 25, 0)],
    "yolov3": [(3, 15, 0)],
    "yolov3_tiny": [(3, 15, 0)],
    "yolov8n": [(1, 0, 64)],
}


@pytest.mark.unmeasured
@each_network
def test_ten_classes_shrink_the_classifier_alone(name: str) -> None:
    parameters = all_parameters(name)
    if "classes" not in parameters:
        with pytest.raises(ConvcalcError, match="classes"):
            convcalc.load(name, parameters={"classes": 10})
        return
    report = convcalc.load(name, parameters={"classes": 10}).walk()
    was = parameters["classes"]
    forms = SCORES.get(name, [(1, 0, 0)])
    changed = [(new, old) for new, old in zip(report, walked(name)) if new.params != old.params]
    heads = [new for new, _ in changed]
    ends = report.outputs if report.network.outputs else report.steps[-1:]
    found = {step.output[0] for step in ends}
    assert all(each * 10 + others + beside in found for each, others, beside in forms)
    if was != 10:
        assert heads
        widths = {(each * 10 + others, each * was + others) for each, others, _ in forms}
        assert all(
            (new.output[0], old.output[0]) in widths or new.input[0] == 10 for new, old in changed
        )
    before = sum(old.params for _, old in changed)
    after = sum(new.params for new in heads)
    assert report.totals["params"] == walked(name).totals["params"] - before + after
    assert not [note for note in report.notes if note.startswith("expect")]


def all_parameters(name: str) -> dict[str, int]:
    """A file's parameters, with those of the file it extends."""
    data = yaml.safe_load((BUNDLED / f"{name}.yaml").read_text(encoding="utf-8"))
    parent = data.get("extends")
    inherited = all_parameters(parent.removesuffix(".yaml")) if parent else {}
    return {**inherited, **data.get("parameters", {})}


# ------------------------------------------------------------------------- published figures

PARAMS = {
    "lenet5": 61_706,
    "lenet5_1998": 60_000,
    "alexnet": 60_965_224,
    "alexnet_ungrouped": 62_378_344,
    "alexnet_single": 61_100_840,
    "vgg11": 132_863_336,
    "vgg11_lrn": 132_863_336,
    "vgg13": 133_047_848,
    "vgg16_c": 133_638_952,
    "vgg16": 138_357_544,
    "vgg19": 143_667_240,
    "resnet50": 25_557_032,
    "googlenet": 6_998_552,
    "mlp_mnist": 12_894,  # 784-16-12-10
}


@pytest.mark.parametrize("name", PARAMS)
def test_parameters_are_the_published_ones(name: str) -> None:
    assert walked(name).totals["params"] == PARAMS[name]


LENET_1998 = {  # trainable parameters and connections, LeCun et al. 1998, section II.B
    "C1": (156, 122_304),
    "S2": (12, 5_880),
    "C3": (1_516, 151_600),
    "S4": (32, 2_000),
    "C5": (48_120, 48_120),
    "F6": (10_164, 10_164),
    "output": (0, 840),
}


def test_lenet_counts_as_its_paper_does() -> None:
    report = walked("lenet5_1998")
    found = {}
    for name, (params, connections) in LENET_1998.items():
        row = report[name]
        # a unit is connected to all its inputs, and to its bias
        reads = {"S2": 4, "S4": 4}.get(name, row.macs // row.activations)
        biased = 1 if row.biases else 0
        found[name] = (row.params, row.activations * (reads + biased))
        if name == "C3":  # its maps read 3, 4 or 6 others, so no two need have as many
            found[name] = (row.params, row.macs + row.activations)
        assert found[name] == (params, connections), name
    assert sum(params for params, _ in found.values()) == 60_000
    assert sum(connections for _, connections in found.values()) == 340_908


RESNETS = {"resnet18": 1.8, "resnet34": 3.6, "resnet50": 3.8, "resnet101": 7.6, "resnet152": 11.3}


@pytest.mark.parametrize("name", RESNETS)
def test_resnets_do_the_multiply_adds_that_their_paper_calls_flops(name: str) -> None:
    billions = walked(name).totals["macs"] / 1e9
    if name == "resnet50":  # 3.858: the only number that the paper truncates instead of rounding
        assert int(billions * 10) / 10 == RESNETS[name]
    else:
        assert round(billions, 1) == RESNETS[name]


FIELDS = [
    ("alexnet", "pool5", 195),
    ("alexnet_single", "pool5", 195),
    ("vgg16", "pool5", 212),
    ("resnet50", "", 483),
    ("resnet50_torchvision", "", 427),
    ("resnet101", "", 1027),
    ("resnet101_torchvision", "", 971),
    ("resnet152", "", 1507),
    ("resnet152_torchvision", "", 1451),
    ("fcn32s", "score_fr", 404),
    ("fcn8s", "trunk.score_fr", 404),
    ("wavenet", "", 1024),
    ("lenet5", "C5", 32),
    ("googlenet", "pool5", 907),
]


@pytest.mark.parametrize(("name", "at", "size"), FIELDS)
def test_receptive_fields_are_the_published_ones(name: str, at: str, size: int) -> None:
    report = walked(name)
    if not at:  # the trunk: the input of the global pool
        last = next((row for row in report if row.kind == "global_avgpool"), None)
        row = last.before[0] if last else report.steps[-1]
    else:
        row = report[at]
    assert {axis.size for axis in row.rf_axes} == {size}


ON_ZEROS = {"alexnet_single": 7.88, "vgg16": 3.23, "resnet50_torchvision": 3.45}


@pytest.mark.parametrize("name", ON_ZEROS)
def test_the_share_of_multiplications_on_padding_zeros(name: str) -> None:
    report = walked(name)
    real = sum(
        node.layer.valid_macs(row.input, row.output)
        for node, row in zip(network(name).nodes, report)
    )
    macs = report.totals["macs"]
    assert round(100 * (macs - real) / macs, 2) == ON_ZEROS[name]


def test_a_larger_picture_breaks_the_first_fully_connected_layer_of_vgg() -> None:
    report = convcalc.load("vgg16", input=(3, 300, 600)).walk()
    assert report["pool5"].output == (512, 9, 18)
    assert report["flatten1"].output == (82_944,)
    (note,) = [note for note in report.notes if note.startswith("fc6")]
    assert note == (
        "fc6: gets 82944 here but 25088 at the file's own 3×224×224, so weights trained there do "
        "not fit; resize the image, or pool globally before it"
    )
    assert not [note for note in walked("vgg16").notes if note.startswith("fc6")]


@pytest.mark.parametrize(("side", "layers"), [(224, 55), (32, 7)])
def test_how_many_five_wide_layers_lead_to_four(side: int, layers: int) -> None:
    report = convcalc.chain(f"1x{side}x{side}", f"{layers}*conv:k5c1").walk()
    assert report.steps[-1].output == (1, 4, 4)
    with pytest.raises(ConvcalcError, match="does not fit 4 along the height"):
        convcalc.chain(f"1x{side}x{side}", f"{layers + 1}*conv:k5c1").walk()


def test_alexnet_has_eight_layers_with_weights() -> None:
    assert walked("alexnet").totals["weight_layers"] == 8
    assert [row.name for row in walked("alexnet") if row.weights] == [
        "conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7", "fc8",
    ]  # fmt: skip


def test_one_stride_moved_costs_resnet_six_percent() -> None:
    paper, later = walked("resnet50"), walked("resnet50_torchvision")
    assert paper.totals["params"] == later.totals["params"]
    assert later.totals["macs"] - paper.totals["macs"] == 231_211_008


def test_retinanet_counts_as_torchvision_and_detectron2_do() -> None:
    """torchvision: num_params 34,014,999, _ops 151.54; detectron2's test_model_analysis: 37,915,572.

    Both freeze the batch norms, whose 53,120 scales and shifts are not parameters there. detectron2 has
    80 classes, and makes P6 of the 2,048 maps of conv5_x.
    """
    frozen = sum(row.params for row in walked("retinanet_resnet50") if row.kind == "batchnorm")
    assert frozen == 53_120
    totals = walked("retinanet_resnet50").totals
    assert totals["params"] - frozen == 34_014_999
    assert round(totals["macs"] / 1e9, 2) == 151.54
    eighty = convcalc.load("retinanet_resnet50", parameters={"classes": 80}).walk()
    p6 = 3 * 3 * 256 * (2048 - eighty["p6"].input[0])
    assert eighty.totals["params"] - frozen + p6 == 37_915_572


def test_the_head_of_retinanet_is_counted_once() -> None:
    heads = [row for row in walked("retinanet_resnet50") if row.name[:5] in ("class", "boxes")]
    assert sum(row.params for row in heads) == 6_691_415
    assert sum(row.layer.params(row.input, row.output) for row in heads) == 5 * 6_691_415


def test_fcn8s_adds_a_step_of_two_twice_to_fcn32s() -> None:
    """voc-fcn8s: the sizes in its prototxt for 500×500, and its parameters outside the trunk."""
    report = walked("fcn8s")
    sizes = {name: report[name].output[1] for name in ("upscore2", "fuse_pool4", "fuse_pool3", "upscore8")}  # fmt: skip
    assert sizes == {"upscore2": 34, "fuse_pool4": 34, "fuse_pool3": 70, "upscore8": 568}
    assert report["score"].output == (21, 500, 500)
    trunk = sum(row.params for row in walked("fcn32s") if row.name != "upscore")
    scores = (512 + 1) * 21 + (256 + 1) * 21
    assert report.totals["params"] == trunk + scores + 21 * 21 * (4 * 4 + 4 * 4 + 16 * 16)
    assert not [note for note in report.notes if "aligned" in note]


FAMILIES = [  # torchvision 0.28.0's numbers for sizes without a file here: num_params, and _ops in 10⁹
    ("efficientnet_b2", 288, {}, 9_109_994, "1.088"),
    ("convnext_t", 224, {"depth": 27}, 50_223_688, "8.684"),
    ("convnext_t", 224, {"depth": 27, "width": 128}, 88_591_464, "15.355"),
    ("convnext_t", 224, {"depth": 27, "width": 192}, 197_767_336, "34.361"),
    ("shufflenet_v2_x1_0", 224, {"stage2": 48, "stage3": 96, "stage4": 192}, 1_366_792, "0.040"),
    ("shufflenet_v2_x1_0", 224, {"stage2": 176, "stage3": 352, "stage4": 704}, 3_503_624, "0.296"),
    (
        "shufflenet_v2_x1_0", 224,
        {"stage2": 244, "stage3": 488, "stage4": 976, "conv5": 2048}, 7_393_996, "0.583",
    ),
    ("vit_b_16", 224, {"patch": 32, "tokens": 50}, 88_224_232, "4.409"),
    ("vit_b_16", 384, {"tokens": 577}, 86_859_496, "55.484"),
    (
        "vit_b_16", 224,
        {"width": 1024, "heads": 16, "mlp": 4096, "depth": 24}, 304_326_632, "61.555",
    ),
    (
        "regnet_x_200mf", 224,
        {
            "group_width": 16, "width1": 32, "width2": 64, "width3": 160, "width4": 400,
            "depth1": 1, "depth2": 2, "depth3": 7, "depth4": 12,
        },
        5_495_976, "0.414",
    ),
    (
        "regnet_y_400mf", 224,
        {
            "group_width": 16, "width1": 64, "width2": 144, "width3": 320, "width4": 784,
            "depth1": 1, "depth2": 3, "depth3": 8, "depth4": 2,
        },
        6_432_512, "0.834",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "side", "parameters", "params", "billions"), FAMILIES)
@pytest.mark.unmeasured
def test_parameters_give_the_other_sizes_of_a_family(
    name: str, side: int, parameters: dict[str, int], params: int, billions: str
) -> None:
    totals = convcalc.load(name, input=(3, side, side), parameters=parameters).walk().totals
    assert totals["params"] == params
    assert f"{totals['macs'] / 1e9:.3f}" == billions


KERAS = {  # Keras 3.15.1, count_params(): buffers are counted, and 7 numbers of a Normalization layer
    "efficientnet_b0": 5_330_571 - 7,
    "efficientnet_b1": 7_856_239 - 7,
    "efficientnet_b2": 9_177_569 - 7,
    "efficientnet_b3": 12_320_535 - 7,
    "efficientnet_b4": 19_466_823 - 7,
    "efficientnet_b5": 30_562_527 - 7,
    "efficientnet_b6": 43_265_143 - 7,
    "efficientnet_b7": 66_658_687 - 7,
    "mobilenet_v3_large": 5_507_432,
    "mobilenet_v3_small": 2_554_968,
    "convnext_t": 28_589_128,
}


@pytest.mark.parametrize("name", KERAS)
def test_keras_counts_parameters_and_buffers(name: str) -> None:
    totals = walked(name).totals
    assert totals["params"] + totals["buffers"] == KERAS[name]


def test_regnet_counts_as_pycls_does() -> None:
    """dev/model_complexity.json: flops, including biases, and acts, the outputs of layers with weights."""
    published = {
        "regnet_x_200mf": (199_040_872, 2_164_056),
        "regnet_y_400mf": (401_849_056, 3_892_496),
    }
    for name, figures in published.items():
        rows = [row for row in walked(name) if row.macs]
        flops = sum(row.macs + row.counts.get("bias_adds", 0) for row in rows)
        assert (flops, sum(row.activations for row in rows)) == figures


def test_a_note_on_another_network_has_the_numbers_of_that_one() -> None:
    pattern = re.compile(
        r"is (?P<name>\w+): (?P<params>[0-9,]+) parameters, (?P<macs>[0-9,]+) macs"
    )
    notes = {name: note for name in NAMES for note in network(name).notes}
    assert len(notes) >= 7
    for name, note in notes.items():
        found = pattern.search(note)
        assert found, name
        expect = network(found["name"]).expect
        assert (found["params"], found["macs"]) == (f"{expect['params']:,}", f"{expect['macs']:,}")
        assert note in walked(name).notes
