"""For developers: `python -m service.store.migrations 0002 "Offers have a map"` drafts a migration.

It compares the models with a new SQLite store that has all migrations so far. Read the draft before you commit it.
"""

import sys
import tempfile
from pathlib import Path

from service.store import migrate
from service.store.database import Database

if len(sys.argv) != 3:
    sys.exit(__doc__)
with tempfile.TemporaryDirectory() as folder:
    database = Database(f"sqlite:///{Path(folder) / 'draft.sqlite'}")
    migrate.upgrade(database)
    migrate.draft(database, sys.argv[1], sys.argv[2])
    database.close()
