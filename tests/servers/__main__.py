# ruff: noqa: T201
"""Starts OpenSearch and PostgreSQL for trying things by hand: ``python -m tests.servers``, until Ctrl-C.

The printed lines are for another shell; tests started there use these servers and need not start their own.
"""

from __future__ import annotations

import signal
import sys

from tests.servers import opensearch, postgres
from tests.servers.runs import ServerRun


def main() -> int:
    """Exit code 1 where none of the two servers can be had."""
    for end in (signal.SIGINT, signal.SIGTERM):
        signal.signal(end, lambda *_: sys.exit(0))
    with ServerRun.owned() as run:
        servers = {module.VARIABLE: run.server(module.KIND) for module in (postgres, opensearch)}
        for variable, server in servers.items():
            if server.url:
                print(f"# {server}\nexport {variable}='{server.url}'", flush=True)
            else:
                print(f"# {server.reason}", file=sys.stderr, flush=True)
        if not any(server.url for server in servers.values()):
            return 1
        print("# Ende mit Strg-C", file=sys.stderr, flush=True)
        signal.pause()
    return 0


if __name__ == "__main__":
    sys.exit(main())
