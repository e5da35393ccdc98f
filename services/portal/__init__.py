"""The one HTTP edge: server-rendered pages and REST beside them; owns browser sessions, decides nothing."""
