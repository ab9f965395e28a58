"""Measures every bar of performance as a ratio of two things in one run; ends with 1 when one falls short.

python -m tests.benchmarks.run [--quick] [--only P1,P3] [--json FILE] [--dir FOLDER]
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.benchmarks import (
    bench_drain,
    bench_events,
    bench_gateway,
    bench_import,
    bench_keys,
    bench_ledger,
    bench_memory,
    bench_reads,
    bench_recovery,
    bench_scores,
    bench_stores,
    bench_writes,
)
from tests.benchmarks.verdicts import Measurement, Sizes, Verdict

BARS: Final[dict[str, Measurement]] = {
    "P1": bench_reads.against_echo,
    "P2": bench_reads.against_fastapi,
    "P3": bench_writes.against_fastapi,
    "P3L": bench_ledger.against_fastapi,
    "P4": bench_writes.against_fsync,
    "P5": bench_import.against_executemany,
    "P5E": bench_events.against_executemany,
    "P6": bench_reads.desk_cost,
    "P7": bench_scores.against_duckdb,
    "P8": bench_scores.many_against_few,
    "P9": bench_gateway.against_load,
    "P12": bench_memory.at_rest,
    "GD": bench_drain.from_a_full_spool,
    "GR": bench_recovery.after_each_cause,
    "GK": bench_keys.against_the_whole,
    "GS": bench_stores.against_truth,
    "GT": bench_stores.on_tracks,
}
CUSTOMERS, ROUNDS = 100_000, 5
CUSTOMERS_QUICK, ROUNDS_QUICK, SCALE_QUICK = 1_000, 1, 0.03
DISK: Final = Path("/var/tmp")  # kept on a disk everywhere; /tmp may be memory, where an fsync costs nothing


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="tiny sizes: shows only that everything runs")
    parser.add_argument("--only", default=",".join(BARS), help="bars to measure, such as P1,P3")
    parser.add_argument("--json", type=Path, help="file to write the verdicts to")
    parser.add_argument("--dir", type=Path, default=DISK, help="folder on the disk to measure on")
    return parser.parse_args()


def measured(asked: argparse.Namespace, folder: Path) -> Iterator[Verdict]:
    sizes = (
        Sizes(folder, CUSTOMERS_QUICK, ROUNDS_QUICK, SCALE_QUICK)
        if asked.quick
        else Sizes(folder, CUSTOMERS, ROUNDS, 1.0)
    )
    for bar in asked.only.split(","):
        for verdict in BARS[bar.strip().upper()](sizes):
            print("\n".join(verdict.lines()), flush=True)
            yield verdict


def main() -> int:
    asked = options()
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="regulars-bench-", dir=asked.dir) as folder:
        verdicts = list(measured(asked, Path(folder)))
    failed = [verdict.bar for verdict in verdicts if verdict.failed]
    seconds = time.perf_counter() - began
    print(f"{len(verdicts)} ratios in {seconds:.0f} s; failed: {', '.join(failed) or 'none'}")
    if asked.json:
        asked.json.write_text(json.dumps([verdict.as_json() for verdict in verdicts], indent=2))
    return 1 if failed and not asked.quick else 0


if __name__ == "__main__":
    sys.exit(main())
