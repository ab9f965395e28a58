"""The stream to the server and what is said on it."""
