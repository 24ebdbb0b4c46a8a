"""The table that DataTables draws in a table page's frame."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect
from published import Table


class Preview:
    """The preview on the page of a table, once its rows are there.

    Columns are told by their names in the file; the preview puts the one that names a row before the others.

    :param naming: that column
    """

    def __init__(self, page: Page, table: Table, naming: str = "name") -> None:
        self.fields = sorted(table.fields, key=lambda field: field["name"] != naming)
        self.frame = page.frame_locator("iframe[data-module=data-viewer]")
        self.headings = self.frame.locator(".dataTables_scrollHead tr").first.locator("th[scope=col]")
        self.rows = self.frame.locator("#dtprv tbody tr")
        self.search_box = self.frame.locator("#dtprv_filter").get_by_role("searchbox")
        self.summary = self.frame.locator("#dtprv_info")
        self.next = self.frame.locator("#dtprv_next").get_by_role("link")
        expect(self.rows.first).to_be_visible()
        expect(self.frame.locator("#dtprv_processing")).to_be_hidden()

    def heading(self, name: str) -> Locator:
        """The heading of a column, which sorts by it."""
        return self.headings.nth(self._position(name))

    def column(self, name: str) -> Locator:
        """The cells of a column that are shown."""
        return self.rows.locator(f"td:nth-child({self._position(name) + 1})")

    def _position(self, name: str) -> int:
        return [field["name"] for field in self.fields].index(name)
