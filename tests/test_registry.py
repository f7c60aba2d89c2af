"""The registry class: no name twice, modules imported only when needed, similar names suggested."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from convcalc.errors import UsageError
from convcalc.registry import Registry


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A package of two modules that register one fruit each."""
    folder = tmp_path / "fruitshop"
    folder.mkdir()
    (folder / "__init__.py").write_text(
        "from convcalc.registry import Registry\nFRUIT: Registry = Registry('fruit')\n"
    )
    for module, name in (("trees", "apple"), ("bushes", "currant")):
        (folder / f"{module}.py").write_text(
            f"from fruitshop import FRUIT\nFRUIT.register({name!r}, {name.title()!r})\n"
        )
    monkeypatch.syspath_prepend(str(tmp_path))
    yield "fruitshop"
    for module in [name for name in sys.modules if name.startswith("fruitshop")]:
        del sys.modules[module]


def shop(package: str) -> Registry[str]:
    module: Any = __import__(package)
    return module.FRUIT  # type: ignore[no-any-return]


def test_things_come_in_the_order_of_their_table_whatever_was_wanted_first(package: str) -> None:
    fruit = shop(package)
    fruit.modules(package, {"currant": "bushes", "apple": "trees"})
    assert fruit["apple"] == "Apple"
    assert list(fruit.items()) == [("currant", "Currant"), ("apple", "Apple")]


def test_modules_are_imported_only_as_far_as_a_name_needs(package: str) -> None:
    fruit = shop(package)
    fruit.modules(package, ("trees", "bushes"))
    assert fruit["apple"] == "Apple"
    assert "fruitshop.bushes" not in sys.modules
    assert list(fruit) == ["apple", "currant"]
    assert len(fruit) == 2
    assert dict(fruit) == {"apple": "Apple", "currant": "Currant"}


@pytest.mark.parametrize("first", ["iter", "names", "len"])
def test_classes_keep_the_order_of_their_modules_whatever_was_imported_first(
    package: str, tmp_path: Path, first: str
) -> None:
    for module, names in (("trees", ("Pear", "Apple")), ("bushes", ("Currant",))):
        lines = "".join(
            f"class {name}: pass\nFRUIT.register({name.lower()!r}, {name})\n" for name in names
        )
        (tmp_path / package / f"{module}.py").write_text(f"from fruitshop import FRUIT\n{lines}")
    fruit = shop(package)
    fruit.modules(package, ("trees", "bushes"))
    __import__("fruitshop.bushes")
    assert list(fruit.known) == ["currant"]
    {"iter": list, "names": Registry.names, "len": len}[first](fruit)  # type: ignore[operator]
    assert list(fruit) == ["pear", "apple", "currant"]
    assert list(fruit.values()) == [fruit["pear"], fruit["apple"], fruit["currant"]]


def test_a_table_of_names_finds_without_importing_others(package: str) -> None:
    fruit = shop(package)
    fruit.modules(package, {"apple": "trees", "currant": "bushes"})
    assert fruit.names() == ["apple", "currant"]
    assert not fruit.known
    assert fruit["currant"] == "Currant"
    assert "fruitshop.trees" not in sys.modules
    assert "pear" not in fruit
    assert "fruitshop.trees" not in sys.modules
    fruit.register("pear", "Pear")
    assert fruit.names() == ["apple", "currant", "pear"]
    assert list(fruit.values()) == ["Apple", "Currant", "Pear"]


def test_an_unknown_name_is_answered_with_the_nearest(package: str) -> None:
    fruit = shop(package)
    fruit.modules(package, ("trees", "bushes"))
    with pytest.raises(UsageError, match=r"^no fruit 'curant'; did you mean 'currant'\?$"):
        fruit.find("curant")
    with pytest.raises(KeyError):
        fruit["curant"]
    assert fruit.get("curant") is None
    assert not Registry.__contains__(fruit, 3)


def test_a_name_is_registered_once() -> None:
    fruit: Registry[object] = Registry("fruit")
    fruit.register("apple", dict)
    with pytest.raises(RuntimeError, match="duplicate fruit 'apple': dict and list"):
        fruit.register("apple", list)
    with pytest.raises(RuntimeError, match="duplicate fruit 'apple': dict and int"):
        fruit.register("apple", 3)
    assert "apple" in repr(fruit)


def test_a_thing_may_have_several_names_and_a_class_may_know_its_own() -> None:
    fruit: Registry[object] = Registry("fruit")

    @fruit.under("apple", "Malus")
    def eat() -> None: ...

    @fruit.named("pear")
    class Pear:
        name: ClassVar[str] = ""

    assert (fruit["apple"], fruit["Malus"], fruit["pear"], Pear.name) == (eat, eat, Pear, "pear")
    with pytest.raises(RuntimeError, match="duplicate fruit 'Malus': eat and Pear"):
        fruit.under("quince", "Malus")(Pear)
    with pytest.raises(RuntimeError, match="duplicate fruit 'pear': Pear and Pear"):
        fruit.named("pear")(Pear)
