"""`python -m service.cli` is `angebote`, for child processes."""

from service.cli import main

main()
