"""The application that gunicorn serves: `gunicorn service.wsgi:app`. Bad settings stop it with one line."""

import sys
from contextlib import suppress
from threading import Thread

from service import config
from service.app import create_app
from service.errors import BadSetting
from service.paths import data_folder
from service.search.wordbook import read_lists

PATIENCE = 3.0
"""Seconds that a page waits for a statement: a data base that hangs must not make visitors hang."""


def read_words() -> None:
    """Reads the rules, which takes two seconds, before the first visitor of the process asks for them."""
    with suppress(ValueError, OSError):  # told where they are used
        _ = read_lists(data_folder("mappings")).german


try:
    settings = config.load()
    config.require_secret(settings)
except BadSetting as error:
    sys.exit(error.message)
app = create_app(settings, PATIENCE)
Thread(target=read_words, name="words", daemon=True).start()
