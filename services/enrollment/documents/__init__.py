"""Documents that enrollment prints."""
