"""The cell of `examples/l5_pyramidal.rs` in Arbor: same file, compartments of at most 10 um, same membrane."""

import time

import arbor as A
from arbor import units as U


class Recipe(A.recipe):
    def __init__(self, path, membrane, copies, length_um=10.0):
        super().__init__()
        loaded = A.load_swc_neuron(path)
        labels = A.label_dict({
            "soma": "(tag 1)", "axon": "(tag 2)", "all": "(all)", "middle": "(location 0 0.5)",
        })
        decor = A.decor()
        decor.set_property(Vm=-65 * U.mV, cm=0.01 * U.F / U.m2, rL=100 * U.Ohm * U.cm, tempK=279.45 * U.Kelvin)
        decor.set_ion("na", rev_pot=50 * U.mV)
        decor.set_ion("k", rev_pot=-77 * U.mV)
        hh = A.density("hh", {"gnabar": 0.12, "gkbar": 0.036, "gl": 0.0003, "el": -54.3})
        pas = A.density("pas/e=-65", {"g": 0.0003})
        if membrane == "hh":
            decor.paint("(all)", hh)
        else:
            decor.paint("(join (tag 1) (tag 2))", hh)
            decor.paint("(complement (join (tag 1) (tag 2)))", pas)
        decor.place('"middle"', A.i_clamp(5 * U.ms, 1e6 * U.ms, 1 * U.nA))
        decor.place('"middle"', A.threshold_detector(0 * U.mV), "detector")
        self.cell = A.cable_cell(loaded.morphology, decor, labels, A.cv_policy_max_extent(length_um * U.um))
        self.copies = copies

    def num_cells(self):
        return self.copies

    def cell_kind(self, gid):
        return A.cell_kind.cable

    def cell_description(self, gid):
        return self.cell

    def global_properties(self, kind):
        return A.neuron_cable_properties()

    def probes(self, gid):
        return [A.cable_probe_membrane_voltage_cell("v")]


def measure(path, membrane, ms, dt, copies=1, threads=1, repeat=1):
    """Best of some runs: nanoseconds per compartment and step, compartments, spike times of cell 0."""
    recipe = Recipe(path, membrane, copies)
    best, spikes = float("inf"), []
    compartments = A.cv_data(recipe.cell).num_cv
    for _ in range(repeat):
        simulation = A.simulation(recipe, A.context(threads=threads))
        simulation.record(A.spike_recording.all)
        begin = time.perf_counter()
        simulation.run(ms * U.ms, dt * U.ms)
        best = min(best, time.perf_counter() - begin)
        spikes = [float(t) for (source, t) in simulation.spikes() if source[0] == 0]
    return best * 1e9 / (compartments * copies * ms / dt), compartments, spikes
