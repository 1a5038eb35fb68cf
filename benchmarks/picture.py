"""Time one picture: sampling with the model loaded, the whole command first and again, imports, peak memory.

Run: .venv/bin/python benchmarks/picture.py   (2 cores were used for the figures in docs/embedded-model.md)
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "examples" / "text_to_image.json"
REPEATS = 5

SAMPLING = """
import json, statistics, time
import torch
from latent_diffusion.bundle import find_bundle
from latent_diffusion.model_file import load_model
from latent_diffusion.sample import sample
bundle = find_bundle("emoji-scenes")
autoencoder, denoiser, conditioner, planner = (
    load_model(bundle.path(kind), kind) for kind in ("autoencoder", "denoiser", "conditioner", "planner")
)
size = bundle.image_size // autoencoder.config.factor

def picture(seed):
    start = time.perf_counter()
    text = "a red apple left of a cat"
    positive, negative = (conditioner.encode_text([words]) for words in (text, ""))
    positive += conditioner.encode_regions(planner.plan([text], seed), (size, size))
    shape = (1, denoiser.latent_channels, size, size)
    latents = sample(denoiser, shape, positive, negative, seed=seed, steps=20, guidance=2.0)
    with torch.no_grad():
        autoencoder.decode(latents)
    return time.perf_counter() - start

picture(0)
print(json.dumps({"seconds": [picture(seed) for seed in range(1, 8)], "threads": torch.get_num_threads()}))
"""


def timed(command: list[str]) -> tuple[float, str, int]:
    """Run a command; return seconds, standard output and the peak resident memory of it in bytes."""
    start = time.perf_counter()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        output.seek(0)
        text = output.read().decode()
    if status:
        raise SystemExit(f"{' '.join(command)} failed with status {os.waitstatus_to_exitcode(status)}")
    return seconds, text, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def main() -> None:
    """Print the table."""
    python = [sys.executable, "-c"]
    imports = statistics.median(timed([*python, "import torch"])[0] for _ in range(REPEATS))
    sampling = json.loads(timed([*python, SAMPLING])[1])
    first, again, memory = [], [], []
    for seed in range(REPEATS):
        with tempfile.TemporaryDirectory() as folder:
            run = [sys.executable, "-m", "graph_engine", "run", str(EXAMPLE), "--json"]
            run += ["--set", f"seed={seed}", "--data", f"{folder}/data", "--out", f"{folder}/out"]
            seconds, _, peak = timed(run)
            first.append(seconds)
            memory.append(peak)
            seconds, text, _ = timed(run)
            again.append(seconds)
            computed = [n for n, node in json.loads(text)["nodes"].items() if node["status"] != "hit"]
            if computed:
                raise SystemExit(f"the second run computed {', '.join(computed)}")
    rows = [
        ("one 128 x 128 picture, 20 guided steps, model loaded", statistics.median(sampling["seconds"]), "s"),
        ("whole command, first run", statistics.median(first), "s"),
        ("  of which `import torch`", imports, "s"),
        ("whole command, second run (nothing computed)", statistics.median(again), "s"),
        ("peak memory of the first run", max(memory) / 2**30, "GiB"),
    ]
    print(f"median of {REPEATS} runs, {sampling['threads']} threads, {os.cpu_count()} cores\n")
    for name, value, unit in rows:
        print(f"{name:55s} {value:7.2f} {unit}")


if __name__ == "__main__":
    main()
