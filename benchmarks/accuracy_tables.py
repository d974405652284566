"""The accuracy figures as tables in Markdown."""

from __future__ import annotations

from typing import Any

SCALES = ("withdrawal", "confrontation", "resolution", "contribution")


def _span(row: dict[str, Any], name: str) -> str:
    low, high = row[f"{name}_interval"]
    return f"{row[name]:.2f} ({low:.2f}-{high:.2f})"


def render(found: dict[str, Any]) -> str:
    """The tables in Markdown."""
    lines = [f"Measured {found['date']} by `benchmarks/accuracy.py`. Intervals: 95%, over transcripts.", ""]
    for source, title in (
        ("annomi", "AnnoMI, 90 transcripts, five folds"),
        ("chat", "Text chat (MIBot), 106 talks, none in training"),
        (
            "written",
            "Our own written sessions that were kept apart (richer in marks than life; same kind of writers)",
        ),
    ):
        lines += [
            f"**{title}**",
            "",
            "| label | marked of turns | AP | AP baseline | precision | recall | F1 | F1 baseline | F1 of two coders | Brier (prevalence alone) | ECE |",
            "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
        ]
        for name, row in found[source]["coder"].items():
            base = found[source]["baseline"][name]
            two = f"{found['coders'][name]:.2f}" if source == "annomi" else "-"
            lines.append(
                f"| {name} | {row['marked']} of {row['turns']} ({row['prevalence']:.2f}) | {_span(row, 'average_precision')} "
                f"| {base['average_precision']:.2f} | {row['precision']:.2f} | {row['recall']:.2f} | {_span(row, 'f1')} "
                f"| {base['f1']:.2f} | {two} | {row['brier']:.3f} ({row['brier_prevalence']:.3f}) | {row['calibration_error']:.3f} |"
            )
        lines.append("")
    lines += [
        '**Reliability of "rupture" on AnnoMI** (tenths of the client turns)',
        "",
        "| said | marked | turns |",
        "| --- | --- | --- |",
    ]
    lines += [
        f"| {p:.3f} | {g:.3f} | {n} |" for p, g, n in found["annomi"]["coder"]["rupture"]["reliability"]
    ]
    episodes = found["episodes"]
    lines += [
        "",
        "**Episodes and session ratings on AnnoMI**",
        "",
        "| | coder | baseline | rules on the readers' own codes |",
        "| --- | --- | --- | --- |",
    ]
    for key, title in (
        ("overlap_f1", "overlap F1"), ("precision", "precision"), ("recall", "recall"), ("type_agreement", "same type"),
        ("trigger_hit_rate", "trigger hit"), ("trigger_turn_before", "trigger hit by \"the turn before\""),
        ("outcome_kappa", "outcome, weighted kappa"),
    ):  # fmt: skip
        lines.append(f"| {title} | " + " | ".join(f"{episodes[c][key]:.2f}" for c in episodes) + " |")
    for s in SCALES:
        lines.append(
            f"| session rating {s}, ICC | "
            + " | ".join(f"{episodes[c]['icc'].get(s, float('nan')):.2f}" for c in episodes)
            + " |"
        )
    lines.append(
        "| false episodes in sessions without a rupture | "
        + " | ".join(
            f"{episodes[c]['false_episodes_there']} in {episodes[c]['sessions_without_rupture']}"
            for c in episodes
        )
        + " |"
    )
    auc = found["quality_auc"]
    lines += [
        "",
        f"Strain separates low- from high-quality AnnoMI sessions with AUC {auc['coder']:.2f} (baseline {auc['baseline']:.2f}).",
    ]
    return "\n".join(lines)
