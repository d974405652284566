"""The code set as data: markers, strategies, contributions, with definitions and sources; profiles for other
relationships.

``load_scheme()`` gives the whole, ``load_profiles()`` the relationships, ``reference()`` the page that
describes the scheme.
"""

from reattune.scheme.loading import load_profiles, load_scheme
from reattune.scheme.model import (
    FAMILIES,
    Anchor,
    Example,
    Family,
    Neighbour,
    Profile,
    Scale,
    Scheme,
    SchemeCode,
    UnknownCodeError,
)
from reattune.scheme.reading import SCHEME_FILES, build_profiles, build_scheme
from reattune.scheme.reference import reference

__all__ = [
    "FAMILIES",
    "SCHEME_FILES",
    "Anchor",
    "Example",
    "Family",
    "Neighbour",
    "Profile",
    "Scale",
    "Scheme",
    "SchemeCode",
    "UnknownCodeError",
    "build_profiles",
    "build_scheme",
    "load_profiles",
    "load_scheme",
    "reference",
]
