"""The accuracy figures as tables in Markdown."""

from __future__ import annotations

from typing import Any

import code_table
import mistakes
import strata
import threshold_table

SCALES = ("withdrawal", "confrontation", "resolution", "contribution")


def _span(row: dict[str, Any], name: str) -> str:
    low, high = row[f"{name}_interval"]
    return f"{row[name]:.2f} ({low:.2f}-{high:.2f})"


def render(found: dict[str, Any]) -> str:
    """All tables in Markdown."""
    return "\n\n".join(parts(found).values())


def parts(found: dict[str, Any]) -> dict[str, str]:
    """The tables by the name that they have in the model card."""
    return {
        "accuracy": "\n".join(_main(found)),
        "thresholds": "\n".join(_thresholds(found["thresholds"])),
        "strata": "\n".join(
            [
                *_separation(found["quality_auc"]),
                "",
                *strata.render(found["by_quality"], "By the quality that AnnoMI's experts saw"),
                "",
                *strata.render(found["by_topic"], "By topic, AnnoMI"),
            ]
        ),
        "codes": "\n".join(code_table.render(found["codes"])),
        "errors": "\n".join(mistakes.render(found["errors"])),
    }


def _main(found: dict[str, Any]) -> list[str]:
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
            "| label | marked of turns | AP | AP `fast` | AP baseline | AP second reader | precision | recall | F1 | F1 baseline | F1 second reader | Brier (prevalence alone) | ECE |",
            "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
        ]
        for name, row in found[source]["coder"].items():
            base, fast = found[source]["baseline"][name], found[source]["fast"][name]
            second = {k: f"{v:.2f}" for k, v in found["readers"][name].items()} if source == "annomi" else {}
            lines.append(
                f"| {name} | {row['marked']} of {row['turns']} ({row['prevalence']:.2f}) | {_span(row, 'average_precision')} "
                f"| {fast['average_precision']:.2f} | {base['average_precision']:.2f} | {second.get('average_precision', '-')} | {row['precision']:.2f} | {row['recall']:.2f} "
                f"| {_span(row, 'f1')} | {base['f1']:.2f} | {second.get('f1', '-')} | {row['brier']:.3f} ({row['brier_prevalence']:.3f}) | {row['calibration_error']:.3f} |"
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
    return lines


def _separation(auc: dict[str, Any]) -> list[str]:
    lines = [
        "**Low- from high-quality AnnoMI sessions, told by the mean probability over the session's turns** (AUC)",
        "",
        "| | " + " | ".join(auc) + " |",
        "| --- |" + " --- |" * len(auc),
    ]
    for name in strata.STRAINS:
        cells = [
            f"{c[name]['auc']:.2f} ({c[name]['interval'][0]:.2f}-{c[name]['interval'][1]:.2f})"
            for c in auc.values()
        ]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines


def _thresholds(found: dict[str, Any]) -> list[str]:
    shipped = found["shipped"]
    lines = []
    for source, title in (
        ("annomi", "What the threshold buys: AnnoMI, five folds"),
        ("chat", "What the threshold buys: text chat"),
        ("written", "What the threshold buys: written sessions kept apart"),
    ):
        lines += [*threshold_table.render(found[source], title), ""]
    lines.append(
        f"At the shipped threshold of {shipped['threshold']:.2f} (calibrated on all of AnnoMI): precision {shipped['precision']:.2f}, recall "
        f"{shipped['recall']:.2f}, {shipped['false_in_ten']:.1f} false episodes in ten of the {shipped['quiet_sessions']} quiet AnnoMI sessions."
    )
    return lines
