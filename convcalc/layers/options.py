"""The options of the layer kinds, and `make_layer`, which checks them all.

A kind declares an option as a dataclass field; the field's annotation is the option's type
(`convcalc.layers.option_types`). A `Literal` of words needs no further code.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields
from typing import Any, Literal, NamedTuple, get_args, get_origin

from convcalc.errors import UsageError, did_you_mean
from convcalc.layers.aliases import build, own_option
from convcalc.layers.base import Layer
from convcalc.layers.option_base import OptionType
from convcalc.layers.option_types import OPTION_TYPES, WHOLE, Choice
from convcalc.text import quoted

# Other libraries' words for our options; a text with a space explains why there is no such option.
OPTION_WORDS = {
    "filters": "out_channels",
    "num_output": "out_channels",
    "num_filters": "out_channels",
    "nb_filter": "out_channels",
    "out_features": "out_channels",
    "out_channels": "out_features",
    "units": "out_features",
    "strides": "stride",
    "dilation_rate": "dilation",
    "dilations": "dilation",
    "pad": "padding",
    "pads": "padding",
    "pool_size": "kernel_size",
    "kernel_shape": "kernel_size",
    "kernel": "kernel_size",
    "group": "groups",
    "use_bias": "bias",
    "bias_term": "bias",
    "center": "shift",
    "elementwise_affine": "affine",
    "min_val": "min",
    "max_val": "max",
    "output_size": "output_shape",
    "output_shape": "output_size",
    "depth_multiplier": "multiplier",
    "scale": "scale_factor",
    "alpha": "negative_slope",
    "rate": "p",
    "num_heads": "heads",
    "nhead": "heads",
    "num_kv_heads": "kv_heads",
    "embed_dim": "it follows from the layer before",
    "dim": "axis",
    "dims": "axes",
    "perm": "order",
    "normalized_shape": "axes",
    "chunks": "into",
    "num_outputs": "into",
    "downscale_factor": "block_size",
    "blocksize": "block_size",
    "keepdim": "keep",
    "keepdims": "keep",
    "start_dim": "start_axis",
    "end_dim": "end_axis",
    "data_format": "shapes are channels first",
    "in_channels": "it follows from the layer before",
    "in_features": "it follows from the layer before",
    "num_features": "it follows from the layer before",
    "inplace": "it does not change any number",
}


class Option(NamedTuple):
    """One option of a kind.

    Attributes:
        name: its name in YAML and Python.
        field: its dataclass field; with a _ at the end if a method has the name.
        type: its type.
        default: its default value; `MISSING` if it is required.
        may_be_none: whether None is also a value.
    """

    name: str
    type: OptionType
    default: Any
    may_be_none: bool
    field: str

    @property
    def required(self) -> bool:
        return self.default is MISSING

    def check(self, value: Any, what: str) -> Any:
        """Check a value of a Python program."""
        return None if value is None and self.may_be_none else self.type.check(value, what)


_OPTIONS: dict[type[Layer], dict[str, Option]] = {}  # by kind, for the kinds used so far


def options_of(cls: type[Layer]) -> dict[str, Option]:
    """The options of a kind by name, in the order of declaration.

    Raises:
        RuntimeError: an annotation is not an option type.
    """
    found = _OPTIONS.get(cls)
    if found is None:
        options = (_option(cls, field) for field in fields(cls))
        found = _OPTIONS[cls] = {option.name: option for option in options}
    return found


def _option(cls: type[Layer], field: Field[Any]) -> Option:
    """The option for a field."""
    text = str(field.type)
    own = text.removesuffix(" | None")
    home = next(c for c in cls.__mro__ if field.name in vars(c).get("__annotations__", ()))
    meant = vars(sys.modules[home.__module__]).get(own) or getattr(builtins, own, None)
    if get_origin(meant) is Literal:
        option_type: OptionType = Choice(*get_args(meant))
    elif meant in OPTION_TYPES:
        option_type = OPTION_TYPES[meant]
    else:
        message = f"{cls.kind}: {field.name}: {text} is not a type of option"
        raise RuntimeError(message)
    name = field.name.removesuffix("_")
    return Option(name, option_type, field.default, own != text, field.name)


def required_options(cls: type[Layer]) -> list[str]:
    """The required options of a kind."""
    return [option.name for option in options_of(cls).values() if option.required]


def option_text(layer: Layer) -> str:
    """A layer's options in the options column: ``k3 c64 s2 p1``; defaults are left out."""
    known = options_of(type(layer))
    parts = [
        _mention(option, value, is_first=place == 0)
        for place, option in enumerate(known.values())
        if (value := getattr(layer, option.field)) != option.default
    ]
    return " ".join([text for _, text in sorted(parts, key=lambda part: part[0]) if text])


def _mention(option: Option, value: Any, *, is_first: bool) -> tuple[int, str]:
    """An option in the options column; a number without a letter or name is the kind's first option."""
    order, text = option.type.mention(option.name, value)
    is_bare = (
        text
        and not is_first
        and not any(character.isalpha() for character in text.replace("x", ""))
    )
    return (51, f"{option.name} {text}") if is_bare else (order, text)


def yaml_item(cls: type[Layer], options: Mapping[str, Any]) -> str:
    """A kind with its options as an item of a YAML file: ``conv: {out_channels: 8, kernel_size: 3}``."""
    known = options_of(cls)
    written = [f"{name}: {known[name].type.yaml(value)}" for name, value in options.items()]
    return f"{cls.kind}: {{{', '.join(written)}}}" if written else cls.kind


def yaml_of(layer: Layer) -> str:
    """A layer as an item of a YAML file; defaults are left out."""
    changed = {
        name: value
        for name, option in options_of(type(layer)).items()
        if (value := getattr(layer, option.field)) != option.default
    }
    return yaml_item(type(layer), changed)


def unknown_option(
    cls: type[Layer],
    name: str,
    called: Mapping[str, str] | None = None,
    also: tuple[str, ...] = (),
) -> str:
    """The message about an unknown option of a kind; it recognises other libraries' words.

    Args:
        cls: the kind.
        name: the given name.
        called: how the user writes option names, if different.
        also: other words that are allowed among the options.
    """
    known = [*options_of(cls), *also]
    if called and name in called:
        options = ", ".join(dict.fromkeys(called.get(each, each) for each in known))
        way_out = f"its options are {options}" if known else "it has none"
        return f"{cls.kind} has no option {called[name]}; {way_out}"
    message = f"{cls.kind} has no option {quoted(name)}"
    ours = OPTION_WORDS.get(name, "")
    if " " in ours:
        return f"{message}; leave it out: {ours}"
    if ours in known:
        return f"{message}; it is called {ours!r} here"
    return message + (did_you_mean(name, known) if known else "; it has none")


def make_layer(
    cls: type[Layer],
    options: Mapping[str, Any],
    *,
    text: bool = False,
    label: str = "",
    called: Mapping[str, str] | None = None,
    example: Callable[[str], str] = "{}=…".format,
) -> Layer:
    """A layer of a kind, after checking all its options. See `convcalc.layers.make`."""
    label = label or cls.kind
    called = called or {}
    values: dict[str, Any] = {}
    wrong: list[str] = []
    for word, given in options.items():
        what = called.get(word, word)
        try:
            name, option = option_called(cls, str(word), called)
            if name in values:
                message = f"{what} and {_other_word(cls, options, word)} mean the same; keep one"
                raise UsageError(message)  # noqa: TRY301 - reported with the others
            values[name] = option.type.read(given, what) if text else option.check(given, what)
        except UsageError as error:
            wrong.append(str(error).replace("\n", "\n  "))
    missing = [
        name
        for name in required_options(cls)
        if name not in values
        and not any(own_option(cls, str(word)) == name for word in options)
        and not any(f"'{name}'" in line for line in wrong)  # the unknown word may mean it
    ]
    if missing:
        listed = " and ".join(called.get(name, name) for name in missing)
        wrong.append(f"{cls.kind} needs {listed}; write {', '.join(map(example, missing))}")
    if len(wrong) > 1:
        message = f"{label}: {len(wrong)} options are wrong:" + "".join(f"\n  {w}" for w in wrong)
        raise UsageError(message)
    if wrong:
        own = wrong[0].startswith(f"{cls.kind} ") and label == cls.kind
        raise UsageError(wrong[0] if own else f"{label}: {wrong[0]}")
    return build(cls, values)


def option_called(
    cls: type[Layer], word: str, called: Mapping[str, str] | None = None, also: tuple[str, ...] = ()
) -> tuple[str, Option]:
    """The option that a word means for a kind, with its name; also words for input sizes.

    Raises:
        UsageError: the kind has no such option.
    """
    known = options_of(cls)
    if word in known:
        return word, known[word]
    if word in cls.incoming:
        return word, Option(word, WHOLE, None, may_be_none=False, field=word)
    name = own_option(cls, word)
    if not name:
        raise UsageError(unknown_option(cls, word, called, also))
    return name, known[name]


def _other_word(cls: type[Layer], options: Mapping[str, Any], word: str) -> str:
    """The first of several words for the same option."""
    name = own_option(cls, word)
    return next(other for other in options if other != word and own_option(cls, other) == name)
