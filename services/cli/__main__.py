"""`python -m services.cli` is `residency`."""

from services.cli.main import main

main()
