#!/usr/bin/env python3
"""Neurons written as equations against the built-in ones, and against Brian2's compiled loop.

    cargo build --release
    python3 benches/networks/equations.py --brian PYTHON [--size 4000] [--runs 3]

Unconnected neurons that all receive 1 kHz of excitatory and 250 Hz of inhibitory Poisson events, 1 s in steps of
0.1 ms, one thread: what is timed is the neurons, their inputs included, not the delivery of spikes. Three kinds:
coba (conductances, exponential Euler or Euler), cuba (currents, exact), adex (conductances, Euler). The built-in
neuron has the same arithmetic where there is one (adex, cuba); for coba it is aeif_cond_exp_euler without
exponential. Brian2 runs as C++ standalone, its loop timed by itself, with PoissonInput objects. The table also says
how long a step of a neuron takes, inputs subtracted: the time of the same neurons without input.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent

CONDUCTANCES = """
dg_ex/dt = -g_ex/(5 ms) : nS
dg_in/dt = -g_in/(10 ms) : nS"""
MODELS = {
    "coba": f'''equations = """
dv/dt = (10 nS*(-49 mV - v) - g_ex*v + g_in*(-80 mV - v))/(200 pF) : mV (unless refractory){CONDUCTANCES}"""
method = "exponential_euler"
threshold = "v > -50 mV"
reset = "v = -60 mV"''',
    "cuba": '''equations = """
dv/dt = (-49 mV - v)/(20 ms) + (i_ex + i_in)/(200 pF) : mV (unless refractory)
di_ex/dt = -i_ex/(5 ms) : pA
di_in/dt = -i_in/(10 ms) : pA"""
threshold = "v > -50 mV"
reset = "v = -60 mV"''',
    "adex": f'''equations = """
dv/dt = (10 nS*(-70 mV - v) + 10 nS*2 mV*exp((v + 50 mV)/(2 mV)) - g_ex*v + g_in*(-80 mV - v) - w)/(200 pF) : mV (unless refractory)
dw/dt = (2 nS*(v + 70 mV) - w)/(500 ms) : pA{CONDUCTANCES}"""
method = "euler"
threshold = "v > -40 mV"
reset = "v = -70 mV; w += 20 pA"''',
}
COMMON = "g_L = '10 nS', C_m = '200 pF', t_ref = '5 ms', tau_syn_ex = '5 ms', tau_syn_in = '10 ms'"
NATIVE = {
    "coba": ("aeif_cond_exp_euler", f"{COMMON}, E_L = '-49 mV', V_th = '-50 mV', V_reset = '-60 mV', Delta_T = 0, "
             "a = 0, b = 0, E_ex = '0 mV', E_in = '-80 mV'"),
    "cuba": ("iaf_psc_exp", "tau_m = '20 ms', C_m = '200 pF', t_ref = '5 ms', tau_syn_ex = '5 ms', "
             "tau_syn_in = '10 ms', E_L = '-49 mV', V_th = '-50 mV', V_reset = '-60 mV'"),
    "adex": ("aeif_cond_exp_euler", f"{COMMON}, E_L = '-70 mV', V_th = '-50 mV', V_reset = '-70 mV', "
             "Delta_T = '2 mV', a = '2 nS', b = '20 pA', E_ex = '0 mV', E_in = '-80 mV'"),
}
WEIGHTS = {"coba": (1.0, 4.0, "nS"), "cuba": (16.0, 40.0, "pA"), "adex": (2.0, 6.0, "nS")}
RATES = (1000, 250)


def experiment(kind, size, way, driven):
    ex, inh, unit = WEIGHTS[kind]
    model, parameters = NATIVE[kind] if way == "built in" else ("own", "")
    own = kind if way == "equations" else None
    variable = "V_m" if way == "built in" else "v"
    current = kind == "cuba"
    receptors = "ex = 'i_ex += weight', in = 'i_in += weight'" if current else \
        "ex = 'g_ex += weight', in = 'g_in -= weight'"
    text = f"[simulation]\nduration = '1 s'\nseed = 3\n"
    if own:
        text += f"[models.own]\n{MODELS[kind]}\nrefractory = '5 ms'\nreceptors = {{ {receptors} }}\n"
    text += f"[populations.cells]\nmodel = '{model}'\nsize = {size}\n"
    text += f"initial = {{ {variable} = {{ uniform = ['-60 mV', '-51 mV'] }} }}\n"
    if parameters:
        text += f"params = {{ {parameters} }}\n"
    for name, weight, rate in [("ex", ex, RATES[0]), ("in", -inh, RATES[1])] if driven else []:
        text += f"[inputs.{name}]\nkind = 'poisson'\ntarget = 'cells'\nrate = '{rate} Hz'\nweight = '{weight} {unit}'\n"
        if own:
            text += f"receptor = '{name}'\n"
    return text + "[record]\nspikes = true\n"


def neuropil(binary, kind, size, way, driven, folder):
    path = pathlib.Path(folder) / "experiment.toml"
    path.write_text(experiment(kind, size, way, driven))
    command = [binary, "run", path, "--threads", "1", "--json", "--quiet", "--force", "--output",
               pathlib.Path(folder) / "result.h5"]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stderr)
    report = json.loads(done.stdout.strip().splitlines()[-1])
    return report["simulate_s"], report["populations"]["cells"]["rate_hz"]


def brian(kind, size, driven):
    import os
    import shutil
    import numpy as np
    import brian2 as b

    folder = tempfile.mkdtemp()
    b.set_device("cpp_standalone", directory=folder, build_on_run=False)
    b.prefs.devices.cpp_standalone.openmp_threads = 0
    b.seed(3)
    b.defaultclock.dt = 0.1 * b.ms
    conductances = "\ndg_ex/dt = -g_ex/(5*ms) : siemens\ndg_in/dt = -g_in/(10*ms) : siemens"
    equations, threshold, reset, method = {
        "coba": ("dv/dt = (10*nS*(-49*mV - v) - g_ex*v + g_in*(-80*mV - v))/(200*pF) : volt (unless refractory)"
                 + conductances, "v > -50*mV", "v = -60*mV", "exponential_euler"),
        "cuba": ("dv/dt = (-49*mV - v)/(20*ms) + (i_ex + i_in)/(200*pF) : volt (unless refractory)\n"
                 "di_ex/dt = -i_ex/(5*ms) : amp\ndi_in/dt = -i_in/(10*ms) : amp",
                 "v > -50*mV", "v = -60*mV", "exact"),
        "adex": ("dv/dt = (10*nS*(-70*mV - v) + 10*nS*2*mV*exp((v + 50*mV)/(2*mV)) - g_ex*v + g_in*(-80*mV - v) - w)"
                 "/(200*pF) : volt (unless refractory)\ndw/dt = (2*nS*(v + 70*mV) - w)/(500*ms) : amp" + conductances,
                 "v > -40*mV", "v = -70*mV; w += 20*pA", "euler"),
    }[kind]
    cells = b.NeuronGroup(size, equations, threshold=threshold, reset=reset, refractory=5 * b.ms, method=method)
    cells.v = "-60*mV + rand()*9*mV"
    ex, inh, unit = WEIGHTS[kind]
    unit = {"nS": b.nS, "pA": b.pA}[unit]
    names = ("i_ex", "i_in") if kind == "cuba" else ("g_ex", "g_in")
    sign = -1 if kind == "cuba" else 1
    inputs = [b.PoissonInput(cells, names[0], 1, RATES[0] * b.Hz, ex * unit),
              b.PoissonInput(cells, names[1], 1, RATES[1] * b.Hz, sign * inh * unit)] if driven else []
    spikes = b.SpikeMonitor(cells)
    network = b.Network(cells, spikes, *inputs)
    network.run(1000 * b.ms)
    b.device.build(directory=folder, compile=True, run=True, debug=False)
    seconds, count = b.device._last_run_time, len(np.asarray(spikes.t))
    shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps([seconds, count / size]))
    sys.stdout.flush()
    os._exit(0)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peer", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--undriven", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--kinds", nargs="+", default=["coba", "cuba", "adex"])
    parser.add_argument("--size", type=int, default=4000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--brian", type=pathlib.Path)
    parser.add_argument("--neuropil", default=ROOT / "target" / "release" / "neuropil")
    args = parser.parse_args()
    if args.peer:
        return brian(args.kinds[0], args.size, not args.undriven)
    print("| neurons | way | loop s | without input s | ns per neuron and step | Hz |")
    print("| --- | --- | --: | --: | --: | --: |")
    for kind in args.kinds:
        for way in ["equations", "built in", "Brian2"]:
            if way == "Brian2" and args.brian is None:
                continue
            seconds = {}
            for driven in [True, False]:
                runs = []
                for _ in range(args.runs):
                    if way == "Brian2":
                        command = [args.brian, __file__, "--peer", "--kinds", kind, "--size", args.size]
                        command += [] if driven else ["--undriven"]
                        done = subprocess.run([str(c) for c in command], capture_output=True, text=True)
                        if done.returncode != 0:
                            sys.exit(done.stderr[-2000:])
                        runs.append(json.loads(done.stdout.strip().splitlines()[-1]))
                    else:
                        with tempfile.TemporaryDirectory() as folder:
                            runs.append(neuropil(args.neuropil, kind, args.size, way, driven, folder))
                seconds[driven] = statistics.median(run[0] for run in runs)
                if driven:
                    rate = statistics.mean(run[1] for run in runs)
            own = seconds[False] * 1e9 / (args.size * 10_000)
            print(f"| {kind} | {way} | {seconds[True]:.3f} | {seconds[False]:.3f} | {own:.2f} | {rate:.2f} |", flush=True)


if __name__ == "__main__":
    main()
