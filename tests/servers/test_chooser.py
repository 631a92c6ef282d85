"""The order in which a server is sought: given address, Docker, local process, none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.servers.chooser import Choice, Unavailable, Way, choose, opened


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


@contextmanager
def container() -> Iterator[str]:
    yield "http://container.example.org"


@contextmanager
def broken_container() -> Iterator[str]:
    raise Unavailable("kein Abbild")
    yield ""


@contextmanager
def process() -> Iterator[str]:
    yield "http://process.example.org"


@contextmanager
def never_started() -> Iterator[str]:
    pytest.fail("this way must not be tried")
    yield ""


def test_a_container_is_used_where_an_engine_answers() -> None:
    with opened("", (is_open, container), (never_asked, never_started)) as server:
        assert server == ("http://container.example.org", Way.DOCKER)


def test_a_container_that_does_not_start_makes_room_for_the_local_process() -> None:
    with opened("", (is_open, broken_container), (is_open, process)) as server:
        assert server == ("http://process.example.org", Way.LOCAL)


def test_a_given_server_is_not_started() -> None:
    with opened("http://search.example.org", (never_asked, never_started), (never_asked, never_started)) as server:
        assert server == ("http://search.example.org", Way.GIVEN)


def test_without_any_way_the_error_gives_the_reasons() -> None:
    closed = opened("", (is_open, broken_container), (no_package, never_started))

    with pytest.raises(Unavailable, match="Docker: kein Abbild; lokaler Prozess: Paket fehlt"), closed:
        pass
