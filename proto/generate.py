"""Makes the Python stubs that lie beside the .proto files; with --check it only says whether they are fresh.

Run as `python proto/generate.py [--check]`. Needs the `dev` extra. No other way makes stubs.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parent
STUB_PATTERNS = ("*_pb2.py", "*_pb2.pyi", "*_pb2_grpc.py", "*_pb2_grpc.pyi")


def protos() -> list[str]:
    return sorted(str(path.relative_to(ROOT)) for path in ROOT.rglob("*.proto"))


def protoc(target: Path, files: list[str], *outputs: str) -> None:
    """Run protoc with the given `--x_out` options; raises CalledProcessError when it refuses a file."""
    outs = [f"--{output}_out={target}" for output in outputs]
    plugin = Path(sys.executable).parent / "protoc-gen-mypy_grpc"
    command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{ROOT}", f"--plugin={plugin}", *outs, *files]
    subprocess.run(command, check=True)


def generate(target: Path) -> None:
    files = protos()
    protoc(target, files, "python", "pyi")
    services = [name for name in files if name.endswith("_service.proto")]
    protoc(target, services, "grpc_python", "mypy_grpc")


def stubs(root: Path) -> dict[str, bytes]:
    found = (path for pattern in STUB_PATTERNS for path in root.rglob(pattern))
    return {str(path.relative_to(root)): path.read_bytes() for path in found}


def stale() -> list[str]:
    """Names of the stubs that differ from what would be generated now."""
    with tempfile.TemporaryDirectory() as folder:
        generate(Path(folder))
        fresh, present = stubs(Path(folder)), stubs(ROOT)
    return sorted(name for name in fresh.keys() | present.keys() if fresh.get(name) != present.get(name))


def main() -> int:
    if "--check" not in sys.argv:
        generate(ROOT)
        return 0
    names = stale()
    for name in names:
        print(f"stale: proto/{name}; run: make proto")
    return 1 if names else 0


if __name__ == "__main__":
    sys.exit(main())
