"""Which way a server is had: given address, Docker, local process, or none with a reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum

Probe = Callable[[], str]  # empty where the way is open, otherwise the reason why not
Start = Callable[[], AbstractContextManager[str]]  # gives the address, raises Unavailable


class Unavailable(Exception):
    """A server cannot be had; the text says why and what would help."""


class Way(StrEnum):
    """How a server is had. The value is what the summary of a test run prints."""

    GIVEN = "vorgegeben"
    DOCKER = "Docker"
    LOCAL = "lokaler Prozess"
    NONE = "keiner"


@dataclass(frozen=True, slots=True)
class Choice:
    """The way taken; ``url`` only for GIVEN, ``reason`` only for NONE."""

    way: Way
    url: str = ""
    reason: str = ""


def choose(given: str, docker: Probe, local: Probe) -> Choice:
    """First open way in the order given address, Docker, local process.

    A probe returns an empty text where its way is open, otherwise the reason why not. Probes cost time, so a later
    one is only asked when the earlier ways are closed. A given address always wins: whoever names a server wants
    that one and no other, even if it does not answer.
    """
    if given.strip():
        return Choice(Way.GIVEN, url=given.strip())
    if not (no_docker := docker()):
        return Choice(Way.DOCKER)
    if not (no_process := local()):
        return Choice(Way.LOCAL)
    return Choice(Way.NONE, reason=f"Docker: {no_docker}; lokaler Prozess: {no_process}")


@contextmanager
def opened(given: str, docker: tuple[Probe, Start], local: tuple[Probe, Start]) -> Iterator[tuple[str, Way]]:
    """Address of a server, and how it was had. Raises Unavailable with the reasons where there is none.

    A container that does not start (no image without a network) makes room for the local process.
    """
    choice = choose(given, docker[0], local[0])
    with ExitStack() as held:
        url = choice.url
        if choice.way is Way.DOCKER:
            try:
                url = held.enter_context(docker[1]())
            except Unavailable as error:
                reason = str(error)
                choice = choose("", lambda: reason, local[0])
        if choice.way is Way.LOCAL:
            url = held.enter_context(local[1]())
        if choice.way is Way.NONE:
            raise Unavailable(choice.reason)
        yield url, choice.way
