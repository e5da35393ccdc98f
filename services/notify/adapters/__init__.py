"""Who carries a message out of the platform: one port, an adapter for each kind of carrier."""
