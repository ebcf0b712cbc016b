"""The code's own words, read for what one system has and another has not.

Nothing here runs on Windows or macOS; this holds what was found by reading (docs/platforms.md).
"""

from __future__ import annotations

import ast
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = (
    "core",
    "environment",
    "operators",
    "panels",
    "sequencer",
    "examples",
    "benchmarks",
    "packaging",
)
FILES = [
    *sorted(ROOT.glob("*.py")),
    *(file for room in ROOMS for file in sorted((ROOT / room).rglob("*.py"))),
]

# What Windows has not, or has under the same name as something else.
FOREIGN = {
    "os": {
        *("chown", "fchmod", "fork", "forkpty", "getegid", "geteuid", "getgid", "getgroups"),
        *("getloadavg", "getpgid", "getpgrp", "getpriority", "getsid", "getuid", "kill", "killpg"),
        *("lchown", "mkfifo", "mknod", "nice", "openpty", "pipe2", "posix_spawn", "PRIO_PROCESS"),
        *("sched_getaffinity", "sched_setaffinity", "setpgid", "setpriority", "setsid", "setuid"),
        *("statvfs", "sysconf", "uname", "wait", "wait3", "wait4", "waitpid", "O_NOFOLLOW"),
        # These start a shell.
        *("popen", "startfile", "system"),
        # Windows replaces no file that is there, or that is open: whole.put() does.
        *("rename", "renames", "replace"),
    },
    "signal": {name for name in vars(signal) if name.startswith(("SIG", "ITIMER"))}
    - {"SIGINT", "SIGTERM", "SIG_DFL", "SIG_IGN", "Signals"}
    | {"alarm", "pause", "pthread_kill", "setitimer", "sigwait"},
    "subprocess": {"getoutput", "getstatusoutput"},
}
MODULES = {"crypt", "fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty"}

# Where one stands all the same: what stands beside it in the same file for other systems.
ALLOWED = {
    ("sequencer/process.py", "os.setpriority"): "BELOW_NORMAL_PRIORITY_CLASS",
    ("sequencer/process.py", "os.PRIO_PROCESS"): 'if gentle and sys.platform != "win32"',
    ("operators/command_line.py", "signal.SIGPIPE"): 'hasattr(signal, "SIGPIPE")',
    ("environment/lock.py", "fcntl"): "msvcrt.locking",
    ("core/whole.py", ".replace"): "PermissionError",
    ("sequencer/whole.py", ".replace"): "PermissionError",
    ("environment/folder.py", ".replace"): "PermissionError",
    # A new file, which nobody has open yet.
    ("environment/uv.py", ".replace"): "_version(program) == version",
    ("environment/uv.py", ".chmod"): "program.name",
    ("environment/uv.py", "/etc/ssl/certs/ca-certificates.crt"): "os.path.exists(file)",
    ("environment/uv.py", "/etc/pki/tls/certs/ca-bundle.crt"): "os.path.exists(file)",
    # Its child has no children, and goes on where it stopped.
    ("operators/cli/engine.py", ".terminate"): "engine.weights_command",
    # Figures of the machines that they are taken on: there is another way, or none is needed.
    ("benchmarks/machine.py", "resource"): "status.exists()",
    ("benchmarks/machine.py", "/proc/cpuinfo"): "cpuinfo.exists()",
    ("benchmarks/machine.py", "/proc/self/status"): "status.exists()",
    ("benchmarks/render_motion.py", ".replace"): "passes.exists()",
    # Only on Linux can it be told what a pause was spent on; the figures come from there.
    ("benchmarks/responsiveness_window.py", "/proc/thread-self/schedstat"): "os.pread",
    ("packaging/same_bytes.py", ".replace"): "part.replace(path)",
}

PLACES = ("/tmp", "/proc", "/dev/", "/etc/", "/usr/", "/bin/", "/home/", "/var/")
TEXT_MODES = {"r", "w", "a", "x", "r+", "w+", "a+", "rt", "wt", "at"}


def name_of(node: ast.expr) -> str:
    """``a.b.c`` of such an expression, "" of another."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{name_of(node.value)}.{node.attr}"
    return ""


def text_of(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def of_one_system(tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """What only some systems have, each with the name that ALLOWED has for it."""
    docs = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            module = name_of(node.value)
            if node.attr in FOREIGN.get(module, ()):
                yield node, f"{module}.{node.attr}"
        elif isinstance(node, ast.Import):
            yield from ((node, a.name) for a in node.names if a.name in MODULES)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = FOREIGN.get(node.module or "", ())
            yield from ((node, f"{node.module}.{a.name}") for a in node.names if a.name in names)
            if node.module in MODULES:
                yield node, str(node.module)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            method, given = node.func.attr, len(node.args)
            if method in {"rename", "symlink_to", "hardlink_to", "chmod", "terminate"} or (
                # of a path; that of a text takes two
                method == "replace" and given == 1 and not node.keywords
            ):
                yield node, f".{method}"
        elif isinstance(node, ast.Constant) and id(node) not in docs:
            text = text_of(node) or ""
            if text.startswith(PLACES):
                yield node, text


def without_encoding(tree: ast.Module) -> Iterator[ast.AST]:
    """Where text is read or written in whatever encoding the system has chosen."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        function = name_of(node.func)
        called = node.func.attr if isinstance(node.func, ast.Attribute) else function
        given = {keyword.arg: keyword.value for keyword in node.keywords}
        if "encoding" in given:
            continue
        mode = text_of(given.get("mode"))
        if function == "open":
            mode = mode or (text_of(node.args[1]) if len(node.args) > 1 else "r")
            if "b" not in (mode or ""):
                yield node
        elif called == "open" and function.split(".")[0] not in {"os", "Image", "zipfile", "bpy"}:
            first = text_of(node.args[0]) if node.args else mode
            if first in TEXT_MODES or not (node.args or given):
                yield node
        elif function.startswith("subprocess."):
            if {"text", "universal_newlines"} & set(given):
                yield node
        elif called == "read_text" or (called == "write_text" and len(node.args) < 2):
            yield node


def of_a_shell(tree: ast.Module) -> Iterator[ast.AST]:
    """Where a shell is asked for, or a path is put together by hand."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from (
                node
                for keyword in node.keywords
                if keyword.arg == "shell"
                and not (isinstance(keyword.value, ast.Constant) and keyword.value.value is False)
            )
        elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            sides = [text_of(side) for side in (node.left, node.right)]
            if any(side and (side.startswith("/") or side.endswith("/")) for side in sides):
                yield node


def told(file: Path, node: ast.AST) -> str:
    return f"{file.relative_to(ROOT).as_posix()}:{getattr(node, 'lineno', '?')}"


def parsed(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def test_what_some_systems_lack_has_its_counterpart():
    assert len(FILES) > 100
    used, wrong = set(), []
    for file in FILES:
        for node, name in of_one_system(parsed(file)):
            key = (file.relative_to(ROOT).as_posix(), name)
            if key in ALLOWED:
                used.add(key)
            else:
                wrong.append(f"{told(file, node)} {name}")
    assert not wrong
    assert used == set(ALLOWED), "what is allowed and not there"


@pytest.mark.parametrize("where", sorted(ALLOWED))
def test_the_counterpart_stands_there(where: tuple[str, str]):
    assert ALLOWED[where] in (ROOT / where[0]).read_text(encoding="utf-8")


def test_text_has_an_encoding():
    assert [told(file, node) for file in FILES for node in without_encoding(parsed(file))] == []


def test_no_shell_and_no_path_put_together_by_hand():
    assert [told(file, node) for file in FILES for node in of_a_shell(parsed(file))] == []


@pytest.mark.parametrize(
    ("code", "finder"),
    [
        ("os.kill(1, 2)", of_one_system),
        ("signal.SIGKILL", of_one_system),
        ("from os import fork", of_one_system),
        ("import pwd", of_one_system),
        ("a.replace(b)", of_one_system),
        ("os.replace(a, b)", of_one_system),
        ("child.terminate()", of_one_system),
        ("x = '/tmp/y'", of_one_system),
        ("open('x')", without_encoding),
        ("open('x', 'w')", without_encoding),
        ("path.open('a')", without_encoding),
        ("path.open()", without_encoding),
        ("path.read_text()", without_encoding),
        ("path.write_text('x')", without_encoding),
        ("subprocess.run(a, text=True)", without_encoding),
        ("subprocess.run(a, shell=True)", of_a_shell),
        ("folder + '/x'", of_a_shell),
    ],
)
def test_it_is_found(code: str, finder):
    assert list(finder(ast.parse(code)))


@pytest.mark.parametrize(
    "code",
    [
        "'a'.replace('b', 'c')",
        "dataclasses.replace(a, b=1)",
        "signal.SIGTERM",
        "'''/tmp in a docstring'''",
        "open('x', 'rb')",
        "open('x', encoding='utf-8')",
        "Image.open('x')",
        "archive.open(name)",
        "subprocess.run(a, text=True, encoding='utf-8')",
        "folder / 'x'",
    ],
)
def test_nothing_else_is(code: str):
    tree = ast.parse(code)
    assert not [*of_one_system(tree), *without_encoding(tree), *of_a_shell(tree)]
