"""Codes that people wrote down: the codings file, sessions coded in line, the corpus that ships."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reattune.coders import HumanCoder, read_codings
from reattune.coders.labels import LABELS, UNRATED
from reattune.coders.training.data import annomi, label_turns, mibot, written
from reattune.coders.training.folds import assign_folds
from reattune.coders.training.inline import read_inline
from reattune.errors import InputError
from reattune.record import Role, Scales, Session, Turn

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared"

TALK = """# id: 1
# field: hygienist
T: A couple of times. In six weeks. ## criticises E1!
C: Okay. ## minimal_response/2 E1>
T: That came out like a telling-off. ## acknowledges_contribution
X: Knock knock.
C: It's my hands, with the arthritis. ## <E1
@E1 type=withdrawal significance=2 outcome=resolved
@session withdrawal=3 confrontation=1 resolution=4 contribution=2
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "1.txt"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_session_coded_in_line(tmp_path):
    found = read_inline(write(tmp_path, TALK))
    assert found.roles == ["therapist", "client", "therapist", "third", "client"]
    assert found.texts[1] == "Okay."
    assert found.codes.turns[1] == [("minimal_response", 2)]
    (episode,) = found.codes.episodes
    assert (episode.trigger, episode.start, episode.end, episode.outcome) == (0, 1, 4, "resolved")
    assert found.codes.scales == Scales(3, 1, 4, 2)
    assert found.about["field"] == "hygienist"


@pytest.mark.parametrize(
    ("was", "becomes", "line", "says"),
    [
        ("minimal_response/2", "minimal/2", 4, "unknown tag"),
        ("criticises E1!", "denial/1 E1!", 3, "cannot stand on a turn of the therapist"),
        ("## <E1", "", 8, "no start or no end"),
        ("X: Knock knock.", "Knock knock.", 6, "neither a turn"),
    ],
)
def test_a_slip_in_a_coded_session_is_named_with_its_line(tmp_path, was, becomes, line, says):
    with pytest.raises(InputError, match=says) as raised:
        read_inline(write(tmp_path, TALK.replace(was, becomes)))
    assert raised.value.place.line == line


def test_soft_labels_are_for_the_role_that_they_describe(tmp_path):
    found = read_inline(write(tmp_path, TALK))
    y = label_turns(found.roles, found.codes)

    def at(turn: int, name: str) -> float:
        return float(y[turn, LABELS.index(name)])

    assert [at(1, n) for n in ("rupture", "withdrawal", "confrontation", "clear", "strong")] == [
        1,
        1,
        0,
        1,
        0,
    ]
    assert at(0, "contribution") == 1
    assert at(0, "rupture") == at(1, "strategy") == at(3, "rupture") == UNRATED
    assert [at(i, "strained") for i in range(5)] == [0, 1, 1, 1, 1]


def test_a_codings_file_names_the_line_that_it_cannot_take(tmp_path):
    path = tmp_path / "codes.jsonl"
    path.write_text(
        '{"k":"turn","t":"1","u":0,"codes":[["denial",1]]}\n{"k":"turn","t":"1","u":1,"codes":[["sulks"]]}\n'
    )
    with pytest.raises(InputError, match="sulks") as raised:
        read_codings(path)
    assert raised.value.place.line == 2


def test_a_person_is_a_coder_like_any_other(tmp_path):
    path = tmp_path / "codes.jsonl"
    rows = [
        {"k": "turn", "t": "a", "u": 1, "codes": [["defends_self", 2]]},
        {"k": "session", "t": "a", "withdrawal": 1, "confrontation": 3, "resolution": 1, "contribution": 1},
    ]
    path.write_text("\n".join(json.dumps(r) for r in rows))
    turns = (
        Turn(0, "T", Role.THERAPIST, "Again?"),
        Turn(1, "C", Role.CLIENT, "I did try."),
        Turn(2, "N", Role.THIRD, "Hello"),
    )
    coding = HumanCoder(read_codings(path)["a"], "Ada").code(Session("a", turns))
    assert [t.p_rupture for t in coding.turns] == [None, 1.0, None]
    assert [t.p_strategy for t in coding.turns] == [0.0, None, None]
    assert coding.turns[1].codes[0].intensity == 2
    assert coding.scales == Scales(1, 3, 1, 1)
    assert coding.coder.kind == "human"


def test_the_corpus_that_ships_can_be_read_and_is_no_copy_of_itself():
    sessions = written(ROOT / "data")
    assert len({s.key for s in sessions}) == len(sessions) > 250
    seen: dict[str, str] = {}
    for session in sessions:
        for text in session.texts:
            if len(text.split()) >= 12:
                assert seen.setdefault(text, session.key) == session.key, text


@pytest.mark.skipif(
    not (SHARED / "rupture-codings").is_dir(), reason="the public transcripts are not beside the checkout"
)
def test_the_public_transcripts_can_be_read_and_paired_videos_stay_together():
    sessions = annomi(SHARED)
    assert (len(sessions), len(mibot(SHARED))) == (90, 106)
    fold = dict(zip((s.key for s in sessions), assign_folds(sessions), strict=True))
    assert fold["annomi/15"] == fold["annomi/24"]
    assert len(set(fold.values())) == 5
    marked = sum(float((s.gold[:, 0] == 1).sum()) for s in sessions)
    rated = sum(float((s.gold[:, 0] >= 0).sum()) for s in sessions)
    assert 0.11 < marked / rated < 0.15
