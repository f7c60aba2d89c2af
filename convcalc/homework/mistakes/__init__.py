"""The catalogue of mistakes: each a formula on the question's numbers, with a line for the student."""

from __future__ import annotations

from importlib import import_module

from convcalc.homework.mistakes.base import BY_TOPIC, CATALOGUE, Candidate, Mistake

MODULES = ("size", "params", "cost", "field", "typos", "hand")

__all__ = ["BY_TOPIC", "CATALOGUE", "MODULES", "Candidate", "Mistake", "every", "find"]


def every() -> dict[str, Mistake]:
    """The whole catalogue by name; within a topic the commonest come first."""
    for module in MODULES:
        import_module(f"convcalc.homework.mistakes.{module}")
    return CATALOGUE


def find(name: str) -> Mistake | None:
    """A mistake by its name; None without one."""
    for module in MODULES:
        if name in CATALOGUE:
            break
        import_module(f"convcalc.homework.mistakes.{module}")
    return CATALOGUE.get(name)
