"""Peak memory of NEURON, Arbor and Neuropil for one cell and for rings of branching cells.

    python memory.py CELL_PROGRAM RING_PROGRAM FILE.swc [CELLS]

The programs are the examples `l5_pyramidal` and `busy_ring`. Every measurement is a process of its own, run for 1 ms; what
it reports is the largest resident set. For the Python programs the resident set after the imports is given too.
"""

import pathlib
import random
import resource
import subprocess
import sys
import tempfile

PAGE_MB = 1 / 1024


def resident():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * PAGE_MB


def neuron_one(path):
    import neuron_cell
    from neuron import h

    before = resident()
    sections = neuron_cell.load(path)
    neuron_cell.paint(sections, "hh")
    clamp = h.IClamp(neuron_cell.soma(sections)(0.5))
    clamp.dur, clamp.amp = 1e9, 1.0
    run(h)
    return before


def run(h):
    h.dt, h.steps_per_ms, h.celsius = 0.025, 40, 6.3
    h.finitialize(-65)
    h.continuerun(1.0)


class Owner:
    pass


def neuron_ring(folder, cells, synapses=100):
    import neuron_cell
    from neuron import h

    before = resident()
    somata, kept, owners = [], [], []
    for k in range(cells):
        owners.append(Owner())
        sections = neuron_cell.load(f"{folder}/{k}.swc", owner=owners[-1])
        for section in sections:
            section.insert("hh" if "soma" in section.name() else "pas")
            if "soma" not in section.name():
                for segment in section:
                    segment.pas.g, segment.pas.e = 0.001, -65.0
        somata.append(sections[0])
        rng = random.Random(k)
        kept.append([h.ExpSyn(rng.choice(sections[1:])(rng.random())) for _ in range(synapses)])
    rng = random.Random(1)
    connections = []
    for k, own in enumerate(kept):
        for number, synapse in enumerate(own):
            synapse.tau = 2.0
            source = somata[10 * (k // 10) + (k + 9) % 10 if number == 0 else rng.randrange(cells)]
            connections.append(h.NetCon(source(0.5)._ref_v, synapse, -10, 5, 0.05 if number == 0 else 0.0, sec=source))
    run(h)
    return before


def arbor_one(path):
    import arbor_cell

    before = resident()
    arbor_cell.measure(path, "hh", 1.0, 0.025)
    return before


def arbor_ring(folder, cells):
    import busy_ring

    before = resident()
    busy_ring.run_arbor(pathlib.Path(folder), cells, 100, 1, 1)
    return before


def peak(*command):
    """Largest resident set of a child, and of its beginning where it says so, in MB."""
    code = ("import resource, subprocess, sys; r = subprocess.run(sys.argv[1:], capture_output=True, text=True); "
            "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, r.returncode, r.stderr[-300:]); print(r.stdout)")
    out = subprocess.run([sys.executable, "-c", code, *command], capture_output=True, text=True).stdout.split("\n", 1)
    kilobytes, status, *fault = out[0].split(" ", 2)
    if status != "0":
        sys.exit(f"{command}: {fault}")
    return float(kilobytes) * PAGE_MB, out[1]


def main():
    if sys.argv[1] == "child":
        kind, arguments = sys.argv[2], sys.argv[3:]
        numbers = [int(a) if a.isdigit() else a for a in arguments]
        print("before", globals()[kind](*numbers))
        return
    cell, ring, path = sys.argv[1:4]
    cells = int(sys.argv[4]) if len(sys.argv) > 4 else 1000
    with tempfile.TemporaryDirectory() as folder:
        from busy_ring import draw_cell

        for k in range(cells):
            draw_cell(pathlib.Path(folder) / f"{k}.swc", k)
        rows = [
            ("one cell", "NEURON", ["neuron_one", path]),
            ("one cell", "Arbor", ["arbor_one", path]),
            ("one cell", "Neuropil", [cell, "--swc", path, "--membrane", "hh", "--ms", "1"]),
            (f"{cells} cells", "NEURON", ["neuron_ring", folder, str(cells)]),
            (f"{cells} cells", "Arbor", ["arbor_ring", folder, str(cells)]),
            (f"{cells} cells", "Neuropil", [ring, "--folder", folder, "--cells", str(cells), "--ms", "1"]),
        ]
        for what, who, command in rows:
            if who != "Neuropil":
                command = [sys.executable, __file__, "child", *command]
            found, text = peak(*command)
            before = [float(line.split()[1]) for line in text.splitlines() if line.startswith("before")]
            note = f", {before[0]:.0f} MB of which before the model" if before else ""
            print(f"{what}, {who}: {found:.0f} MB{note}", flush=True)


if __name__ == "__main__":
    main()
