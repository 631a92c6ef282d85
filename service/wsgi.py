"""The application that gunicorn serves: `gunicorn service.wsgi:app`. Bad settings stop it with one line."""

import gc
import sys
from contextlib import suppress

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
    """Does what a process does once, which takes seconds: reads rules, lexicon and phrase book, and what near words are
    looked up in. It is done before the process answers, so nobody waits for it behind others who do the same."""
    with suppress(Exception):  # whatever it is, it is told where a visitor meets it
        standing = of.extensions["angebote"].search.standing()
        understand(MISSPELT, standing.service.book(standing.served))


try:
    settings = config.load()
    config.require_secret(settings)
except BadSetting as error:
    sys.exit(error.message)
gc.disable()
app = create_app(settings, PATIENCE)
warm_up(app)
# What was read above stays as long as the process: looking through it again and again for what could go would hold up pages.
gc.collect()
gc.freeze()
gc.enable()
