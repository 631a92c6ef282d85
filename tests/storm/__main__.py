# ruff: noqa: T201
"""`python -m tests.storm --edits 20000 --seed 7 --store postgres --engine opensearch`: a storm on servers of its own.

Exit code 1 where anything is wrong afterwards; the folder with journals and logs stays then.
"""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from tests.servers import nodes, postgres
from tests.storm.happenings import Report
from tests.storm.storm import Storm
from tests.storm.weather import NAMES, Forecast


def main() -> int:
    """Exit code."""
    given = _parser().parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that all that was started ends, too
    folder = Path(tempfile.mkdtemp(prefix="angebote-storm-"))
    print(f"seed {given.seed}: {given.edits} edits, {given.store}, {given.engine}; {folder}", flush=True)
    started = time.monotonic()
    with ExitStack() as stack:
        environment = {"ANGEBOTE_DATA_DIR": str(folder / "data"), "ANGEBOTE_COUNTY": str(folder)}
        node = None
        if given.store == "postgres":
            server = stack.enter_context(postgres.server())
            environment["ANGEBOTE_DATABASE_URL"] = stack.enter_context(postgres.fresh_database(server))
        if given.engine == "opensearch":
            node = stack.enter_context(nodes.node(folder / "engine"))
            environment["ANGEBOTE_SEARCH_URL"] = node.url
        storm = Storm(
            folder / "storm", environment, given.seed, given.edits, Forecast(), node,
            lambda text: print(f"{time.monotonic() - started:6.1f} s  {text}", flush=True),
        )  # fmt: skip
        report = storm.run()
    print(table(report))
    if report.wrong:
        print(f"journals and logs: {folder}")
        return 1
    shutil.rmtree(folder, ignore_errors=True)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.storm", description=__doc__.splitlines()[0])
    parser.add_argument("--edits", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--store", choices=["sqlite", "postgres"], default="postgres")
    parser.add_argument("--engine", choices=["embedded", "opensearch"], default="opensearch")
    return parser


def table(report: Report) -> str:
    """The summary."""
    total = sum(report.seconds.values())
    rows: list[tuple[str, str]] = [
        ("seed, store, engine", f"{report.seed}, {report.store}, {report.engine}"),
        ("acknowledged edits", f"{report.edits} of {report.offers} offers"),
        *((what, f"{seconds:.1f} s") for what, seconds in report.seconds.items()),
        ("together", f"{total:.1f} s on {os.cpu_count()} cores"),
        ("edits a second", f"{report.edits / max(0.1, report.seconds.get('edits', 0)):.0f}"),
        *((NAMES[kind], str(count)) for kind, count in sorted(report.events.items())),
        *(("tried again", f"{count} × {why}") for why, count in sorted(report.repeated.items())),
        *(("looked at", line) for text in report.checked for line in text.splitlines()),
        *(("WRONG", line) for text in report.wrong for line in text.splitlines()),
        ("differences", str(len(report.wrong)) if report.wrong else "none"),
    ]
    width = max(len(name) for name, _ in rows)
    return "\n".join(["", *(f"{name:{width}}  {text}" for name, text in rows)])


if __name__ == "__main__":
    sys.exit(main())
