"""Gives OpenSearch's two users the passwords of .env; runs before the services start and may run again.

Speaks as administrator with the certificate that certificates.sh made. Environment: SEARCH, AUTHORITY (folder),
SEARCH_WEB_PASSWORD, SEARCH_INDEXER_PASSWORD.
"""

import json
import os
import ssl
import sys
import urllib.error
import urllib.request
from pathlib import Path

USERS = {"angebote_web": "SEARCH_WEB_PASSWORD", "angebote_indexer": "SEARCH_INDEXER_PASSWORD"}


def main() -> int:
    """Exit code 1 with OpenSearch's reason where it refuses, for instance a password that is too weak."""
    authority = Path(os.environ["AUTHORITY"])
    tls = ssl.create_default_context(cafile=authority / "ca.pem")
    tls.load_cert_chain(authority / "admin.pem", authority / "admin.key")
    for user, variable in USERS.items():
        request = urllib.request.Request(  # noqa: S310  the address comes from docker-compose.yml
            f"{os.environ['SEARCH']}/_plugins/_security/api/internalusers/{user}",
            data=json.dumps({"password": os.environ[variable]}).encode(),
            headers={"Content-Type": "application/json"},
            method="PUT",
        )
        try:
            urllib.request.urlopen(request, context=tls, timeout=30).close()  # noqa: S310
        except urllib.error.HTTPError as error:
            sys.stderr.write(f"{user}: {error.code} {error.read().decode(errors='replace')}\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
