"""What the comparisons share: processes measured, data made once, runs in turns, tables in Markdown."""
import contextlib
import fcntl
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
OUT = ROOT / "out/peers"
PYTHON = OUT / "venv/bin/python"
TERN = OUT / "tern"
# The findings that the peers find too.
CORE_RULES = ["--rules", ROOT / "Benchmarks/core-rules.yaml"]
LOAD_LIMIT = 0.5
# No notion of these in SQL: rejected documents, and a waybill number with two lives.
LEFT_OUT = [f"--fault={name}=0" for name in
            ("broken.order", "broken.payment", "broken.waybill", "broken.list", "harmless.waybill_reused")]


def say(text):
    print(text, file=sys.stderr, flush=True)


class Run:
    """One run of one process: seconds on the wall, processor seconds, peak memory in bytes, what it printed."""

    def __init__(self, wall, usage, shown=""):
        self.wall, self.shown = wall, shown
        self.processor = usage.ru_utime + usage.ru_stime
        self.memory = usage.ru_maxrss * 1024

    @staticmethod
    def sum(first, second):
        """Both, one after the other."""
        both = Run.__new__(Run)
        both.wall, both.processor = first.wall + second.wall, first.processor + second.processor
        both.memory, both.shown = max(first.memory, second.memory), second.shown
        return both


def measure(command, **options):
    """Dirty pages of earlier runs are written before. The process is waited for alone."""
    os.sync()
    # A child's peak counts from what its parent had: this process must stay small.
    start = time.perf_counter()
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, text=True, **options)
    shown = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}: exit status {process.returncode}")
    return Run(wall, usage, shown)


def run(command, **options):
    subprocess.run(list(map(str, command)), check=True, **options)


def in_turns(works, rounds):
    """{name: [Run]} of the works ({name: function}), A B A B. Each is run once before it is timed: the memory that the
    one before has freed may have gone back to the host of a virtual machine, and who takes it next waits for it, up
    to twice its own time. So everyone finds what it leaves itself."""
    runs = {name: [] for name in works}
    for number in range(rounds):
        for name, work in works.items():
            say(f"round {number + 1} of {rounds}: {name}")
            work()
            runs[name].append(work())
    return runs


class Load:
    """What else the machine was doing before: processors busy for some seconds in which this program did nothing.
    The load average would tell of its own work before."""
    SECONDS = 3

    def __init__(self):
        before = self.busy()
        time.sleep(self.SECONDS)
        self.start = (self.busy() - before) / os.sysconf("SC_CLK_TCK") / self.SECONDS
        if self.start > LOAD_LIMIT:
            say(f"WARNING: {self.note()}")

    @staticmethod
    def busy():
        user, nice, system, _, _, interrupts, soft, stolen = map(int, open("/proc/stat").readline().split()[1:9])
        return user + nice + system + interrupts + soft + stolen

    def note(self):
        warning = " WARNING: other work shares this machine, do not trust the figures." if self.start > LOAD_LIMIT else ""
        return f"load {self.start:.2f} at the start.{warning}"


def table(header, rows):
    print("| " + " | ".join(header) + " |")
    print("| " + " | ".join(["---"] * len(header)) + " |")
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print()


def spread(values, digits=2):
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f} … {max(values):.{digits}f})"


def ratio(of, to):
    """How many times as long: of medians."""
    return f"{statistics.median(of) / statistics.median(to):.1f}"


def size(bytes):
    return f"{bytes / 1e9:.2f} GB" if bytes >= 1e9 else f"{bytes / 1e6:.1f} MB"


def bytes_of(path):
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


def corpus_options(lists, faults):
    """faults: how often each fault happens, per million lists; None for the generator's own rates."""
    rates = [] if faults is None else [f"--fault=all={faults}"]
    return ["--lists", lists, *rates, *LEFT_OUT, "--quiet"]


def make_once(folder):
    """A context for making a folder: yields where to make it, or None where it is there already. It gets its name
    when it is complete."""
    @contextlib.contextmanager
    def making():
        if folder.exists():
            yield None
            return
        part = folder.with_name(folder.name + ".part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        yield part
        part.rename(folder)
    return making()


def stream(folder, lists, faults, which="narrow"):
    """One generated stream of messages into Tern's store and, as zstd Parquet, the tables that engines read:
    FOLDER/store, FOLDER/tables, FOLDER/truth. The XML never lies on disk."""
    with make_once(folder) as part:
        if part is None:
            return
        say(f"making {lists:,} lists in {folder.relative_to(ROOT)}")
        os.mkfifo(part / "pipe")
        generate = subprocess.Popen([TERN, "generate", "-", "--truth", part / "truth",
                                     *map(str, corpus_options(lists, faults))], stdout=subprocess.PIPE)
        # Opened without waiting: tee opens its end once it runs.
        with open(part / "pipe", "rb", opener=lambda path, flags: os.open(path, flags | os.O_NONBLOCK)) as pipe:
            fcntl.fcntl(pipe, fcntl.F_SETFL, 0)
            tee = subprocess.Popen(["tee", part / "pipe"], stdin=generate.stdout, stdout=subprocess.PIPE)
            generate.stdout.close()
            ingest = subprocess.Popen([TERN, "ingest", part / "store", "-", "--quiet"], stdin=pipe)
        convert = subprocess.Popen([PYTHON, HERE / "data/to_parquet.py", OUT / "load", which, part / "tables"],
                                   stdin=tee.stdout)
        tee.stdout.close()
        for name, process in (("generate", generate), ("tee", tee), ("ingest", ingest), ("to_parquet.py", convert)):
            if process.wait() != 0:
                raise RuntimeError(f"{name}: exit status {process.returncode}")
        (part / "pipe").unlink()


def processors():
    model = next(line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name"))
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return f"{os.cpu_count()} processors ({model}), {memory / 2**30:.0f} GiB"
