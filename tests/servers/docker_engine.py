# ruff: noqa: PLC0415 - the package is heavy and only needed here
"""Whether a Docker engine answers."""

from __future__ import annotations


def no_docker() -> str:
    """Empty where a Docker engine answers, otherwise the reason why not (a probe for the chooser)."""
    try:
        from testcontainers.core.docker_client import DockerClient

        DockerClient().client.ping()
    except ImportError:
        return "Paket testcontainers fehlt"
    except Exception as error:  # the client library raises many kinds, all of them mean: no engine
        return f"keine Engine antwortet ({type(error).__name__})"
    return ""
