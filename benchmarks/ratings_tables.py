"""The figures of ``ratings.py`` as tables for the page *Method: ratings*; ``publish.py`` puts them there."""

from __future__ import annotations

from typing import Any

LENGTHS = ("4", "8", "12", "20")
OURS = "level"


def parts(found: dict[str, Any]) -> dict[str, str]:
    """Every table by name; those whose figures are not there yet are left out."""
    out = {"ratings-alarms": alarms(found)}
    if any(f"equal {k}" in found for k in LENGTHS):
        out["ratings-equal"] = equal(found)
    if "against_best" in found:
        out["ratings-ceiling"] = ceiling(found["against_best"])
    if "reliability" in found:
        out["ratings-reliability"] = reliability(found["reliability"])
    if "real" in found:
        out["ratings-real"] = real(found["real"])
    return out


def table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table, figures to the right."""
    lines = [f"| {' | '.join(head)} |", f"| --- |{' ---: |' * (len(head) - 1)}"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])


def percent(one: list[float | None]) -> str:
    """ "37 (33-42)"."""
    value, low, high = one
    return (
        "-"
        if value is None or low is None or high is None
        else f"{100 * value:.0f} ({100 * low:.0f}-{100 * high:.0f})"
    )


def alarms(found: dict[str, Any]) -> str:
    """False alarms of each rule at its own threshold, by length."""
    rules = found[f"false_alarms {LENGTHS[0]}"]
    rows = []
    for rule in rules:
        cells = [found[f"false_alarms {k}"][rule] for k in LENGTHS]
        rows.append([f"`{rule}`", *(f"{value:.1f} ({low:.1f}-{high:.1f})" for value, low, high in cells)])
    clients = found["simulation"]["clients"]
    counted = ", ".join(f"{clients[k]:,}" for k in LENGTHS)
    head = ["flagged of 100 sessions, nothing wrong", *(f"{k} sessions" for k in LENGTHS)]
    return f"{table(head, rows)}\n\nSimulated clients: {counted}. In brackets: 95% intervals."


def equal(found: dict[str, Any]) -> str:
    """Drops found by each rule at equal false alarms, by length and kind of drop."""
    blocks = []
    for k in (k for k in LENGTHS if f"equal {k}" in found):
        rules = found[f"equal {k}"]
        here = [d for d in rules[OURS]["drops"] if d.startswith("1.5 SD") and "gradual" not in d]
        order = sorted(rules, key=lambda r: -sum(rules[r]["drops"][d]["sensitivity"][0] for d in here))
        rows = [[f"`{r}`", *(percent(rules[r]["drops"][d]["sensitivity"]) for d in here)] for r in order[:6]]
        blocks.append(table([f"{k} sessions: of 100 drops, found", *here], rows))
    return "\n\n".join(blocks)


def ceiling(found: dict[str, Any]) -> str:
    """Our rule, the best published one, and the ideal observer."""
    rows = []
    for k, drops in found.items():
        for drop, one in drops.items():
            ratio = "{:.2f} ({:.2f}-{:.2f})".format(*one["ratio"])
            most = "{:.2f} ({:.2f}-{:.2f})".format(*one["ideal_ratio"]) if "ideal" in one else "-"
            seen = percent(one["ideal"]) if "ideal" in one else "-"
            best = f"{percent(one['of_best'])} `{one['best']}`"
            rows.append([f"{k} sessions; {drop}", percent(one["level"]), best, ratio, seen, most])
    return table(["drop", "`level`", "best published rule", "times", "ideal observer", "times"], rows)


def reliability(found: list[dict[str, Any]]) -> str:
    """What the probability says and what is true."""
    rows = [
        [
            f"{r['from']:g}-{r['to']:g}",
            f"{r['sessions']:,}",
            f"{100 * r['said']:.1f}",
            f"{100 * r['true']:.1f}",
        ]
        for r in found
    ]
    return table(["probability", "sessions", "said, of 100", "in a drop, of 100"], rows)


def real(found: dict[str, Any]) -> str:
    """All rules on the real ratings."""
    rows = []
    for rule, one in found["rules"].items():
        repaired = "-" if one["repaired_within_3"] is None else f"{100 * one['repaired_within_3']:.0f}"
        agrees = found["kappa"][rule][OURS]
        said = one["foretells"]
        told = [
            "-"
            if said is None
            else "{:+.2f} ({:+.2f} to {:+.2f})".format(said[k]["difference"], *said[k]["interval"])
            for k in ("later_given_score", "missing_next")
        ]
        counts = [str(one[k]) for k in ("flagged_sessions", "episodes", "patients")]
        rows.append([f"`{rule}`", *counts, repaired, "-" if agrees is None else f"{agrees:.2f}", *told])
    head = [
        "rule", "flagged", "drops", "patients", "back within 3, of 100", "kappa with `level`",
        "rating two sessions on", "no rating next",
    ]  # fmt: skip
    median = f"Kappa of all pairs of rules, median: {found['kappa_median']:.2f}."
    counted = f"{found['patients']} patients, {found['ratings']} ratings."
    return f"{table(head, rows)}\n\n{counted} {median}"
