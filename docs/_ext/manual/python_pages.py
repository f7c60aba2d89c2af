"""The Python interface, from the docstrings."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import FunctionType, ModuleType
from typing import Any

import convcalc
import convcalc.formulas
import convcalc.homework
from manual.writing import docstring, page, section, thing

_MODULES = (convcalc, convcalc.homework)


def pages() -> Iterator[tuple[str, str]]:
    """One page."""
    parts = [
        section(
            f"import {module.__name__}",
            *(_described(name, each, module.__name__) for name, each in _things(module)),
        )
        for module in _MODULES
    ]
    formulas = (
        _function(name, each, "convcalc.formulas")
        for name, each in public_functions(convcalc.formulas)
    )
    yield (
        "reference/python.md",
        page(
            "Python, function by function",
            "[Python](../python.md) has examples of everyday use. Importing convcalc imports neither NumPy nor click.",
            *parts,
            section(
                "convcalc.formulas", docstring(inspect.getdoc(convcalc.formulas) or ""), *formulas
            ),
        ),
    )


def _things(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """The classes and functions that a module offers."""
    for name in module.__all__:
        each = getattr(module, name)
        if not isinstance(each, ModuleType):
            yield name, each


def public_functions(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """The functions that a module defines."""
    for name, each in vars(module).items():
        if (
            isinstance(each, FunctionType)
            and each.__module__ == module.__name__
            and not name.startswith("_")
        ):
            yield name, each


def _described(name: str, each: Any, module: str) -> str:
    """A class or a function."""
    if not inspect.isclass(each):
        return _function(name, each, module)
    members = []
    for key, member in vars(each).items():
        if key.startswith("_") or not inspect.getdoc(member):
            continue
        if isinstance(member, property):
            members.append(thing("py:property", key, docstring(inspect.getdoc(member) or "")))
        elif isinstance(member, (FunctionType, classmethod, staticmethod)):
            about = docstring(inspect.getdoc(member) or "")
            members.append(
                thing(
                    "py:method",
                    f"{key}{_signature(getattr(each, key), bound=not isinstance(member, (classmethod, staticmethod)))}",
                    about,
                )
            )
    return thing(
        "py:class", f"{module}.{name}", "\n".join([docstring(inspect.getdoc(each) or ""), *members])
    )


def _function(name: str, each: Any, module: str) -> str:
    """A function."""
    return thing(
        "py:function", f"{module}.{name}{_signature(each)}", docstring(inspect.getdoc(each) or "")
    )


def _signature(each: Any, *, bound: bool = False) -> str:
    """The parameters of a function."""
    found = inspect.signature(each)
    taken = list(found.parameters.values())[1 if bound else 0 :]
    return str(found.replace(parameters=taken)).replace("'", "")
