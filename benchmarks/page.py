"""Write book/reference/benchmark.md and its picture from benchmarks/results.json."""

import json
from pathlib import Path

import matplotlib

matplotlib.use("agg")

import matplotlib.pyplot as plt

from emlib import plotting

HERE = Path(__file__).resolve().parent
REFERENCE = HERE.parent / "book" / "reference"
PEERS = ("scikit-learn", "daal4py")

TEXT = (HERE / "page.md").read_text(encoding="utf-8")


def times(ratio):
    """Spell a ratio for the table."""
    return "" if ratio is None else f"{ratio:.1f} ×"


def write_text(results):
    """Return the page."""
    cases = results["cases"]
    rows = [
        f"| {name} | {' | '.join(times(case['ratios'].get(peer)) for peer in PEERS)} |"
        for name, case in cases.items()
    ]
    races = [
        f"| {name} | {race['iterations']['plain']} → {race['iterations']['emlib']} | "
        + " | ".join(times(race["ratios"].get(peer)) for peer in ("emlib, plain", *PEERS))
        + " |"
        for name, race in results["races"].items()
    ]
    every_core = [
        f"| {name} | {' | '.join(times(case['ratios'].get(peer)) for peer in PEERS)} |"
        for name, case in results.get("every core", {}).items()
    ]
    behind = [
        f"{peer} at {name} ({case['ratios'][peer]:.2f})"
        for name, case in cases.items()
        for peer in PEERS
        if case["ratios"].get(peer, 1) < 1
    ]
    behind += [
        f"{peer} on every core at {name} ({case['ratios'][peer]:.2f})"
        for name, case in results.get("every core", {}).items()
        for peer in PEERS
        if case["ratios"].get(peer, 1) < 1
    ]
    behind_in_races = [
        f"{peer}, {name} ({race['ratios'][peer]:.2f})"
        for name, race in results["races"].items()
        for peer in PEERS
        if race["ratios"].get(peer, 1) < 1
    ]
    machine = results["machine"]
    return TEXT.format(
        cases="\n".join(rows),
        faithful="\n".join(
            f"| full, Old Faithful (n 272, d 2, K 2), {kind} | {times(ratio['scikit-learn'])} | |"
            for kind, ratio in results["Old Faithful"].items()
        ),
        every_core="\n".join(every_core)
        or "| not measured since blocks are shared among threads | | |",
        races="\n".join(races),
        memory=", ".join(
            f"{name} {'less than 1' if mb < 1 else round(mb)} MB"
            for name, mb in results["memory"].items()
        ),
        imports=", ".join(f"{name} {1000 * s:.0f} ms" for name, s in results["import"].items()),
        behind="**Where it is not ahead, iteration by iteration:** "
        + ("; ".join(behind) if behind else "nowhere in this table")
        + ". **To the same likelihood:** "
        + ("; ".join(behind_in_races) if behind_in_races else "ahead everywhere")
        + ".",
        processor=machine["processor"],
        cores=machine["cores"],
        vector=", ".join(machine["vector instructions"]),
        blas=", ".join(machine["BLAS"]),
        versions=", ".join(f"{name} {number}" for name, number in machine["versions"].items()),
    )


def draw(results):
    """Return the picture as SVG text."""
    plotting.use_book_style()
    rows = {name: case["ratios"] for name, case in results["cases"].items()}
    rows["full, Old Faithful"] = results["Old Faithful"]["12 iterations"]
    figure, ax = plt.subplots(figsize=(4.8, 3.6))
    for peer, marker, color in zip(PEERS, "os", (plotting.INK, plotting.MUTED), strict=True):
        found = [(ratios.get(peer), i) for i, ratios in enumerate(rows.values())]
        found = [pair for pair in found if pair[0] is not None]
        ax.plot(*zip(*found, strict=True), marker, color=color, label=peer)
    ax.axvline(1, color=plotting.INK, linestyle=":", linewidth=1.2)
    ax.set_xscale("log")
    ticks = [0.5, 1, 2, 4, 8, 16]
    ax.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    ax.minorticks_off()
    ax.set_yticks(range(len(rows)), list(rows))
    ax.invert_yaxis()
    ax.set_xlabel("processor time over emlib's")
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
    svg = plotting.to_svg(figure)
    plt.close(figure)
    return svg


if __name__ == "__main__":
    measured = json.loads((HERE / "results.json").read_text(encoding="utf-8"))
    (REFERENCE / "benchmark.md").write_text(write_text(measured), encoding="utf-8")
    (REFERENCE.parent / "web" / "benchmark.svg").write_text(draw(measured), encoding="utf-8")
