"""The JSON Schema for network files: valid, as strict as possible, and not stricter than the loader."""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given

import clock
import strategies
from changed import changed
from convcalc.errors import ConvcalcError, SpecError
from convcalc.layers import Layer, every
from convcalc.layers.about_options import ABOUT, about_option
from convcalc.layers.aliases import option_words
from convcalc.layers.options import options_of
from convcalc.network.find import bundled_folder, bundled_names
from convcalc.network.load import loads
from convcalc.network.network import Network
from convcalc.network.schema import schema
from convcalc.network.schema_words import NO_KIND, WITH_OPTIONS
from test_network_files import BAD, BAD_NAMES, as_text, plain, written

KINDS = every()
DEFINED = schema()["$defs"]
VALIDATOR = jsonschema.Draft202012Validator(schema())

# Errors in a kind, its options or their types. Other errors depend on shapes, on the file's own
# blocks, or on how a number was written before YAML read it.
TOLD_BY_THE_SCHEMA = [
    "add_bare",
    "add_no_path",
    "add_nothing",
    "add_one_path",
    "add_path_word",
    "add_unknown_option",
    "add_without_paths",
    "add_word",
    "bias_zero",
    "block_called_conv",
    "block_called_repeat",
    "block_default_name",
    "block_defaults_too_many",
    "block_is_list",
    "block_name",
    "block_no_layers",
    "block_options_number",
    "block_parameter_called_name",
    "block_parameter_name",
    "block_parameter_nested",
    "block_parameter_twice",
    "block_parameters_too_many",
    "block_parameters_word",
    "block_unknown_key",
    "blocks_list",
    "connections_flat",
    "connections_number",
    "conv_needs_kernel",
    "conv_needs_options",
    "crop_like_empty",
    "crop_padding_four",
    "dropout_too_large",
    "dropout_word",
    "empty",
    "expect_list",
    "expect_millions",
    "expect_unknown",
    "expression_bare_dollar",
    "expression_call",
    "expression_character",
    "expression_digit_name",
    "expression_long",
    "extends_list",
    "fit_far",
    "fit_list",
    "fit_unknown",
    "from_and_kind",
    "from_and_option",
    "from_empty",
    "from_list",
    "input_batch",
    "input_empty",
    "input_negative",
    "input_nested",
    "input_number",
    "input_side_zero_text",
    "input_word",
    "input_zero",
    "just_a_word",
    "kind_at_top",
    "kind_expression",
    "kind_is_number",
    "layer_empty",
    "layer_empty_mapping",
    "layer_is_list",
    "layer_null",
    "layers_mapping",
    "layers_nothing",
    "layers_word",
    "list_for_one_number",
    "list_of_layers",
    "long_line",
    "name_alone",
    "name_blank",
    "name_empty",
    "name_input",
    "name_is_list",
    "name_list",
    "name_too_long",
    "nested_too_deep",
    "nested_too_deep_dashes",
    "no_input",
    "no_layers",
    "number_arabic",
    "number_by",
    "number_comma",
    "number_date",
    "number_empty",
    "number_exponent",
    "number_expression",
    "number_fraction",
    "number_infinite",
    "number_leading_zero",
    "number_mapping",
    "number_much_too_long",
    "number_null",
    "number_thousands",
    "number_too_long",
    "number_word",
    "number_yes",
    "option_data_format",
    "option_of_keras",
    "option_without_any",
    "options_are_list",
    "options_are_number",
    "options_are_word",
    "options_beside_kind",
    "pad_channels_number",
    "pad_channels_one",
    "padding_empty",
    "padding_four",
    "padding_fraction",
    "padding_mapping",
    "padding_no",
    "padding_triple",
    "padding_upper",
    "padding_word",
    "parameter_call",
    "parameter_expression",
    "parameter_list_empty",
    "parameter_list_too_deep",
    "parameter_name",
    "parameters_list",
    "parameters_too_many",
    "path_unknown_key",
    "path_without_layers",
    "pool_dilated",
    "repeat_alone",
    "repeat_beside_kind",
    "repeat_for",
    "repeat_for_word",
    "repeat_fraction",
    "repeat_layers_nothing",
    "repeat_list",
    "repeat_name",
    "repeat_name_negative",
    "repeat_negative",
    "repeat_nothing_named",
    "repeat_unknown_key",
    "repeat_without_layers",
    "repeat_word",
    "reshape_empty",
    "section_unknown_key",
    "several",
    "spatial_empty",
    "spatial_four",
    "spatial_nested",
    "subsample_padding",
    "tag_on_key",
    "unknown_option",
    "unknown_top_key",
    "upsample_mode",
    "when_beside_kind",
    "when_without_layers",
    "when_word",
    "wide_characters",
]


def says(data: Any) -> list[str]:
    """The errors found by the schema."""
    return [error.message for error in VALIDATOR.iter_errors(data)]


@pytest.mark.unmeasured
def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())
    assert json.loads(json.dumps(schema())) == schema()


@pytest.mark.unmeasured
@pytest.mark.parametrize("name", bundled_names())
def test_every_bundled_network_meets_it(name: str) -> None:
    text = (Path(bundled_folder()) / f"{name}.yaml").read_text(encoding="utf-8")
    assert says(yaml.load(text, yaml.CSafeLoader)) == []


def test_the_specs_told_by_the_schema_are_there() -> None:
    assert set(TOLD_BY_THE_SCHEMA) <= set(BAD_NAMES)


@pytest.mark.unmeasured
@pytest.mark.parametrize("name", TOLD_BY_THE_SCHEMA)
def test_a_wrong_kind_option_or_type_does_not_meet_it(name: str) -> None:
    text = (BAD / f"{name}.yaml").read_text(encoding="utf-8")
    assert says(yaml.load(text, yaml.CSafeLoader)) != []


def named(field: Any) -> str:
    """The name of an option: its field, without the _ that distinguishes it from a method."""
    return str(field.name).removesuffix("_")


def test_it_lists_every_kind_with_its_options_and_its_first_line() -> None:
    found = DEFINED["layer"]["else"]["else"]["properties"]
    assert set(KINDS) < set(found)
    for kind, cls in KINDS.items():
        assert cls.__doc__
        assert cls.__doc__.strip().startswith(found[kind]["description"])
        options = DEFINED[f"{kind}_options"]
        options = options["anyOf"][0] if "anyOf" in options else options
        if cls.merges:
            continue
        keeps = {"weights"} if cls.arrays is not Layer.arrays else set()
        own = {"name", *keeps, *(named(f) for f in fields(cls))}
        assert set(options["properties"]) == own | set(option_words(cls)) | set(cls.incoming)
        needed = [named(f) for f in fields(cls) if f.default is MISSING]
        words = [
            each.get("required") or each["else"]["required"] for each in options.get("allOf", ())
        ]
        assert sorted(words) == sorted([name] for name in needed)


def descriptions(node: Any, where: str = "") -> Any:
    """Every property of a schema, with its path and its description."""
    if isinstance(node, dict):
        for key, value in node.get("properties", {}).items():
            if isinstance(value, dict) and where != "/when":
                yield f"{where}/{key}", value.get("description", "")
        for key, value in node.items():
            yield from descriptions(value, f"{where}/{key}")


def test_every_key_kind_and_option_is_described() -> None:
    silent = [
        place
        for place, about in descriptions(schema())
        if not about
        and not place.endswith(("/name", "/paths", "/weights", "/parameters", "/layers", "/when"))
    ]
    assert silent == []
    said = [about for _, about in descriptions(schema()) if about]
    assert len(said) > 500


def test_no_option_is_described_twice() -> None:
    """Descriptions in the pages of kinds need no separate line."""
    used = {
        name
        for cls in KINDS.values()
        for name in options_of(cls)
        if about_option(cls, name) == ABOUT.get(name)
    }
    assert used == set(ABOUT)


def layer_file(kind: str, options: Any, shape: list[int]) -> dict[str, Any]:
    return {"input": shape, "layers": [{kind: options}]}


@strategies.often
@given(strategies.layers(*(k for k, c in KINDS.items() if not c.merges)))
@pytest.mark.unmeasured
def test_options_that_a_layer_can_have_meet_it(made: strategies.Made) -> None:
    options = {"name": "x", **{name: plain(value) for name, value in made.options.items()}}
    assert says(layer_file(made.layer.kind, options, list(made.shapes[0]))) == []


@strategies.few
@given(written())
@pytest.mark.unmeasured
def test_what_the_loader_takes_meets_it(drawn: tuple[dict[str, Any], Network]) -> None:
    data, _ = drawn
    assert says(yaml.load(as_text(data), yaml.CSafeLoader)) == []


OPTIONS = [(kind, named(f)) for kind, cls in KINDS.items() if not cls.merges for f in fields(cls)]
NEVER: list[Any] = [{"h": 3}, [[[1]]], [], "?", "1.5.2", None]


@pytest.mark.unmeasured
@pytest.mark.parametrize(("kind", "option"), OPTIONS)
def test_values_that_no_option_has_are_refused_by_both(kind: str, option: str) -> None:
    example, shape = KINDS[kind].example
    good = {name: plain(value) for name, value in example.items()}
    for value in NEVER:
        if option in ("like", "type") and isinstance(value, str):
            continue  # any text may be a name
        data = layer_file(kind, {**good, option: value}, list(shape))
        assert says(data) != [], value
        with pytest.raises(SpecError):
            loads(as_text(data))


@pytest.mark.parametrize("kind", [k for k, c in KINDS.items() if not c.merges])
def test_the_example_of_every_kind_meets_it_and_an_unknown_option_does_not(kind: str) -> None:
    example, shape = KINDS[kind].example
    good = {name: plain(value) for name, value in example.items()}
    assert says(layer_file(kind, good, list(shape))) == []
    assert says(layer_file(kind, {**good, "kernal_size": 3}, list(shape))) != []


@pytest.mark.parametrize(
    "text",
    ["$width", "4*$width", "$größe // 2", "-($a + $b) % 3", "  $a\t* 2", "$_x"],
)
def test_expressions_meet_it(text: str) -> None:
    assert says(layer_file("conv", {"out_channels": text, "kernel_size": text}, [1, 1])) == []


def test_a_block_with_parameters_meets_it() -> None:
    data = {
        "input": [3, 8, 8],
        "parameters": {"größe": 3},
        "blocks": {
            "unit": {"parameters": ["width"], "layers": []},
            "other": {"parameters": {"a": None, "b": "2*$a", "c": 3}, "layers": ["relu"]},
        },
        "layers": [
            {"unit": {"name": "x", "width": "$größe"}},
            {"other": {"a": 1}},
            {"other": None},
        ],
    }
    assert says(data) == []


def test_deep_nesting_is_checked_in_good_time() -> None:
    layers: list[Any] = [{"konv": {"filters": "no number"}}]
    for _ in range(12):
        layers = [{"repeat": 2, "name": "x", "layers": layers}]
    start = clock.seconds()
    assert says({"input": [3, 8, 8], "layers": layers}) != []
    assert clock.seconds() - start < 5


@pytest.mark.unmeasured
def test_each_type_of_option_is_read_by_the_loader_and_described_by_the_schema() -> None:
    for cls in KINDS.values():
        for option in options_of(cls).values():
            jsonschema.Draft202012Validator.check_schema(option.type.schema)


def forms_of(kind: str) -> list[dict[str, Any]]:
    """The forms of a kind's value: options, and for some nothing or a list of paths."""
    options = DEFINED[f"{kind}_options"]
    return options.get("anyOf", [options])  # type: ignore[no-any-return]  # a schema is plain data


EXAMPLES = [(kind, each) for kind in KINDS for form in forms_of(kind) for each in form.get("examples", ())]  # fmt: skip


@pytest.mark.unmeasured
def test_every_kind_that_takes_options_has_an_example_which_is_read() -> None:
    needing = {kind for kind, cls in KINDS.items() if cls.merges or any(o.required for o in options_of(cls).values())}  # fmt: skip
    assert needing <= {kind for kind, _ in EXAMPLES}
    for kind, example in EXAMPLES:
        data = layer_file(kind, example, list(KINDS[kind].example[1]))
        assert says(data) == []
        loads(as_text(data))


def test_the_examples_of_the_keys_of_a_file_meet_it() -> None:
    met = 0
    for key, each in schema()["properties"].items():
        for example in each.get("examples", ()):
            met += 1
            assert says({"input": [3, 8, 8], "layers": ["relu"], key: example}) == [], key
    assert met > 8


# --------------------------------------------------------------- words that are kinds or blocks

MISSPELT: list[Any] = [
    "reluu",
    {"convv": {"out_channels": 3, "kernel_size": 3}},
    {"add": [["reluu"], []]},
    {"concat": {"paths": [[{"repeat": 2, "layers": ["reluu"]}], []]}},
    {"add": [{"when": True, "layers": ["reluu"]}, []]},
    {"repeat": 2, "layers": [{"convv": None}]},
    {"name": "x", "layers": [{"name": "y", "layers": ["reluu"]}]},
]


@pytest.mark.parametrize("layer", MISSPELT, ids=str)
@pytest.mark.unmeasured
def test_a_misspelt_kind_does_not_meet_it_unless_the_file_may_have_blocks(layer: Any) -> None:
    data = {"input": [3, 8, 8], "layers": [layer]}
    assert says(data) != []
    with pytest.raises(SpecError):
        loads(as_text(data))
    blocks = {"reluu": {"layers": ["relu"]}, "convv": {"parameters": {"out_channels": 3, "kernel_size": 3}, "layers": ["relu"]}}  # fmt: skip
    assert says({**data, "blocks": blocks}) == []
    loads(as_text({**data, "blocks": blocks}))
    assert says({"extends": "x.yaml", "layers": [layer]}) == []  # it may have them


def test_both_lists_of_layers_have_the_same_kinds() -> None:
    (with_blocks, only_kinds) = (
        DEFINED[name]["else"]["else"]["properties"] for name in ("layer", "layer_of_kind")
    )
    assert [*with_blocks] == [*only_kinds]
    for kind, cls in KINDS.items():
        own, other = (each[kind]["$ref"] for each in (with_blocks, only_kinds))
        assert (own == other) != cls.merges


def test_a_kind_that_needs_options_is_told_from_one_that_is_none() -> None:
    """In an editor's message, which would otherwise list all kinds."""
    for word, said in (("conv", WITH_OPTIONS), ("Conv2d", WITH_OPTIONS), ("add", WITH_OPTIONS), ("convv", NO_KIND)):  # fmt: skip
        (error,) = VALIDATOR.iter_errors({"input": [3, 8, 8], "layers": [word]})
        while error.context:
            (error,) = error.context
        assert error.schema["errorMessage"] == said


# ------------------------------------------------------------------------ compared with the reader

# Rules that no schema can check: names defined in the file, the use of a number, other files.
UNKNOWABLE = re.compile(
    r"no layer kind or block|no layer kind '\w+'; it is called|has no parameter|no parameter \$|no layer '|no file '"
    r"|needs \w+( and \w+)*; write \w+: \{|, which is |calculates with|use \d+ or more|divides \d+ by \d+"
)
ODD: tuple[Any, ...] = (0, -1, 1.5, "", "x", "abc def", True, None, [], [1], [[1]], {}, {"k": 3}, "3", 7)  # fmt: skip
BUNDLED = {
    name: yaml.load(
        (Path(bundled_folder()) / f"{name}.yaml").read_text(encoding="utf-8"), yaml.CSafeLoader
    )
    for name in bundled_names()
}


@pytest.mark.unmeasured
def test_what_the_reader_says_of_a_misspelt_key_or_a_wrong_value_the_schema_says_too() -> None:
    rng = random.Random(4)
    wrong = []
    told = 0
    for _ in range(200):
        name = rng.choice([*BUNDLED])
        data, how = changed(BUNDLED[name], ODD, rng)
        try:
            text = yaml.dump(data, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False)
            loads(text, path=f"{bundled_folder()}/x.yaml")
            said = ""
        except ConvcalcError as error:
            said = str(error)
        is_refused = not VALIDATOR.is_valid(data)
        told += is_refused
        if is_refused and not said and not how.endswith(("None", "''")):  # names without values
            wrong.append(f"{name} {how}: the schema refuses it")
        if said and not is_refused and not UNKNOWABLE.search(said):
            wrong.append(f"{name} {how}: {said}")
    assert wrong == []
    assert told > 100


# --------------------------------------------------------------------- networks as graphs


GRAPH = """
input: {image: [3, $n, 8], mask: [1, 8, 8]}
parameters: {n: 8}
blocks: {b: {layers: [conv: {out_channels: 3, kernel_size: 1}]}}
layers:
  - network: vgg16
  - network: {file: two.yaml, name: t, until: a, parameters: {k: 2*$n}, inputs: {mask: x}, weights: s}
  - conv: {weights: c, out_channels: 3, kernel_size: 1}
  - b: {weights: b1}
  - {name: s, weights: t, layers: [relu]}
  - {repeat: 2, weights: t, layers: [relu]}
outputs: {p3: s}
"""


def test_it_takes_graphs() -> None:
    assert VALIDATOR.is_valid(yaml.safe_load(GRAPH))
    assert VALIDATOR.is_valid({**yaml.safe_load(GRAPH), "outputs": ["s", "t.a"]})


@pytest.mark.parametrize(
    "change",
    [
        {"input": {}},
        {"input": {"image": 3}},
        {"input": {"": [3]}},
        {"outputs": []},
        {"outputs": ["a", "a"]},
        {"outputs": "a"},
        {"outputs": {"p3": ["a"]}},
        {"layers": [{"network": {"until": "a"}}]},
        {"layers": [{"network": {"file": "a", "stop": "b"}}]},
        {"layers": [{"network": ["a"]}]},
        {"layers": [{"relu": {"weights": "a"}}]},
        {"layers": [{"conv": {"weights": [3], "out_channels": 3, "kernel_size": 3}}]},
    ],
)
def test_it_refuses_what_is_no_graph(change: dict[str, Any]) -> None:
    assert not VALIDATOR.is_valid({**yaml.safe_load(GRAPH), **change})


@pytest.mark.parametrize("words", [("schema",), ("schema", "--sheet")], ids=" ".join)
def test_it_is_the_same_text_in_every_process(words: tuple[str, ...]) -> None:
    texts = {
        subprocess.run(
            [sys.executable, "-m", "convcalc", *words],
            cwd=Path(__file__).parent.parent, env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True, check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }  # fmt: skip
    assert len(texts) == 1
