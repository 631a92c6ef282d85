"""The search service that people use: pages, staff area, commands. `create_app` is the Flask application factory."""
