"""Fixtures for all tests. Servers are real and come from tests.servers; other fixtures follow below."""

pytest_plugins = ["tests.servers.plugin"]
