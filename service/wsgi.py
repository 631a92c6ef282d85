"""The application that gunicorn serves: `gunicorn service.wsgi:app`. Bad settings stop it with one line."""

import sys

from service import config
from service.app import create_app
from service.errors import BadSetting

PATIENCE = 3.0
"""Seconds that a page waits for a statement: a data base that hangs must not make visitors hang."""

try:
    settings = config.load()
    config.require_secret(settings)
except BadSetting as error:
    sys.exit(error.message)
app = create_app(settings, PATIENCE)
