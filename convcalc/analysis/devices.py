"""Devices with the peaks of their data sheets, without sparsity, and the sizes of their memories."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from convcalc.errors import UsageError
from convcalc.network.budget import read_bytes
from convcalc.text import quoted

T, G, GIB = 10**12, 10**9, 2**30
_LARGE = 10**7  # bytes; from here on, a device's memory is shown in GB


class Device(NamedTuple):
    """A processor.

    Attributes:
        about: a short description.
        peaks: operations per second by precision, two per multiply-add; dense: no weights are
            skipped because they are zero.
        bandwidth: bytes per second to and from its memory.
        source: the data sheet, with its date.
        memory: bytes of its memory for weights and maps, in every size that was sold,
            the smallest first; empty if it has no such memory of its own. GB is 10⁹, as in data sheets.
    """

    about: str
    peaks: Mapping[str, int]
    bandwidth: int
    source: str
    memory: tuple[int, ...] = ()


DEVICES: dict[str, Device] = {
    "tpu-v1": Device(
        "Google TPU v1", {"int8": 92 * T}, 34 * G, "Jouppi et al. 2017, arXiv:1704.04760, Table 2",
    ),
    "k80": Device(
        "NVIDIA K80, one of its two dies", {"float32": 2_800 * G}, 160 * G,
        "Jouppi et al. 2017, arXiv:1704.04760, Table 2", (12 * GIB,),
    ),
    "haswell": Device(
        "Intel Xeon E5-2699 v3, 18 cores", {"float32": 1_300 * G}, 51 * G,
        "Jouppi et al. 2017, arXiv:1704.04760, Table 2",
    ),
    "v100": Device(
        "NVIDIA V100 SXM2", {"float32": 15_700 * G, "float16": 125 * T}, 900 * G,
        "NVIDIA V100 data sheet, January 2020", (16 * G, 32 * G),
    ),
    "t4": Device(
        "NVIDIA T4", {"float32": 8_100 * G, "float16": 65 * T, "int8": 130 * T}, 320 * G,
        "NVIDIA T4 product brief, 2019", (16 * G,),
    ),
    "a100": Device(
        "NVIDIA A100 SXM, 80 GB",
        {"float32": 19_500 * G, "float16": 312 * T, "bfloat16": 312 * T, "int8": 624 * T}, 2_039 * G,
        "NVIDIA A100 data sheet, June 2021; half of the numbers with sparsity", (80 * G,),
    ),
    "h100": Device(
        "NVIDIA H100 SXM",
        {"float32": 67 * T, "float16": 989_400 * G, "bfloat16": 989_400 * G, "int8": 1_978_900 * G}, 3_350 * G,
        "NVIDIA H100 data sheet and Hopper architecture white paper, 2022; half of the numbers with sparsity",
        (80 * G,),
    ),
    "l4": Device(
        "NVIDIA L4",
        {"float32": 30_300 * G, "float16": 121 * T, "bfloat16": 121 * T, "int8": 242_500 * G}, 300 * G,
        "NVIDIA L4 data sheet, 2023; half of the numbers with sparsity", (24 * G,),
    ),
    "rtx4090": Device(
        "NVIDIA GeForce RTX 4090",
        {"float32": 82_600 * G, "float16": 165_200 * G, "bfloat16": 165_200 * G, "int8": 660_600 * G}, 1_008 * G,
        "NVIDIA Ada GPU architecture white paper, 2022: sums in float32, without sparsity", (24 * G,),
    ),
    "tpu-v3": Device(
        "Google TPU v3, one chip", {"bfloat16": 123 * T}, 900 * G,
        "Google Cloud TPU documentation, system architecture, v3", (32 * GIB,),
    ),
    "tpu-v4": Device(
        "Google TPU v4, one chip", {"bfloat16": 275 * T, "int8": 275 * T}, 1_200 * G,
        "Google Cloud TPU documentation, system architecture, v4; Jouppi et al. 2023, arXiv:2304.01433",
        (32 * GIB,),
    ),
    "tpu-v5e": Device(
        "Google TPU v5e, one chip", {"bfloat16": 197 * T, "int8": 393 * T}, 819 * G,
        "Google Cloud TPU documentation, system architecture, v5e", (16 * G,),
    ),
}  # fmt: skip
"""By name, as ``--device`` takes it."""


def known_device(name: str) -> str:
    """A key of `DEVICES`, from a name in capital or small letters.

    Raises:
        UsageError: there is no such device.

    >>> known_device("A100")
    'a100'
    """
    found = str(name).strip().lower()
    if found not in DEVICES:
        message = (
            f"--device: {quoted(str(name))} is not one of the devices {', '.join(DEVICES)}; for another device give "
            "--peak 10T --bandwidth 100G"
        )
        raise UsageError(message)
    return found


def amount_text(size: int) -> str:
    """An amount of memory: in GB, or in GiB if only that is a whole number; small amounts in bytes.

    >>> amount_text(16 * 10**9), amount_text(12 * 2**30), amount_text(1_500_000_000), amount_text(512)
    ('16 GB', '12 GiB', '1.5 GB', '512 bytes')
    """
    if size < _LARGE:
        return f"{size:,} bytes"
    if size % G and not size % GIB:
        return f"{size // GIB:,} GiB"
    return f"{size / G:,.6g} GB"


class Room(NamedTuple):
    """The memory that is available for a network.

    Attributes:
        sizes: in bytes, the smallest first; several if a device was sold with several.
        device: its name; empty if only the memory was given.
    """

    sizes: tuple[int, ...] = ()
    device: str = ""


def room_of(text: str) -> Room:
    """Read the name of a device, or an amount of memory.

    Args:
        text: a key of `DEVICES`, or a number and its unit.

    Raises:
        ValueError: it is neither, or a device without such a memory; the message says what to write.

    >>> room_of("24GB"), room_of("V100")
    (Room(sizes=(24000000000,), device=''), Room(sizes=(16000000000, 32000000000), device='v100'))
    """
    name = text.strip().lower()
    if name in DEVICES:
        if DEVICES[name].memory:
            return Room(DEVICES[name].memory, name)
        message = "has no known size of memory; write what your machine has, such as 64GB"
        raise ValueError(message)
    try:
        return Room((read_bytes(text),))
    except ValueError as error:
        known = ", ".join(name for name, device in DEVICES.items() if device.memory)
        message = f"{error}, or name a device: {known}"
        raise ValueError(message) from None
