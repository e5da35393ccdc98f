"""Identity's use cases, one module a part of its contract."""
