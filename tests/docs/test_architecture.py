"""docs/architecture.md shows the floors that the import law has, and says which packages are not built yet."""

import re
import tomllib

from tests.docs.written import DOCS, ROOT

MARKET = ROOT / "market"
ROW = re.compile(r"^\| (?:\d+|top) \| (`[^|]+) \| ([^|]+) \|$", re.M)


def shown() -> list[tuple[set[str], str]]:
    """Return the packages of each row of the table of floors, lowest first, with what is said of them."""
    rows = ROW.findall((DOCS / "architecture.md").read_text(encoding="utf-8"))
    return [({name.removesuffix(".py") for name in re.findall(r"`([\w.]+)`", cell)}, said) for cell, said in rows]


def test_the_table_of_floors_is_the_import_law() -> None:
    law = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    [floors] = [contract["layers"] for contract in law["contracts"] if contract["id"] == "floors"]
    order = [set(re.findall(r"\((\w+)\)", layer)) for layer in reversed(floors)]
    place = {name: number for number, layer in enumerate(order) for name in layer}
    packages = [name for names, _ in shown() for name in sorted(names)]
    assert set(packages) == set(place)
    assert [place[name] for name in packages] == sorted(place[name] for name in packages)


def test_a_package_is_called_not_built_exactly_when_it_is_not_there() -> None:
    for names, said in shown():
        for name in names:
            built = (MARKET / name).is_dir() or (MARKET / f"{name}.py").exists()
            assert built != ("not built yet" in said), name
