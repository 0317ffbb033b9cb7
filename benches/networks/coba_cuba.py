#!/usr/bin/env python3
"""The benchmark networks of Vogels & Abbott, and the RS-FS network, against Brian2 and NEST in one run.

    cargo build --release
    python3 benches/networks/coba_cuba.py --brian PYTHON --nest PYTHON [--threads 1] [--own-threads 1 2] [--scale 1]

COBA and CUBA: 4000 x scale neurons, the in-degrees of 2 % of 4000, 1 s (Vogels & Abbott 2005,
doi:10.1523/JNEUROSCI.3508-05.2005; Brette et al. 2007, doi:10.1007/s10827-007-0038-6), with the parameters of
examples/coba.toml and examples/cuba.toml in all programs. Each is run twice: as the example, its neurons
written as equations, and as coba.toml and cuba.toml in this folder, with built-in neurons; COBA a third time as
coba_midpoint.toml. Brian2 takes the method of the run it stands beside: exponential Euler (coba, coba_midpoint, of
first order there, of second here), forward Euler (coba built in), exact (cuba). RS-FS: the network of
examples/rs_fs.toml, forward Euler, not for NEST.

Initial values are random and the networks live from them alone. Rates differ from seed to seed, from 15 to 25 Hz
(COBA) and from 5.1 to 6.7 Hz (CUBA), in NEST as here; COBA died out at once with two seeds of eight when initial
conductances below zero were set to zero, as NEST demands. Compare rates over several seeds.

Brian2 runs as C++ standalone, compiled once, with the loop timed by Brian2 itself; NEST uses iaf_cond_exp
(adaptive Runge-Kutta) and iaf_psc_exp (exact). PYTHON is an interpreter that has the simulator. Prints a Markdown
table, medians over --runs; --threads are those of the others, --own-threads those of Neuropil; build is everything
but the loop, compilation included. A NEST run is long: it is done once.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
NETWORKS = ["coba", "coba_builtin", "coba_midpoint", "cuba", "cuba_builtin", "rs_fs"]


def brian(network, threads, scale, seed, runs):
    import os
    import shutil

    start = time.time()
    import numpy as np
    import brian2 as b
    folder = tempfile.mkdtemp()
    b.prefs.devices.cpp_standalone.openmp_threads = threads if threads > 1 else 0
    b.set_device("cpp_standalone", directory=folder, build_on_run=False)
    b.seed(seed)
    b.defaultclock.dt = 0.1 * b.ms
    ms, mV, nS, pF, pA, Hz = b.ms, b.mV, b.nS, b.pF, b.pA, b.Hz
    n_e, n_i = 3200 * scale, 800 * scale
    p = 0.02 / scale
    duration = 1000 * ms
    if network.startswith("cuba"):
        eqs = """dv/dt = (g_e + g_i - (v + 49*mV)) / (20*ms) : volt (unless refractory)
                 dg_e/dt = -g_e / (5*ms) : volt
                 dg_i/dt = -g_i / (10*ms) : volt"""
        cells = b.NeuronGroup(n_e + n_i, eqs, threshold="v > -50*mV", reset="v = -60*mV", refractory=5 * ms,
                              method="exact")
        cells.v = "-60*mV + rand() * 10*mV"
        jumps = ["g_e += 1.62*mV", "g_i -= 9*mV"]
    elif network.startswith("coba"):
        eqs = """dv/dt = (10*nS*(-60*mV - v) - g_e*v + g_i*(-80*mV - v)) / (200*pF) : volt (unless refractory)
                 dg_e/dt = -g_e / (5*ms) : siemens
                 dg_i/dt = -g_i / (10*ms) : siemens"""
        cells = b.NeuronGroup(n_e + n_i, eqs, threshold="v > -50*mV", reset="v = -60*mV", refractory=5 * ms,
                              method="euler" if network == "coba_builtin" else "exponential_euler")
        cells.v = "-65*mV + randn() * 5*mV"
        cells.g_e = "40*nS + randn() * 15*nS"
        cells.g_i = "200*nS + randn() * 120*nS"
        jumps = ["g_e += 6*nS", "g_i += 67*nS"]
    else:
        n_e, n_i, p, duration = 4000, 1000, 0.05, 1500 * ms
        eqs = """dv/dt = (10*nS*(-70*mV - v) + 10*nS*delta*exp((v + 50*mV)/delta) - g_e*v + g_i*(-80*mV - v) - w)
                         / (200*pF) : volt (unless refractory)
                 dw/dt = -w / (500*ms) : amp
                 dg_e/dt = -g_e / (5*ms) : siemens
                 dg_i/dt = -g_i / (5*ms) : siemens
                 delta : volt (constant)
                 jump : amp (constant)"""
        cells = b.NeuronGroup(n_e + n_i, eqs, threshold="v > -50*mV + 5*delta", reset="v = -70*mV; w += jump",
                              refractory=5 * ms, method="euler")
        cells.v = -70 * mV
        cells.delta[:n_e], cells.delta[n_e:] = 2 * mV, 0.5 * mV
        cells.jump[:n_e] = 40 * pA
        drive = b.PoissonGroup(n_e + n_i, rates="200*(4 + 4*exp(-((t - 1000*ms)/(100*ms))**2/2))*Hz")
        from_outside = b.Synapses(drive, cells, on_pre="g_e += 1*nS")
        from_outside.connect(j="i")
        jumps = ["g_e += 1*nS", "g_i += 4*nS"]
    excitatory = b.Synapses(cells[:n_e], cells, on_pre=jumps[0])
    excitatory.connect(p=p)
    inhibitory = b.Synapses(cells[n_e:], cells, on_pre=jumps[1])
    inhibitory.connect(p=p)
    spikes = b.SpikeMonitor(cells)
    b.run(duration)
    b.device.build(directory=folder, compile=True, run=True, debug=False)
    total = time.time() - start
    simulate = [b.device._last_run_time]
    build = total - simulate[0]
    for _ in range(runs - 1):
        b.device.run(folder, with_output=False, run_args=[])
        simulate.append(b.device._last_run_time)
    times, index = np.asarray(spikes.t / ms), np.asarray(spikes.i)
    late = times >= (350 if network == "rs_fs" else 0)
    seconds = float(duration / b.second) - (0.35 if network == "rs_fs" else 0)
    rates = [float((late & (index < n_e)).sum() / n_e / seconds),
             float((late & (index >= n_e)).sum() / n_i / seconds)]
    shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps({"build_s": build, "simulate_s": simulate, "rates": rates}))
    sys.stdout.flush()
    os._exit(0)


def nest(network, threads, scale, seed, _):
    start = time.time()
    import numpy as np
    import nest as n
    n.set_verbosity("M_ERROR")
    n.set(resolution=0.1, local_num_threads=threads, rng_seed=seed)
    n_e, n_i = 3200 * scale, 800 * scale
    rng = np.random.default_rng(seed)
    size = n_e + n_i
    v = -60 + 10 * rng.random(size)
    if network.startswith("cuba"):
        cells = n.Create("iaf_psc_exp", size, {
            "C_m": 200.0, "tau_m": 20.0, "E_L": -49.0, "V_th": -50.0, "V_reset": -60.0, "t_ref": 5.0,
            "tau_syn_ex": 5.0, "tau_syn_in": 10.0})
        weights = [16.2, -90.0]  # 1.62 and -9 mV times 200 pF / 20 ms
        cells.V_m = np.minimum(v, -50.001)
    else:
        cells = n.Create("iaf_cond_exp", size, {
            "C_m": 200.0, "g_L": 10.0, "E_L": -60.0, "V_th": -50.0, "V_reset": -60.0, "t_ref": 5.0,
            "E_ex": 0.0, "E_in": -80.0, "tau_syn_ex": 5.0, "tau_syn_in": 10.0})
        cells.V_m = rng.normal(-65, 5, size)
        cells.g_ex = np.maximum(rng.normal(40, 15, size), 0)
        cells.g_in = np.maximum(rng.normal(200, 120, size), 0)
        weights = [6.0, -67.0]
    for sources, weight in zip([cells[:n_e], cells[n_e:]], weights):
        n.Connect(sources, cells, {"rule": "pairwise_bernoulli", "p": 0.02 / scale},
                  {"weight": weight, "delay": 0.1})
    recorder = n.Create("spike_recorder")
    n.Connect(cells, recorder)
    n.Prepare()
    build = time.time() - start
    start = time.time()
    n.Run(1000.0)
    simulate = time.time() - start
    events = recorder.events
    excitatory = events["senders"] <= n_e
    rates = [float(excitatory.sum() / n_e), float((~excitatory).sum() / n_i)]
    print(json.dumps({"build_s": build, "simulate_s": [simulate], "rates": rates}))


def neuropil(binary, network, threads, scale, seed, folder):
    output = pathlib.Path(folder) / "result.h5"
    command = [binary, "run"]
    if network == "rs_fs":
        command += [ROOT / "examples" / "rs_fs.toml", "--set", "record={ spikes = [\"Exc\", \"Inh\"] }",
                    "--set", "plots={}", "--set", "simulation.warmup=350", "--set",
                    "parameters.t_bump=\"1 s\"", "--duration", "1150 ms"]
    else:
        name, _, built_in = network.partition("_")
        if built_in:
            file = name if built_in == "builtin" else network
            command += [ROOT / "benches" / "networks" / f"{file}.toml"]
        else:
            command += [ROOT / "examples" / f"{name}.toml", "--set", "record={ spikes = [\"E\", \"I\"] }",
                        "--set", "plots={}"]
        for population, size in [("E", 3200), ("I", 800)]:
            command += ["--set", f"populations.{population}.size={size * scale}"]
        for connection in ["excitatory", "inhibitory"]:
            command += ["--set", f"connections.{connection}.p={0.02 / scale}"]
    command += ["--threads", threads, "--seed", seed, "--json", "--quiet", "--force", "--output", output]
    start = time.time()
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    total = time.time() - start
    if done.returncode != 0:
        sys.exit(done.stderr)
    report = json.loads(done.stdout.strip().splitlines()[-1])
    rates = [p["rate_hz"] for p in report["populations"].values()]
    return {"build_s": total - report["simulate_s"], "simulate_s": report["simulate_s"], "rates": rates}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peer", choices=["brian", "nest"], help=argparse.SUPPRESS)
    parser.add_argument("--networks", nargs="+", choices=NETWORKS, default=NETWORKS)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--own-threads", type=int, nargs="+", default=[1])
    parser.add_argument("--scale", type=int, default=1)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--brian", type=pathlib.Path)
    parser.add_argument("--nest", type=pathlib.Path)
    parser.add_argument("--neuropil", default=ROOT / "target" / "release" / "neuropil")
    args = parser.parse_args()
    if args.peer:
        peer = {"brian": brian, "nest": nest}[args.peer]
        return peer(args.networks[0], args.threads, args.scale, args.seed, args.runs)
    print("| network | neurons | threads | program | everything but the loop s | loop s | times slower | E Hz | I Hz |")
    print("| --- | --: | --: | --- | --: | --: | --: | --: | --: |")
    for network in args.networks:
        found = {}
        for threads in args.own_threads:
            with tempfile.TemporaryDirectory() as folder:
                ours = [neuropil(args.neuropil, network, threads, args.scale, seed, folder)
                        for seed in range(args.seed, args.seed + args.runs)]
            found["Neuropil", threads] = {
                "build_s": statistics.median(r["build_s"] for r in ours),
                "simulate_s": [r["simulate_s"] for r in ours],
                "rates": [statistics.mean(r["rates"][k] for r in ours) for k in (0, 1)],
            }
        for name, kind, python in [("Brian2", "brian", args.brian), ("NEST", "nest", args.nest)]:
            if python is None or (name == "NEST" and network == "rs_fs"):
                continue
            command = [python, __file__, "--peer", kind, "--networks", network, "--threads", args.threads,
                       "--scale", args.scale, "--seed", args.seed, "--runs", args.runs]
            done = subprocess.run([str(c) for c in command], capture_output=True, text=True)
            if done.returncode != 0:
                sys.exit(done.stderr[-2000:])
            found[name, args.threads] = json.loads(done.stdout.strip().splitlines()[-1])
        own = statistics.median(found["Neuropil", args.own_threads[0]]["simulate_s"])
        neurons = 5000 if network == "rs_fs" else 4000 * args.scale
        for (name, threads), report in found.items():
            loop = statistics.median(report["simulate_s"])
            e, i = report["rates"]
            print(f"| {network} | {neurons} | {threads} | {name} | {report['build_s']:.2f} | {loop:.3f} "
                  f"| {loop / own:.1f} | {e:.2f} | {i:.2f} |", flush=True)


if __name__ == "__main__":
    main()
