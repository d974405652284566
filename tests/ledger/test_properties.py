"""What holds of every ledger, whatever the case."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from reattune.ledger import Evidence, keep_ledger
from reattune.record import CheckIn, Ending, Note, NoteAuthor, Sharing

from .making import MENDED, QUIET, STRAIN, case_of, drop, thread

SCRIPTS = (QUIET, STRAIN, MENDED, "t c t c:w.4 t c t c t", "t+.7 c t c t c t", "form", "missed", "cancelled")
STATUSES = ("open", "in_repair", "repaired", "lost", "referred")


@st.composite
def cases(draw):
    scripts = draw(st.lists(st.sampled_from(SCRIPTS), min_size=1, max_size=8))
    sessions = dict(enumerate(scripts, 1))
    spoken = [n for n, s in sessions.items() if s not in ("form", "missed", "cancelled")]
    number = st.sampled_from(list(sessions))
    kinds = st.sampled_from(["note", "rupture", "status", "no_rupture"])
    notes = tuple(
        Note(
            n,
            draw(st.sampled_from(NoteAuthor)),
            "words",
            draw(st.sampled_from([None, "R1", "R2"])) if kind != "no_rupture" else "R1",
            kind,
            draw(st.sampled_from(STATUSES)) if kind == "status" else None,
        )
        for n, kind in sorted(draw(st.lists(st.tuples(number, kinds), max_size=3)))
    )
    checkins = tuple(
        CheckIn(n, hard_to_say=hard, strength=3, words="w", sharing=draw(st.sampled_from(Sharing)))
        for n, hard in sorted(draw(st.lists(st.tuples(number, st.booleans()), max_size=3)))
    )
    threads = []
    if len(spoken) > 1 and draw(st.booleans()):
        later = draw(st.sampled_from(spoken[1:]))
        earlier = draw(st.sampled_from([n for n in spoken if n < later]))
        threads.append(thread((later, 3), (earlier, 2), draw(st.floats(0.3, 0.95))))
    drops = {}
    if draw(st.booleans()):
        onset = draw(number)
        back = draw(st.sampled_from([None, *[n for n in sessions if n > onset]]))
        for n in sessions:
            if n >= onset:
                known = back if back is not None and n >= back else None
                drops[n] = (drop(onset, recovery=known, upto=n),)
    ending = draw(st.sampled_from([None, *Ending]))
    return case_of(sessions, notes=notes, checkins=checkins, threads=threads, drops=drops, ending=ending)


def cut(case, evidence, t):
    """The case as it was after session t, with nothing later in it."""
    return (
        replace(
            case,
            meetings=tuple(m for m in case.meetings if m.number <= t),
            notes=tuple(n for n in case.notes if n.session <= t),
            checkins=tuple(c for c in case.checkins if c.session <= t),
            ending=case.ending if t >= case.meetings[-1].number else None,
        ),
        Evidence(
            {n: f for n, f in evidence.findings.items() if n <= t},
            tuple(x for x in evidence.threads if x.disclosed.session <= t),
            {n: d for n, d in evidence.drops.items() if n <= t},
            evidence.spans,
        ),
    )


@settings(max_examples=120, deadline=None)
@given(cases())
def test_every_entry_has_a_history_that_tells_its_status(made):
    ledger = keep_ledger(*made)
    for one in ledger.ruptures:
        standing = [h for h in one.history if not h.overruled]
        assert standing
        assert standing[-1].status is one.status
        assert [h.session for h in one.history] == sorted(h.session for h in one.history)
        assert 0 <= one.probability <= 1
        assert one.reasons
    ids = [r.id for r in ledger.ruptures]
    assert ids == sorted(set(ids), key=lambda i: int(i[1:]))


@settings(max_examples=120, deadline=None)
@given(cases(), st.integers(1, 8))
def test_nothing_later_changes_what_was_said_before(made, t):
    case, evidence = made
    t = min(t, case.meetings[-1].number)
    assert keep_ledger(case, evidence, as_of=t) == keep_ledger(*cut(case, evidence, t))


@settings(max_examples=120, deadline=None)
@given(cases(), st.integers(1, 8))
def test_ids_are_stable_when_sessions_are_added(made, t):
    case, evidence = made
    before = keep_ledger(case, evidence, as_of=t)
    after = {r.id: r for r in keep_ledger(case, evidence).ruptures}
    aside = " ".join(keep_ledger(case, evidence).remarks)
    for one in before.ruptures:
        assert one.id in after or f"{one.id} was set aside" in aside
        if one.id in after:
            assert after[one.id].history[0] == one.history[0]


@settings(max_examples=120, deadline=None)
@given(cases())
def test_what_a_client_keeps_is_as_if_it_were_not_there(made):
    case, evidence = made
    shown = replace(case, checkins=tuple(c for c in case.checkins if c.sharing is not Sharing.KEEP))
    assert keep_ledger(case, evidence) == keep_ledger(shown, evidence)


@settings(max_examples=120, deadline=None)
@given(cases())
def test_a_persons_word_is_overruled_by_no_machine(made):
    for one in keep_ledger(*made).ruptures:
        assert not any(h.overruled and h.source in ("therapist", "client") for h in one.history)
