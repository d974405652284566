"""Published criteria for a drop in a series of ratings, one file a family, and the default."""

from reattune.alliance.rules.catalog import RULES, load_rule
from reattune.alliance.rules.rule import Rule, Signals

__all__ = ["RULES", "Rule", "Signals", "load_rule"]
