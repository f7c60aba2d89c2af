"""The functions that ``import convcalc`` offers."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from convcalc import given
from convcalc.errors import UsageError
from convcalc.given import takes
from convcalc.layers import make
from convcalc.layers.values import checked_shape, shown
from convcalc.network.axes import chain_order, channels_first, checked_order
from convcalc.network.chain import parse_chain
from convcalc.network.network import Network, one_layer_network

if TYPE_CHECKING:
    from os import PathLike

    from convcalc.analysis.analysis import Step
    from convcalc.analysis.one_layer import Change
    from convcalc.analysis.sizes import AxisSizes
    from convcalc.images.kernels import Kernel
    from convcalc.report import Report
    from convcalc.solve.budget import Found


_FOREIGN = {name: given.LOADED[name] for name in ("input", "max_layers", "order")}


def _a_module(module: Any, what: str) -> None:
    """Refuse anything that is not a module of PyTorch."""
    if isinstance(module, type):
        name = module.__name__
        message = (
            f"{what} must be a torch.nn.Module, but {name} is a class; make one of it: {name}()"
        )
        raise UsageError(message)
    if not hasattr(module, "named_parameters"):
        raise UsageError(
            f"{what} must be a torch.nn.Module, but is {shown(module)}{_from_file(module)}"
        )


def _a_model(model: Any, what: str) -> None:
    """Refuse anything that is not a Keras model."""
    if isinstance(model, type) or not hasattr(model, "to_json"):
        raise UsageError(f"{what} must be a keras.Model, but is {shown(model)}{_from_file(model)}")


def _from_file(given: Any) -> str:
    """The end of a message if a path was given instead of the contents of the file."""
    return f"; for a file write convcalc.load({shown(given)})" if isinstance(given, str) else ""


def networks() -> list[str]:
    """The names of the bundled networks."""
    from convcalc.network.find import bundled_names

    return bundled_names()


@takes(target=given.path, options=given.LOADED)
def load(target: str, **options: Any) -> Network:
    """Load a network: a YAML file, or a bundled one by name.

    Args:
        target: a path, or a name from `networks`.
        options: ``parameters={"classes": 10}``, ``input=(3, 256, 256)``, ``max_layers=…``,
            ``order="hwc"`` if the input's channels are last.

    Raises:
        ConvcalcError: the file is missing or wrong; the message says where and what to do.

    >>> load("vgg16").walk().totals["macs"]
    15470264320
    """
    from convcalc.interop.load import load as from_file

    return from_file(str(target), **options)


@takes(options={**given.LOADED, "path": given.text})
def loads(text: str, **options: Any) -> Network:
    """Load a network from a YAML text; options as for `load`.

    >>> loads("{input: [1, 28, 28], layers: [flatten, {linear: {out_features: 10}}]}").walk().totals["params"]
    7850
    """
    from convcalc.network.load import loads as from_text

    return from_text(text, **options)


@takes(module=_a_module, options=_FOREIGN)
def from_torch(module: Any, *example: Any, **options: Any) -> Network:
    """The network of a PyTorch module. torch.export exports it; convcalc reads it like a .pt2 file.

    Args:
        module: a torch.nn.Module; call ``eval()`` on it first, so that batch norms work as at inference.
        example: the input tensors; their values do not matter.
        options: ``input=``, ``max_layers=``, ``order=`` as for `load`.

    Raises:
        ImportError: PyTorch is not installed.
        ConvcalcError: PyTorch could not export it, or it cannot be read; the message says what to do.
    """
    import torch.export

    name, data = type(module).__name__, io.BytesIO()
    try:
        program = torch.export.export(module, tuple(example))
    except (
        RuntimeError,
        TypeError,
        ValueError,
        AttributeError,
        LookupError,
        AssertionError,
    ) as error:
        what = str(error).strip().split("\n", 1)[0][:200] or type(error).__name__
        message = (
            f"{name}: torch.export could not export it ({what}); give what its forward() takes, one after "
            "the other, such as from_torch(module, torch.zeros(1, 3, 224, 224))"
        )
        raise UsageError(message) from error
    torch.export.save(program, data)
    return _foreign("pt2", f"{name}.pt2", data.getvalue(), options)


@takes(model=_a_model, options=_FOREIGN)
def from_keras(model: Any, **options: Any) -> Network:
    """The network of a Keras model, read from its ``to_json()``; no code of the model runs.

    Args:
        model: a keras.Model.
        options: ``input=``, ``max_layers=``, ``order=`` as for `load`.

    Raises:
        ConvcalcError: a layer cannot be read; the message names it.
    """
    data = model.to_json().encode()
    return _foreign("keras", f"{getattr(model, 'name', 'model')}.json", data, options)


def _foreign(name: str, path: str, data: bytes, options: dict[str, Any]) -> Network:
    """The network in a file of another tool, given as bytes."""
    from convcalc.interop.base import Asked, ForeignFile
    from convcalc.interop.readers import READERS
    from convcalc.interop.signs import HEAD

    return READERS[name].read(ForeignFile(path, data[:HEAD], data), Asked(**options))


@takes(order=given.text)
def chain(input: str | Sequence[int], *words: str, order: str = "") -> Network:
    """A stack of layers in the one-line language.

    Args:
        input: the input shape, channels first: ``(3, 32, 32)`` or ``"3x32x32"``.
        words: one layer each.
        order: ``hwc`` if the channels are last.

    Raises:
        ConvcalcError: a word is not a layer, or a layer does not fit.

    >>> [step.output for step in chain("1x32x32", "conv:k5c6", "pool:k2").walk()]
    [(6, 28, 28), (6, 14, 14)]
    """
    shape = checked_shape(input)
    with chain_order(shape, checked_order(order)):
        network = parse_chain(words, channels_first(shape, order))
    network.order = order
    return network


@takes(network=given.network)
def sizes(network: Network) -> list[AxisSizes]:
    """Which inputs a network takes: the smallest of each axis, and those that every layer divides evenly.

    Args:
        network: the result of `load`, `loads` or `chain`.

    Raises:
        ConvcalcError: its input is a vector, or no input was found that works.

    >>> [(row.axis, row.smallest, str(row.even)) for row in sizes(load("unet"))]
    [('height', 188, '188 + 16·i'), ('width', 188, '188 + 16·i')]
    """
    from convcalc.analysis.sizes import sizes_of

    return sizes_of(network)


@takes(
    target=given.path,
    params=given.amount,
    macs=given.amount,
    flops=given.amount,
    memory=given.amount,
    vary=given.names_or_one,
    input=given.inputs,
    parameters=given.settings,
    options={
        "batch": given.count,
        "dtype": given.text,
        "max_layers": given.count,
        "order": given.text,
    },
)
def budget(
    target: str,
    *,
    params: int | str | None = None,
    macs: int | str | None = None,
    flops: int | str | None = None,
    memory: int | str | None = None,
    vary: Iterable[str] | Mapping[str, Any] = (),
    parameters: Mapping[str, Any] | None = None,
    input: Any = None,
    **options: Any,
) -> Found:
    """The width, depth or resolution that keeps a network within limits, the largest first.

    Args:
        target: a path, or a name from `networks`.
        params, macs, flops, memory: the limits: a number, or a text such as ``"5M"``, ``"64 MB"``.
            Memory is weights and the most values in memory at once. Without any of them, the limits
            under ``expect`` in the file are used.
        vary: what can change: ``["width", "input"]``, or with values ``{"width": [0.5, 0.75], "input": None}``;
            ``input`` is the resolution.
        parameters, input: fixed values, for everything that does not vary.
        options: ``batch=…`` and ``dtype="float16"`` for the memory, ``max_layers=…``.

    Raises:
        ConvcalcError: no limit, an unknown parameter, nothing that scales, or a file that is wrong.

    >>> found = budget("mobilenet_v1", macs="150M", vary={"width": None, "input": [128, 160, 192, 224]})
    >>> found.candidates[0].options, found.candidates[0].totals["macs"]
    ('--set width=16 --input 3x224x224', 149497088)
    """
    from convcalc.solve.budget import budget as search

    limits = {"params": params, "macs": macs, "flops": flops, "memory": memory}
    shape = checked_shape(input) if input is not None and not isinstance(input, Mapping) else input
    return search(str(target), limits, vary=vary, given=parameters, shape=shape, **options)


def layer(kind: str, input: str | Sequence[int], **options: Any) -> Step:
    """Walk one layer; the step has output, params, macs, rf and the rest.

    Args:
        kind: the kind's name, or its name in another library.
        input: the input shape, channels first: ``(3, 32, 32)`` or ``"3x32x32"``.
        options: the kind's options; numbers may be NumPy's, lists may stand for tuples.

    Raises:
        ConvcalcError: no such kind, an option that is wrong or missing, or a layer that does not fit.

    >>> step = layer("conv", "3x32x32", out_channels=5, kernel_size=5, stride=3)
    >>> step.output, step.params, step.macs
    ((5, 10, 10), 380, 37500)
    >>> step.fits
    True
    """
    from convcalc.analysis.walk import walk

    network = one_layer_network(make(kind, options), checked_shape(input))
    return walk(network).steps[0]


def layer_facts(kind: str, input: str | Sequence[int], **options: Any) -> dict[str, Any]:
    """What ``convcalc layer --format json`` prints of a layer: also its fit per axis and im2col matrices.

    Args:
        kind, input, options: as for `layer`.

    Raises:
        ConvcalcError: as for `layer`.

    >>> facts = layer_facts("conv", "3x32x32", out_channels=5, kernel_size=5, stride=2)
    >>> facts["fit"][0]["exact"], facts["weights_per_neuron"]
    ('29/2', 75)
    """
    from convcalc.analysis.one_layer import layer_facts as facts_of

    return facts_of(layer(kind, input, **options))


def what_fits(kind: str, input: str | Sequence[int], **options: Any) -> list[Change]:
    """Small changes that make a layer's window fit exactly; none if it already fits.

    Args:
        kind, input, options: as for `layer`.

    Raises:
        ConvcalcError: as for `layer`.

    >>> [str(change) for change in what_fits("conv", "1x32x32", out_channels=1, kernel_size=5, stride=2)]
    ['--s 1 (28)', '--s 3 (10)', '--n 31 (14)', '--n 33 (15)', '--k 4 (15)']
    """
    from convcalc.analysis.one_layer import what_fits as changes

    made, shape = make(kind, options), checked_shape(input)
    made.check(shape)
    return changes(made, shape)


@takes(
    network=given.path,
    parameters=given.settings,
    input=given.inputs,
    columns=given.names,
    where=given.names,
    pareto=given.names,
    jobs=given.jobs,
    cluster=given.text,
    options={
        "sort": given.text,
        "limit": given.limit,
        "batch": given.count,
        "max_points": given.count,
    },
)
def sweep(
    network: str | PathLike[str],
    *,
    parameters: Mapping[str, Any] | None = None,
    input: Any = None,
    columns: Iterable[str] = (),
    where: Iterable[str] = (),
    pareto: Iterable[str] = (),
    jobs: int = 1,
    cluster: str = "",
    **options: Any,
) -> list[dict[str, Any]]:
    """A network at every point of a grid of parameters and inputs, like ``convcalc sweep``.

    Args:
        network: a file, or the name of a bundled network.
        parameters: for each name a range or list of values, or one value.
        input: a range or list of side lengths, a shape whose sides can be ranges, or either by input name.
        columns: what to show: ``params``, ``macs``, ``flops``, ``activations``, ``memory``, ``rf`` …
        where: conditions, such as ``"macs < 300M"``.
        pareto: keep the Pareto front: the smallest of each of these columns, or the largest: ``max:rf``.
        jobs: parallel processes.
        cluster: the address of a dask.distributed cluster.
        options: ``sort="macs"``, ``limit=…``, ``batch=…``, ``max_points=…``.

    Returns:
        For each point that fits and is kept: its values, and the columns.

    Raises:
        ConvcalcError: one of these cannot be read, or there are too many points.

    >>> rows = sweep("mobilenet_v1", parameters={"width": range(8, 33, 8)}, input=[128, 224], columns=["macs"])
    >>> rows[-1]
    {'width': 32, 'input': [224, 224], 'macs': 568740352}
    """
    from convcalc.solve.asking import origin_of, sweep_of
    from convcalc.solve.sweep_report import rows_of

    inputs = input if isinstance(input, Mapping) else {} if input is None else {"": input}
    found, names = sweep_of(
        origin_of((str(network),)),
        (parameters or {}).items(),
        inputs.items(),
        columns=",".join(columns),
        conditions=where,
        pareto=",".join(pareto),
        **options,
    )
    if cluster or jobs > 1:
        from convcalc.solve.side_by_side import on_cluster, on_cores

        found.run = on_cluster(cluster) if cluster else on_cores(jobs)
    return rows_of(found, names)


@takes(op=given.option, blank=given.flag, key=given.flag, every=given.flag)
def by_hand(
    x: Any,
    k: Any = None,
    op: str = "conv",
    *,
    blank: bool = False,
    key: bool = False,
    every: bool = False,
    **options: Any,
) -> Report:
    """A small convolution, transposed convolution, pool or gradient, window by window.

    Args:
        x, k: input and kernel: text such as ``"0 1; 2 3"``, nested lists or arrays.
        op: conv, tconv, maxpool, avgpool or gradient.
        blank: a worksheet, with boxes instead of results.
        key: with ``blank``, also the answers, after the worksheet.
        every: show all windows, even if there are many.
        options: ``stride=2``, ``padding="same"`` and the others of `convcalc.hand.Options`.

    Raises:
        ConvcalcError: the arguments do not fit together, or it is too much to do by hand.

    >>> by_hand("0 1 2; 3 4 5", "1 1").facts["results"]
    {'y': [[[1, 3], [7, 9]]]}
    """
    from convcalc.hand import hand_report, solve

    return hand_report(solve(op, x, k, **options), blank=blank, key=key, every=every)


def image_kernel(kernel: Any) -> Kernel:
    """A kernel for pictures: one of the names that ``convcalc kernel`` lists, or a matrix.

    Args:
        kernel: a name, text such as ``"0 1 0; 1 -4 1; 0 1 0"``, nested lists or an array.

    Raises:
        ConvcalcError: no kernel has that name, or it is not a matrix.

    >>> image_kernel("sobel_x").values
    ((-1, 0, 1), (-2, 0, 2), (-1, 0, 1))
    """
    from convcalc.images.kernels import find, from_numbers, is_name

    if isinstance(kernel, str) and is_name(kernel):
        return find(kernel)
    from convcalc.hand.matrices import as_matrix

    matrix = as_matrix(kernel, "kernel")
    return from_numbers(matrix.cells, matrix.shape, matrix.axes or 2)


@takes(
    path=given.picture,
    output=given.picture,
    flip=given.flag,
    absolute=given.flag,
)
def filter_picture(
    path: str | PathLike[str],
    kernel: Any,
    output: str | PathLike[str] = "",
    *,
    border: str = "zero",
    flip: bool = False,
    absolute: bool = False,
) -> Report:
    """Apply a kernel to a picture.

    Args:
        path: the picture: .pgm or .ppm, or another kind if Pillow is installed.
        kernel: as for `image_kernel`.
        output: a file for the result.
        border: what surrounds the picture: zero, reflect, edge, or none.
        flip: turn the kernel by 180 degrees: a true convolution.
        absolute: show values without their signs.

    Raises:
        ConvcalcError: a file cannot be read or written, or the kernel does not fit the picture.
    """
    from convcalc.images.filter import filter_file

    return filter_file(
        path, image_kernel(kernel), output, border=border, flip=flip, absolute=absolute
    )[0]
