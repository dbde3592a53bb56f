"""The rules of the tree, held against its sources: what each stage depends on, who imports whom, how modules look."""

import ast
import sys
from pathlib import Path

import pytest
import yaml

from conftest import ROOT
from platoscope.cli import STAGES
from platoscope.params import TextEncoderParams, VideoEncoderParams
from platoscope.provenance import EXEMPT, PACKAGE, RUST, RUST_SHARED, closure

MODULES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))
TREES = {module: ast.parse((PACKAGE / module).read_text(encoding="utf-8")) for module in MODULES}
DVC = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]

FAMILIES = {
    side: [f"encoders/{family}.py" for family in entry.model_fields["family"].annotation.__args__]
    for side, entry in (("video", VideoEncoderParams), ("text", TextEncoderParams))
}
FOREACH = {
    **dict.fromkeys(("video_features", "video_neighbours"), "encoders.video"),
    **dict.fromkeys(("text_features", "text_neighbours"), "encoders.text"),
    "similarity": "similarity.metrics",
    "temporal_features": "temporal.video",
    "temporal_texts": "temporal.text",
    "temporal_probes": "temporal.probes",
    "temporal_report": "temporal.report",
}
FAMILY_FILES = {file for files in FAMILIES.values() for file in files}
GENERATORS = ("data/datasets/synthetic", "data/datasets/clocks")

# Which stages each part leans on, besides those that every part may use (the exempt code and the stores).
LAYERS = ("data", "encoders", "alignment", "scaling", "temporal", "report")
# Commands for people, which look at every step from outside.
OUTSIDE = (
    "catalogue",
    "cli",
    "committed",
    "commons",
    "comparison",
    "explanation",
    "inspection",
    "laws",
    "planning",
    "housekeeping",
    "profiles",
    "table",
    "verification",
)
FOUNDATION = ("errors", "parallel", "params", "progress", "project", "provenance", "scratch", "store")
# Published figures, which only what is shown beside them may lean on.
PUBLISHED = "reference_data"
# Whose Rust each layer calls, by the names of ``provenance.RUST``.
COMPILED = {"alignment": "overlap", "data": "pictures"}
# Captions may be written by a model of this machine: the one place where what is shown leans on what sees.
MODEL_THAT_WRITES = "data/captions/local.py"
MAX_LINES = 400


def imports(module, *, tree=None):
    """Dotted names that a module imports, wherever it does."""
    names = []
    for node in ast.walk(tree or TREES[module]):
        if isinstance(node, ast.ImportFrom):
            names += [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
    return names


class RunTime(ast.NodeTransformer):
    """Drops what only type checkers read."""

    def visit_If(self, node):
        """Drop one such branch."""
        return None if ast.unparse(node.test) == "TYPE_CHECKING" else self.generic_visit(node)


@pytest.fixture(scope="module")
def importers():
    """Modules that load a package from outside, by its name."""
    found = {}
    for module in MODULES:
        tree = RunTime().visit(ast.parse((PACKAGE / module).read_text(encoding="utf-8")))
        for name in imports(module, tree=tree):
            found.setdefault(name.split(".")[0], set()).add(module)
    return found


def parts(module):
    """Parts of this package that a module imports."""
    return {name.split(".")[1] for name in imports(module) if name.startswith("platoscope.")}


def part_of(module):
    return module.removesuffix(".py").split("/")[0]


def deps(stage):
    """A stage's code dependencies in dvc.yaml: those in the package, below it, and the others."""
    entry = DVC[stage].get("do", DVC[stage])
    prefix = "python/platoscope/"
    code = [dep.removeprefix(prefix) for dep in entry["deps"] if dep.startswith(prefix)]
    return code, [dep for dep in entry["deps"] if dep.startswith("rust/")]


def wanted(stage):
    """What the imports say that a stage depends on."""
    module, side = STAGES[stage]
    files = set(closure(module))
    if module in ("encoders.features", "temporal.stages.features"):
        files |= set(closure(*(file.removesuffix(".py").replace("/", ".") for file in FAMILIES[side])))
        files = files - FAMILY_FILES | {"encoders/${item.family}.py"}
    if stage == "dataset":  # a generator is a dependency as the data that it makes, ${dataset.path}
        files = {file for file in files if not file.startswith(tuple(f"{folder}/" for folder in GENERATORS))}
    if stage == "captions":
        files |= {"data/captions/prompts"}
    if stage == "report":
        files |= {"report/template", "reference_data/vatex_videomaev2_huge.csv"}
    if stage == "temporal_report":
        files |= {"report/template", "report/temporal/template"}
    return files


def wanted_rust(stage):
    """The compiled code that a stage depends on: of the parts that its modules use, what is no setting of the build."""
    used = [file for file in wanted(stage) if file in TREES and "_native" in parts(file)]
    entries = [entry for part in sorted({COMPILED[part_of(file)] for file in used}) for entry in RUST[part]]
    shared = RUST_SHARED if entries else ()
    return [f"rust/{entry}" for entry in (*entries, *shared) if not entry.endswith(("Cargo.toml", "build.rs"))]


@pytest.mark.parametrize("stage", STAGES)
def test_the_code_that_a_stage_depends_on_is_exactly_what_it_imports(stage):
    code, rust = deps(stage)
    assert sorted(code) == sorted(wanted(stage))
    assert rust == wanted_rust(stage)


def test_the_compiled_parts_are_of_one_layer_each():
    compiled = {part_of(module) for module in MODULES if "_native" in parts(module)}
    assert compiled - set(OUTSIDE) - set(FOUNDATION) == set(COMPILED)
    assert set(COMPILED.values()) == set(RUST)


def test_dvc_has_the_stages_of_the_command_line_and_each_calls_its_own():
    assert list(DVC) == list(STAGES)
    options = {None: "", "metric": " --metric ${item}", "probe": " --probe ${item}"}
    for stage, (_, over) in STAGES.items():
        entry = DVC[stage].get("do", DVC[stage])
        assert entry["cmd"] == f"platoscope run {stage}" + options.get(over, " --encoder ${key}")
        assert DVC[stage].get("foreach") == (f"${{{FOREACH[stage]}}}" if stage in FOREACH else None)
        assert "persist" not in str(entry)


@pytest.mark.parametrize(
    ("file", "generator"), [("params.yaml", GENERATORS[0]), ("profiles/clocks.yaml", GENERATORS[1])]
)
def test_what_is_rendered_depends_on_its_generator_and_the_folder_is_all_of_it(file, generator):
    params = yaml.safe_load((ROOT / file).read_text())
    assert params["dataset"]["path"] == f"python/platoscope/{generator}"
    assert "${dataset.path}" in DVC["dataset"]["deps"]
    own = {file for file in MODULES if file.startswith(f"{generator}/") and TREES[file].body[1:]}
    assert own <= set(closure("data.dataset"))


def test_every_family_of_params_has_a_file_and_every_other_encoder_file_is_none():
    others = {
        "__init__",
        "areas",
        "base",
        "batches",
        "block_motion",
        "chats",
        "computing",
        "device",
        "engine",
        "features",
        "frames_in",
        "hub",
        "processors",
        "running",
        "registry/__init__",
        "sample_blocks",
        "skeleton",
        "subclips",
        "taps",
        "texts",
        "towers",
        "weights",
    }
    files = {module for module in MODULES if part_of(module) == "encoders"}
    assert files == FAMILY_FILES | {f"encoders/{name}.py" for name in others}


@pytest.mark.parametrize(
    ("package", "where"),
    [
        ("zarr", {"store/arrays.py"}),
        ("faiss", {"alignment/search/engines.py", "alignment/search/approximate.py"}),
        ("timm", {"encoders/timm.py"}),
        ("transformers", {"encoders/chats.py", "encoders/hf_text.py", "encoders/hub.py", "encoders/videomaev2.py"}),
        ("typer", {"cli.py", "commons/commands.py"}),
        ("rich", {"progress.py", "table.py"}),
        ("h5py", {"commons/layouts.py"}),
        ("dvc", {"commons/origin.py", "verification.py"}),
        ("jinja2", {"report/sheets.py", "encoders/chats.py"}),  # which has its errors alone, of chat templates
        ("httpx2", {"data/captions/chat.py"}),
        ("fcntl", {"scratch.py"}),
    ],
)
def test_a_library_is_imported_in_its_one_place(importers, package, where):
    assert importers[package] == where


def test_models_are_run_by_encoders_alone(importers):
    users = {module for module in importers["torch"] if part_of(module) != "encoders"}
    # Which searches for neighbours on a GPU, which says what a machine has, and which reads files of features.
    assert users == {"alignment/search/engines.py", "inspection.py", "commons/torch_files.py"}


@pytest.mark.parametrize("module", ["alignment/search/engines.py", "alignment/search/approximate.py", "inspection.py"])
def test_faiss_and_torch_are_loaded_outside_encoders_only_when_they_are_used(module):
    top = [node for node in TREES[module].body if isinstance(node, ast.Import | ast.ImportFrom)]
    assert not {"faiss", "torch"} & {alias.name for node in top for alias in node.names}


@pytest.mark.parametrize("module", MODULES)
def test_imports_run_down_the_flow_of_the_data(module):
    part, used = part_of(module), parts(module)
    if part in LAYERS:
        allowed = {*LAYERS[: LAYERS.index(part) + 1], *FOUNDATION, "_native"}
        allowed |= {PUBLISHED} if part == "report" else set()
        allowed |= {"encoders"} if module == MODEL_THAT_WRITES else set()
    elif part in FOUNDATION:
        allowed = {*FOUNDATION, "_native"}
    elif part in OUTSIDE:
        allowed = {*LAYERS, *FOUNDATION, *OUTSIDE, PUBLISHED, "_native"} - {"cli"}
    elif part == PUBLISHED:
        allowed = {"errors"}
    else:
        assert module == "__init__.py"
        allowed = {"alignment", "scaling", "temporal", PUBLISHED}
    assert used <= allowed


def test_every_part_has_its_place_in_the_rules():
    known = {*LAYERS, *FOUNDATION, *OUTSIDE, PUBLISHED, "__init__"}
    assert {part_of(module) for module in MODULES} == known
    assert set(EXEMPT) == {*FOUNDATION, "cli"}


def test_nobody_imports_the_command_line():
    assert not [module for module in MODULES if "cli" in parts(module)]


def test_a_stage_never_calls_another():
    stages = {module for module, _ in STAGES.values()}
    for module in stages:
        file = module.replace(".", "/") + ".py"
        reached = {name.removeprefix("platoscope.") for name in imports(file)}
        assert not {f"{other}.run" for other in stages} & reached


def test_what_closures_cannot_follow_is_not_done():
    """Relative imports, names of the package itself, and modules by name except where this file knows of them."""
    public = {"_native", "metrics"}
    for module, tree in TREES.items():
        froms = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        assert not [node for node in froms if node.level], module
        names = {alias.name for node in froms if node.module == "platoscope" for alias in node.names}
        parts_ = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or path.is_dir()}
        assert names <= public | parts_, module
    by_name = {module for module in MODULES if "importlib.import_module" in imports(module)}
    assert by_name == {"__init__.py", "cli.py", "encoders/base.py", "temporal/__init__.py"}
    assert not [module for module, tree in TREES.items() if "__import__" in called(tree)]


def test_the_package_knows_nothing_of_tests():
    roots = {name.split(".")[0] for module in MODULES for name in imports(module)}
    own = {path.stem for path in (ROOT / "tests").rglob("*.py")} | {"tests", "pytest", "hypothesis", "conftest"}
    assert not roots & own
    assert "platoscope" in roots


def called(tree):
    """Names of the functions that are called by name."""
    calls = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {call.id for call in calls if isinstance(call, ast.Name)}


def test_nothing_is_printed_but_by_progress():
    assert not [module for module, tree in TREES.items() if "print" in called(tree)]
    writers = set()
    for module, tree in TREES.items():
        attributes = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "stdout"]
        if attributes:
            writers.add(module)
    assert writers == {"progress.py"}


@pytest.mark.parametrize("module", MODULES)
def test_a_module_says_what_it_does_and_is_short(module):
    assert ast.get_docstring(TREES[module]), "no docstring"
    assert len((PACKAGE / module).read_text(encoding="utf-8").splitlines()) <= MAX_LINES


@pytest.mark.parametrize("module", MODULES)
def test_importing_a_module_only_defines(module):
    """Nothing stands at the top but imports, definitions and names for values."""
    kinds = ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef | ast.Assign | ast.AnnAssign
    others = [node for node in TREES[module].body[1:] if not isinstance(node, kinds)]
    allowed = ["if TYPE_CHECKING:", "app.add_typer("]  # the command line puts its own parts together
    assert not [ast.unparse(node) for node in others if not ast.unparse(node).startswith(tuple(allowed))]


def test_the_tests_of_a_module_have_its_name():
    """So that whoever edits a module finds them."""
    names = [path.stem for path in (ROOT / "tests").rglob("test_*.py")]
    assert len(set(names)) == len(names), "pytest tells files of tests apart by their names"


def test_the_rules_are_held_against_the_package_that_runs():
    import platoscope

    assert Path(platoscope.__file__).parent == PACKAGE
    assert PACKAGE == ROOT / "python/platoscope" or "site-packages" in str(PACKAGE)
    assert sys.modules["platoscope"].__doc__
