"""What the documentation says exists, and what exists is documented."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest
from marshmallow import Schema, fields

from service import cli, config
from service.exchange.columns import COLUMNS, STATUS
from service.schemas.offer import SCHEMA, STATUSES, One
from service.search import watching
from service.search.criteria import SORTS
from service.search.facets import FACETS
from service.views import limits, operation
from tests.servers.runs import ROOT

PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
OWN = ("service", "indexer", "bench")
SINGLE_PARAMETERS = ("q", "plz", "umkreis", "sortierung", "seite")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def prose(text: str) -> str:
    """A page without its fenced blocks."""
    return FENCE.sub("", text)


def code(text: str) -> list[str]:
    """Everything a page shows as code: words in the text, lines of shell blocks."""
    blocks = [line.split(" #")[0] for kind, body in FENCE.findall(text) if kind == "sh" for line in body.splitlines()]
    return [*CODE.findall(prose(text)), *(block.strip() for block in blocks)]


@cache
def commands() -> dict[str, click.Command]:
    """Commands of the product by their words: "index rebuild"."""
    found: dict[str, click.Command] = {}
    context = click.Context(cli.cli)

    def walk(group: click.Group, path: tuple[str, ...]) -> None:
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            if isinstance(command, click.Group):
                walk(command, (*path, name))
            elif command and inspect.getmodule(command.callback).__name__.startswith(OWN):  # type: ignore[union-attr]
                found[" ".join((*path, name))] = command

    walk(cli.cli, ())
    return found


def options(command: click.Command) -> set[str]:
    """All spellings of a command's options."""
    parameters = [parameter for parameter in command.params if isinstance(parameter, click.Option)]
    return {name for option in parameters for name in (*option.opts, *option.secondary_opts)}


def test_every_setting_is_documented_and_no_other() -> None:
    rows = set(re.findall(r"^\| `(ANGEBOTE_\w+)` \|", page("running.md"), re.MULTILINE))

    assert rows == set(config.KNOWN)


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_every_setting_that_is_mentioned_exists(path: Path) -> None:
    tests_only = {"ANGEBOTE_TEST_SEARCH_URL", "ANGEBOTE_TEST_DATABASE_URL"}

    assert set(re.findall(r"ANGEBOTE_[A-Z_]+", path.read_text(encoding="utf-8"))) <= {*config.KNOWN, *tests_only}


def test_every_command_is_documented_with_its_options() -> None:
    rows = re.findall(r"^\| `angebote ([a-z ]+?)(?: [A-Z]+)?` \| (.+) \|$", page("running.md"), re.MULTILINE)
    documented = {name: set(re.findall(r"--[a-z-]+", text)) for name, text in rows}

    assert set(documented) == set(commands())
    for name, command in commands().items():
        assert documented[name] == {option for option in options(command) if option != "--help"}, name


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_every_command_that_is_shown_exists(path: Path) -> None:
    for line in code(path.read_text(encoding="utf-8")):
        if found := re.search(r"(?:^|[\s/])angebote ((?:[a-z]+ ?)+)(.*)", line):
            words, rest = found[1].split(), found[2]
            matching = [name for name in commands() if words[: len(name.split())] == name.split()]
            assert matching or any(name.startswith(" ".join(words)) for name in commands()), line
            if matching:
                assert set(re.findall(r"--[a-z-]+", rest)) <= options(commands()[matching[0]]), line


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_every_target_of_make_that_is_shown_exists(path: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))

    for line in code(path.read_text(encoding="utf-8")):
        for words in re.findall(r"(?:^|&& )make ([a-z]+)", line):
            assert words in targets, line


def test_the_makefile_lists_its_targets() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = next(line for line in makefile.splitlines() if line.startswith(".PHONY:")).split()[1:]
    explained = set(re.findall(r"^([a-z]+):.*## ", makefile, re.MULTILINE))

    assert {"setup", "run", "test", "check", "bench", "clean", "lock"} <= explained
    assert set(phony) - {"assets"} == explained


def test_every_parameter_of_a_search_is_documented() -> None:
    section = page("offers.md").partition("\n## Addresses\n")[2]
    rows = "\n".join(re.findall(r"^\| (`.+?) \|", section, re.MULTILINE))
    expected = {*(facet.name for facet in FACETS), *SINGLE_PARAMETERS}

    assert set(CODE.findall(rows)) == expected
    for sort in SORTS:
        assert f"`{sort}`" in section


def test_every_facet_is_explained_to_editors() -> None:
    rows = re.findall(r"^\| (`.+?) \| `(\w+)\.csv`", page("editing.md"), re.MULTILINE)
    lists = {name: vocabulary for names, vocabulary in rows for name in CODE.findall(names)}

    assert lists == {facet.name: facet.vocabulary for facet in FACETS}
    assert all((ROOT / "seed/vocab" / f"{vocabulary}.csv").is_file() for vocabulary in lists.values())


def test_every_field_of_the_record_is_documented() -> None:
    text = page("offers.md").partition("\n## Addresses\n")[0]
    rows = re.findall(r"^\| (`[^|]+?) \| (.+) \|$", text, re.MULTILINE)
    documented = {name: rest for names, rest in rows for name in CODE.findall(names)}

    assert set(documented) == set(SCHEMA.fields)
    for name, field in SCHEMA.fields.items():
        for part in parts(field):
            assert f"`{part}`" in documented[name], f"{name}.{part}"
    assert all(f"`{status}`" in documented["status"] for status in STATUSES)


def parts(field: object) -> Iterator[str]:
    """Names of the fields inside a field."""
    inner = field.inner if isinstance(field, fields.List) else field
    if isinstance(inner, One):
        nested = inner.schema
        yield from (nested.fields if isinstance(nested, Schema) else ())


def test_every_column_of_the_import_is_explained_to_editors() -> None:
    section = page("editing.md").partition("\n## Importieren\n")[2].partition("\n## ")[0]
    rows = "\n".join(re.findall(r"^\| (`.+?) \|", section, re.MULTILINE))

    assert tuple(CODE.findall(rows)) == COLUMNS
    assert {word for word in STATUS if f"`{word}`" in section} >= {"öffentlich", "entwurf", "pausiert", "beendet"}


def test_every_metric_is_documented() -> None:
    source = inspect.getsource(operation) + inspect.getsource(watching)
    metrics = set(re.findall(r'"(angebote_\w+)"', source))

    assert set(re.findall(r"^\| `(angebote_\w+)` \|", page("running.md"), re.MULTILINE)) == metrics


def test_the_rate_limits_are_the_documented_ones() -> None:
    section = page("running.md").partition("\n## Rate limits\n")[2].partition("\n## ")[0]
    named = {
        "search": limits.SEARCH,
        "suggestions": limits.SUGGEST,
        "exports": limits.EXPORT,
        "forms": limits.FORM,
        "logins": limits.LOGIN,
    }

    for name, limit in named.items():
        assert re.search(rf"{name} {limit.split()[0]}\b", section), name


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_every_relative_link_leads_somewhere(path: Path) -> None:
    text = prose(path.read_text(encoding="utf-8"))

    for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`\n]*`", "", text)):
        if "://" in target:
            continue
        name, _, anchor = target.partition("#")
        file = (path.parent / name).resolve() if name else path
        assert file.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}, target


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_every_file_that_is_named_exists(path: Path) -> None:
    folders = "service|indexer|bench|mappings|templates|assets|seed|tests|deploy|docs|packaging|requirements"
    made = ("assets/dist", "service/translations")

    for name in code(path.read_text(encoding="utf-8")):
        if re.fullmatch(rf"(?:{folders})/[\w./-]*", name) and not name.startswith(made):
            assert (ROOT / name).exists(), name


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_every_name_of_the_code_that_is_mentioned_exists(path: Path) -> None:
    for name in code(path.read_text(encoding="utf-8")):
        if found := re.fullmatch(r"((?:service|indexer|bench|tests)(?:\.\w+)+)", name):
            assert resolves(found[1]), name
        if found := re.search(r"(?:^| )-m ((?:service|tests)(?:\.\w+)*)", name):
            assert importlib.util.find_spec(found[1]), name


def resolves(name: str) -> bool:
    """True for a module, or for something in one."""
    words = name.split(".")
    for length in range(len(words), 0, -1):
        try:
            thing: object = importlib.import_module(".".join(words[:length]))
        except ModuleNotFoundError:
            continue
        for word in words[length:]:
            thing = getattr(thing, word, None)
        return thing is not None
    return False


def test_every_decision_is_in_the_list() -> None:
    listed = set(re.findall(r"\]\(([\w-]+\.md)\)", page("decisions/README.md")))

    assert listed == {path.name for path in (ROOT / "docs/decisions").glob("*.md")} - {"README.md"}


@pytest.mark.parametrize("path", PAGES, ids=name_of)
def test_every_picture_is_there_and_described(path: Path) -> None:
    for description, name in re.findall(r"!\[([^\]]*)\]\(([^)]+)\)", path.read_text(encoding="utf-8")):
        assert description
        assert (path.parent / name).stat().st_size < 400_000, name


def test_the_licence_is_named() -> None:
    assert "SPDX-License-Identifier: EUPL-1.2" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert 'license = "EUPL-1.2"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
