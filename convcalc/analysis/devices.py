"""Devices with the peaks of their data sheets: operations and bytes per second, without sparsity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

T, G = 10**12, 10**9


class Device(NamedTuple):
    """A processor.

    Attributes:
        about: a short description.
        peaks: operations per second by precision, two per multiply-add; dense: no weights are
            skipped because they are zero.
        bandwidth: bytes per second to and from its memory.
        source: the data sheet, with its date.
    """

    about: str
    peaks: Mapping[str, int]
    bandwidth: int
    source: str


DEVICES: dict[str, Device] = {
    "tpu-v1": Device(
        "Google TPU v1", {"int8": 92 * T}, 34 * G, "Jouppi et al. 2017, arXiv:1704.04760, Table 2",
    ),
    "k80": Device(
        "NVIDIA K80, one of its two dies", {"float32": 2_800 * G}, 160 * G,
        "Jouppi et al. 2017, arXiv:1704.04760, Table 2",
    ),
    "haswell": Device(
        "Intel Xeon E5-2699 v3, 18 cores", {"float32": 1_300 * G}, 51 * G,
        "Jouppi et al. 2017, arXiv:1704.04760, Table 2",
    ),
    "v100": Device(
        "NVIDIA V100 SXM2", {"float32": 15_700 * G, "float16": 125 * T}, 900 * G,
        "NVIDIA V100 data sheet, January 2020",
    ),
    "t4": Device(
        "NVIDIA T4", {"float32": 8_100 * G, "float16": 65 * T, "int8": 130 * T}, 320 * G,
        "NVIDIA T4 product brief, 2019",
    ),
    "a100": Device(
        "NVIDIA A100 SXM, 80 GB",
        {"float32": 19_500 * G, "float16": 312 * T, "bfloat16": 312 * T, "int8": 624 * T}, 2_039 * G,
        "NVIDIA A100 data sheet, June 2021; half of the numbers with sparsity",
    ),
    "h100": Device(
        "NVIDIA H100 SXM",
        {"float32": 67 * T, "float16": 989_400 * G, "bfloat16": 989_400 * G, "int8": 1_978_900 * G}, 3_350 * G,
        "NVIDIA H100 data sheet and Hopper architecture white paper, 2022; half of the numbers with sparsity",
    ),
    "l4": Device(
        "NVIDIA L4",
        {"float32": 30_300 * G, "float16": 121 * T, "bfloat16": 121 * T, "int8": 242_500 * G}, 300 * G,
        "NVIDIA L4 data sheet, 2023; half of the numbers with sparsity",
    ),
    "rtx4090": Device(
        "NVIDIA GeForce RTX 4090",
        {"float32": 82_600 * G, "float16": 165_200 * G, "bfloat16": 165_200 * G, "int8": 660_600 * G}, 1_008 * G,
        "NVIDIA Ada GPU architecture white paper, 2022: sums in float32, without sparsity",
    ),
    "tpu-v3": Device(
        "Google TPU v3, one chip", {"bfloat16": 123 * T}, 900 * G,
        "Google Cloud TPU documentation, system architecture, v3",
    ),
    "tpu-v4": Device(
        "Google TPU v4, one chip", {"bfloat16": 275 * T, "int8": 275 * T}, 1_200 * G,
        "Google Cloud TPU documentation, system architecture, v4; Jouppi et al. 2023, arXiv:2304.01433",
    ),
    "tpu-v5e": Device(
        "Google TPU v5e, one chip", {"bfloat16": 197 * T, "int8": 393 * T}, 819 * G,
        "Google Cloud TPU documentation, system architecture, v5e",
    ),
}  # fmt: skip
"""By name, as ``--device`` takes it."""
