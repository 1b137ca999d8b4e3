"""Runs one command and prints, as one line of JSON, how long it took and how much memory.

Started as a file of its own (``python launcher.py COMMAND ...``) and not imported: it must be a
small process. The system's count of a child's peak memory begins with that of the process that
started it, and that of a measuring process with an index in it would be counted too.

Closing this process's standard input interrupts the command, as Ctrl-C would: so a server is
stopped, also when whoever measures it dies. One that does not stop is killed.
"""

import json
import resource
import signal
import subprocess
import sys
import threading
import time

GRACE = 30  # seconds to come to an end after an interruption


def main() -> None:
    """Run the command in the arguments."""
    start = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 - the caller's own command
        sys.argv[1:], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE
    )
    threading.Thread(target=_interrupt_at_end, args=(process,), daemon=True).start()
    answer, _ = process.communicate()
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    # Linux counts in KiB, macOS in bytes.
    peak_bytes = peak if sys.platform == "darwin" else peak * 1024
    print(  # noqa: T201 - its answer
        json.dumps(
            {
                "status": process.returncode,
                "seconds": seconds,
                "peak_bytes": peak_bytes,
                "answer": answer.decode("utf-8", errors="replace"),
            }
        )
    )


def _interrupt_at_end(process: "subprocess.Popen[bytes]") -> None:
    sys.stdin.buffer.read()
    process.send_signal(signal.SIGINT)
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        process.kill()


if __name__ == "__main__":
    main()
