#!/usr/bin/env python3
"""A grid of transfer-function trials: the fast simulator of the package ntwk against ours.

    python transfer.py PACKAGE [--example PATH] [--side 4] [--seeds 2]

PACKAGE is a checkout of github.com/yzerlaut/neural_network_dynamics; needs numpy and numba. The grid has
40 x 40 points, excitation and inhibition from 0.5 to 20 Hz, 10 trials of 10 s each at 0.1 ms: a
regular-spiking neuron with 200 excitatory synapses of 1 nS and 50 inhibitory ones of 4 nS, tau 5 ms.

The package's simulator runs on a subgrid of SIDE x SIDE points, each in the middle of its part of the grid,
with SEEDS trials, after one trial for the compiler, in one process as the package does it; its time is
scaled by the number of trials. Both the whole protocol (shot noise made in Python) and the compiled loop
alone (conductances given) are timed. Ours (the built example transfer_grid of neuropil-theory) runs the
whole grid on all processors.
"""

import argparse
import pathlib
import statistics
import subprocess
import sys
import time

GRID, TRIALS, SECONDS, DT = 40, 10, 10.0, 1e-4


def package(path):
    """The module of the fast simulator."""
    sys.path.insert(0, str(path / "ntwk" / "transfer_functions"))
    sys.path.insert(0, str(path / "ntwk"))
    import fast_adexp_sim

    return fast_adexp_sim


def protocol():
    """Neuron and synapses in SI units, by the package's names."""
    cell = dict(El=-70e-3, Gl=10e-9, Cm=200e-12, Vthre=-50e-3, Vreset=-70e-3, Trefrac=5e-3, delta_v=2e-3,
                a=0.0, b=40e-12, tauw=0.5)
    synapses = [dict(N=4000, pconn=0.05, Q=1e-9, Tsyn=5e-3, Erev=0.0),
                dict(N=1000, pconn=0.05, Q=4e-9, Tsyn=5e-3, Erev=-80e-3)]
    return cell, synapses


def theirs(module, side, seeds):
    """Seconds per trial of the protocol and of the compiled loop, and the rates."""
    import numpy as np

    cell, synapses = protocol()
    axis = [20.0 * (GRID // side * k + GRID // side // 2 + 0.5) / GRID for k in range(side)]
    module.single_experiment(cell, synapses, [5.0, 5.0], firing_rate_only=True, dt=DT, tstop=0.1)  # compile
    whole, loop, rates = [], [], []
    for excitation in axis:
        for inhibition in axis:
            for seed in range(seeds):
                start = time.perf_counter()
                rate = module.single_experiment(cell, synapses, [excitation, inhibition], seed=seed,
                                                firing_rate_only=True, dt=DT, tstop=SECONDS)
                whole.append(time.perf_counter() - start)
                rates.append(rate)
    t = np.arange(int(SECONDS / DT)) * DT
    given = [module.generate_conductance_shotnoise(10.0, t, s["N"] * s["pconn"], s["Q"], s["Tsyn"], seed=1)
             for s in synapses]
    arrays = np.array(given), np.array([s["Erev"] for s in synapses]), 0 * t
    for _ in range(10):
        start = time.perf_counter()
        module.iAdExp_sim_fast(t, *arrays, *module.pseq_iAdExp(cell))
        loop.append(time.perf_counter() - start)
    return statistics.mean(whole), statistics.median(loop), rates


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("package", type=pathlib.Path)
    arguments.add_argument("--example", type=pathlib.Path, default="target/release/examples/transfer_grid")
    arguments.add_argument("--side", type=int, default=4)
    arguments.add_argument("--seeds", type=int, default=2)
    given = arguments.parse_args()
    trials = GRID * GRID * TRIALS
    whole, loop, rates = theirs(package(given.package), given.side, given.seeds)
    print(f"ntwk, {len(rates)} trials of {SECONDS:g} s: {whole:.3f} s each, of which the compiled loop {loop:.4f} s; "
          f"mean rate {statistics.mean(rates):.2f} Hz")
    print(f"ntwk, scaled to {trials} trials: {trials * whole:.0f} s; compiled loops alone {trials * loop:.0f} s")
    if not given.example.exists():
        print(f"ours: build {given.example} (cargo build --release -p neuropil-theory --examples)")
        return
    start = time.perf_counter()
    out = subprocess.run([given.example, str(GRID), f"{SECONDS:g}"], capture_output=True, text=True, check=True).stdout
    ours = time.perf_counter() - start
    print(f"ours, all {trials} trials: {ours:.2f} s; {out.strip().splitlines()[-1]}")
    print(f"ratio: {trials * whole / ours:.0f}; against the compiled loops alone: {trials * loop / ours:.1f}")


if __name__ == "__main__":
    main()
