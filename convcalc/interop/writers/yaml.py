"""Networks as network files of convcalc."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convcalc.files import YAML_SUFFIXES
from convcalc.interop.writers.base import Writer, Written, writer
from convcalc.network.yaml_writer.write import network_yaml

if TYPE_CHECKING:
    from convcalc.analysis.analysis import Analysis


@writer("yaml")
class Yaml(Writer):
    """A network file, as ``convcalc import`` writes it."""

    about = "convcalc's YAML"
    suffixes = YAML_SUFFIXES

    @staticmethod
    def write(analysis: Analysis) -> Written:
        return Written(network_yaml(analysis.network).encode())
