"""Start the pinned MiniStack for cdk-ledger: repair what it gets wrong, and never outlive the process that started us.

Started by local-aws.ts, which passes the settings in the environment and keeps our standard input open while it lives.
"""

import importlib.metadata
import os
import shutil
import signal
import sys
import threading

WRITTEN_FOR = "1.5.33"


class Unrepairable(Exception):
    """MiniStack is not the one this launcher was written for."""


def end_with_parent():
    """Standard input closes however the parent ends, SIGKILL included; then the emulator and its Node workers end as one group."""

    def wait_for_parent():
        while os.read(0, 4096):
            pass
        end_group()

    threading.Thread(target=wait_for_parent, daemon=True, name="end-with-parent").start()


def end_group():
    """End our whole process group at once: MiniStack leaves its Node workers behind, and all state lives in memory anyway."""
    shutil.rmtree(os.environ["TMPDIR"], ignore_errors=True)
    os.killpg(0, signal.SIGKILL)


def require_version():
    """The repairs reach into private names, so any other version must be checked by hand first."""
    found = importlib.metadata.version("ministack")
    if found != WRITTEN_FOR:
        raise Unrepairable(f"ministack {found} is installed, the repairs were written for {WRITTEN_FOR}")


REPAIRS = []


def main():
    if os.getpgrp() != os.getpid():
        sys.exit("launch.py must lead its own process group; start it through local-aws.ts")
    end_with_parent()
    try:
        require_version()
        for repair in REPAIRS:
            repair()
    except (Unrepairable, ImportError, AttributeError) as problem:
        sys.exit(f"cannot repair MiniStack: {problem}. Check launch.py against the installed version.")
    from ministack import app

    try:
        app.main()
    finally:
        end_group()


if __name__ == "__main__":
    main()
