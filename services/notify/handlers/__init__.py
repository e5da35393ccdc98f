"""Use cases, named as orders: read, let the pure rules decide, write once."""
