# ruff: noqa: T201
"""Which line prevents which race: `python -m tests.races.mutants` breaks one at a time and expects its test to fail.

Works on a copy of the tree. Exit code 1 where a test passes although its line is broken, or where a line is not found
exactly once. `--write` writes the table into docs/decisions/races.md, `-k WORD` takes only mutants whose test or file
contains the word.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.servers import opensearch, postgres
from tests.servers.runs import ROOT, ServerRun

PAGE = ROOT / "docs" / "decisions" / "races.md"
BEGIN, END = "<!-- mutants -->\n", "<!-- /mutants -->"
BUILT = ("assets/dist", "service/translations/*/LC_MESSAGES/*.mo")
"""What is made beside the sources and needed to run."""
FAILED = 1
"""pytest's exit code when tests failed; others mean that they could not run."""
REBUILD, TAIL, KILLED = (f"tests/races/test_{name}.py" for name in ("rebuild_races", "tail_races", "killed"))


@dataclass(frozen=True, slots=True)
class Mutant:
    """A line that prevents a race, broken. `what` says in a few words what the broken line does."""

    path: str
    original: str
    broken: str
    test: str
    what: str

    @property
    def text(self) -> str:
        """The file as it is."""
        return (ROOT / self.path).read_text(encoding="utf-8")


MUTANTS = (
    Mutant(
        "indexer/rebuild.py",
        "indexes.keep_words(session, self.name, parts, packed(crew.frequencies))",
        "indexes.keep_words(session, self.name, parts, packed(crew.frequencies)); "
        "indexes.advance(session, self.name, indexes.changes.latest_rev(session))",
        f"{REBUILD}::test_edits_deletions_and_returns_during_a_rebuild_are_not_lost[sqlite-embedded]",
        "the checkpoint of a new index is set after the load instead of before",
    ),
    Mutant(
        "service/store/changes.py",
        '("building", "current", "previous")',
        '("current", "previous")',
        f"{REBUILD}::test_edits_that_a_tail_applies_meanwhile_reach_both_indexes[sqlite-embedded]",
        "changes that an index under construction still needs are removed",
    ),
    Mutant(
        "indexer/following.py",
        "if count < BATCH:",
        "if False:",
        f"{REBUILD}::test_a_rebuild_comes_to_its_end_while_edits_never_pause[sqlite-embedded]",
        "a rebuild goes on as long as there is anything to apply",
    ),
    Mutant(
        "service/store/indexes.py",
        'FOLLOWED = ("current", "previous")',
        'FOLLOWED = ("current",)',
        f"{REBUILD}::test_going_back_after_further_edits_loses_none[sqlite-embedded]",
        "the previous index is followed no longer",
    ),
    Mutant(
        "indexer/switching.py",
        "    if not lease.take():",
        "    if lease.take() and False:",
        f"{REBUILD}::test_a_second_rebuild_and_a_way_back_are_refused_while_one_runs[sqlite-embedded]",
        "work on indexes begins without its lease",
    ),
    Mutant(
        "service/store/leases.py",
        "return or_(Lease.expires_at <= now, Lease.expires_at > now + LONGEST)",
        "return Lease.name == Lease.name",
        f"{REBUILD}::test_of_two_rebuilds_at_the_same_moment_each_comes_to_an_end[sqlite-embedded]",
        "a lease that is held counts as free",
    ),
    Mutant(
        "indexer/switching.py",
        "dropped = [name for name in work.writer.names() if name not in kept]",
        "dropped = []",
        f"{REBUILD}::test_a_rebuild_that_was_killed_is_cleared_away_by_the_next[sqlite-embedded]",
        "remains of a killed rebuild stay",
    ),
    Mutant(
        "indexer/tail.py",
        "elif serve(self._work):",
        "elif False:",
        f"{REBUILD}::test_a_rebuild_that_was_killed_before_readers_were_switched_is_completed[sqlite-embedded]",
        "nobody looks whether readers use the index that the store names",
    ),
    Mutant(
        "service/store/leases.py",
        "return or_(Lease.expires_at <= now, Lease.expires_at > now + LONGEST)",
        'return Lease.owner == ""',
        f"{REBUILD}::test_a_rebuild_that_slept_through_its_lease_gives_way[sqlite-embedded]",
        "a lease never runs out",
    ),
    Mutant(
        "indexer/rebuild.py",
        "self.lease.guard(session)\n            before =",
        "before =",
        f"{REBUILD}::test_a_rebuild_that_slept_before_switching_does_not_switch[sqlite-embedded]",
        "a rebuild switches without asking whether it still may",
    ),
    Mutant(
        "indexer/rebuild.py",
        "visibility.record_due(session, today)",
        "pass",
        f"{REBUILD}::test_offers_that_begin_and_end_at_midnight_during_a_rebuild[sqlite-embedded-check]",
        "a rebuild over midnight does not ask what the new day changes",
    ),
    Mutant(
        "indexer/following.py",
        "if self._book is None or self._book[0] != version:",
        "if self._book is None:",
        f"{REBUILD}::test_words_of_vocabularies_that_change_during_a_rebuild_are_found[sqlite-embedded]",
        "a follower keeps the vocabularies that it read first",
    ),
    Mutant(
        "service/store/indexes.py",
        'index.c.state == "current", index.c.store_id == here)',
        'index.c.state == "current")',
        f"{REBUILD}::test_an_index_whose_store_was_replaced_meanwhile_is_not_served[sqlite-embedded-check]",
        "an index of another store is served",
    ),
    Mutant(
        "indexer/following.py",
        "failures = [*batch.failures, *self._write(batch)]",
        "self._record(due[-1][0], (), (), set()); failures = [*batch.failures, *self._write(batch)]",
        f"{TAIL}::test_a_crash_around_a_write_repeats_harmlessly[sqlite-embedded-before the engine has the batch]",
        "the checkpoint moves before the engine has the batch",
    ),
    Mutant(
        "indexer/writers/embedded.py",
        'writer.delete_documents_by_term("offer_id", source["offer_id"])',
        "pass",
        f"{TAIL}::test_the_same_change_delivered_twice_does_no_harm[sqlite-embedded]",
        "the embedded index keeps the old document beside the new one",
    ),
    Mutant(
        "indexer/writers/embedded.py",
        'if known.get(source["offer_id"], 0) <= source["rev"]:',
        "if True:",
        f"{TAIL}::test_a_batch_that_arrives_late_replaces_nothing_newer[sqlite-embedded]",
        "the embedded index takes an older revision for a newer one",
    ),
    Mutant(
        "indexer/writers/bulk.py",
        ',"version":{rev},"version_type":"external_gte"',
        "",
        f"{TAIL}::test_a_batch_that_arrives_late_replaces_nothing_newer[sqlite-opensearch]",
        "OpenSearch is told no revisions",
    ),
    Mutant(
        "indexer/following.py",
        "self._tell_successor(list(offers))",
        "pass",
        f"{TAIL}::test_who_slept_through_its_lease_brings_nothing_back[sqlite-opensearch-later write]",
        "who wrote after its lease was lost tells nobody",
    ),
    Mutant(
        "indexer/following.py",
        "self.lease.guard(session)\n            indexes.note_failures",
        "indexes.note_failures",
        f"{TAIL}::test_who_slept_through_its_lease_brings_nothing_back[sqlite-opensearch-first write]",
        "the checkpoint moves without asking whether the lease is still held",
    ),
    Mutant(
        "service/store/leases.py",
        "return or_(Lease.expires_at <= now, Lease.expires_at > now + LONGEST)",
        "return Lease.name == Lease.name",
        f"{TAIL}::test_two_tails_at_once_do_the_work_of_one[sqlite-embedded]",
        "a lease that is held counts as free",
    ),
    Mutant(
        "indexer/tail.py",
        "return passed(wait, since, self._clock())",
        "return False",
        f"{TAIL}::test_edits_while_the_engine_is_away_the_whole_time_are_not_lost[sqlite-opensearch]",
        "an engine that was away once is never tried again",
    ),
    Mutant(
        "service/store/visibility.py",
        "changes.record_changes(session, due)",
        "pass",
        f"{TAIL}::test_an_edit_on_the_way_while_a_day_begins_leaves_no_trace_of_yesterday[sqlite-embedded]",
        "a new day is no change",
    ),
    Mutant(
        "service/store/terms.py",
        "changes.record_changes(session, _offers_with(session, touched))",
        "pass",
        f"{TAIL}::test_words_that_change_while_a_tail_works_reach_its_next_batch[sqlite-embedded]",
        "a changed vocabulary is no change of the offers that carry its terms",
    ),
    Mutant(
        "service/store/indexes.py",
        "IndexState.applied_rev < latest, _of_this_store()",
        "IndexState.applied_rev < latest",
        f"{TAIL}::test_an_index_of_a_store_that_was_replaced_is_left_alone_and_built_anew[sqlite-embedded-between batches]",
        "an index of another store is written to",
    ),
    Mutant(
        "service/store/indexes.py",
        'and_(IndexState.state == "current", ~_of_this_store())',
        "False",
        f"{TAIL}::test_an_index_of_a_store_that_was_replaced_is_left_alone_and_built_anew[sqlite-embedded-between batches]",
        "an index of another store becomes the previous one",
    ),
    Mutant(
        "indexer/switching.py",
        "dropped = [name for name in work.writer.names() if name not in kept]",
        "dropped = []",
        f"{KILLED}::test_whatever_is_killed_while_others_edit_is_made_good_by_the_next[sqlite-embedded-11]",
        "remains of a killed rebuild stay",
    ),
)  # fmt: skip


def copied(target: Path) -> None:
    """The tree with everything that is not ignored, and what was built in it."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    for pattern in BUILT:
        for path in ROOT.glob(pattern):
            copy = shutil.copytree if path.is_dir() else shutil.copy2
            copy(path, target / path.relative_to(ROOT))


def run(tree: Path, tests: Sequence[str], environment: dict[str, str]) -> tuple[int, str]:
    """Exit code and output of tests of a tree. What is installed comes from here, the product from there."""
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *dict.fromkeys(tests)],
        cwd=tree, env=os.environ | environment | {"PYTHONPATH": str(tree)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return ended.returncode, ended.stdout + ended.stderr


def verdict(tree: Path, mutant: Mutant, environment: dict[str, str]) -> str:
    """Empty where the test fails as it should; otherwise what is wrong."""
    original = (tree / mutant.path).read_text(encoding="utf-8")
    if original.count(mutant.original) != 1:
        return f"the line is there {original.count(mutant.original)} times"
    (tree / mutant.path).write_text(original.replace(mutant.original, mutant.broken), encoding="utf-8")
    try:
        code, output = run(tree, [mutant.test], environment)
    finally:
        (tree / mutant.path).write_text(original, encoding="utf-8")
    if code == FAILED and f"FAILED {mutant.test}" in output:
        return ""
    return "survives" if code == 0 else f"pytest ended with {code}: {output[-500:]}"


def table(mutants: Sequence[Mutant]) -> str:
    """The table for the documentation."""
    rows = [f"| `{each.path}` | {each.what} | `{_short(each.test)}` |" for each in mutants]
    return "\n".join(["| file | broken so that | caught by |", "|---|---|---|", *rows, ""])


def _short(test: str) -> str:
    """The test's name without what its parameters are."""
    return re.sub(r"\[.*", "", test.rpartition("::")[2])


def main() -> int:
    """Exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.races.mutants", description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="write the table into docs/decisions/races.md")
    parser.add_argument("-k", default="", help="only mutants whose file or test contains this")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the copy and the servers go, too
    chosen = [each for each in MUTANTS if given.k in each.path + each.test]
    wrong = 0
    with ExitStack() as stack:
        servers = stack.enter_context(ServerRun.owned())
        tree = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="angebote-mutants-")))
        environment = {opensearch.VARIABLE: servers.url(opensearch.KIND), postgres.VARIABLE: servers.url(postgres.KIND)}
        copied(tree)
        code, output = run(tree, [each.test for each in chosen], environment)
        if code:
            print(output[-3000:], "\nThe tests fail already without any broken line.", sep="")
            return 1
        for each in chosen:
            started = time.monotonic()
            found = verdict(tree, each, environment)
            wrong += bool(found)
            print(f"{found or 'caught':8}  {time.monotonic() - started:5.1f} s  {each.path}: {each.what}", flush=True)
            print(f"{'':19} {each.test.rpartition('::')[2]}", flush=True)
    print(f"{len(chosen) - wrong} of {len(chosen)} caught")
    if given.write and not wrong and len(chosen) == len(MUTANTS):
        before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
        PAGE.write_text(before + BEGIN + table(MUTANTS) + END + rest.partition(END)[2], encoding="utf-8")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
