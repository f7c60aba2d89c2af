"""Questions whose answer is a file: a network that must keep rules."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from convcalc.homework.answers.limits import ALL, Limits
from convcalc.homework.answers.network_rules import (
    Rule,
    contradictions,
    count_rule,
    field_rule,
    forbids_rule,
    kernel_rule,
    kinds_called,
    number_rule,
    shape_rule,
    uses_rule,
)
from convcalc.homework.answers.network_type import NetworkInFile
from convcalc.homework.answers.notation import Unreadable
from convcalc.homework.questions.base import Part, Task, question
from convcalc.homework.questions.given import GivenError, Hwc, LayerCounts, Names

_MAX_SIDE = 9_999  # of a kernel


@question("network")
class HandedInNetwork(Task):
    """A network in a file that keeps rules: ONNX, PyTorch (.pt2), Keras, Caffe, Darknet, or YAML of convcalc.

    The answer is the name of the file, which is next to the answers; nothing in it is run. Every rule is
    a part with its share of the points. `params`, `macs`, `flops`, `depth`, `rf` and `layers` take limits:
    "<= 1M", ">= 10k <= 1M", or one number; `layers` also by kind, as in {conv: ">= 2", all: "<= 20"}. `uses`
    and `forbids` list kinds or families of layers, `kernels` the sizes that convolutions may have. `depth` counts
    the layers with weights on the longest path. Sheets name a network that keeps all rules under answer:.
    """

    partial: ClassVar = "parts"
    takes_file: ClassVar = True
    rule: ClassVar = (
        "Look at your network with: convcalc arch FILE. Then compare it with each rule."
    )
    examples: ClassVar = (
        {"input": "32x32x3", "output": "10", "params": "<= 100k", "uses": ["conv"]},
        {"rf": ">= 50", "layers": {"conv": "<= 8"}, "forbids": ["linear"]},
    )

    output: Hwc | None = None
    input: Hwc | None = None
    params: Limits | None = None
    macs: Limits | None = None
    flops: Limits | None = None
    rf: Limits | None = None
    layers: LayerCounts = ()
    depth: Limits | None = None
    uses: Names = ()
    forbids: Names = ()
    kernels: Names = ()

    def check(self) -> None:
        super().check()
        if not any(self.given().values()):
            raise GivenError("", 'has no rule; give for example output: 10 and params: "<= 1M"')
        counted = [word for word, _ in self.layers if word != ALL]
        for key, words in (("uses", self.uses), ("forbids", self.forbids), ("layers", counted)):
            for word in words:
                try:
                    kinds_called(word)
                except Unreadable as error:
                    raise GivenError(key, str(error)) from None
        found = contradictions(dict(self.layers), self.uses, self.forbids, self.depth or Limits())
        for key, what in found:
            raise GivenError(key, what)
        self._sizes()

    def _sizes(self) -> list[tuple[int, ...]]:
        """The allowed sizes of kernels."""
        found = []
        for text in self.kernels:
            sides = text.lower().replace("×", "x").split("x")
            if len(sides) > 3 or not all(s.isascii() and s.isdigit() and 0 < int(s[:9]) <= _MAX_SIDE for s in sides):  # fmt: skip
                message = "must be sizes such as [3, 1x7]"
                raise GivenError("kernels", message)
            found.append(tuple(map(int, sides)))
        return found

    def rules(self) -> Iterator[Rule]:
        """The given rules, in the order of the words."""
        for name in ("output", "input"):
            if shape := self.written(name):
                yield shape_rule(name, shape)
        for name in ("params", "macs", "flops", "depth"):
            if allowed := self.written(name):
                yield number_rule(name, allowed)
        if self.rf:
            yield field_rule(self.rf)
        if self.layers:
            yield count_rule(dict(self.layers))
        if self.uses:
            yield uses_rule(self.uses)
        if self.forbids:
            yield forbids_rule(self.forbids)
        if self.kernels:
            yield kernel_rule(self._sizes())

    def sentence(self) -> str:
        wants = [f"it {rule.wants} ({rule.name})" for rule in self.rules()]
        return f"Submit a network in a file for which this is true: {'; '.join(wants)}."

    def parts(self) -> list[Part]:
        found = [
            Part(rule.name, NetworkInFile(rule), None, label=rule.name) for rule in self.rules()
        ]
        if len(found) == 1:
            found[0].name = found[0].label = ""
        return found
