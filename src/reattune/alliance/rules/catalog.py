"""All rules by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from difflib import get_close_matches
from typing import Any

from reattune.alliance.rules.drop import FixedDrop, ReliableChange
from reattune.alliance.rules.level import Level
from reattune.alliance.rules.own_sd import OwnSd, stevens2007_style, stiles2004_style, strauss2006_style
from reattune.alliance.rules.rule import Rule
from reattune.alliance.rules.slow import Cusum, Ewma
from reattune.alliance.rules.sudden import SuddenLoss
from reattune.alliance.rules.xmr import XmR, xmr_baseline, xmr_robust
from reattune.errors import SettingError

RULES: dict[str, Callable[[], Rule]] = {
    "fixed-drop": FixedDrop,
    "fixed-drop-best": lambda: FixedDrop(since="best", name="fixed-drop-best"),
    "reliable-change": ReliableChange,
    "reliable-change-best": lambda: ReliableChange(since="best", name="reliable-change-best"),
    "own-sd-1": OwnSd,
    "own-sd-2": lambda: OwnSd(threshold=2.0, name="own-sd-2"),
    "stiles2004-style": stiles2004_style,
    "strauss2006-style": strauss2006_style,
    "stevens2007-style": stevens2007_style,
    "xmr": XmR,
    "xmr-baseline": xmr_baseline,
    "xmr-robust": xmr_robust,
    "ewma": Ewma,
    "cusum": Cusum,
    "tang-derubeis": SuddenLoss,
    "level": Level,
}
"""Each rule with its defaults. What builds a rule is called when the rule is asked for, not before."""

NOT_SETTINGS = {"name", "source"}


def load_rule(name: str, /, **settings: Any) -> Rule:
    """The rule of that name, with other settings than its own where given.

    Raises:
        SettingError: no such rule, no such setting, or a value that the setting cannot take; the message names those there are.
    """
    if name not in RULES:
        near = get_close_matches(name, RULES, n=1)
        hint = f"Did you mean {near[0]!r}? The rules are" if near else "The rules are"
        raise SettingError(f"There is no rule {name!r}", mend=f"{hint} {', '.join(RULES)}")
    rule = RULES[name]()
    known = settings_of(rule)
    unknown = [s for s in settings if s not in known]
    if unknown:
        raise SettingError(
            f"The rule {name!r} has no setting {unknown[0]!r}", mend=f"Its settings are {', '.join(known)}"
        )
    return with_settings(rule, settings) if settings else rule


def settings_of(rule: Rule) -> list[str]:
    """Names of a rule's settings, in their order."""
    return (
        [f.name for f in fields(rule) if f.init and f.name not in NOT_SETTINGS] if is_dataclass(rule) else []
    )


def with_settings(rule: Rule, settings: dict[str, Any]) -> Rule:
    """The rule with some settings changed.

    Raises:
        SettingError: a value is of a kind that the setting cannot take.
    """
    try:
        changed: Any = replace(rule, **settings)  # type: ignore[type-var]
    except TypeError as error:
        listed = ", ".join(f"{k}={v!r}" for k, v in settings.items())
        raise SettingError(
            f"The rule {rule.name!r} cannot take {listed}", mend="Give numbers as numbers"
        ) from error
    found: Rule = changed
    return found
