"""The services of the platform: each owns its own decisions and its own database. See services/README.md."""
