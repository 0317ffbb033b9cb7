"""Runs the same cell in NEURON and in Neuropil and compares the potential in the middle of every section.

    python compare_neuron.py PROGRAM FILE.swc [MS]

PROGRAM is the example `l5_pyramidal`. Exits with 1 if a pass mark is missed: 1e-9 relative (to the
excursion) for passive cells, 1e-6 mV for Hodgkin-Huxley cells. NEURON's rate tables are switched off.
"""

import subprocess
import sys
import tempfile

import numpy as np
from neuron import h

import neuron_cell


def run_neuron(sections, second_order, dt, ms):
    h.usetable_hh = 0
    h.secondorder = 2 if second_order else 0
    h.celsius = 6.3
    h.dt, h.steps_per_ms = dt, 1 / dt
    clamp = h.IClamp(neuron_cell.soma(sections)(0.5))
    clamp.delay, clamp.dur, clamp.amp = 5.0, 1e9, 1.0
    middles = [s(0.5)._ref_v for s in sections]
    h.finitialize(-65)
    per_ms = round(1 / dt)
    rows = [[v[0] for v in middles]]
    for _ in range(int(ms)):
        for _ in range(per_ms):
            h.fadvance()
        rows.append([v[0] for v in middles])
    return np.array(rows)


def run_neuropil(program, path, membrane, second_order, dt, ms):
    with tempfile.NamedTemporaryFile(suffix=".csv") as file:
        scheme = "undamped" if second_order else "be"
        command = [program, "--swc", path, "--membrane", membrane, "--scheme", scheme]
        command += ["--dt", str(dt), "--ms", str(ms), "--traces", file.name]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        lines = [line.rstrip("\n").split(",") for line in open(file.name)]
    ends = np.array([[float(x) for x in line[1:]] for line in lines[:3]]).T
    return ends, np.array([[float(x) for x in line[1:]] for line in lines[3:]])


def matched(sections, ends):
    """For each NEURON section, the Neuropil section that ends at the same point."""
    theirs = np.array([neuron_cell.end_of(s) for s in sections])
    distance = ((theirs[:, None, :] - ends[None, :, :]) ** 2).sum(axis=2)
    order = distance.argmin(axis=1)
    assert len(sections) == len(ends) == len(set(order)), "sections do not correspond one to one"
    assert distance.min(axis=1).max() < 1e-8, "ends of sections do not coincide"
    return order


def main():
    program, path = sys.argv[1:3]
    ms = float(sys.argv[3]) if len(sys.argv) > 3 else 100.0
    sections = neuron_cell.load(path)
    failed = False
    print("| membrane | scheme | compartments | range mV | largest difference mV | relative | pass mark | |")
    print("|---|---|--:|--:|--:|--:|---|---|")
    for membrane in ("pas", "mixed", "hh"):
        for section in sections:
            for name in ("hh", "pas"):
                if section.has_membrane(name):
                    section.uninsert(name)
        neuron_cell.paint(sections, membrane)
        for second_order in (True, False):
            theirs = run_neuron(sections, second_order, 0.025, ms)
            ends, ours = run_neuropil(program, path, membrane, second_order, 0.025, ms)
            difference = np.abs(ours[:, matched(sections, ends)] - theirs).max()
            span = theirs.max() - theirs.min()
            good = difference / span <= 1e-9 if membrane == "pas" else difference <= 1e-6
            failed |= not good
            mark = "1e-9 relative" if membrane == "pas" else "1e-6 mV"
            scheme = "Crank-Nicolson" if second_order else "backward Euler"
            print(f"| {membrane} | {scheme} | {neuron_cell.compartments(sections)} | {span:.1f} | {difference:.1e} "
                  f"| {difference / span:.1e} | {mark} | {'pass' if good else 'FAIL'} |")
    sys.exit(failed)


if __name__ == "__main__":
    main()
