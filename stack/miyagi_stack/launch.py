"""Start a program that never outlives the supervisor, and as another user where we are root.

Run as a script, ``python -I -S launch.py PARENT SIGNAL UID:GID PROGRAM …``, between the supervisor and each service.
It replaces itself by PROGRAM, which

* gets SIGNAL from the kernel when the supervisor is gone, even by ``kill -9`` (Linux: PR_SET_PDEATHSIG, :manpage:`prctl(2)`);
* runs as UID (``-`` keeps the user). PostgreSQL refuses to run as root. So that it reaches data and binaries below
  folders only root may enter (``/root``, a temporary folder), it keeps one capability, DAC_OVERRIDE, as an ambient
  one; no permission of any folder is changed. The secure bit is for :manpage:`access(2)`, by which PostgreSQL looks
  for its own programs and which counts no capabilities of other users without it (:manpage:`capabilities(7)`).

A script of its own rather than ``preexec_fn``, which is not safe beside threads.
"""

from __future__ import annotations

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1
PR_SET_SECUREBITS = 28
SECBIT_NO_SETUID_FIXUP = 1 << 2
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAP_DAC_OVERRIDE = 1
CAPABILITY_VERSION_3 = 0x20080522


class _Header(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class _Data(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint32) for name in ("effective", "permitted", "inheritable")]


def become(uid: int, gid: int) -> None:
    """Change to another user for good, keeping the right to pass folders that user could not enter."""
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
    if libc:
        libc.prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0)  # keeps all capabilities over the change
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
    if libc:  # refused in some containers; then the folders must be open to everybody anyway
        bit = 1 << CAP_DAC_OVERRIDE
        libc.capset(ctypes.byref(_Header(CAPABILITY_VERSION_3, 0)), (_Data * 2)(_Data(bit, bit, bit)))
        libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0)


def wrap(argv: list[str], death_signal: int, user: tuple[int, int] | None = None) -> list[str]:
    """The command that starts ``argv`` through this script, as a child of this process."""
    who = f"{user[0]}:{user[1]}" if user else "-"
    return [sys.executable, "-I", "-S", os.path.abspath(__file__), str(os.getpid()), str(int(death_signal)), who, *argv]


def main(parent: str, death_signal: str, user: str, *argv: str) -> None:
    if user != "-":
        uid, gid = user.split(":")
        become(int(uid), int(gid))
    if sys.platform == "linux":  # after the change of user, which would clear it
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
    if os.getppid() != int(parent):  # the supervisor died before we could ask
        sys.exit(1)
    os.execv(argv[0], argv)


if __name__ == "__main__":
    main(*sys.argv[1:])
