"""Pages at twice the size: the browser's zoom, and a large font."""

from __future__ import annotations

from typing import Any

import pytest
from browsing import DESKTOP, PAGE_TYPES, Site

#: A window of 1280 × 900 at a zoom of 200 %.
ZOOMED: dict[str, Any] = {"viewport": {"width": 640, "height": 450}, "device_scale_factor": 2}


@pytest.mark.parametrize("kind", PAGE_TYPES)
def test_nothing_is_wider_than_the_window(open_page: Any, site: Site, kind: str) -> None:
    """Neither zoomed nor with letters of twice the size does the page as a whole scroll sideways."""
    zoomed = open_page(**ZOOMED)
    zoomed.goto(PAGE_TYPES[kind](site))
    assert zoomed.evaluate("document.documentElement.scrollWidth") <= ZOOMED["viewport"]["width"]
    zoomed.set_viewport_size(DESKTOP["viewport"])
    zoomed.add_style_tag(content="html { font-size: 200% }")
    assert zoomed.evaluate("document.documentElement.scrollWidth") <= DESKTOP["viewport"]["width"]
