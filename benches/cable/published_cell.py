"""Runs published cells in NEURON and in Neuropil and compares their spikes.

    python published_cell.py hay FOLDER PROGRAM [--ms 3000] [--dt 0.025] [--scheme be|cn]
    python published_cell.py allen FOLDER PROGRAM --ms 2100 --dt 0.005 --scheme be

FOLDER is a copy of the model. `hay` is ModelDB 139653 (Hay, Hill, Schuermann, Markram and Segev 2011,
PLoS Comput Biol 7:e1002107, doi:10.1371/journal.pcbi.1002107), cell 1 with the parameters for step
currents and BAC firing, 0.793 nA from 700 to 2700 ms, as in its `Step_current_firing.hoc`. `allen` is a
model of the Allen Cell Types Database (Gouwens et al. 2018, Nat Commun 9:710,
doi:10.1038/s41467-017-02718-3), a folder CellTypesDatabase/models/NUMBER of
OpenSourceBrain/AllenInstituteNeuroML, with the pulse of that repository's network of the same number, from
1020 to 2020 ms; its `.mep` file has the spikes of AllenSDK at 0.005 ms, which are compared, too. PROGRAM is
the example `transplant` of crates/neuropil-cable. Both simulators get the same compartments, the same
.mod files, the same step and scheme; the spikes are upward crossings of -10 mV in the soma. Prints both
lists and the largest difference; exits with 1 if it exceeds one step.
"""

import argparse
import glob
import json
import os
import re
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


# Amplitude of the pulse [nA] by number of the model.
ALLEN_PULSES = {"472450023": 0.05, "483108201": 0.27, "486556811": 0.23, "497232312": 0.27}


def allen(folder):
    """Builds what AllenSDK's biophysical models build: reconstructed soma and dendrites, two cylinders
    for the axon, 1 + 2 int(L / 40 um) segments, parameters of the fit written with six digits."""
    from neuron import h

    h.load_file("stdrun.hoc")
    h.load_file("import3d.hoc")
    one = lambda pattern: glob.glob(os.path.join(folder, pattern))[0]
    with open(one("*_fit.json")) as file:
        fit = json.load(file)
    reader = h.Import3d_SWC_read()
    traced = [name for name in glob.glob(os.path.join(folder, "*_m.swc")) if "marker" not in name]
    reader.input(traced[0])
    h("objref this")
    h.Import3d_GUI(reader, 0).instantiate(h.this)
    h("soma[0] area(0.5)")
    for section in list(h.allsec()):
        section.nseg = 1 + 2 * int(section.L / 40)
        if section.name().startswith("axon"):
            h.delete_section(sec=section)
    h("create axon[2]")
    for section in h.axon:
        section.L, section.diam, section.nseg = 30, 1, 1
    h.axon[0].connect(h.soma[0], 0.5, 0)
    h.axon[1].connect(h.axon[0], 1, 0)
    h.define_shape()
    passive, conditions = fit["passive"][0], fit["conditions"][0]
    for section in h.allsec():
        section.Ra = passive["ra"]
        section.insert("pas")
        for segment in section:
            segment.pas.e = passive.get("e_pas", segment.pas.e)
    of = lambda entry: [s for s in h.allsec() if s.name().startswith(entry["section"])]
    for entry in passive.get("cm", []):
        for section in of(entry):
            section.cm = float("%g" % entry["cm"])
    for entry in fit["genome"]:
        for section in of(entry):
            if entry["mechanism"]:
                section.insert(entry["mechanism"])
            setattr(section, entry["name"], float("%g" % float(entry["value"])))
    for entry in conditions["erev"]:
        for section in of(entry):
            section.ek, section.ena = entry["ek"], entry["ena"]
    h.celsius = conditions["celsius"]
    number = os.path.basename(folder.rstrip("/"))
    protocol = {"v_init": conditions["v_init"], "start": 1020.0, "length": 1000.0, "amplitude": ALLEN_PULSES[number]}
    return None, h.soma[0], protocol


def published(folder):
    """Spikes [ms] that the folder's `.mep` file states, if it has one."""
    for name in glob.glob(os.path.join(folder, ".test.*.mep")):
        with open(name) as file:
            listed = re.search(r"spike times: *\[(.*?)\]", file.read(), re.S)
        return [float(t) for t in listed.group(1).split(",")]
    return []


MODELS = {"hay": (hay, "mod"), "allen": (allen, "modfiles")}


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
    build, mods = MODELS[a.model]
    mods = os.path.join(folder, mods)
    with tempfile.TemporaryDirectory() as work:
        subprocess.run(["nrnivmodl", mods], cwd=work, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        here = os.path.dirname(os.path.abspath(__file__))
        sys.path.insert(0, here)
        os.chdir(work)  # NEURON loads the compiled mechanisms from here
        from neuron import h

        import transplant

        h.load_file("stdrun.hoc")
        _, soma, protocol = build(folder)
        sections = transplant.write(soma, os.path.join(work, "cell.txt"))
        print(len(sections), "sections,", sum(s.nseg for s in sections), "segments")
        command = [program, "cell.txt", mods, "--dt", str(a.dt), "--ms", str(a.ms), "--scheme", a.scheme]
        for key, value in protocol.items():
            command += ["--" + key.replace("_", "-"), str(value)]
        ours = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        theirs, trace, seconds = run_neuron(soma, protocol, a)
    print("NEURON  ", len(theirs), " ".join(f"{t:.4f}" for t in theirs))
    print("Neuropil", len(ours["spikes"]), " ".join(f"{t:.4f}" for t in ours["spikes"]))
    stated = published(folder)
    if stated:
        print("published", len(stated), " ".join(f"{t:.4f}" for t in stated))
        if len(stated) == len(ours["spikes"]):
            worst = max(abs(x - y) for x, y in zip(stated, ours["spikes"]))
            print(f"largest difference from the published spikes: {worst:.3g} ms")
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
