"""The order in which a server is sought: given address, Docker, local process, none."""

from __future__ import annotations

import pytest

from tests.servers.chooser import Choice, Way, choose


def is_open() -> str:
    return ""


def no_engine() -> str:
    return "keine Engine antwortet"


def no_package() -> str:
    return "Paket fehlt"


def never_asked() -> str:
    pytest.fail("this probe must not be asked")


def test_a_given_address_wins_and_nothing_else_is_probed() -> None:
    assert choose("http://search.example.org", never_asked, never_asked) == Choice(
        Way.GIVEN, url="http://search.example.org"
    )


def test_a_blank_address_counts_as_none_given() -> None:
    assert choose("  ", is_open, never_asked) == Choice(Way.DOCKER)


def test_docker_comes_before_the_local_process() -> None:
    assert choose("", is_open, never_asked) == Choice(Way.DOCKER)


def test_without_docker_the_local_process_is_taken() -> None:
    assert choose("", no_engine, is_open) == Choice(Way.LOCAL)


def test_where_nothing_is_open_the_reason_names_both_ways() -> None:
    choice = choose("", no_engine, no_package)

    assert choice.way is Way.NONE
    assert choice.reason == "Docker: keine Engine antwortet; lokaler Prozess: Paket fehlt"
