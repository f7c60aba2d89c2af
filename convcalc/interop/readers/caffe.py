"""Caffe's networks in text (.prototxt): layers that name their inputs and outputs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from convcalc.interop.base import OPEN, Asked, ForeignFile, Reader, reader
from convcalc.interop.graph import Graph
from convcalc.interop.readers import caffe_pointwise, caffe_windows  # noqa: F401 - they register
from convcalc.interop.readers.caffe_layers import TYPES, Numbers, Part, Reading
from convcalc.interop.readers.caffe_text import Block, parse
from convcalc.network.network import INPUT

if TYPE_CHECKING:
    from convcalc.layers import Shape
    from convcalc.network.network import Network

# Types of layers in files of 2014 and before, in capitals, if their names have changed.
_OLD_TYPES = {
    "ABSVAL": "AbsVal", "ACCURACY": "Accuracy", "ARGMAX": "ArgMax", "BNLL": "BNLL", "BN": "BN", "CONCAT": "Concat",
    "CONTRASTIVE_LOSS": "ContrastiveLoss", "CONVOLUTION": "Convolution", "CONVOLUTION3D": "Convolution3D",
    "CROP": "Crop", "DATA": "Data", "DECONVOLUTION": "Deconvolution", "DENSE_IMAGE_DATA": "DenseImageData",
    "DROPOUT": "Dropout", "DUMMY_DATA": "DummyData", "ELTWISE": "Eltwise", "EUCLIDEAN_LOSS": "EuclideanLoss",
    "EXP": "Exp", "FLATTEN": "Flatten", "HDF5_DATA": "HDF5Data", "HDF5_OUTPUT": "HDF5Output",
    "HINGE_LOSS": "HingeLoss", "IM2COL": "Im2col", "IMAGE_DATA": "ImageData", "INFOGAIN_LOSS": "InfogainLoss",
    "INNER_PRODUCT": "InnerProduct", "LRN": "LRN", "MEMORY_DATA": "MemoryData",
    "MULTINOMIAL_LOGISTIC_LOSS": "MultinomialLogisticLoss", "MVN": "MVN", "POOLING": "Pooling", "POOLING3D": "Pooling3D",
    "POWER": "Power", "PRELU": "PReLU", "RELU": "ReLU", "RESHAPE": "Reshape", "SIGMOID": "Sigmoid",
    "SIGMOID_CROSS_ENTROPY_LOSS": "SigmoidCrossEntropyLoss", "SILENCE": "Silence", "SLICE": "Slice",
    "SOFTMAX": "Softmax", "SOFTMAX_LOSS": "SoftmaxWithLoss", "SPLIT": "Split", "TANH": "TanH",
    "THRESHOLD": "Threshold", "UPSAMPLE": "Upsample", "VIDEO_DATA": "VideoData", "WINDOW_DATA": "WindowData",
}  # fmt: skip
# The same for files of 2013, in lower case.
_FIRST_TYPES = {
    "conv": "Convolution", "pool": "Pooling", "innerproduct": "InnerProduct", "padding": "Padding", "locally_connected": "LocallyConnected",
    "images": "ImageData", "softmax_loss": "SoftmaxWithLoss", "infogain_loss": "InfogainLoss",
    "multinomial_logistic_loss": "MultinomialLogisticLoss", "euclidean_loss": "EuclideanLoss",
    "hdf5_data": "HDF5Data", "hdf5_output": "HDF5Output", "window_data": "WindowData", "tanh": "TanH",
}  # fmt: skip
_LOADERS = frozenset(
    ("Data", "ImageData", "HDF5Data", "WindowData", "MemoryData", "DummyData", "Input", "Python")
)


@reader("caffe")
class Caffe(Reader):
    """Layers in order, for the use of the network (TEST), not for training.

    Source:
        the published source of Caffe: src/caffe/proto/caffe.proto, net.cpp, upgrade_proto.cpp, and the
        layers' own files.
    """

    about = "Caffe (.prototxt)"
    suffix = ".prototxt"

    @staticmethod
    def read(file: ForeignFile, asked: Asked) -> Network:
        top = parse(file, asked.max_layers)
        parts = list(_parts(top))
        stages = {"deploy"} if any("deploy" in _stages(part) for part in parts) else set()
        kept = [part for part in parts if _is_kept(part, stages)]
        numbers = Numbers(file)
        own = _inputs(numbers, top, kept)
        if not own:  # data only for training
            own = _inputs(numbers, top, parts)
        numbers.tell()
        labels: dict[str, int | None] = dict.fromkeys(own)
        own = _used_inputs(own, kept)
        if not own:
            message = "the file does not name an input; add an Input layer, or input and input_dim at its start"
            raise file.error(message, 1)
        graph = Graph(file, asked.inputs(file, _as_many(own, asked)), asked.max_layers)
        entered = {name: INPUT - number for number, name in enumerate(own)}
        reading = Reading(graph, labels | entered)
        for part in kept:
            reading.add(part)
            if graph.is_hopeless:
                break
        graph.notes[:0] = _skipped_note(reading)
        return graph.network(top.text("name") or file.name, "")


def _parts(top: Block) -> Iterator[Part]:
    """The layers in order, with today's names."""
    found = sorted([*top.blocks("layer"), *top.blocks("layers")], key=lambda block: block.line)
    for block in found:
        inner = block.block("layer")
        is_first = bool(inner.values) and "type" not in block.values
        options = inner if is_first else block
        word = options.text("type")
        kind = (_FIRST_TYPES if is_first else _OLD_TYPES).get(word, word)
        if is_first:
            kind = _OLD_TYPES.get(kind.upper(), kind)
        own = options.block("python_param").text("layer")
        if kind == "Python" and own in TYPES:
            kind = own
        tops = block.texts("top")
        name = options.text("name") or (tops[0] if tops else kind) or "layer"
        yield Part(name, kind, block.texts("bottom"), tops, options, block.line, is_first)


def _rules(part: Part, name: str) -> list[Block]:
    return part.block.blocks(name)


def _stages(part: Part) -> set[str]:
    """The stages that a layer's rules name."""
    rules = [*_rules(part, "include"), *_rules(part, "exclude")]
    return {stage for rule in rules for stage in [*rule.texts("stage"), *rule.texts("not_stage")]}


def _is_kept(part: Part, stages: set[str]) -> bool:
    """Whether a layer exists when the network is used."""
    include = _rules(part, "include")
    if include:
        return any(_fits(rule, stages) for rule in include)
    return not any(_fits(rule, stages) for rule in _rules(part, "exclude"))


def _fits(rule: Block, stages: set[str]) -> bool:
    """Whether a rule is for phase TEST, level 0 and these stages."""
    phase = rule.text("phase", "TEST")
    if phase not in ("TEST", "1"):
        return False
    if rule.text("min_level", "0").lstrip("+-0") and not rule.text("min_level").startswith("-"):
        return False
    if rule.text("max_level", "0").startswith("-"):
        return False
    return set(rule.texts("stage")) <= stages and not set(rule.texts("not_stage")) & stages


def _as_many(own: dict[str, Shape], asked: Asked) -> dict[str, Shape]:
    """The inputs; one without a stated shape has as many sides as the user gave."""
    (name, shape), *more = own.items()
    given = asked.input.get(name) if isinstance(asked.input, Mapping) else asked.input
    if more or any(shape) or not isinstance(given, (tuple, list)):
        return own
    return {name: (OPEN,) * len(given)}


def _used_inputs(own: dict[str, Shape], parts: Iterable[Part]) -> dict[str, Shape]:
    """The inputs that a layer reads for its result; all if no layer does."""
    read = {name for part in parts if not part.is_measure for name in part.bottoms}
    return {name: shape for name, shape in own.items() if name in read} or own


def _skipped_note(reading: Reading) -> list[str]:
    """A sentence about the layers that only measure."""
    names = [f"{part.name} ({part.kind})" for part in reading.measures]
    if not names:
        return []
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return [f"ignored, because they only measure: {', '.join(names[:5])}{more}"]


# ------------------------------------------------------------------------------ the input


def _inputs(numbers: Numbers, top: Block, parts: Iterable[Part]) -> dict[str, Shape]:
    """The inputs by name, channels first, without the batch; an unknown side is 0."""
    names = top.texts("input")
    found = dict(zip(names, _declared(numbers, top, len(names))))
    for part in parts:
        if part.bottoms or not part.tops or part.kind == "Parameter":
            continue
        if part.kind == "Input":
            shapes = [
                _sides(numbers, shape) for shape in part.block.block("input_param").blocks("shape")
            ]
            shapes = shapes * len(part.tops) if len(shapes) == 1 else shapes
            found |= dict(zip(part.tops, shapes))
        elif part.kind == "DummyData":
            found |= dict(zip(part.tops, _dummies(numbers, part)))
        elif part.kind in _LOADERS or part.kind.endswith("Data"):
            found.setdefault(part.tops[0], _loaded(numbers, part))
        else:
            message = f"{part.name} ({part.kind}) reads nothing; give it a bottom"
            numbers.refuse(message, part.line)
    return {name: shape for name, shape in found.items() if shape}


def _declared(numbers: Numbers, top: Block, count: int) -> list[Shape]:
    """The shapes at the start of the file."""
    if top.blocks("input_shape"):
        return [_sides(numbers, block) for block in top.blocks("input_shape")]
    sides = numbers.wholes(top, "input_dim", least=0)
    if len(sides) == 4 * count:
        return [_without_batch(sides[at : at + 4]) for at in range(0, len(sides), 4)]
    if count == 1 and sides:
        return [_without_batch(sides)]
    if sides:
        line = top.all("input_dim")[0].line
        numbers.refuse(
            f"input_dim gives {len(sides)} numbers for {count} inputs; give 4 for each", line
        )
    return [(OPEN,) * 3] * count


def _sides(numbers: Numbers, shape: Block) -> Shape:
    return _without_batch(numbers.wholes(shape, "dim", least=0))


def _without_batch(sides: list[int]) -> Shape:
    return tuple(sides[1:]) or tuple(sides)


def _dummies(numbers: Numbers, part: Part) -> list[Shape]:
    """The shapes of dummy data."""
    options = part.param("dummy_data_param")
    shapes = [_sides(numbers, shape) for shape in options.blocks("shape")]
    if not shapes:
        columns = [numbers.wholes(options, name) for name in ("channels", "height", "width")]
        shapes = list(zip(*columns))
    return shapes * len(part.tops) if len(shapes) == 1 else shapes


def _loaded(numbers: Numbers, part: Part) -> Shape:
    """The shape of the data that a data layer loads, as far as the file states it."""
    block = part.block
    params = [block.block(name) for name in sorted(block.values) if name.endswith("_param")]
    params = [block] if part.is_first else params

    def side(*words: str) -> int:
        for param in params:
            for word in words:
                if word in param.values:
                    return numbers.whole(param, word, OPEN, least=0)
        return OPEN

    crop = side("crop_size", "cropsize", "crop_h")
    height, width = crop or side("new_height", "height"), crop or side("new_width", "width")
    channels = side("channels")
    if not channels and any(
        param.text("force_gray") in ("true", "1") or param.text("is_color") in ("false", "0")
        for param in params
    ):
        channels = 1
    is_picture = bool(height) or part.kind == "ImageData"
    return (channels or (3 if is_picture else OPEN), height, width)
