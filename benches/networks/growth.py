#!/usr/bin/env python3
"""Time and memory against network size, at a constant in-degree of 1 000.

    cargo build --release && python3 benches/networks/growth.py [--threads 2] [--sizes 1000 5000 ...]

Brunel's network with delta synapses (examples/brunel_delta.toml): 800 excitatory and 200 inhibitory synapses
onto every neuron, whatever their number, 200 ms of model time. Prints a Markdown table.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def run(neuropil, size, threads, folder):
    order = size // 5
    settings = {"parameters.order": order, "parameters.epsilon": 800 / (4 * order),
                "parameters.J": '"0.125 mV"', "simulation.duration": '"200 ms"',
                "simulation.warmup": '"0 ms"'}
    command = [neuropil, "run", ROOT / "examples" / "brunel_delta.toml", "--json", "--quiet", "--force",
               "--threads", str(threads), "--output", f"{folder}/result.h5"]
    for path, value in settings.items():
        command += ["--set", f"{path}={value}"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(done.stdout + done.stderr)
    return json.loads(done.stdout.strip().splitlines()[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--sizes", type=int, nargs="+",
                        default=[1000, 5000, 12_500, 25_000, 50_000, 100_000, 200_000])
    parser.add_argument("--neuropil", default=ROOT / "target" / "release" / "neuropil")
    args = parser.parse_args()
    header = ["neurons", "synapses", "build s", "ns per synapse", "simulate s", "ns per synaptic event",
              "peak MB", "bytes per synapse over the smallest", "rate Hz"]
    print("|", " | ".join(header), "|")
    print("|", " | ".join(["--:"] * len(header)), "|")
    base = None
    with tempfile.TemporaryDirectory() as folder:
        for size in args.sizes:
            r = run(args.neuropil, size, args.threads, folder)
            n = r["synapses"]
            events = r["spikes"] * n / size
            base = base or (r["peak_memory_mb"], n)
            extra = (r["peak_memory_mb"] - base[0]) * 2**20 / max(n - base[1], 1)
            rate = r["spikes"] / size / 0.2
            row = [f"{size}", f"{n}", f"{r['build_s']:.3f}", f"{r['build_s'] / n * 1e9:.1f}",
                   f"{r['simulate_s']:.3f}", f"{r['simulate_s'] / events * 1e9:.2f}",
                   f"{r['peak_memory_mb']:.0f}", f"{extra:.2f}", f"{rate:.1f}"]
            print("|", " | ".join(row), "|", flush=True)


if __name__ == "__main__":
    main()
