"""A sweep on a cluster of two processes; one is killed during the sweep, and every point must come once.

`cluster_runs.run` runs it, in an environment with dask.distributed.
"""

from __future__ import annotations

import os
import signal
from importlib import import_module
from typing import Any

from convcalc.solve import sweep as sweeping
from convcalc.solve.asking import sweep_of
from convcalc.solve.points import FileOrigin
from convcalc.solve.side_by_side import on_cluster


def main() -> None:
    library: Any = import_module("distributed")
    sweeping.AT_ONCE = 500  # so that there are many blocks
    asked = FileOrigin("mobilenet_v1"), [("width", range(1, 101))], [("", range(1, 201))]
    alone, names = sweep_of(*asked)
    expected = list(alone.blocks())
    shared, _ = sweep_of(*asked)
    settings = {"processes": True, "threads_per_worker": 1, "dashboard_address": None}
    with (
        library.LocalCluster(n_workers=2, **settings) as cluster,
        library.Client(cluster) as client,
    ):
        shared.run = on_cluster(cluster.scheduler_address)
        victim = next(iter(client.run(os.getpid).values()))
        found = []
        for number, block in enumerate(shared.blocks()):
            found.append(block)
            if number == 3:
                os.kill(victim, signal.SIGKILL)
        after = set(client.run(os.getpid).values())
    assert victim not in after, "the process was not killed"
    points = [point for block in found for point in block.points.tolist()]
    assert points == list(range(20_000))
    assert len(found) == len(expected) == 50
    for one, other in zip(found, expected):
        assert all((one.columns[name] == other.columns[name]).all() for name in names)
    assert (shared.walked, shared.misfits) == (alone.walked, alone.misfits)
    print(f"{len(points)} points, each once")


if __name__ == "__main__":
    main()
