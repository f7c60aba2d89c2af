"""``convcalc why``: which mistake leads to a number; no sheet needed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from convcalc.cli.group import Command
from convcalc.cli.output import print_lines
from convcalc.errors import UsageError

if TYPE_CHECKING:
    from convcalc.homework.marking.mark import Result
    from convcalc.homework.sheets.sheet import Question

EXAMPLES = """
    convcalc why 2600 --params --k 5 --cin 3 --filters 100
    convcalc why 27 --size --n 28 --k 5 --p 2
    convcalc why 28x28x3 --volume --n 32 --k 5 --cin 3 --filters 6
    convcalc why 1176000 --macs --n 32 --k 5 --cin 3 --filters 10
    convcalc why 5 --rf --layers '3/2 3/1'
    convcalc why 44 --type layers-to-reach --n 224 --k 5 --target 4
"""

FLAGS = {
    "size": "output-size", "fit": "fit", "volume": "volume", "pool": "pool-volume", "pad": "pad-to-keep",
    "params": "params", "fc": "params-fc", "macs": "macs", "rf": "receptive-field", "neurons": "neurons",
}  # fmt: skip
WORDS = {
    "n": "n", "k": "k", "s": "s", "p": "p", "d": "d", "cin": "c_in", "filters": "filters", "groups": "groups",
    "units": "units", "input": "input", "layers": "layers", "target": "target", "arch": "arch",
}  # fmt: skip


def kind_options(function: Any) -> Any:
    """A flag per common question type."""
    for flag, kind in reversed(FLAGS.items()):
        function = click.option(
            f"--{flag}", "kind", flag_value=kind, default=None, help=f"It answers: {kind}."
        )(function)
    return function


@click.command(cls=Command, examples=EXAMPLES)
@click.argument("number")
@kind_options
@click.option(
    "--type",
    "type_name",
    metavar="TYPE",
    help="Any other question type; convcalc hw types lists them.",
)
@click.option("--n", help="Input size.")
@click.option("--k", help="Kernel size.")
@click.option("--s", help="Stride.")
@click.option("--p", help="Padding.")
@click.option("--d", help="Dilation.")
@click.option("--cin", help="Input channels.")
@click.option("--filters", "--cout", "filters", help="Filters (output channels).")
@click.option("--groups", help="Groups.")
@click.option("--units", help="Units of a fully connected layer.")
@click.option("--input", help="Input volume, such as 300x300x3.")
@click.option("--layers", help="Layers as kernel/stride, such as '3/2 3/1'.")
@click.option("--target", help="Size to reach.")
@click.option("--arch", help="Layers of a network, such as 'CONV-5-6 POOL-2 FC-10'.")
@click.option("--bias/--no-bias", default=None, help="Whether biases count.")
@click.option(
    "--given",
    "more",
    multiple=True,
    metavar="NAME=VALUE",
    help="Any other word of the question type.",
)
@click.option(
    "--preset", default="", help="Conventions: pytorch, cs231n, d2l, keras or deeplearning.ai."
)
@click.option(
    "--convention",
    "conventions_",
    multiple=True,
    metavar="NAME=VALUE",
    help="One convention, such as flops=2macs.",
)
@click.option("--answer", "with_answer", is_flag=True, help="Say the right answer as well.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def command(
    number: str,
    kind: str | None,
    *,
    type_name: str | None,
    bias: bool | None,
    more: tuple[str, ...],
    preset: str,
    conventions_: tuple[str, ...],
    with_answer: bool,
    as_json: bool,
    **options: str | None,
) -> int:
    """Which mistake leads to NUMBER; exit status 0 if it is right, 1 if not.

    Say what the number is meant to be (--params, --size, --macs, …) and what is given.
    """
    from convcalc.homework.marking.mark import mark_question
    from convcalc.homework.sheets.sheet import Question, Sheet

    question = asked(type_name or kind, options, bias, more, preset, conventions_)
    sheet = Sheet("why", "why", question.conventions, [question], max_level=4)
    result = mark_question(sheet, question, number, level=1)
    if as_json:
        data: dict[str, Any] = {
            "schema": 1,
            "type": question.kind,
            **result.to_dict(with_answers=with_answer),
        }
        data["candidates"] = explained(result)
        print_lines(json.dumps(data, indent=2, ensure_ascii=False).splitlines())
    else:
        print_lines(lines(question, result, with_answer=with_answer))
    if result.status == "unreadable":
        raise UsageError(result.parts[0].hint)
    assert isinstance(question, Question)
    return 0 if result.right else 1


def asked(
    kind: str | None,
    options: dict[str, str | None],
    bias: bool | None,
    more: tuple[str, ...],
    preset: str,
    changed: tuple[str, ...],
) -> Question:
    """The question that the options describe."""
    from convcalc.homework.conventions import conventions
    from convcalc.homework.questions import QUESTIONS, GivenError, create_question
    from convcalc.homework.sheets.sheet import Question

    if kind is None:
        message = "say what the number is meant to be: --params, --size, --volume, --macs, --rf, or --type NAME"
        raise UsageError(message)
    given: dict[str, Any] = {
        WORDS[name]: value for name, value in options.items() if value is not None
    }
    if bias is not None:
        given["bias"] = str(bias).lower()
    for pair in more:
        name, value = pair_of(pair, "--given")
        given[name] = value
    known = QUESTIONS
    if kind in known and "layers" in given and kind == "receptive-field":
        given["layers"] = given["layers"].replace(",", " ")
    if kind in known and "arch" in given and "arch" not in known[kind].words:
        message = f"{kind} takes no --arch"
        raise UsageError(message)
    fixed = conventions(preset, **dict(pair_of(pair, "--convention") for pair in changed))
    try:
        task = create_question(kind, given)
        question = Question(kind, task, fixed, given=given, partial="none")
        question.parts  # noqa: B018
    except GivenError as error:
        message = f"{'--' + error.key + ' ' if error.key in ('n', 'k', 's', 'p', 'd') else ''}{error.what if error.key in ('n', 'k', 's', 'p', 'd') else error}"
        raise UsageError(message) from None
    return question


def pair_of(text: str, option: str) -> tuple[str, str]:
    """``name=value`` as a pair."""
    name, equals, value = text.partition("=")
    if not equals:
        message = f"{option} {text}: lacks a value; write {option} name=value"
        raise UsageError(message)
    return name.strip(), value.strip()


def explained(result: Result) -> list[dict[str, str]]:
    """The mistakes found, with what the catalogue says of each."""
    from convcalc.homework.mistakes import MISTAKES

    return [
        {
            "id": name,
            "confidence": sure,
            "about": MISTAKES[name].about,
            "formula": MISTAKES[name].formula,
            "line": MISTAKES[name].line,
        }
        for part in result.parts
        for name, sure in part.mistakes
    ]


def lines(question: Question, result: Result, *, with_answer: bool) -> list[str]:
    """What is said of the number."""
    said = result.said or result.parts[0].given
    found: list[str] = []
    if result.status == "unreadable":
        return found
    if result.right:
        found.append(f"{said} is right")
    elif result.status == "other-convention":
        found.append(f"{said}: {result.hint}")
    elif not result.mistakes:
        found.append(f"{said}: no known slip gives this number")
    candidates = explained(result)
    both = bool(candidates) and candidates[0]["confidence"] == "perhaps"
    if both:
        found.append(f"{said}: perhaps two things at once")
    for each in candidates:
        word = "might be" if each["confidence"] == "might" else "is"
        head = f"  {each['about']}" if both else f"{said} {word} {each['id']}: {each['about']}"
        found.append(f"{head}, {each['formula']}" if each["formula"] else head)
        if result.status != "other-convention" and "{0}" not in each["line"]:
            found.append(f"  {each['line']}")
    if with_answer:
        texts = [
            f"{part.name + ' ' if part.name else ''}{part.answer_type.text(part.expected)}"
            for part in question.parts
            if part.expected is not None
        ]
        found.append(f"right: {'; '.join(texts)}")
    elif not result.right:
        found.append("next: the same with --answer says the right one")
    return found
