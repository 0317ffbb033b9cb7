"""Rings of ten branching cells with many synapses, in Arbor: the model of `examples/busy_ring.rs`.

The cells are drawn here and written as SWC files that both programs read: a soma of 12.6 um and a
binary tree of dendrites, 5 levels, branch probability 1 falling to 0.5, length 200 falling to 20 um, as in
NSuite's busyring.
"""

import json
import pathlib
import random
import subprocess
import sys
import tempfile
import time

import arbor as A
from arbor import units as U


def draw_cell(path, seed, levels=5):
    rng = random.Random(seed)
    rows = [(1, 1, 0.0, 0.0, 0.0, 6.30785, -1), (2, 1, 12.6157, 0.0, 0.0, 6.30785, 1)]
    tips = [(2, 12.6157, 0.0)]
    for level in range(levels):
        share = level / (levels - 1)
        probability, length = 1 - 0.5 * share, 200 - 180 * share
        grown = []
        for parent, x, y in tips:
            if level > 0 and rng.random() > probability:
                continue
            for side in (-1, 1) if level > 0 else (0,):
                here, px, py = parent, x, y
                for _ in range(4):
                    px, py = px + length / 4, py + side * length / 8
                    rows.append((len(rows) + 1, 3, px, py, 0.0, 0.5, here))
                    here = len(rows)
                grown.append((here, px, py))
        tips = grown
    path.write_text("".join("%d %d %.6f %.6f %.6f %.6f %d\n" % row for row in rows))


class Ring(A.recipe):
    def __init__(self, folder, cells, synapses):
        super().__init__()
        self.cells, self.synapses = cells, synapses
        self.models = [self.model(folder / f"{k}.swc", k) for k in range(cells)]
        rng = random.Random(1)
        self.sources = [[rng.randrange(cells) for _ in range(synapses - 1)] for _ in range(cells)]

    def model(self, path, seed):
        loaded = A.load_swc_neuron(str(path))
        labels = A.label_dict({"soma": "(tag 1)", "dend": "(tag 3)"})
        decor = A.decor()
        decor.set_property(Vm=-65 * U.mV, cm=0.01 * U.F / U.m2, rL=100 * U.Ohm * U.cm, tempK=279.45 * U.Kelvin)
        decor.paint('"soma"', A.density("hh"))
        decor.paint('"dend"', A.density("pas/e=-65", {"g": 0.001}))
        decor.place("(on-components 0.5 (tag 1))", A.threshold_detector(-10 * U.mV), "detector")
        places = f"(uniform (tag 3) 0 {self.synapses - 1} {seed})"
        decor.place(places, A.synapse("expsyn", {"tau": 2.0}), "synapses")
        return A.cable_cell(loaded.morphology, decor, labels, A.cv_policy_max_extent(10 * U.um))

    def num_cells(self):
        return self.cells

    def cell_kind(self, gid):
        return A.cell_kind.cable

    def cell_description(self, gid):
        return self.models[gid]

    def global_properties(self, kind):
        return A.neuron_cable_properties()

    def connections_on(self, gid):
        before = 10 * (gid // 10) + (gid + 9) % 10
        robin = A.selection_policy.round_robin
        make = lambda source, weight: A.connection(
            (source, "detector"), A.cell_local_label("synapses", robin), weight, 5 * U.ms)
        return [make(before, 0.05)] + [make(source, 0.0) for source in self.sources[gid]]

    def event_generators(self, gid):
        if gid % 10:
            return []
        target = A.cell_local_label("synapses", A.selection_policy.round_robin)
        return [A.event_generator(target, 0.05, A.explicit_schedule([0.0 * U.ms]))]


def run_arbor(folder, cells, synapses, ms, threads):
    recipe = Ring(folder, cells, synapses)
    volumes = sum(A.cv_data(model).num_cv for model in recipe.models)
    simulation = A.simulation(recipe, A.context(threads=threads))
    simulation.record(A.spike_recording.all)
    begin = time.perf_counter()
    simulation.run(ms * U.ms, 0.025 * U.ms)
    return time.perf_counter() - begin, volumes, len(simulation.spikes())


def main():
    program = sys.argv[1]
    cells = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    ms, synapses = 100, 100
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for k in range(cells):
            draw_cell(folder / f"{k}.swc", k)
        for threads in (1, 2):
            seconds, volumes, spikes = run_arbor(folder, cells, synapses, ms, threads)
            print(f"arbor    threads {threads}: {seconds:.2f} s, {volumes} volumes, {spikes} spikes, "
                  f"{seconds * 1e9 / (volumes * ms / 0.025):.1f} ns per compartment-step", flush=True)
            command = [program, "--folder", name, "--cells", str(cells), "--synapses", str(synapses)]
            command += ["--ms", str(ms), "--threads", str(threads)]
            found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            own, nodes = found["seconds"], found["nodes"]
            print(f"neuropil threads {threads}: {own:.2f} s, {nodes} nodes, {found['spikes']} spikes, "
                  f"{own * 1e9 / (nodes * ms / 0.025):.1f} ns per compartment-step, ratio {seconds / own:.2f}", flush=True)


if __name__ == "__main__":
    main()
