"""The rules of recruitment, pure: standard library and `services.kit.domain` only; `now` is always passed in."""
