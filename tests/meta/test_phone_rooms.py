"""The phone's packages: the files at its root, and which package may use which (docs/contributing.md)."""

from __future__ import annotations

from tests.meta.sources import ROOT, modules

# A room may use itself and the rooms of the rows below it.
LAYERS = (
    ("handset", "providers", "client"),
    ("api",),
    ("delivery",),
    ("core",),
    ("search", "events"),
    ("store", "edge", "shared"),
)
RANKS = {room: rank for rank, rooms in enumerate(LAYERS) for room in rooms}
# Plain values and pure functions: they use no room, so any room may use them.
LEAVES = (
    "config", "errors", "core.models", "core.phone_numbers",
    "core.own_address", "core.setting_types", "core.sids", "search.tokenizer", "shared",
)  # fmt: skip
ROOT_MODULES = {
    "__init__", "__main__", "app", "cli", "config", "errors", "pytest_plugin", "server", "testing",
}  # fmt: skip

# Imports that still lead upwards. Take an entry out when its import goes; never put one in.
TWILIO = "mocksms/providers/twilio/"
UPWARDS: set[tuple[str, str]] = set()


def _below(name: str) -> str:
    """A module's name without the package's: `mocksms.core.inbox` → `core.inbox`."""
    return name.removeprefix("mocksms").lstrip(".")


def _is_leaf(name: str) -> bool:
    return any(name == leaf or name.startswith(f"{leaf}.") for leaf in LEAVES)


def _upwards() -> set[tuple[str, str]]:
    found = set()
    for module in modules("mocksms"):
        here = _below(module.name)
        room = here.partition(".")[0]
        for imported, _line, _inside in module.imports():
            used = _below(imported)
            target = used.partition(".")[0]
            if not imported.startswith("mocksms") or _is_leaf(used) or target == room:
                continue
            if _is_leaf(here) or (room in RANKS and (target not in RANKS or RANKS[target] <= RANKS[room])):
                found.add((here, target))
    return found


def test_phone_rooms_have_nothing_else_at_the_root() -> None:
    files = {path.stem for path in (ROOT / "mocksms").glob("*.py")}
    assert files <= ROOT_MODULES, f"give it a room: {sorted(files - ROOT_MODULES)}"


def test_phone_rooms_are_all_in_the_layers() -> None:
    rooms = {path.parent.name for path in (ROOT / "mocksms").glob("*/__init__.py")}
    assert rooms == set(RANKS), "say in LAYERS what a new room may use"


def test_phone_rooms_use_rooms_below_only() -> None:
    found = _upwards()
    assert not found - UPWARDS, f"these imports lead upwards: {sorted(found - UPWARDS)}"
    assert not UPWARDS - found, f"take these out of UPWARDS, they are gone: {sorted(UPWARDS - found)}"


def test_phone_rooms_name_a_provider_in_its_own_folder_only() -> None:
    # mocksms.testing.twilio_client is a public name of the testers' and stays as a re-export.
    exempt = {"mocksms/testing.py"}
    kinds = (".py", ".html", ".js", ".css", ".cfg")
    wrong = [
        f"{path}:{number}"
        for folder in ("mocksms", "templates/phone")
        for file in sorted((ROOT / folder).rglob("*"))
        if file.suffix in kinds
        and not (path := str(file.relative_to(ROOT))).startswith(TWILIO)
        and path not in exempt
        for number, line in enumerate(file.read_text().splitlines(), 1)
        if "twilio" in line.lower()
    ]
    assert not wrong, f"only {TWILIO} may name the provider: {wrong}"
