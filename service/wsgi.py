"""The application that gunicorn serves: `gunicorn service.wsgi:app`. Bad settings stop it with one line."""

import sys
from contextlib import suppress
from threading import Thread

from flask import Flask

from service import config
from service.app import create_app
from service.errors import BadSetting
from service.search.understanding import understand

PATIENCE = 3.0
"""Seconds that a page waits for a statement: a data base that hangs must not make visitors hang."""
MISSPELT = "Deutschkuhrs"
"""A query that needs everything queries are understood with."""


def warm_up(of: Flask) -> None:
    """Does what a process does once, which takes seconds, before its first visitor searches: reads rules, lexicon and
    phrase book, and what near words are looked up in."""
    with suppress(Exception):  # whatever it is, it is told where a visitor meets it
        standing = of.extensions["angebote"].search.standing()
        understand(MISSPELT, standing.service.book(standing.served))


try:
    settings = config.load()
    config.require_secret(settings)
except BadSetting as error:
    sys.exit(error.message)
app = create_app(settings, PATIENCE)
Thread(target=warm_up, args=[app], name="words", daemon=True).start()
