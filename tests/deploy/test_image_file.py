"""OPS-61: the Dockerfile says what a platform team expects of an image; `make image-check` shows that it is so."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.image import context, dockerfile
from deploy.image.dockerfile import DockerfileError, Instruction

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "deploy/Dockerfile"
SCRIPTS = sorted((ROOT / "deploy/image").glob("*.sh"))


@pytest.fixture(scope="module")
def described() -> dockerfile.Dockerfile:
    return dockerfile.read(FILE)


def every(described: dockerfile.Dockerfile, name: str) -> list[Instruction]:
    return [each for stage in described.stages for each in stage.all(name)]


def test_hadolint_has_nothing_to_say() -> None:
    program = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([program, FILE], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_ops_61_every_base_is_pinned_by_digest(described: dockerfile.Dockerfile) -> None:
    known = {stage.name for stage in described.stages} | {"scratch"}
    foreign = [stage.base for stage in described.stages if stage.base not in known]
    assert foreign
    for base in foreign:
        assert re.fullmatch(r"debian:bookworm-slim@sha256:[0-9a-f]{64}", base)


def test_ops_61_what_runs_has_no_shell_and_no_rights(described: dockerfile.Dockerfile) -> None:
    final = described.stages[-1]
    assert final.base == "scratch"
    assert not final.all("RUN"), "nothing is installed where it runs"
    assert [each.rest for each in final.all("USER")] == ["10001:10001"]
    assert all(each.rest.startswith("[") for name in ("ENTRYPOINT", "CMD") for each in final.all(name))
    assert final.all("ENTRYPOINT")[0].words() == ["residency"]
    assert final.all("STOPSIGNAL")[0].rest == "SIGTERM"
    assert not every(described, "HEALTHCHECK"), "the platform asks by probes of its own"
    assert not every(described, "ADD")
    packages = {
        line for line in (ROOT / "deploy/image/system.txt").read_text().splitlines() if not line.startswith("#")
    }
    assert not packages & {"bash", "dash", "busybox", "apt", "dpkg", "coreutils", "perl-base", "gcc", "python3-pip"}


def test_ops_61_the_image_carries_no_setting_and_no_secret(described: dockerfile.Dockerfile) -> None:
    named = [name for each in every(described, "ENV") for name in each.pairs()]
    named += [each.rest.partition("=")[0] for each in every(described, "ARG")]
    assert not [name for name in named if re.search("RESIDENCY|SECRET|PASSWORD|TOKEN|KEY", name)]
    labels = described.stages[-1].all("LABEL")[0].pairs()
    assert {f"org.opencontainers.image.{key}" for key in ("title", "licenses", "version", "revision")} <= set(labels)


def test_ops_61_no_code_is_taken_from_the_folder_that_can_be_written(described: dockerfile.Dockerfile) -> None:
    final = described.stages[-1]
    assert [each.rest for each in final.all("WORKDIR")] == ["/tmp"]
    told = {name: value for each in final.all("ENV") for name, value in each.pairs().items()}
    # Else `python -m` and `-c` look for modules in the working directory first.
    assert told["PYTHONSAFEPATH"] == "1"


def test_ops_61_what_was_compiled_is_kept(described: dockerfile.Dockerfile) -> None:
    texts = [FILE.read_text(), *(script.read_text() for script in SCRIPTS)]
    assert not [text for text in texts if "DONTWRITEBYTECODE" in text]
    assert sum(text.count("--invalidation-mode unchecked-hash") for text in texts) == 2
    assert all(
        "--no-compile" in run for each in every(described, "RUN") for run in re.findall(r"pip --python.*", each.rest)
    )


def test_ops_61_every_library_has_the_hash_of_the_lock(described: dockerfile.Dockerfile) -> None:
    installs = [
        step for each in every(described, "RUN") for step in each.rest.split("&&") if "pip" in step.split("install")[0]
    ]
    from_index = [step for step in installs if "install" in step and "--no-index" not in step]
    assert len(from_index) == 2
    assert all("--require-hashes" in step and "--only-binary :all:" in step for step in from_index)
    requirements = re.findall(r"--requirement (\S+)", " ".join(from_index))
    assert sorted(requirements) == ["requirements/image.lock", "requirements/run.lock"]


def test_a_step_that_fails_stops_the_build(described: dockerfile.Dockerfile) -> None:
    assert not [each.rest for each in every(described, "RUN") if re.search(r";(?! *(then|fi)\b)|\|(?!\|)", each.rest)]
    assert not every(described, "SHELL"), "podman forgets it from one stage to the next"
    assert all("set -euo pipefail" in script.read_text() for script in SCRIPTS)


def test_no_host_is_named() -> None:
    for path in (FILE, *SCRIPTS, *sorted((ROOT / "deploy/image").glob("*.py"))):
        assert not re.findall(r"[a-z]+://[a-z0-9]", path.read_text()), path.name


def test_the_context_holds_what_is_copied_and_nothing_of_a_machine(described: dockerfile.Dockerfile) -> None:
    files = context.files(ROOT)
    wanted = [word for each in every(described, "COPY") if "--from" not in each.rest for word in each.words()[:-1]]
    for each in wanted:
        assert any(path == each or path.startswith(f"{each}/") for path in files), each
    assert not [
        path for path in files if path.split("/")[0] in {"tests", ".git", ".venv", ".residency", "build", "docs"}
    ]
    assert not [path for path in files if "__pycache__" in path or path.endswith((".env", ".pem", ".log"))]


def test_the_last_pattern_that_matches_decides(tmp_path: Path) -> None:
    (tmp_path / ".dockerignore").write_text("# all\n*\n!a\n!b/c\n**/skipped\n")
    for path in ("a/x", "a/skipped/y", "b/c/z", "b/d", "e"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    assert context.files(tmp_path) == ["a/x", "b/c/z"]


def test_stages_arguments_and_continued_lines_are_read(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(
        'ARG BASE=one@two\nFROM ${BASE} AS first\n# a word\nRUN a; \\\n  # inside\n  b\nFROM first\nCMD ["c d"]\n'
    )
    read = dockerfile.read(tmp_path / "Dockerfile")
    assert [(stage.base, stage.name) for stage in read.stages] == [("one@two", "first"), ("first", "1")]
    assert [(each.line, each.rest) for each in read.stages[0].all("RUN")] == [(4, "a; b")]
    assert read.stages[1].all("CMD")[0].words() == ["c d"]


@pytest.mark.parametrize("text", ["RUN x\n", "FROM a b c d\n", "FROM a\nRUN x \\\n"])
def test_what_cannot_be_read_is_named(text: str, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(text)
    with pytest.raises(DockerfileError, match=r"line [12]"):
        dockerfile.read(tmp_path / "Dockerfile")
