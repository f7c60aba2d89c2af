"""The page's answers, without a browser: the same as the command line's; errors are sentences with a place."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import pytest

from conftest import Ran
from convcalc.explore.address import MAX_ADDRESS, address
from convcalc.explore.answers import START, answer, reply
from convcalc.explore.parts import Asked
from convcalc.explore.pictures import OF_NETWORKS
from convcalc.explore.views import VIEWS
from convcalc.explore.views.why import asked_types
from convcalc.layers import every
from convcalc.network.find import bundled_names
from explore.random_questions import questions

Run = Callable[..., Ran]


def asked(
    view: str, carried: Any = False, data: Any = b"", facts: Any = False, **given: Any
) -> dict[str, Any]:
    return reply(Asked(view, given, carried, data), facts=facts)


def problems(found: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for part in found["parts"] if part["type"] == "error" for each in part["problems"]]


def error(view: str, carried: Any = False, data: Any = b"", **given: Any) -> str:
    found = asked(view, carried, data, **given)
    assert found["headline"] == ""
    (problem,) = problems(found)
    return str(problem["text"])


def lines(found: dict[str, Any]) -> list[str]:
    return [
        line
        for part in found["parts"]
        if part["type"] in ("lines", "working")
        for line in part["lines"]
    ]


def table(found: dict[str, Any]) -> dict[str, Any]:
    (part,) = [part for part in found["parts"] if part["type"] == "table"]
    return dict(part)


def field(found: dict[str, Any], name: str) -> dict[str, Any]:
    (one,) = [each for each in found["fields"] if each["name"] == name]
    return dict(one)


# ------------------------------------------------------------------------------------- one layer


def test_the_first_answer() -> None:
    found = reply(START)
    assert found["headline"] == "1×32×32 → 1×14×14"
    assert found["address"] == "conv?n=32&k=5&s=2"
    assert found["command"] == "convcalc layer --n 32 --k 5 --s 2"
    assert lines(found)[0] == (
        "14.5: a 5-wide window does not fit 32 in steps of 2; libraries floor to 14 and never read the last row and column"
    )
    (fitting,) = [part["links"] for part in found["parts"] if part["type"] == "links"]
    assert ["s=3 (gives 10)", "conv?n=32&k=5&s=3"] in fitting
    for _, where in fitting:
        view, _, values = where.partition("?")
        assert not [
            part
            for part in asked(view, **dict(parse_qsl(values)))["parts"]
            if part["type"] == "links"
        ]
    (rows,) = [part["rows"] for part in found["parts"] if part["type"] == "rows"]
    assert ["parameters", "26", "25 weights + 1 bias; 25 weights per neuron"] in rows


def test_layers_are_answered_as_on_the_command_line(convcalc: Run) -> None:
    """The command named in an answer prints the same, and refuses the same."""
    fine = 0
    for question in questions(120, seed=7):
        found = json.loads(answer(json.dumps(question)))
        words = (
            found.get("words") or VIEWS["layer"](Asked(question["view"], question["given"])).command
        )
        ran = convcalc(*words[1:], "--format", "json")
        if problems(found):
            assert ran.code == 2, (question, ran.out)
            continue
        assert ran.code == 0, (question, ran.err)
        data = json.loads(ran.out)
        assert found["facts"] | {"schema": 1, "notes": data["notes"]} == data, question
        fine += 1
    assert fine > 60


def test_every_kind_begins_with_an_example_that_works() -> None:
    for kind, cls in every().items():
        found = asked(kind)
        assert bool(found["headline"]) != cls.merges, (kind, problems(found))
        if not cls.merges:
            assert found["address"].startswith(f"{kind}?")
            again = asked(kind, **found["given"])
            assert (again["headline"], again["address"]) == (found["headline"], found["address"])
            assert next(each["label"] for each in found["fields"]) == "kind"


def test_what_another_kind_has_said_is_carried_over() -> None:
    found = asked("maxpool", carried=True, n="30", cin="3", k="3", s="2", cout="8", groups="2")
    assert found["address"] == "maxpool?n=30&cin=3&k=3&s=2"
    assert asked("conv", carried=True, name="vgg16")["address"] == "conv?n=32&cin=3&k=5&s=3&cout=5"
    assert asked("linear", carried=True, n="30", k="3")["address"] == "linear?n=25088&cout=4096"
    for kind, cls in every().items():
        if not cls.merges:
            assert asked(kind, carried=True, n="30", cin="12", k="3", s="2")["fields"], kind


def test_the_form_says_what_holds() -> None:
    found = asked("conv", n="64", k="3x5", p="same", cin="3")
    assert field(found, "n") | {"label": ""} == {
        "type": "number", "name": "n", "label": "", "value": "64", "min": 1, "max": 256, "slider": 64,
        "words": [], "usual": "",
    }  # fmt: skip
    assert (field(found, "k")["value"], field(found, "k")["slider"]) == ("3x5", 1)
    assert "same" in field(found, "p")["words"]
    assert field(found, "cout")["value"] == "3"
    assert field(found, "s")["value"] == "1"
    assert field(asked("maxpool", n="9", k="3"), "s")["usual"] == "as the kernel"
    assert field(asked("conv", n="9999", k="3"), "n")["slider"] == 256
    assert field(asked("conv", input="3x8x9", k="3"), "input")["value"] == "3x8x9"
    assert ["strict", "strict"] in field(found, "fit")["options"]
    assert (
        asked("conv", input="3x8x9", k="2", s="2")["parts"][1]["links"][1][1]
        == "conv?k=2&s=2&cin=3&dims=2&n=8"
    )


@pytest.mark.parametrize(
    ("view", "given", "said"),
    [
        ("conv", {"n": "32"}, "conv needs k; write k=3"),
        ("conv", {"k": "3"}, "give the input size, such as n=32"),
        ("conv", {"n": "32", "k": "3", "q": "1"}, "conv has no option 'q'"),
        ("conv", {"n": "32", "k": "3", "pading": "1"}, "conv has no option 'pading'; did you mean 'padding'?"),
        ("conv", {"n": "3.5", "k": "3"}, "input size must be a whole number, but is '3.5'; sizes and counts have no fractions"),
        ("conv", {"n": "32", "k": "three"}, "conv: k must be a whole number, but is 'three'; write plain digits"),
        ("conv", {"n": "32", "k": "3", "input": "3x8x8"}, "input is the whole shape; leave n out"),
        ("conv", {"n": "8x8x8x8", "k": "3"}, "input size: 8x8x8x8 has 4 sides; give 1 to 3"),
        ("conv", {"n": "4", "k": "5"}, "conv: a 5-wide window does not fit 4 along the height; raise the padding by 1"),
        ("add", {}, "add: joins several paths, so it cannot be a single layer; write a network with it"),
        ("cnv", {"n": "4"}, "no layer kind 'cnv'; did you mean 'conv'?"),
        ("layer", {}, "no layer kind 'layer'"),
        ("<b>", {}, "no layer kind '<b>'; convcalc kinds lists them"),
    ],
)  # fmt: skip
def test_layers_that_are_refused(view: str, given: dict[str, str], said: str) -> None:
    assert error(view, **given).startswith(said)


def pictures(found: dict[str, Any]) -> list[str]:
    return [part["about"] for part in found["parts"] if part["type"] == "figure"]


def test_a_layer_is_drawn() -> None:
    (about,) = pictures(asked("conv", n="32", k="5", s="2"))
    assert "14 windows, 5 wide, in steps of 2, on 32 cells" in about
    assert "row and column 31 are never read" in about
    assert pictures(asked("relu")) == pictures(asked("conv", n="32", k="5", picture="none")) == []
    assert pictures(asked("linear")) == []
    moving = asked("conv", n="7", k="3", picture="window")
    assert field(moving, "step")["value"] == ""
    one = asked("conv", n="7", k="3", picture="window", step="2,3")
    assert pictures(moving) != pictures(one) != []
    assert one["command"] == "convcalc layer --n 7 --k 3"
    (said,) = [
        line
        for line in lines(asked("conv", n="99", k="3", picture="window"))
        if "draw window" in line
    ]
    assert "99 cells side by side are too many to draw" in said
    assert asked("maxpool", carried=True, **one["given"])["given"]["picture"] == "window"
    assert error("conv", n="7", k="3", picture="pie") == "picture: no 'pie'; known: none, window"
    assert error("conv", n="7", k="3", picture="window", step="2,x") == (
        "step: must be a place of the output such as 0,3, but is '2,x'"
    )


def test_a_network_is_drawn() -> None:
    drawn = {name: pictures(asked("network", name="lenet5", picture=name)) for name in OF_NETWORKS}
    assert [len(each) for each in drawn.values()] == [1, 1, 1, 0]
    assert "picture: no 'pie'" in error("network", name="lenet5", picture="pie")
    assert "rows: no 'some'" in error("chain", input="3x8x8", layers="relu", rows="some")
    vector = asked("chain", input="10", layers="fc:3", picture="field")
    assert pictures(vector) == []
    assert vector["headline"] == "chain: 10 → 3"


def test_a_refused_layer_keeps_its_form() -> None:
    found = asked("conv", n="32", k="", s="2")
    assert problems(found)
    assert field(found, "k")["value"] == ""
    assert field(found, "s")["value"] == "2"


# ------------------------------------------------------------------------------ chains and networks


def test_chains_are_answered_as_on_the_command_line(convcalc: Run) -> None:
    for given in (
        {},
        {"input": "3x32x32", "layers": "3*(conv:k3c64p1 relu pool:k2) fc:10"},
        {"input": "1x28x28", "layers": "nn.Conv2d(1, 6, 5), nn.ReLU(), nn.MaxPool2d(2)"},
        {"input": "3x32x32", "layers": "CONV5-64\nPOOL2 FC-10", "rows": "all"},
    ):
        found = asked("chain", facts=True, **given)
        words = [
            word for word in found["words"][1:] if word not in ("--depth", "1")
        ]  # JSON has all
        ran = convcalc(*words, "--format", "json")
        assert found["facts"] == json.loads(ran.out), given


def test_networks_are_answered_as_on_the_command_line(convcalc: Run) -> None:
    for given in (
        {"name": "lenet5"},
        {"name": "vgg16", "input": "3x64x64", "set": "classes=10", "rows": "blocks"},
        {"name": "resnet18", "rows": "all"},
    ):
        found = asked("network", facts=True, **given)
        words = [
            word for word in found["words"][1:] if word not in ("--depth", "1")
        ]  # JSON has all
        ran = convcalc(*words, "--format", "json")
        assert found["facts"] == json.loads(ran.out), given
    whole = convcalc("arch", "vgg16", "--format", "csv").out.splitlines()
    assert len(table(asked("network", name="vgg16", rows="all"))["rows"]) == len(whole) - 1


@pytest.mark.unmeasured
def test_every_bundled_network_is_shown() -> None:
    for name in bundled_names():
        found = asked("network", name=name)
        assert found["headline"], name
        assert table(found)["total"], name


def test_a_row_leads_to_the_working_of_its_layer() -> None:
    part = table(asked("network", name="vgg16"))
    where = part["asks"][0]
    assert where == "network?name=vgg16&layer=conv1_1"
    found = asked("network", name="vgg16", layer="conv1_1")
    assert "params   (k·k·cin + 1)·cout" in " ".join(lines(found))
    noted = asked("network", name="resnet18", layer="conv3_x.1.maxpool1")
    assert any("stride 2 is wider than the 1-wide window" in line for line in lines(noted)[:40])
    assert "It has no layer 'conv9'." in lines(asked("network", name="vgg16", layer="conv9"))
    folded = table(asked("network", name="resnet50"))
    assert "" in folded["asks"]


def test_networks_and_chains_that_are_refused() -> None:
    assert error("network", name="../secrets") == "no bundled network '../secrets'"
    assert error("network", name="vgg") == "no bundled network 'vgg'; did you mean 'vgg19'?"
    assert (
        error("network", name="vgg16", set="classes")
        == "parameters: classes has no value; write name=value"
    )
    assert error("network", name="vgg16", input="3x-1").startswith("input shape")
    assert "vgg16" not in error("network", nam="vgg16")
    assert (
        error("chain", input="3x8x8", layers="-") == "layers: write at least one, such as conv:k5c6"
    )
    assert error("chain", input="3x8x8", layers="conv:k9c1").startswith("conv1 (conv:k9c1): ")
    assert (
        error("chain", colour="red")
        == "chain has no 'colour'; it has input, layers, picture, rows, layer"
    )
    assert (
        asked("chain", carried=True, input="a=3x8x8 b=1", text="x")["given"]["input"] == "1x32x32"
    )
    assert asked("chain", carried=True, input="3x64x64")["given"]["input"] == "3x64x64"


def test_inputs_by_name() -> None:
    text = "input: {a: [1, 8, 8], b: [1, 8, 8]}\nlayers:\n  - add: [[{from: a}], [{from: b}]]\n"
    found = asked("yaml", text=text, input="a=2x4x4 b=2x4x4")
    assert found["headline"].endswith("2×4×4 → 2×4×4"), problems(found)


# ------------------------------------------------------------------------------- texts and files


def test_errors_of_the_editor_have_places() -> None:
    text = "name: \N{MATHEMATICAL DOUBLE-STRUCK CAPITAL A}\ninput: [3, 32, 32]\nlayers:\n  - conv: {out_channels: 16, kernl_size: 5}\n  - rulu\n"
    found = asked("yaml", text=text)
    assert [(each["text"], each["line"], each["column"]) for each in problems(found)] == [
        ("conv has no option 'kernl_size'; did you mean 'kernel_size'?", 4, 30),
        ("no layer kind or block 'rulu'; did you mean 'relu'?", 5, 5),
    ]
    units = text.encode("utf-16-le")
    marked = [
        units[2 * each["start"] : 2 * each["end"]].decode("utf-16-le") for each in problems(found)
    ]
    assert marked == ["kernl_size: 5}", "rulu"]
    assert field(found, "text")["value"] == text


def test_the_editor_begins_with_a_network() -> None:
    found = asked("yaml")
    assert found["headline"] == "My network: 3×32×32 → 10"
    assert found["given"]["text"].startswith("name: My network\n")
    assert asked("yaml", carried=True, input="3x64x64")["given"].keys() == {"text", "input"}
    whole = problems(asked("yaml", text="layers: [relu]\n"))
    assert [set(each) for each in whole] == [{"text"}]
    inside = "input: [3, 32, 32]\nlayers:\n  - network: vgg16\n"
    assert problems(asked("yaml", text=inside.replace("32, 32", "3, 3")))


def test_an_error_in_the_walk_has_a_place_too() -> None:
    text = "input: [3, 4, 4]\nlayers:\n  - conv: {out_channels: 16, kernel_size: 5}\n"
    (problem,) = problems(asked("yaml", text=text))
    assert (problem["line"], problem["column"]) == (3, 5)


def test_the_editor_reads_no_files_but_the_bundled_ones(tmp_path: Any) -> None:
    other = tmp_path / "other.yaml"
    other.write_text("input: [3, 8, 8]\nlayers: [relu]\n", encoding="utf-8")
    assert "is outside of the folder" in error("yaml", text=f"extends: {other}\n")
    assert asked("yaml", text="extends: lenet5\n")["headline"]
    assert "empty" in error("yaml", text="#\n") or error("yaml", text="#\n")


def test_many_errors_are_cut_short() -> None:
    text = "input: [3, 4, 4]\nlayers:\n" + "".join(f"  - rulu{n}\n" for n in range(30))
    found = problems(asked("yaml", text=text))
    assert len(found) == 21
    assert found[-1] == {"text": "… and 10 more; fix these first"}


DARKNET = b"[net]\nheight=32\nwidth=32\nchannels=3\n\n[convolutional]\nfilters=8\nsize=3\nstride=1\npad=1\nactivation=relu\n"


def test_a_file_becomes_yaml_in_the_editor() -> None:
    found = asked("file", data=DARKNET, name="tiny.cfg")
    assert (found["view"], found["tab"]) == ("yaml", "yaml")
    assert found["headline"].endswith("3×32×32 → 8×32×32")
    assert (
        "# Imported from tiny.cfg" in found["given"]["text"] or "tiny.cfg" in found["given"]["text"]
    )
    again = asked("yaml", **found["given"])
    assert again["headline"] == found["headline"]
    yaml = b"input: [3, 8, 8]\nlayers: [relu]\n"
    assert asked("file", data=yaml, name="my.yaml")["given"] == {"text": yaml.decode()}


def test_files_that_are_refused() -> None:
    onnx = b"\x08\x07\x12\x07pytorch\x00\x00"
    assert error("file", data=onnx, name="a\x1b.onnx") == (
        "a\\x1b.onnx: files of ONNX are read on a command line only; write the network as YAML with "
        "convcalc import a\\x1b.onnx -o network.yaml, and drop that file here"
    )
    assert error("file", data=b"\x89PNG\x00\x00", name="cat.png").startswith(
        "cat.png: is not a network file that convcalc reads"
    )
    assert error("file", data=b"PK\x03\x04 damaged", name="a.pt2")
    assert error("file", data=b"\xff\xfe\xfd", name="a.yaml").startswith("a.yaml: not UTF-8 text")
    assert (
        error("file", data=b" \n", name="a.yaml")
        == "a.yaml: is empty; choose a file that holds a network"
    )


# ------------------------------------------------------------------------------------------- why


def test_why_a_number() -> None:
    found = asked("why")
    assert found["headline"] == "2,600: input channels forgotten, (k² + 1)·cout (par.no-channels)"
    assert table(found)["rows"][0][0] == "par.no-channels"
    assert "7,600" not in json.dumps(found)
    revealed = asked("why", **found["given"], reveal="true")
    assert "right answer: 7,600" in lines(revealed)
    right = asked("why", **(found["given"] | {"answer": "7600"}))
    assert right["headline"] == "7,600 is right"
    assert not [part for part in right["parts"] if part["type"] == "table"]


def test_why_is_answered_as_on_the_command_line(convcalc: Run) -> None:
    for given in (
        {},
        {"type": "output-size", "n": "28", "k": "5", "p": "2", "answer": "27", "preset": "cs231n"},
    ):
        found = asked("why", facts=True, **given)
        ran = convcalc(*found["words"][1:], "--json")
        assert ran.code == 1
        assert found["facts"] == json.loads(ran.out)


def test_every_type_of_question_begins_with_its_example() -> None:
    """Matrices need NumPy, which is not on the page, so their types are left out."""
    types = asked_types()
    assert {"params", "output-size", "macs", "receptive-field"} <= types.keys()
    assert "conv-by-hand" not in types
    for name in types:
        found = asked("why", carried=True, type=name, answer="17", layers="", zzz="1")
        assert not [each for each in problems(found) if "cannot be read" not in each["text"]], name


def test_whys_that_are_refused() -> None:
    assert error("why", type="prams") == "no question type 'prams'; did you mean 'params'?"
    assert error("why", type="conv-by-hand").startswith(
        "'conv-by-hand': Questions about matrices (worked by hand, gradients, normalised maps) and about sheets are not"
    )
    assert error("why", type="params", answer="5", k="3").startswith("params needs c_in")
    assert (
        error("why", type="params", k="3", c_in="3", filters="4")
        == "answer: write the number that the student has"
    )
    assert error("why", answer="many", k="3", c_in="3", filters="4").startswith("cannot be read")


# ------------------------------------------------------------------------------------- addresses


def test_addresses_can_be_read_back() -> None:
    given = {"text": "a: [1, 2]\n#ä&=?+%<>\"'\n", "n": "3x5", "p": "0,1x1,0"}
    where = address("yaml", given)
    view, _, values = where.partition("?")
    assert (view, dict(parse_qsl(values, keep_blank_values=True))) == ("yaml", given)
    assert not set(where) & set('"<> \n#')
    assert address("conv", {}) == "conv"


def test_what_is_too_long_for_an_address_has_none() -> None:
    text = f"input: [3, 8, 8]  # {'x' * MAX_ADDRESS}\nlayers: [relu]\n"
    assert asked("yaml", text=text)["address"] == ""
    assert asked("yaml", text=text)["headline"]


def test_a_number_of_thousands_of_digits_is_an_error_that_says_so() -> None:
    data = json.loads(answer(json.dumps({"view": "conv", "given": {"n": "9" * 5000, "k": "3"}})))
    assert "has 5,000 digits; use a number of up to 12 digits" in json.dumps(data["parts"])
