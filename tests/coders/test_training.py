"""The training code, on a network small enough for a test. Needs the ``train`` extra."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip(
    "torch", reason="the train extra (torch) is not installed: make setup EXTRAS=dev,train"
)
pytest.importorskip("onnx", reason="the train extra (onnx) is not installed: make setup EXTRAS=dev,train")

from reattune.coders.calibration import Decision, Platt  # noqa: E402
from reattune.coders.card import ModelCard  # noqa: E402
from reattune.coders.embedded import EmbeddedCoder, shipped_models  # noqa: E402
from reattune.coders.encoding import encode_turns  # noqa: E402
from reattune.coders.human import TranscriptCodes  # noqa: E402
from reattune.coders.labels import LABELS, UNRATED  # noqa: E402
from reattune.coders.training.data import CodedSession, label_turns  # noqa: E402
from reattune.coders.training.encoder import checked, join  # noqa: E402
from reattune.coders.training.export import export  # noqa: E402
from reattune.coders.training.fit import Settings, fit, label_weights, loss_of, predict  # noqa: E402
from reattune.coders.training.heads import fit_heads, read_features  # noqa: E402
from reattune.coders.training.network import Network, Shape, _buckets  # noqa: E402
from reattune.errors import ModelError  # noqa: E402

SHAPE = Shape(width=48, layers=2, heads=4, inner=96)
FAR = Shape(width=48, layers=2, heads=4, inner=96, distances=8)


@pytest.fixture(scope="module")
def tokenizer():
    return EmbeddedCoder()._tokenizer


def made(seed: int, sessions: int = 24) -> list[CodedSession]:
    """Talks in which "okay" is a withdrawal after a lecture and nothing after a question: the words alone do not tell."""
    rng = np.random.default_rng(seed)
    found = []
    for n in range(sessions):
        roles, texts, codes = [], [], TranscriptCodes()
        for _ in range(8):
            lecture = bool(rng.random() < 0.5)
            if lecture:
                codes.turns[len(roles) + 1] = [("minimal_response", 1)]
                codes.turns[len(roles)] = [("lectures", None)]
            roles += ["therapist", "client"]
            texts += [
                "you must stop drinking because it is dangerous" if lecture else "is ten a good time for you",
                "okay",
            ]
        y = label_turns(roles, codes)
        found.append(CodedSession(f"made/{n}", f"made/{n}", roles, texts, y, y, codes))
    return found


@pytest.fixture(scope="module")
def fitted(tokenizer):
    torch.manual_seed(1)
    return fit(Network(len(LABELS), SHAPE), made(1, 40), tokenizer, Settings(epochs=12, rate=3e-3, noise=0.0))


def test_it_learns_what_a_turn_does_to_the_one_before(fitted, tokenizer):
    held = made(2, 20)
    j = LABELS.index("rupture")
    logits, gold = np.concatenate(predict(fitted, held, tokenizer)), np.concatenate([s.gold for s in held])
    rated = gold[:, j] != UNRATED
    right = (logits[rated, j] > 0) == (gold[rated, j] > 0)
    assert right.mean() > 0.8, "one in two is chance; over seeds this small network comes to .86-.92"


def test_a_later_turn_does_not_reach_an_earlier_one(fitted, tokenizer):
    whole = made(3, 1)[0]
    part = CodedSession("a", "a", whole.roles[:7], whole.texts[:7], whole.targets[:7], whole.gold[:7])
    long, short = predict(fitted, [whole], tokenizer)[0], predict(fitted, [part], tokenizer)[0]
    np.testing.assert_allclose(long[:7], short, atol=1e-4)


def test_the_loss_counts_rated_turns_only():
    weights = label_weights(Settings())
    targets = torch.full((2, len(LABELS)), UNRATED)
    logits = torch.zeros(2, len(LABELS))
    assert float(loss_of(logits, targets, weights)) == 0
    targets[0, 0] = 1.0
    assert float(loss_of(logits, targets, weights)) == pytest.approx(np.log(2))


def test_the_file_says_what_the_network_says(fitted, tokenizer, tmp_path):
    decisions = {n: Decision(0.5, 0.2) for n in LABELS[:5]}
    card = ModelCard("small", "0", "1.0", LABELS, {n: Platt() for n in LABELS}, decisions, {})
    export(fitted, card, tmp_path / "accurate.onnx")
    (tmp_path / "tokenizer.json").write_bytes((shipped_models() / "tokenizer.json").read_bytes())
    coder = EmbeddedCoder("accurate", tmp_path)
    assert coder.card == card
    held = made(4, 3)
    rows = [encode_turns(tokenizer, s.roles, s.texts) for s in held]
    for ours, theirs in zip(coder.logits(rows), predict(fitted, held, tokenizer), strict=True):
        assert np.abs(ours - theirs).max() < 0.05 * np.abs(theirs).max()


@pytest.fixture(scope="module")
def far(tokenizer):
    """A network with weights by distance whose lowest layer is kept, hardly fitted, and that layer's state before and after."""
    torch.manual_seed(2)
    network = Network(len(LABELS), FAR)
    with torch.no_grad():
        network.distance.weight.normal_()
    before = {k: v.clone() for k, v in network.state_dict().items()}
    fit(network, made(5, 6), tokenizer, Settings(epochs=1, rate=3e-3, noise=0.0, kept=1))
    return network, before


def test_what_is_kept_stays_as_it_came(far):
    network, before = far
    after = network.state_dict()
    moved = {k for k in before if not torch.equal(before[k], after[k])}
    assert moved
    assert not [
        k for k in moved if k.startswith(("words", "places", "segment", "norm", "distance", "layers.0"))
    ]
    assert {"layers.1.query.weight", "heads.weight"} <= moved


def test_with_distances_too_nothing_later_reaches_an_earlier_turn(far, tokenizer):
    whole = made(3, 1)[0]
    part = CodedSession("a", "a", whole.roles[:7], whole.texts[:7], whole.targets[:7], whole.gold[:7])
    long, short = predict(far[0], [whole], tokenizer)[0], predict(far[0], [part], tokenizer)[0]
    np.testing.assert_allclose(long[:7], short, atol=1e-4)
    assert np.abs(long[2:7] - long[:5]).max() > 1e-3, "the readings differ at all"


def test_the_file_with_distances_says_what_the_network_says(far, tokenizer, tmp_path):
    decisions = {n: Decision(0.5, 0.2) for n in LABELS[:5]}
    card = ModelCard("far", "0", "1.0", LABELS, {n: Platt() for n in LABELS}, decisions, {})
    export(far[0], card, tmp_path / "accurate.onnx")
    (tmp_path / "tokenizer.json").write_bytes((shipped_models() / "tokenizer.json").read_bytes())
    held = made(4, 3)
    rows = [encode_turns(tokenizer, s.roles, s.texts) for s in held]
    for ours, theirs in zip(
        EmbeddedCoder("accurate", tmp_path).logits(rows), predict(far[0], held, tokenizer), strict=True
    ):
        assert np.abs(ours - theirs).max() < 0.05 * np.abs(theirs).max()


def test_buckets_of_distance():
    # By hand from the formula: 32 buckets, 16 a side, 8 of them exact, the rest by logarithm up to 128.
    steps = torch.tensor([0, -1, -7, -8, -11, -12, -20, -64, -127, -400, 1, 7, 8, 16, 500])
    assert _buckets(steps, 32).tolist() == [0, 1, 7, 8, 8, 9, 10, 14, 15, 15, 17, 23, 24, 26, 31]


def test_an_encoder_in_parts_is_put_together_and_checked(tmp_path):
    import hashlib
    import io
    import zipfile

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("inside/model.safetensors", b"weights " * 100)
    cut = [packed.getvalue()[:70], packed.getvalue()[70:]]
    parts = [tmp_path / f"p{i}" for i in range(2)]
    for part, piece in zip(parts, cut, strict=True):
        part.write_bytes(piece)
    right = {"model.safetensors": hashlib.sha256(b"weights " * 100).hexdigest()}
    join(parts, tmp_path / "whole", right)
    assert checked(tmp_path / "whole", right, ["a==1"]) == tmp_path / "whole"
    assert sorted(p.name for p in (tmp_path / "whole").iterdir()) == ["model.safetensors"]
    with pytest.raises(ModelError, match="not the one"):
        checked(tmp_path / "whole", {"model.safetensors": "0" * 64}, ["a==1"])
    with pytest.raises(ModelError, match="whole"):
        join(parts[:1], tmp_path / "half", right)


def test_the_heads_alone_learn_from_what_the_encoder_knows(fitted, tokenizer):
    import copy

    learn, held = made(6, 30), made(7, 15)
    network = copy.deepcopy(fitted)
    with torch.no_grad():
        network.heads.weight.zero_()
    before = {k: v.clone() for k, v in network.state_dict().items()}
    settings = Settings(epochs=20, rate=3e-3, noise=0.0)
    fit_heads(network, read_features(network, learn, tokenizer, settings), learn, settings)
    moved = {k.split(".")[0] for k, v in network.state_dict().items() if not torch.equal(v, before[k])}
    assert moved == {"hidden", "heads"}
    j = LABELS.index("rupture")
    logits, gold = np.concatenate(predict(network, held, tokenizer)), np.concatenate([s.gold for s in held])
    rated = gold[:, j] != UNRATED
    assert ((logits[rated, j] > 0) == (gold[rated, j] > 0)).mean() > 0.8
