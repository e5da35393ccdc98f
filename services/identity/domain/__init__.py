"""The pure rules of identity: document numbers, names and credentials, roles, organisations."""
