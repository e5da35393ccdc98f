"""Identity owns accounts, credentials, real-name bindings, organisations, roles and the keys that sign tokens.

It alone decides who somebody is, which hats they may wear one at a time, and in which organisation each holds. What a
hat allows is said by the contracts (`residency.kit.v1.policy`) and by the service that owns the object touched.
"""
