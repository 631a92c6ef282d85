"""Validation: one meaning for form, file and API."""
