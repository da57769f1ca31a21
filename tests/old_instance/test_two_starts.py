"""Two processes of a new version start at once on the files of an older one."""

from __future__ import annotations

import shutil
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

from tests.meta.sources import ROOT
from tests.old_instance.test_old_instance import ARCHIVE
from tests.processes import program
from webapp.sandbox.store import world_settings
from webapp.store.database import open_engine

TIMES = 12
START = """
import sys, pathlib
from webapp.sandbox.store import earlier_files
from webapp.store.database import open_engine
for line in sys.stdin:
    folder = pathlib.Path(line.strip())
    engine = open_engine(folder)
    earlier_files.take_over(engine.open(), folder)
    engine.close()
    print("taken over", flush=True)
"""


def test_two_processes_that_start_at_once_take_over_each_file_once(tmp_path: Path) -> None:
    shutil.unpack_archive(ARCHIVE, tmp_path)
    old = tmp_path / "instance" / "site"
    (old / "walks.pictures").mkdir()
    for number in range(5):
        (old / "walks.pictures" / f"{number:032x}.png").write_bytes(b"a picture")
    with ExitStack() as until_end:
        both = [
            until_end.enter_context(
                program(
                    [sys.executable, "-c", START],
                    cwd=ROOT,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                )
            )
            for _ in range(2)
        ]
        for number in range(TIMES):
            folder = tmp_path / str(number)
            shutil.copytree(old, folder)
            for process in both:
                assert process.stdin is not None
                process.stdin.write(f"{folder}\n")
                process.stdin.flush()
            for process in both:
                assert process.stdout is not None
                assert process.stdout.readline() == "taken over\n", process.communicate()[0][-1000:]
            left = {path.name for path in folder.iterdir()}
            assert not left & {"uploads", "walks.pictures", "facts.json", "walks.db"}
            engine = open_engine(folder)
            with engine.open().reading() as db:
                assert db.execute("SELECT count(*) FROM documents WHERE sealed IS NULL").fetchone()[0] == 0
                for table, least in (("documents", 1), ("pictures", 5), ("steps", 1), ("counts", 1)):
                    assert db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] >= least, table
                assert world_settings.read(db).offset != 0
            engine.close()
