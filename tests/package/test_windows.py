"""Importing the apps needs no module that only Unix has. (`make check` looks for functions that Windows lacks.)"""

from __future__ import annotations

import subprocess
import sys

from tests.meta.sources import ROOT

IMPORTS = """
import builtins, importlib, pkgutil
import mocksms, webapp

UNIX_ONLY = ("fcntl", "grp", "pwd", "resource", "termios")
plain = builtins.__import__

def without_unix(name, globals=None, *rest, **named):
    importer = (globals or {}).get("__name__", "")
    if name in UNIX_ONLY and importer.split(".")[0] in ("mocksms", "webapp"):  # libraries have their own ways
        raise ModuleNotFoundError(f"{importer} imports {name}")
    return plain(name, globals, *rest, **named)

builtins.__import__ = without_unix
count = 0
for app in (mocksms, webapp):
    for found in pkgutil.walk_packages(app.__path__, f"{app.__name__}."):
        if not found.name.endswith("__main__"):
            importlib.import_module(found.name)
            count += 1
try:
    exec("import fcntl", {"__name__": "webapp.run"})
except ModuleNotFoundError:
    print(count)
"""


def test_every_module_loads_without_what_windows_lacks() -> None:
    done = subprocess.run([sys.executable, "-c", IMPORTS], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 200
