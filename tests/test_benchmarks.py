"""What the benchmarks print, and what they say where a peer is absent. Nothing is timed."""

import subprocess
import sys
from importlib import import_module

import numpy as np
import pytest

from conftest import ROOT


@pytest.fixture(autouse=True)
def _benchmarks_importable(monkeypatch):
    monkeypatch.syspath_prepend(ROOT)


def module(name):
    return import_module(f"benchmarks.{name}")


def test_the_entry_lists_its_rows():
    done = subprocess.run([sys.executable, "-m", "benchmarks.core", "--help"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "overlap, seed, null, large, ordered, neighbours, memory, growth" in " ".join(done.stdout.split())


def test_unknown_rows_are_refused_by_name():
    done = subprocess.run([sys.executable, "-m", "benchmarks.core", "speed"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert "there are no rows 'speed', but overlap, seed" in done.stderr


@pytest.mark.parametrize("page", ["core", "extraction", "clocks"])
def test_every_group_of_rows_is_a_function(page):
    for rows in module(page).PAGE.rows.values():
        assert callable(getattr(module(rows.module), rows.function))


def test_a_line_says_by_how_much_the_peer_is_slower_and_whether_that_is_enough():
    table = module("table")
    lines = [
        table.against("overlap", ours=2e-6, peer=3e-4, named="NumPy", least=100),
        table.against("overlap", ours=2e-6, peer=9e-6, named="GEMM", least=50),
        table.against("overlap", ours=2e-6, peer=3 * 3600, named="by hand", least=None),
        table.at_most("null", 1.25, most=1.3, unit="s"),
        table.at_most("null", 1.35, most=1.3, unit="s"),
    ]
    assert table.markdown(lines).splitlines() == [
        "| what | ours | peer | ratio | must reach | reached |",
        "| --- | --- | --- | --- | --- | --- |",
        "| overlap | 2 us | 300 us NumPy | 150 | at least 100 times | yes |",
        "| overlap | 2 us | 9 us GEMM | 4.50 | at least 50 times | **no** |",
        "| overlap | 2 us | 3 h by hand | 5,400,000,000 |  |  |",
        "| null | 1.25 s |  |  | at most 1.3 s | yes |",
        "| null | 1.35 s |  |  | at most 1.3 s | **no** |",
    ]


def test_a_peer_that_is_not_there_is_skipped_with_the_reason(monkeypatch, tmp_path):
    peers, table = module("peers"), module("table")
    monkeypatch.delenv("PLATONIC_REP", raising=False)
    with pytest.raises(peers.MissingPeerError, match="PLATONIC_REP is not set") as raised:
        peers.seed("metrics")
    line = table.skipped("lcs", ours=6e-5, reason=raised.value, least=200)
    assert table.markdown([line]).endswith(
        "| lcs | 60 us | skipped: PLATONIC_REP is not set |  | at least 200 times |  |\n"
    )
    monkeypatch.setenv("PLATONIC_REP", str(tmp_path))
    with pytest.raises(peers.MissingPeerError, match=r"there is no metrics\.py"):
        peers.seed("metrics")


@pytest.mark.parametrize("kind", ["unrelated", "sharing"])
def test_made_up_tables_hold_distinct_ids_and_the_peers_count_them_as_ours_does(kind):
    peers = module("peers")
    a, b = module("data").tables(kind, layers=(2, 3), samples=64, k=5)
    assert all(len(set(row)) == 5 for row in np.concatenate([*a, *b]).tolist())
    assert min(a.min(), b.min()) >= 0
    assert max(a.max(), b.max()) < 64
    expected = [[sum(len({*x} & {*y}) for x, y in zip(m, n, strict=True)) for n in b.tolist()] for m in a.tolist()]
    masks = peers.masks(a), peers.masks(b)
    np.testing.assert_array_equal(peers.broadcasting(a, b), expected)
    np.testing.assert_array_equal(peers.gemm(*masks), expected)
    np.testing.assert_array_equal(np.reshape(peers.products(*masks), (2, 3)), expected)


def test_calls_take_turns_at_every_item():
    calls = []
    timed = {name: lambda item, name=name: calls.append((name, item)) for name in ("ours", "peer")}
    medians = module("timing").medians(timed, [1, 2], rounds=2, shortest=0)
    first = [("ours", 1), ("peer", 1)]
    turns = [*first, ("ours", 2), ("peer", 2)]
    assert calls == [*first, *turns, *turns]
    assert list(medians) == ["ours", "peer"]


def test_without_cargo_bench_the_roofline_says_what_is_missing(monkeypatch, tmp_path):
    monkeypatch.setenv("CARGO_TARGET_DIR", str(tmp_path))
    text = module("roofline").roofline()
    assert "Not measured" in text
    assert "roofline/clock/new/estimates.json is not there" in text


def test_the_roofline_counts_the_blocks_of_the_kernels():
    for kernel in module("roofline").KERNELS:
        source = (ROOT / f"rust/overlap/src/matrix/{kernel.algorithm}.rs").read_text()
        name = "WIDEST" if kernel.algorithm == "compared" else "LANES"
        assert f"const {name}: usize = {kernel.block};" in source


def test_the_entry_of_the_studies_prints_lines_of_which_the_naive_ones_fail(monkeypatch, capsys):
    entry = module("statistics")
    monkeypatch.setattr(entry, "QUICK", 0.001)  # 4 draws of everything
    monkeypatch.setattr(sys, "argv", ["statistics", "null", "intervals", "--quick", "--threads", "2"])
    entry.main()
    table = capsys.readouterr().out.partition("| what |")[2].splitlines()
    assert table[0] == " measured | beside | must be | reached |"
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table[2:] if line]
    assert {len(row) for row in rows} == {5}
    assert all(row[-1] in ("", "yes", "**no**") and bool(row[3]) == bool(row[4]) for row in rows)
    measured = {what: row[1] for row in rows for what in [row[0].partition(", N =")[0].partition(":")[0]]}
    assert float(measured["type-I error at 5 % by the null of the chosen pair"].partition("%")[0]) >= 50
    assert measured["type-I error of p at 5 %, samples permuted"].startswith("100.0%")  # near-duplicates as strangers
    assert float(measured["bias of the largest score"].split()[0]) > 0


def test_studies_with_too_few_draws_are_not_saved():
    command = [sys.executable, "-m", "benchmarks.statistics", "--quick", "--write"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert "--write saves all rows with all draws" in done.stderr


def test_draws_lean_on_no_number_of_threads():
    study, draws = module("interval_study"), module("null_study").Draws
    one, three = (
        study.coverage(draws(0.02, threads), "alike", study.Population((0.3, 0.3)), n=60) for threads in (1, 3)
    )
    assert one == three


def test_coverage_is_the_share_of_intervals_that_hold_the_truth():
    study, draws = module("interval_study"), module("null_study").Draws
    methods = {
        "all": lambda *_: (-1.0, 2.0),
        "none": lambda *_: (2.0, 3.0),
        "below": lambda cells, *_: (-1.0, cells[0].score),  # holds the mean where the draw lies above it
    }
    lines = study.coverage(draws(0.02), "alike", study.Population((0.3, 0.3)), n=60, methods=methods)
    shares = [float(line.ours.partition("%")[0]) for line in lines]
    assert shares[:2] == [100, 0]
    assert 0 < shares[2] < 100
    assert lines[0].peer.startswith("mean width 3.0000")


def test_the_studies_find_the_neighbours_that_the_pipeline_finds():
    from platoscope import nearest

    study = module("null_study")
    x = study.walk(np.random.default_rng(0), layers=2, samples=80)
    expected = [nearest(layer, k=12) for layer in x]
    np.testing.assert_array_equal(study.neighbours(x, 12), expected)


def test_a_rate_has_its_binomial_interval_and_is_held_against_the_band():
    study = module("null_study")
    hits = [True] * 5 + [False] * 95
    assert study.rate(hits) == (0.05, "5.0% (1.6% to 11.3%)")
    assert study.level_line("p", hits, must=True).reached is True
    assert study.level_line("p", hits[:54], must=True).reached is False  # 5 of 54 are 9.3 %
    assert study.level_line("p", hits).reached is None


# Decoding


def test_words_that_no_row_of_decoding_has_are_refused():
    command = [sys.executable, "-m", "benchmarks.decoding", "4k"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert "there are no rows with '4k', but such as" in done.stderr


def test_rows_are_held_against_the_best_peer_that_gives_the_right_frames():
    rows, entry = module("decoding_rows"), module("decoding")
    setup = rows.Setup((8,), 224, 1, 10, 48)
    rates = {"ours": 90.0, "decord": 100.0, "PyAV": 300.0}
    honest = rows.Row(setup, rates, {"OpenCV, seeking": "cv2 cannot be loaded"})
    assert honest.ratio == pytest.approx(0.3)
    wrong = rows.Row(setup, rates, wrong={"PyAV": 2})
    assert wrong.ratio == pytest.approx(0.9)
    lines = entry.table([honest, wrong]).splitlines()
    assert lines[2].endswith("| 0.30 | 0.85 | **no** |")
    assert lines[3].endswith("| (300: 2 wrong) | 0.90 | 0.85 | yes |")
    assert "| 90.0 | 100 | " in lines[2]
    assert lines[-1] == "Skipped: cv2 cannot be loaded"


def test_workers_are_compared_with_one_in_rows_that_have_both():
    rows, entry = module("decoding_rows"), module("decoding")
    one, two = (rows.Row(rows.Setup((8,), 224, workers), {"ours": 50.0 * workers**0.5}) for workers in (1, 2))
    assert "2 workers: 1.41 times one" in entry.scaling([one, two])
    assert entry.scaling([two]) == ""


def test_a_reader_that_gives_the_next_frame_is_found_out(tmp_path, monkeypatch):
    import av

    rows, readers = module("decoding_rows"), module("decoding_readers")
    rng = np.random.default_rng(0)
    with av.open(str(tmp_path / "clip.mkv"), "w") as container:
        stream = container.add_stream("ffv1", rate=25)
        stream.pix_fmt, stream.height, stream.width = "bgr0", 64, 64
        for _ in range(12):
            picture = rng.integers(0, 256, (8, 8, 3), dtype=np.uint8).repeat(8, 0).repeat(8, 1)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    wish = rows.wish(tmp_path / "clip.mkv", (3,), 64)
    assert wish.ranks == (2, 6, 10)
    later = wish._replace(ranks=tuple(rank + 1 for rank in wish.ranks))
    monkeypatch.setitem(readers.READERS, "late", lambda one: readers.pyav(later._replace(size=one.size)))
    assert rows.strangers([wish], ["ours", "PyAV", "late"]) == {"ours": 0, "PyAV": 0, "late": 3}
