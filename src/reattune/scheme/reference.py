"""The scheme as a page in Markdown: ``docs/reference-scheme.md`` is its output."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reattune.scheme.model import Example, Family, Profile, Scale, Scheme, SchemeCode


def reference(scheme: Scheme, profiles: Iterable[Profile] = ()) -> str:
    """The whole scheme in Markdown: families, codes, scales, profiles."""
    return "\n".join(_lines(scheme, tuple(profiles))).rstrip() + "\n"


def _lines(scheme: Scheme, profiles: tuple[Profile, ...]) -> Iterator[str]:
    yield f"# {scheme.title}"
    yield ""
    yield (
        f"Scheme version {scheme.version}: {len(scheme.markers)} markers of a rupture on the client's turns, "
        f"{len(scheme.strategies)} resolution strategies and {len(scheme.contributions)} contributions on "
        "the therapist's. All examples are invented."
    )
    yield ""
    yield "This page is made from the data in `src/reattune/scheme/data/` by `reattune.scheme.reference`."
    yield ""
    yield from _overview(scheme)
    for family in scheme.families:
        yield from _family(family, scheme)
    yield "## Scales"
    yield ""
    for scale in scheme.scales:
        yield from _scale(scale)
    if profiles:
        yield from _profiles(profiles)
    yield "## Sources"
    yield ""
    for source in dict.fromkeys(code.source for code in scheme.codes):
        names = ", ".join(f"`{c.code}`" for c in scheme.codes if c.source == source)
        yield f"- {source} ({names})"


def _overview(scheme: Scheme) -> Iterator[str]:
    yield "| code | family | the speaker ... |"
    yield "| --- | --- | --- |"
    for code in scheme.codes:
        yield f"| [`{code.code}`](#{code.code}) | {code.family} | {code.phrase} |"
    yield ""


def _family(family: Family, scheme: Scheme) -> Iterator[str]:
    yield f"## {family.title}"
    yield ""
    yield family.definition
    yield ""
    yield f"Coded on the {family.on}'s turns, {'with' if family.intensity else 'without'} an intensity."
    yield ""
    for code in scheme.by_family(family.name):
        yield from _code(code)


def _code(code: SchemeCode) -> Iterator[str]:
    yield f"### {code.code}"
    yield ""
    yield f"**{code.name}.** {code.definition}"
    yield ""
    yield from _example("Example", code, code.example)
    yield from _example("Not this", code, code.not_this)
    yield "Neighbours:"
    for near in code.neighbours:
        yield f"- [`{near.code}`](#{near.code}): {near.difference}"
    yield ""


def _example(title: str, code: SchemeCode, example: Example) -> Iterator[str]:
    first, second = ("T", "C") if code.is_marker else ("C", "T")
    yield f"{title}:"
    yield f"> {first}: {example.before}  "
    yield f"> {second}: *{example.said}*"
    yield ""
    yield example.why
    yield ""


def _scale(scale: Scale) -> Iterator[str]:
    yield f"### {scale.title}"
    yield ""
    yield "| value | label | meaning |"
    yield "| --- | --- | --- |"
    for anchor in scale.anchors:
        yield f"| {anchor.value} | {anchor.label} | {anchor.meaning} |"
    if scale.empty:
        yield f"| - | - | {scale.empty} |"
    yield ""


def _profiles(profiles: tuple[Profile, ...]) -> Iterator[str]:
    yield "## Other relationships"
    yield ""
    yield "The codes stay; the words for the two sides, the meeting and some phrases change."
    yield ""
    yield "| profile | self | other | a meeting | the work | either side may be either |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for p in profiles:
        cells = (f"`{p.name}`", p.self_label, p.other_label, p.meeting, p.work, "yes" if p.mutual else "no")
        yield f"| {' | '.join(cells)} |"
    yield ""
