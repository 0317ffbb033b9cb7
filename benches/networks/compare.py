#!/usr/bin/env python3
"""Neuropil against NEST on the three reference networks, in turn, on this machine.

    cargo build --release && python3 benches/networks/compare.py [--runs 3] [--threads 2]

NEST is installed from PyPI into a virtual environment outside the tree (--peer, by default
~/.cache/neuropil-bench/nest) if it is not there yet. Both simulate the same model time with the same
number of threads; the runs alternate, and ratios are taken within a pair, so that a machine whose speed
drifts is no excuse. Prints a Markdown table of medians.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
NETWORKS = {"brunel_delta": (100.0, 1000.0), "brunel_alpha": (100.0, 1000.0),
            "ei_clustered": (1000.0, 10_000.0)}
TARGETS = {"brunel_delta": 50, "brunel_alpha": 40, "ei_clustered": 12}


def peer(folder):
    """The interpreter of an environment that has NEST."""
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "nest-simulator", "numpy"], check=True)
    return python


def last_json(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stdout}{done.stderr}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--networks", nargs="+", default=list(NETWORKS))
    parser.add_argument("--neuropil", default=ROOT / "target" / "release" / "neuropil")
    parser.add_argument("--peer", type=pathlib.Path,
                        default=pathlib.Path.home() / ".cache" / "neuropil-bench" / "nest")
    args = parser.parse_args()
    python = peer(args.peer)
    threads = str(args.threads)
    header = ["network", "", "build s", "simulate s", "× real time", "peak MB", "E Hz", "I Hz", "CV E"]
    print("|", " | ".join(header), "|")
    print("|", " | ".join(["---"] * len(header)), "|")
    summary = []
    for network in args.networks:
        warmup, duration = NETWORKS[network]
        ours, theirs = [], []
        with tempfile.TemporaryDirectory() as folder:
            for seed in range(1, args.runs + 1):
                theirs.append(last_json([python, HERE / "nest_peer.py", network, "--threads", threads,
                                         "--seed", str(seed)]))
                ours.append(last_json([args.neuropil, "run", ROOT / "examples" / f"{network}.toml",
                                       "--threads", threads, "--seed", str(seed), "--json", "--quiet",
                                       "--force", "--output", f"{folder}/result.h5"]))
        total_s = (warmup + duration) / 1000.0

        def median(reports, key):
            return statistics.median(r[key] for r in reports)

        for name, reports in [("NEST", theirs), ("Neuropil", ours)]:
            pops = [r["populations"] for r in reports]
            rate = {p: statistics.mean(x[p]["rate_hz"] for x in pops) for p in "EI"}
            cv = statistics.mean(x["E"]["cv_isi"] for x in pops)
            row = [network, name, f"{median(reports, 'build_s'):.3f}",
                   f"{median(reports, 'simulate_s'):.3f}",
                   f"{median(reports, 'simulate_s') / total_s:.3f}",
                   f"{median(reports, 'peak_memory_mb'):.0f}",
                   f"{rate['E']:.2f}", f"{rate['I']:.2f}", f"{cv:.3f}"]
            print("|", " | ".join(row), "|", flush=True)

        def ratio(key):
            pairs = [t[key] / o[key] for t, o in zip(theirs, ours)]
            return f"{statistics.median(pairs):.1f} ({min(pairs):.1f}–{max(pairs):.1f})"

        summary.append([network, ratio("simulate_s"), f"≥ {TARGETS[network]}", ratio("build_s"),
                        ratio("peak_memory_mb")])
    print("\n| network | simulation, times faster | wanted | build (≥ 12) | memory (≥ 8) |")
    print("| --- | --- | --- | --- | --- |")
    for row in summary:
        print("|", " | ".join(row), "|")


if __name__ == "__main__":
    main()
