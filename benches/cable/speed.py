"""Nanoseconds per compartment and step of one cell in NEURON, Arbor and Neuropil, in one go.

    python speed.py PROGRAM FILE.swc [ROUNDS]

PROGRAM is the example `l5_pyramidal`. The three take turns; the best of all rounds is reported.
"""

import json
import subprocess
import sys
import time

import arbor_cell
import neuron_cell
from neuron import h

# Short runs, many of them: the best of them is hardly disturbed by what else a machine does.
MS, DT = 20.0, 0.025


def neuron_once(sections, tables):
    h.usetable_hh = tables
    h.secondorder = 0
    h.celsius, h.dt, h.steps_per_ms, h.tstop = 6.3, DT, 1 / DT, MS
    h.finitialize(-65)
    begin = time.perf_counter()
    h.continuerun(MS)
    return (time.perf_counter() - begin) * 1e9 / (neuron_cell.compartments(sections) * MS / DT)


def neuropil_once(program, path, membrane, *extra):
    command = [program, "--swc", path, "--membrane", membrane, "--ms", str(MS), *extra]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main():
    program, path = sys.argv[1:3]
    rounds = int(sys.argv[3]) if len(sys.argv) > 3 else 10
    sections = neuron_cell.load(path)
    clamp = h.IClamp(neuron_cell.soma(sections)(0.5))
    clamp.delay, clamp.dur, clamp.amp = 5.0, 1e9, 1.0
    print("| membrane | NEURON, tables | NEURON, exact | Arbor | Neuropil | Neuropil, tables | exact / NEURON exact "
          "| tables / NEURON tables | exact / Arbor | tables / Arbor |")
    print("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
    for membrane in ("hh", "mixed"):
        for section in sections:
            for name in ("hh", "pas"):
                if section.has_membrane(name):
                    section.uninsert(name)
        neuron_cell.paint(sections, membrane)
        best = {}

        def keep(name, value):
            best[name] = min(best.get(name, float("inf")), value)

        for _ in range(rounds):
            keep("tables", neuron_once(sections, 1))
            keep("exact", neuron_once(sections, 0))
            keep("arbor", arbor_cell.measure(path, membrane, MS, DT)[0])
            for name, tables in (("ours", "off"), ("ours, tables", "on")):
                found = neuropil_once(program, path, membrane, "--tables", tables, "--repeat", "3")
                keep(name, found["ns_per_compartment_step"])
        ratios = [("exact", "ours"), ("tables", "ours, tables"), ("arbor", "ours"), ("arbor", "ours, tables")]
        row = [f"{best[n]:.1f}" for n in ("tables", "exact", "arbor", "ours", "ours, tables")]
        row += [f"{best[peer] / best[own]:.2f}" for peer, own in ratios]
        print(f"| {membrane} | {' | '.join(row)} |", flush=True)
    seconds = {}
    for _ in range(rounds):
        for threads in ("1", "2"):
            found = neuropil_once(program, path, "hh", "--copies", "64", "--threads", threads, "--ms", "10")
            seconds[threads] = min(seconds.get(threads, float("inf")), found["seconds"])
    print(f"\n64 cells: two threads {seconds['1'] / seconds['2']:.2f} times as fast as one")


if __name__ == "__main__":
    main()
