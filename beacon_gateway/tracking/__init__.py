"""Where members are: signal strengths to presence. Pure."""
