# ruff: noqa: T201
"""Every fault once, as a table: `python -m tests.faults`, with `--write` into docs/faults.md. `make faults` does that.

`--only WORDS` takes the faults whose names hold one of the words. The exit code is 1 where something did not hold.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.faults import table
from tests.faults.catalogue import CLUSTER, ENGINE, MACHINE, NETWORK, STORE
from tests.faults.judging import judge
from tests.faults.stage import Stage, stage, stage_on_cluster
from tests.faults.table import Row
from tests.faults.trial import Fault, undergo
from tests.servers import opensearch, postgres
from tests.servers.chooser import Unavailable
from tests.servers.runs import ServerRun


def main(arguments: Sequence[str]) -> int:
    """Exit code 0 where every fault was borne."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the table into docs/faults.md")
    parser.add_argument(
        "--only", nargs="+", default=[], metavar="WORD", help="faults whose names hold one of the words"
    )
    options = parser.parse_args(arguments)
    rows: list[Row] = []
    try:
        with ServerRun.owned() as run:
            for row in _rows(run, options.only):
                print(row, flush=True)
                rows.append(row)
    except Unavailable as error:
        print(error, file=sys.stderr)
        return 1
    print(*table.lines(rows), sep="\n")
    if options.write:
        table.write(rows)
    return int(any(row.problem for row in rows))


def _rows(run: ServerRun, only: Sequence[str]) -> Iterator[Row]:
    with tempfile.TemporaryDirectory(prefix="angebote-faults-") as name:
        folder = Path(name)
        for begin, faults in (
            (_usual(run, folder / "usual"), [*NETWORK, *ENGINE, *STORE]),
            (stage(folder / "machine"), MACHINE),
            (stage_on_cluster(folder / "cluster"), CLUSTER),
        ):
            chosen = [fault for fault in faults if not only or any(word in fault.name for word in only)]
            if chosen:
                with begin as here:
                    yield from (_row(here, fault) for fault in chosen)


@contextmanager
def _usual(run: ServerRun, folder: Path) -> Iterator[Stage]:
    """PostgreSQL, OpenSearch and a standby."""
    with ExitStack() as stack:
        database = stack.enter_context(postgres.fresh_database(run.url(postgres.KIND)))
        yield stack.enter_context(stage(folder, run.url(opensearch.KIND), database))


def _row(here: Stage, fault: Fault) -> Row:
    try:
        outcome = undergo(here, fault)
        judge(here, outcome)
    except (AssertionError, OSError) as error:
        return Row(fault.name, problem=str(error) or type(error).__name__)
    return Row.of(outcome)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
