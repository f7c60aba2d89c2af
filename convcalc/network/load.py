"""A YAML file becomes a `Network`: its top-level keys, ``extends``, and the networks it contains."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from yaml.nodes import Node, SequenceNode

from convcalc.errors import SpecError, UsageError, did_you_mean
from convcalc.files import stem_of
from convcalc.layers.values import VALUES, shown
from convcalc.network.asked import as_asked
from convcalc.network.axes import (
    ORDERS,
    channels_first,
    checked_axes,
    checked_order,
    read_axes,
    written_order,
)
from convcalc.network.blocks import BlockPlan, read_blocks, read_parameters
from convcalc.network.budget import is_budget, read_budget
from convcalc.network.expand import MAX_LAYERS, Scope
from convcalc.network.find import EXTENDS, HOLDS, find, find_beside, name_of
from convcalc.network.foreign import Held, Opener
from convcalc.network.graph_expand import GraphExpander
from convcalc.network.graph_plan import GraphPlanner
from convcalc.network.inputs import FileInput, read_inputs
from convcalc.network.items import Items
from convcalc.network.network import INPUT, Network, without_collector
from convcalc.network.outputs import FileOutput, read_outputs
from convcalc.network.parameters import changed
from convcalc.network.plan import ITEM_WORDS, is_kind
from convcalc.network.yaml_source import Source, read, source_of
from convcalc.text import printable, quoted, shortened
from convcalc.traced import untraced

if TYPE_CHECKING:
    from convcalc.layers import Shape

TOP_KEYS = (
    *("name", "source", "input", "order", "axes", "parameters", "blocks", "layers", "outputs"),
    *("expect", "extends", "notes"),
)
EXPECT_KEYS = (
    "params", "macs", "flops", "buffers", "layers", "memory", "rf_size", "rf_at", "source",
)  # fmt: skip
MAX_FILES = 100  # in a network
_MAX_NOTES, _MAX_NOTE = 20, 500  # notes of a file; characters of a note
_FAILED = object()


class _Draft:
    """The content of one file, including the content of the files it extends."""

    def __init__(self, path: str) -> None:
        self.called = name_of(path)
        self.name = stem_of(path)
        self.files = [path]
        self.extends = False
        self.planner: GraphPlanner
        self.cited = ""
        self.notes: tuple[str, ...] = ()
        self.inputs: list[FileInput] = []
        self.outputs: list[FileOutput] = []
        self.order = ""
        self.axes: tuple[str, ...] = ()
        self.axes_at: tuple[Source, Node] | None = None
        self.parameters: dict[str, Any] = {}
        self.blocks: dict[str, BlockPlan] = {}
        self.layers = Items()
        self.expect: dict[str, Any] = {}


class Library:
    """The networks in the files of one load: each is read once, however often it is used.

    Args:
        within: a folder that must contain every file, unless it is bundled.
        opener: opens files of other tools; None if only YAML is allowed.
    """

    def __init__(self, within: str = "", opener: Opener | None = None) -> None:
        self.within, self.opener = within, opener
        self._known: dict[str, _Draft | Held] = {}

    def about(self, path: str) -> str:
        """The tool that wrote a file; empty for YAML."""
        return self.opener.about(path) if self.opener else ""

    def network(
        self, source: Source, node: Node, target: str, opened: list[str], files: list[str]
    ) -> _Draft | Held:
        """The network that a file names; its files are inserted before the last of ``files``."""
        path, chain = find_beside(source, node, target, HOLDS, opened, self.within)
        real = os.path.realpath(path)
        if real not in self._known:
            if len(self._known) >= MAX_FILES:
                source.refuse(node, f"more than {MAX_FILES} files are used; use fewer")
            try:
                if self.opener and self.opener.about(path):
                    self._known[real] = Held(self.opener.network(path), path)
                else:
                    self._known[real] = _read_draft(read(path), chain, self)
            except UsageError as error:
                raise source.error(node, f"network: {error}") from None
        draft = self._known[real]
        files[-1:-1] = [each for each in draft.files if each not in files]
        return draft


class Opened:
    """A network's file, read once; each `with_values` expands it anew.

    Args:
        source: the text.
        max_layers: refuse to expand more layers than this.
        library: opens the files that it extends and contains.
        order: the axis order of inputs from the user; empty means as in the file.

    Attributes:
        parameters: the file's parameters with the file's values.
        order: the axis order of inputs from the user: hwc, else channels first.

    Raises:
        SpecError: the file is wrong; the error has the place.
    """

    def __init__(self, source: Source, max_layers: int, library: Library, order: str = "") -> None:
        with without_collector():
            self._draft = _read_draft(source, [], library)
        self._path, self._order = source.path, order
        self.order = checked_order(order) or self._draft.order
        self._max_layers = VALUES.number(max_layers, "max_layers")
        self.parameters: Mapping[str, Any] = self._draft.parameters

    def inputs(self, parameters: Mapping[str, Any] | None = None) -> dict[str, Shape]:
        """The file's own inputs by name, channels first; empty if it has none.

        Args:
            parameters: new values of the file's parameters; its inputs can depend on them.
        """
        given = {} if parameters is None else parameters
        return self._inputs(changed(self.parameters, given, printable(self._draft.called)))

    def _inputs(self, names: Mapping[str, Any]) -> dict[str, Shape]:
        """The file's own inputs with these parameters."""
        order = self._draft.order
        return {each.name: channels_first(each.shape(names), order) for each in self._draft.inputs}

    def with_values(
        self,
        parameters: Mapping[str, Any] | None = None,
        inputs: Shape | Mapping[str, Shape] | None = None,
    ) -> Network:
        """The network with some parameters changed, or with another input.

        Args:
            parameters: new values of the file's parameters, such as ``{"classes": 10}``.
            inputs: another input shape, channels first; for several inputs, shapes by name.

        Raises:
            UsageError: there is no such parameter or input.
            SpecError: the file is wrong with these values; the error has the place.
        """
        draft = self._draft
        given = {} if parameters is None else parameters
        with without_collector():
            names = changed(draft.parameters, given, printable(draft.called))
            own = self._inputs(names)
            shapes = as_asked(draft.called, own, inputs, self.order)
            if not shapes:
                message = "the network has no input; add input: [channels, height, width]"
                raise SpecError(draft.called, 0, 0, message)
            return self._expanded(names, own, shapes, asked=bool(inputs))

    def _expanded(
        self,
        names: dict[str, Any],
        own: Mapping[str, Shape],
        shapes: dict[str, Shape],
        *,
        asked: bool,
    ) -> Network:
        """The network with these parameters and inputs."""
        draft = self._draft
        expander = GraphExpander(draft.blocks, names, [*shapes.values()], self._max_layers)
        expander.places.update({name: INPUT - place for place, name in enumerate(shapes)})
        expander.run(draft.layers, Scope("", names, draft.layers.given, numbered=False), INPUT)
        expander.problems.tell()
        if not expander.nodes:
            message = "the network has no layers; list at least one"
            raise SpecError(draft.called, 0, 0, message)
        (first, shape), *more = shapes.items()
        other = bool(own) and _settings(shapes) != _settings(own)
        return Network(
            name=draft.name,
            source=draft.cited,
            notes=draft.notes,
            input=shape,
            nodes=expander.nodes,
            blocks=expander.found,
            expect=dict(draft.expect),
            path=self._path,
            changed=_settings(names) != _settings(draft.parameters) or other,
            home=dict(own) if other else {},
            parameters=names,
            files=tuple(draft.files),
            input_name=first,
            more_inputs=dict(more),
            outputs=_outputs(draft, expander),
            shared=expander.shared,
            order=written_order(draft.order, self._order, asked=asked),
            axes=checked_axes(draft.axes, shape, draft.axes_at),
        )


def load(
    target: str,
    *,
    parameters: Mapping[str, Any] | None = None,
    input: Shape | Mapping[str, Shape] | None = None,
    **options: Any,
) -> Network:
    """Load a network from a file, or a bundled one by name.

    Args:
        target: a path, or a bundled name such as ``vgg16``.
        parameters: new values of the file's parameters, such as ``{"classes": 10}``.
        input: another input shape, channels first; for several inputs, shapes by name.
        options: as for `opened`.

    Raises:
        UsageError: the file cannot be read.
        SpecError: the file is wrong; the error has the place.
    """
    return opened(target, **options).with_values(parameters, input)


def opened(
    target: str,
    *,
    max_layers: int = MAX_LAYERS,
    within: str = "",
    order: str = "",
    opener: Opener | None = None,
) -> Opened:
    """Read a network's file once, to make many networks from it.

    Args:
        target: a path, or a bundled name such as ``vgg16``.
        max_layers: refuse to expand more layers than this.
        within: a folder that must contain every file that it extends, unless it is bundled.
        order: the axis order of inputs from the user: chw or hwc; empty means as in the file.
        opener: opens files of other tools that the file names; None if only YAML is allowed.

    Raises:
        UsageError: the file cannot be read.
        SpecError: the file is wrong; the error has the place.

    >>> file = opened("mobilenet_v1")
    >>> [file.with_values({"width": width}).walk().totals["params"] for width in (8, 32)]
    [470072, 4231976]
    """
    return Opened(read(find(target)), max_layers, Library(within, opener), order)


def loads(
    text: str | bytes,
    *,
    parameters: Mapping[str, Any] | None = None,
    input: Shape | Mapping[str, Shape] | None = None,
    **options: Any,
) -> Network:
    """Like `load`, from a text. ``path`` is its name in messages."""
    return opens(text, **options).with_values(parameters, input)


def opens(
    text: str | bytes,
    *,
    path: str = "<text>",
    max_layers: int = MAX_LAYERS,
    within: str = "",
    order: str = "",
    opener: Opener | None = None,
) -> Opened:
    """Like `opened`, from a text."""
    if not isinstance(text, str | bytes):
        message = f"a network must be a text in YAML, but is {shown(text)}"
        raise UsageError(message)
    source = source_of(text, path) if isinstance(text, bytes) else Source(path, text)
    return Opened(source, max_layers, Library(within, opener), order)


def _settings(values: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters or inputs in a comparable form; only used to find out whether they changed."""
    return {
        name: tuple(map(untraced, value)) if isinstance(value, tuple) else untraced(value)
        for name, value in values.items()
    }


def _outputs(draft: _Draft, expander: GraphExpander) -> dict[str, int]:
    """The places of the outputs.

    Raises:
        SpecError: a name leads nowhere.
    """
    attempt = expander.problems.attempt
    found = {each.name: attempt(each.place, expander.places, default=0) for each in draft.outputs}
    expander.problems.tell()
    return found


def _read_draft(source: Source, opened: list[str], library: Library) -> _Draft:
    """Read the top-level keys of a file, on top of the files it extends."""
    root = source.compose()
    if root is None:
        message = "the file is empty; a network needs input: and layers:"
        raise SpecError(source.name, 0, 0, message)
    way_out = "a network needs input: and layers:"
    if isinstance(root, SequenceNode):
        way_out = "write input: [3, 32, 32] and layers: above it"
    keys = source.mapping(root, "a network", way_out)
    problems = source.problems
    for key, (node, _) in keys.items():
        if key not in TOP_KEYS:
            problems.add(source.error(node, _unknown_key(key)))
    draft = _Draft(source.path)
    if "extends" in keys:
        given = source, keys["extends"][1], opened, library
        extended = problems.attempt(_read_extended, *given, default=None)
        if extended is None:
            problems.tell()  # for what uses its parameters would seem wrong too
        draft = extended or draft

    def include(source: Source, node: Node, target: str) -> _Draft | Held:
        return library.network(source, node, target, opened, draft.files)

    own_name = stem_of(source.path)
    draft.called, draft.name, draft.expect, draft.notes = source.name, own_name, {}, ()
    draft.extends = "extends" in keys
    draft.planner = GraphPlanner(source, draft.blocks, include)
    if "layers" in keys:
        draft.cited = ""  # the source of the other file's layers is not the source of these
        draft.outputs = []  # its outputs are layers of that file
    for key, read_key in _READERS.items():
        if key in keys:
            done = problems.attempt(read_key, source, keys[key][1], draft, default=_FAILED)
            if done is _FAILED and key in ("parameters", "blocks"):
                problems.tell()  # because their uses would look wrong too
    problems.tell()
    if "layers" not in keys and not draft.layers:
        source.refuse(root, "a network needs layers; add layers: and list them")
    return draft


def _unknown_key(key: str) -> str:
    """The message about an unknown top-level key."""
    if is_kind(key) or key in ITEM_WORDS or key == "network":
        return f"{key} does not belong here; put it under layers:, after a dash"
    return f"a network has no key {quoted(key)}{did_you_mean(key, TOP_KEYS)}"


def _read_extended(source: Source, node: Node, opened: list[str], library: Library) -> _Draft:
    """The draft of the file that this one extends."""
    target = source.scalar(node, "extends")
    path, chain = find_beside(source, node, target, EXTENDS, opened, library.within)
    if about := library.about(path):
        source.refuse(
            node,
            f"extends {quoted(target)}, a file of {about}, which cannot be changed; "
            f"write layers: with network: {{file: {shortened(target)}}}",
        )
    try:
        draft = _read_draft(read(path), chain, library)
    except UsageError as error:
        raise source.error(node, f"extends: {error}") from None
    draft.files.append(source.path)
    return draft


def _read_name(source: Source, node: Node, draft: _Draft) -> None:
    draft.name = source.text_of(node, "name")


def _read_cited(source: Source, node: Node, draft: _Draft) -> None:
    draft.cited = source.text_of(node, "source")


def _read_notes(source: Source, node: Node, draft: _Draft) -> None:
    notes = source.sequence(node, "notes", "write each note on a line after a dash")
    if len(notes) > _MAX_NOTES:
        source.refuse(node, f"there are {len(notes):,} notes; give at most {_MAX_NOTES}")
    for note in notes:
        text = source.text_of(note, "a note")
        if not 1 <= len(text) <= _MAX_NOTE:
            source.refuse(note, f"a note has {len(text):,} characters; write 1 to {_MAX_NOTE}")
        draft.notes = (*draft.notes, text)


def _read_parameters(source: Source, node: Node, draft: _Draft) -> None:
    draft.parameters = read_parameters(source, node, draft.parameters, extends=draft.extends)


def _read_input(source: Source, node: Node, draft: _Draft) -> None:
    draft.inputs = read_inputs(source, node, draft.parameters)


def _read_order(source: Source, node: Node, draft: _Draft) -> None:
    draft.order = source.word(node, "order", ORDERS)


def _read_axes(source: Source, node: Node, draft: _Draft) -> None:
    draft.axes, draft.axes_at = read_axes(source, node), (source, node)


def _read_blocks(source: Source, node: Node, draft: _Draft) -> None:
    read_blocks(source, node, draft.blocks, draft.planner, draft.parameters)


def _read_layers(_: Source, node: Node, draft: _Draft) -> None:
    draft.layers = draft.planner.read_layers(node, "layers", draft.parameters)


def _read_outputs(source: Source, node: Node, draft: _Draft) -> None:
    draft.outputs = read_outputs(source, node)


def _read_expect(source: Source, node: Node, draft: _Draft) -> None:
    """The expected numbers of a file, and its limits."""
    for name, (key, value) in source.mapping(node, "expect").items():
        found = source.problems.attempt(_promise, source, name, key, value, default=None)
        if found is not None:
            draft.expect[name] = found


def _promise(source: Source, name: str, key: Node, node: Node) -> Any:
    """One expected number or limit."""
    if name not in EXPECT_KEYS:
        source.refuse(key, f"expect has no key {quoted(name)}{did_you_mean(name, EXPECT_KEYS)}")
    text = source.text_of(node, name)
    if name in ("rf_at", "source"):
        return text
    if not is_budget(text):
        return source.whole(node, name)
    try:
        return read_budget(text, of_bytes=name == "memory")
    except ValueError as error:
        raise source.error(node, f"{name}: {quoted(text)} {error}") from None


_READERS: dict[str, Callable[[Source, Node, _Draft], object]] = {  # in this order
    "name": _read_name,
    "source": _read_cited,
    "notes": _read_notes,
    "parameters": _read_parameters,
    "input": _read_input,
    "order": _read_order,
    "axes": _read_axes,
    "blocks": _read_blocks,
    "layers": _read_layers,
    "outputs": _read_outputs,
    "expect": _read_expect,
}
