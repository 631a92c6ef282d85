"""Tests of the product; how real servers are started for them stands in tests/servers."""
