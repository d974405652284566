"""Forms that are filled in after a session, as data: what they ask is one's own or licensed, how they are scored is here.

``shipped()`` lists the forms that come with reattune, ``load_instrument`` takes a key or a TOML file of one's own,
``load_wording`` the words that a clinic is licensed for.
"""

from reattune.alliance.instruments.loading import load_instrument, read_instrument, shipped
from reattune.alliance.instruments.model import TOTAL, Aggregation, CutOff, Instrument, Item, Scale, Side
from reattune.alliance.instruments.wording import Wording, load_wording, shipped_wording

__all__ = [
    "TOTAL",
    "Aggregation",
    "CutOff",
    "Instrument",
    "Item",
    "Scale",
    "Side",
    "Wording",
    "load_instrument",
    "load_wording",
    "read_instrument",
    "shipped",
    "shipped_wording",
]
