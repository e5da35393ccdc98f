"""What every request passes before it reaches a page or a route: headers, language, limits, session."""
