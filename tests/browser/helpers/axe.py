"""What axe finds in a page: by the levels A and AA of WCAG, and by its best practices."""

import json
from importlib.resources import files

from playwright.async_api import Page

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


async def expect_accessible(page: Page, within: str = "main") -> None:
    """Expect that axe finds nothing in a part of a page."""
    await page.evaluate(AXE + "; 0")
    report = await page.evaluate(f"axe.run({json.dumps(within)}, {{ resultTypes: ['violations'] }})")
    found = [(each["id"], [node["html"] for node in each["nodes"]]) for each in report["violations"]]
    assert found == [], json.dumps(found, indent=2)
