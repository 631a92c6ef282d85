"""The lines that `python -m tests.races.mutants` breaks are where it looks for them, and every race has one."""

from __future__ import annotations

import re

import pytest

from tests.races.mutants import BEGIN, END, MUTANTS, PAGE, Mutant, table
from tests.servers.runs import ROOT


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda each: each.what)
def test_a_line_is_found_exactly_once(mutant: Mutant) -> None:
    assert mutant.text.count(mutant.original) == 1
    assert mutant.original != mutant.broken
    compile(mutant.text.replace(mutant.original, mutant.broken), mutant.path, "exec")


def test_every_race_has_a_line_that_prevents_it() -> None:
    races = {
        f"{path.relative_to(ROOT)}::{name}"
        for path in (ROOT / "tests" / "races").glob("test_*.py")
        if path.name != "test_mutants.py"
        for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert races == {mutant.test.partition("[")[0] for mutant in MUTANTS}


def test_the_documentation_shows_the_table() -> None:
    assert PAGE.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0] == table(MUTANTS)
