"""Identity owns accounts, credentials, real-name bindings, organisations, roles and the keys that sign tokens.

It alone decides who somebody is, which one hat that account wears, and in which organisation the hat holds. What the
hat allows is said by the contracts (`residency.kit.v1.policy`) and by the service that owns the object touched.
"""
