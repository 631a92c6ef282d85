"""Addresses of searches, offers and providers, in the language of the page."""

from urllib.parse import urlencode, urlsplit

from flask import request

from service.context import context
from service.search.criteria import SearchCriteria


def absolute(path: str) -> str:
    """A path with the public name of the service in front, where it is configured; search engines ask for it."""
    base = urlsplit(context().settings.base_url)
    return f"{base.scheme}://{base.netloc}{path}" if base.netloc else path


def search_url(criteria: SearchCriteria, suffix: str = "") -> str:
    """Address of a search; `suffix` is "", ".json", ".csv" or ".atom"."""
    pairs = criteria.pairs()
    return f"{request.script_root}/angebote{suffix}" + (f"?{urlencode(pairs)}" if pairs else "")


def offer_url(public_id: str, slug: str) -> str:
    """Address of an offer."""
    return f"{request.script_root}/angebote/{public_id}-{slug}"


def provider_url(public_id: str, slug: str) -> str:
    """Address of a provider."""
    return f"{request.script_root}/anbieter/{public_id}-{slug}"


def topic_url(slug: str) -> str:
    """Address of a topic's page."""
    return f"{request.script_root}/themen/{slug}"
