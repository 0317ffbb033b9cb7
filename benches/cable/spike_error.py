"""Spike times of one cell against the step: which program is how exact for how much time?

    python spike_error.py PROGRAM FILE.swc [MS]

PROGRAM is the example `l5_pyramidal`. The cell has Hodgkin-Huxley channels everywhere and gets 1 nA from 5 ms on.
Errors are those of the step alone: every program is held against its own limit, extrapolated from its two
shortest steps by the order of its scheme (programs that cut the cell in other places have other limits, also
printed). The error is the largest over all spikes. The times of NEURON and Arbor are interpolated in the
potential of every step, as Neuropil does by itself.
"""

import json
import subprocess
import sys
import time

import arbor as A
import arbor_cell
import neuron_cell
from arbor import units as U
from neuron import h

STEPS = [0.1, 0.05, 0.025, 0.0125, 0.00625, 0.003125]


def crossings(potential, dt):
    pairs = enumerate(zip(potential, potential[1:]))
    return [(k + (0.0 - a) / (b - a)) * dt for k, (a, b) in pairs if a < 0.0 <= b]


class Neuron:
    def __init__(self, path, second_order):
        if not list(h.allsec()):
            sections = neuron_cell.load(path)
            neuron_cell.paint(sections, "hh")
            middle = neuron_cell.soma(sections)(0.5)
            Neuron.clamp = h.IClamp(middle)
            Neuron.clamp.delay, Neuron.clamp.dur, Neuron.clamp.amp = 5.0, 1e9, 1.0
            Neuron.potential = h.Vector().record(middle._ref_v)
        self.second_order = second_order

    def run(self, ms, dt):
        h.usetable_hh, h.secondorder, h.celsius = 0, self.second_order, 6.3
        h.dt, h.steps_per_ms, h.tstop = dt, 1 / dt, ms
        h.finitialize(-65)
        begin = time.perf_counter()
        h.continuerun(ms)
        seconds = time.perf_counter() - begin
        return seconds, crossings(list(Neuron.potential), dt)


class Arbor:
    def __init__(self, path):
        self.path = path

    def run(self, ms, dt):
        ns, compartments, _ = arbor_cell.measure(self.path, "hh", ms, dt)
        recipe = arbor_cell.Recipe(self.path, "hh", 1)
        recipe.probes = lambda gid: [A.cable_probe_membrane_voltage("(location 0 0.5)", "soma")]
        simulation = A.simulation(recipe, A.context())
        handle = simulation.sample((0, "soma"), A.regular_schedule(dt * U.ms))
        simulation.run(ms * U.ms, dt * U.ms)
        potential = simulation.samples(handle)[0][0][:, 1]
        return ns * 1e-9 * compartments * ms / dt, crossings(list(potential), dt)


class Neuropil:
    def __init__(self, program, path, *extra):
        self.command = [program, "--swc", path, "--membrane", "hh", *extra]

    def run(self, ms, dt):
        command = self.command + ["--ms", str(ms), "--dt", str(dt)]
        found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        return found["seconds"], found["spikes"]


def main():
    program, path = sys.argv[1:3]
    ms = float(sys.argv[3]) if len(sys.argv) > 3 else 50.0
    programs = [
        ("Arbor (Euler)", Arbor(path), 1),
        ("NEURON Euler", Neuron(path, 0), 1),
        ("NEURON Crank-Nicolson", Neuron(path, 2), 2),
        ("Neuropil, exact", Neuropil(program, path, "--tables", "off"), 2),
        ("Neuropil, tables", Neuropil(program, path, "--tables", "on"), 2),
    ]
    print("| program | order | " + " | ".join(f"{dt} ms" for dt in STEPS) + " | limit of the last spike |")
    print("|---|--:|" + "--:|" * (len(STEPS) + 1))
    lines = {}
    for name, one, order in programs:
        runs = [one.run(ms, dt) for dt in STEPS]
        fine, finest = runs[-2][1], runs[-1][1]
        limit = [b + (b - a) / (2**order - 1) for a, b in zip(fine, finest)]
        error = lambda spikes: max(abs(a - b) for a, b in zip(spikes, limit)) if len(spikes) == len(limit) else float("nan")
        lines[name] = [(dt, seconds, error(spikes)) for dt, (seconds, spikes) in zip(STEPS, runs)]
        cells = " | ".join(f"{e:.1e} ms, {1e3 * s:.0f} ms" for _, s, e in lines[name])
        print(f"| {name} | {order} | {cells} | {limit[-1]:.6f} ms of {len(limit)} |", flush=True)
    own_dt, own_seconds, own_error = lines["Neuropil, tables"][2]
    for name, _, order in programs[:3]:
        # The step of the same error, from the nearest that was run, by the order of the scheme.
        dt, seconds, error = min(lines[name][:-2], key=lambda line: abs(line[2] - own_error))
        factor = (error / own_error) ** (1 / order)
        print(f"at the error of Neuropil at {own_dt} ms ({own_error:.1e} ms): {name} needs {dt / factor:.2e} ms, "
              f"{seconds * factor / own_seconds:.1f} times as long")


if __name__ == "__main__":
    main()
