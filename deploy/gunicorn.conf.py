"""gunicorn in a container: `gunicorn --config deploy/gunicorn.conf.py service.wsgi:app`."""

import os
from typing import Any

bind = "0.0.0.0:8000"  # inside the container's network; docker-compose.yml publishes it on loopback
workers = int(os.environ.get("ANGEBOTE_WEB_WORKERS", "2"))
worker_class = "gthread"
threads = 4
timeout = 60
graceful_timeout = 20
worker_tmp_dir = "/dev/shm"  # noqa: S108  heartbeats must not wait for a disk
max_requests = 20_000
max_requests_jitter = 2_000
forwarded_allow_ips = ""  # the application itself believes as many proxies as ANGEBOTE_TRUSTED_PROXIES says
accesslog = None  # the application writes one JSON line a request
control_socket_disable = True


def child_exit(server: Any, worker: Any) -> None:
    """Takes the numbers of an ended process out of /metrics."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        from prometheus_client import multiprocess  # noqa: PLC0415  needs the variable when it is loaded

        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
