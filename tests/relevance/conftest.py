"""Stores and writers as the tests of the indexer have them."""

from __future__ import annotations

from tests.indexer.conftest import clock, prefix, settings, work, writer
from tests.store.conftest import database, empty_store

__all__ = ["clock", "database", "empty_store", "prefix", "settings", "work", "writer"]
