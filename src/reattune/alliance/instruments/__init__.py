"""Forms that are filled in after a session, as data: what they ask is one's own or licensed, how they are scored is here.

``shipped()`` lists the forms that come with reattune, ``load_instrument`` takes a key or a TOML file of one's own.
"""

from reattune.alliance.instruments.loading import load_instrument, read_instrument, shipped
from reattune.alliance.instruments.model import TOTAL, Aggregation, CutOff, Instrument, Item, Scale, Side

__all__ = [
    "TOTAL",
    "Aggregation",
    "CutOff",
    "Instrument",
    "Item",
    "Scale",
    "Side",
    "load_instrument",
    "read_instrument",
    "shipped",
]
