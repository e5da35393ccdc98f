"""The pure rules of notify: texts, and who reads which message."""
