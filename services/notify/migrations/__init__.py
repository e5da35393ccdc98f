"""Notify's migrations: versions only; the environment is the kit's."""
