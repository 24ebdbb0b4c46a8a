"""``python -m miyagi_stack``: the ``miyagi`` script hands over to here."""

from __future__ import annotations

import sys

from miyagi_stack.cli import main

if __name__ == "__main__":
    sys.exit(main())
