"""Runs published cells in NEURON and in Neuropil and compares their spikes.

    python published_cell.py hay FOLDER PROGRAM [--ms 3000] [--dt 0.025] [--scheme be|cn]

FOLDER is a copy of the model: `hay` is ModelDB 139653 (Hay, Hill, Schuermann, Markram and Segev 2011,
PLoS Comput Biol 7:e1002107, doi:10.1371/journal.pcbi.1002107), cell 1 with the parameters for step
currents and BAC firing, 0.793 nA from 700 to 2700 ms, as in its `Step_current_firing.hoc`. PROGRAM is
the example `transplant` of crates/neuropil-cable. Both simulators get the same compartments, the same
.mod files, the same step and scheme; the spikes are upward crossings of -10 mV in the soma. Prints both
lists and the largest difference; exits with 1 if it exceeds one step.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time


def hay(folder):
    from neuron import h

    h.load_file("stdrun.hoc")
    h.load_file("import3d.hoc")
    h.load_file(os.path.join(folder, "models/L5PCbiophys3.hoc"))
    h.load_file(os.path.join(folder, "models/L5PCtemplate.hoc"))
    cell = h.L5PCtemplate(os.path.join(folder, "morphologies/cell1.asc"))
    return cell, cell.soma[0], {"v_init": -80.0, "start": 700.0, "length": 2000.0, "amplitude": 0.793}


MODELS = {"hay": hay}


def run_neuron(soma, protocol, a):
    from neuron import h

    clamp = h.IClamp(soma(0.5))
    clamp.delay, clamp.dur, clamp.amp = protocol["start"], protocol["length"], protocol["amplitude"]
    h.secondorder = 2 if a.scheme == "cn" else 0
    h.dt, h.steps_per_ms = a.dt, 1 / a.dt
    v = soma(0.5)._ref_v
    h.finitialize(protocol["v_init"])
    before, spikes, trace = v[0], [], [v[0]]
    started, per_ms = time.perf_counter(), round(1 / a.dt)
    for step in range(1, round(a.ms / a.dt) + 1):
        h.fadvance()
        now = v[0]
        if before < -10 <= now:
            spikes.append((step - (now + 10) / (now - before)) * a.dt)
        if step % per_ms == 0:
            trace.append(now)
        before = now
    return spikes, trace, time.perf_counter() - started


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", choices=MODELS)
    parser.add_argument("folder")
    parser.add_argument("program")
    parser.add_argument("--ms", type=float, default=3000.0)
    parser.add_argument("--dt", type=float, default=0.025)
    parser.add_argument("--scheme", choices=("be", "cn"), default="cn")
    a = parser.parse_args()
    folder, program = os.path.abspath(a.folder), os.path.abspath(a.program)
    mods = os.path.join(folder, "mod")
    with tempfile.TemporaryDirectory() as work:
        subprocess.run(["nrnivmodl", mods], cwd=work, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        here = os.path.dirname(os.path.abspath(__file__))
        sys.path.insert(0, here)
        os.chdir(work)  # NEURON loads the compiled mechanisms from here
        from neuron import h

        import transplant

        h.load_file("stdrun.hoc")
        _, soma, protocol = MODELS[a.model](folder)
        sections = transplant.write(soma, os.path.join(work, "cell.txt"))
        print(len(sections), "sections,", sum(s.nseg for s in sections), "segments")
        command = [program, "cell.txt", mods, "--dt", str(a.dt), "--ms", str(a.ms), "--scheme", a.scheme]
        for key, value in protocol.items():
            command += ["--" + key.replace("_", "-"), str(value)]
        ours = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        theirs, trace, seconds = run_neuron(soma, protocol, a)
    print("NEURON  ", len(theirs), " ".join(f"{t:.4f}" for t in theirs))
    print("Neuropil", len(ours["spikes"]), " ".join(f"{t:.4f}" for t in ours["spikes"]))
    print(f"seconds: NEURON {seconds:.1f}, Neuropil {ours['seconds']:.1f}")
    worst = max((abs(x - y) for x, y in zip(trace, ours["trace"])), default=0.0)
    print(f"largest difference of the potential at whole milliseconds: {worst:.3g} mV")
    if len(theirs) != len(ours["spikes"]):
        sys.exit("different numbers of spikes")
    worst = max((abs(x - y) for x, y in zip(theirs, ours["spikes"])), default=0.0)
    print(f"largest difference of a spike: {worst:.3g} ms")
    sys.exit(worst > a.dt)


if __name__ == "__main__":
    main()
