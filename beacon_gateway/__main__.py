"""`regulars-gateway` and `python -m beacon_gateway`: the command line, without what only draws in colours."""

import sys

# structlog and typer load rich where it is there: 3 MB of a small device, for logs that a journal takes.
sys.modules.setdefault("rich", None)  # type: ignore[arg-type]  # None means: not to be found

from beacon_gateway.main import run  # noqa: E402  (after the line above, which is for it)

if __name__ == "__main__":
    run()
