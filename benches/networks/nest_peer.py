"""The three reference networks in NEST, measured: prints one JSON object.

    python nest_peer.py {brunel_delta|brunel_alpha|ei_clustered} [--threads N] [--seed S]
                        [--warmup MS] [--duration MS]

The networks are those of the experiments of the same name in examples/, parameter by parameter.
"""

import argparse
import json
import math
import resource
import time

import numpy as np
import nest


def brunel(model, neuron, j_ex, rate, args):
    """Brunel (2000) model A: 10 000 + 2 500 neurons, in-degrees 1 000 + 250, g = 5, eta = 2."""
    n_e, n_i, c_e, c_i, g, delay = 10_000, 2_500, 1_000, 250, 5.0, 1.5
    e = nest.Create(model, n_e, params=neuron)
    i = nest.Create(model, n_i, params=neuron)
    noise = nest.Create("poisson_generator", params={"rate": rate})
    recorders = {"E": nest.Create("spike_recorder"), "I": nest.Create("spike_recorder")}
    for r in recorders.values():
        r.start = args.warmup
    ex = {"synapse_model": "static_synapse", "weight": j_ex, "delay": delay}
    inh = {**ex, "weight": -g * j_ex}
    nest.Connect(noise, e + i, syn_spec=ex)
    nest.Connect(e, recorders["E"])
    nest.Connect(i, recorders["I"])
    nest.Connect(e, e + i, {"rule": "fixed_indegree", "indegree": c_e}, ex)
    nest.Connect(i, e + i, {"rule": "fixed_indegree", "indegree": c_i}, inh)
    return {"E": (recorders["E"], n_e), "I": (recorders["I"], n_i)}


def brunel_delta(args):
    neuron = dict(C_m=1.0, tau_m=20.0, t_ref=2.0, E_L=0.0, V_reset=0.0, V_m=0.0, V_th=20.0)
    return brunel("iaf_psc_delta", neuron, 0.1, 20_000.0, args)


def brunel_alpha(args):
    neuron = dict(C_m=250.0, tau_m=20.0, tau_syn_ex=0.5, tau_syn_in=0.5, t_ref=2.0, E_L=0.0,
                  V_reset=0.0, V_m=0.0, V_th=20.0)
    j_ex = 0.1 / 0.004835553641724627  # pA for a potential of 0.1 mV at its peak
    nu_th = 20.0 * 250.0 / (j_ex * 1000 * math.e * 20.0 * 0.5)
    return brunel("iaf_psc_alpha", neuron, j_ex, 1000.0 * 2.0 * nu_th * 1000, args)


def ei_clustered(args):
    """Rostami et al. (2024), defaults: 4 000 + 1 000 neurons in 20 clusters, weights clustered."""
    n_e, n_i, q, s = 4000, 1000, 20, 1.0
    p = np.array([[0.2, 0.5], [0.5, 0.5]])
    tau = {"E": 20.0, "I": 10.0}

    def psp(tau_m, tau_s):
        t = math.log(tau_s / tau_m) / (1 / tau_m - 1 / tau_s)
        k = tau_m * tau_s / (tau_s - tau_m)
        return k * (math.exp(-t / tau_s) - math.exp(-t / tau_m))

    n = n_e + n_i
    a_e, a_i = psp(tau["E"], 5.0), psp(tau["I"], 5.0)
    js = np.zeros((2, 2))
    js[0, 0] = 20.0 * math.sqrt(n) / (math.sqrt(n_e * p[0, 0]) * a_e)
    js[0, 1] = -1.2 * js[0, 0] * p[0, 0] * n_e / (p[0, 1] * n_i)
    js[1, 0] = 20.0 * math.sqrt(n) / (math.sqrt(n_e * p[1, 0]) * a_i)
    js[1, 1] = -js[1, 0] * p[1, 0] * n_e / (p[1, 1] * n_i)
    js *= s / math.sqrt(n)
    rep, rj = 6.0, 0.82
    plus = {(0, 0): rep}
    for key in [(0, 1), (1, 0), (1, 1)]:
        plus[key] = 1 + (rep - 1) * rj
    pops = {}
    for name, size in [("E", n_e), ("I", n_i)]:
        params = dict(E_L=0.0, C_m=1.0, tau_m=tau[name], t_ref=5.0, V_th=20.0, V_reset=0.0,
                      tau_syn_ex=5.0, tau_syn_in=5.0,
                      I_e=(1.25 if name == "E" else 0.78) * 20.0 / tau[name])
        pops[name] = [nest.Create("iaf_psc_exp", size // q, params=params) for _ in range(q)]
        for group in pops[name]:
            group.V_m = 20.0 - 20.0 * nest.random.lognormal(0, 1)
    amplitude, windows = 0.15, [(2000.0, 3500.0), (6000.0, 7500.0)]
    times = [t + args.warmup for w in windows for t in w]
    stimulus = nest.Create("step_current_generator",
                           params={"amplitude_times": times,
                                   "amplitude_values": [amplitude, 0.0] * len(windows)})
    for k in (2, 3, 4):
        nest.Connect(stimulus, pops["E"][k])
    recorders = {"E": nest.Create("spike_recorder"), "I": nest.Create("spike_recorder")}
    for name, r in recorders.items():
        r.start = args.warmup
        for group in pops[name]:
            nest.Connect(group, r)
    for t, target in enumerate("EI"):
        for r, source in enumerate("EI"):
            factor = plus[(t, r)]
            minus = (q - factor) / (q - 1)
            for a, post in enumerate(pops[target]):
                for b, pre in enumerate(pops[source]):
                    weight = js[t, r] * (factor if a == b else minus)
                    rule = {"rule": "pairwise_bernoulli", "p": p[t, r], "allow_autapses": False}
                    nest.Connect(pre, post, rule, {"weight": weight, "delay": 0.1})
    return {"E": (recorders["E"], n_e), "I": (recorders["I"], n_i)}


def irregularity(times, senders):
    """Mean CV of the intervals of all neurons with at least three spikes."""
    order = np.lexsort((times, senders))
    times, senders = times[order], senders[order]
    cvs = []
    for train in np.split(times, np.flatnonzero(np.diff(senders)) + 1):
        if len(train) > 2:
            isi = np.diff(train)
            cvs.append(isi.std() / isi.mean())
    return float(np.mean(cvs)) if cvs else None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("network", choices=["brunel_delta", "brunel_alpha", "ei_clustered"])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--warmup", type=float)
    parser.add_argument("--duration", type=float)
    args = parser.parse_args()
    clustered = args.network == "ei_clustered"
    args.warmup = args.warmup if args.warmup is not None else (1000.0 if clustered else 100.0)
    args.duration = args.duration or (10_000.0 if clustered else 1000.0)

    nest.set_verbosity("M_ERROR")
    nest.ResetKernel()
    nest.local_num_threads = args.threads
    nest.resolution = 0.1
    nest.rng_seed = args.seed
    start = time.perf_counter()
    recorded = {"brunel_delta": brunel_delta, "brunel_alpha": brunel_alpha,
                "ei_clustered": ei_clustered}[args.network](args)
    nest.Prepare()
    built = time.perf_counter()
    nest.Run(args.warmup + args.duration)
    done = time.perf_counter()
    nest.Cleanup()
    report = {
        "simulator": f"NEST {nest.__version__}",
        "threads": args.threads,
        "seed": args.seed,
        "synapses": nest.num_connections,
        "build_s": built - start,
        "simulate_s": done - built,
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "populations": {},
    }
    for name, (recorder, size) in recorded.items():
        events = recorder.get("events")
        report["populations"][name] = {
            "rate_hz": len(events["times"]) / size / args.duration * 1e3,
            "cv_isi": irregularity(np.asarray(events["times"]), np.asarray(events["senders"])),
        }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
