"""The gateway's certificate and its channel to the server."""
