"""Real servers for tests, for the bench and for trying things locally.

Nothing is mocked that can be real: OpenSearch, PostgreSQL and Chromium are started here, with or without Docker.

    chooser     which of the possible ways to get a server is taken (pure)
    opensearch  one OpenSearch node: ``with opensearch.server(heap="1g") as url``
    postgres    one PostgreSQL: ``with postgres.server() as url``, ``with postgres.fresh_database(url) as own``
    browser     Chromium driven by Playwright: ``with browser.chromium() as page_maker``
    runs        one run of tests (or of a bench) owns its servers; they end with it, however it ends
    keeper      the small process that holds one server for a run
    plugin      the pytest fixtures ``opensearch_url``, ``postgres_url``, ``postgres_database``, ``chromium``

``python -m tests.servers`` starts OpenSearch and PostgreSQL and keeps them until Ctrl-C.
"""
