"""Stores and writers as the tests of the indexer have them."""

from __future__ import annotations

from tests.indexer.conftest import clock, prefix, work, writer
from tests.store.conftest import database, empty_store

__all__ = ["clock", "database", "empty_store", "prefix", "work", "writer"]
