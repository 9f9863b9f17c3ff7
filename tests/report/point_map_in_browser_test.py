# SPDX-License-Identifier: Apache-2.0
"""point_map_in_browser_test.py MAKE_POINT_MAP: opens a map from file:// in headless Chromium and uses it."""
import pathlib
import subprocess
import sys
import tempfile

from browser import Browser, find_chromium


def check(is_so, what):
    if not is_so:
        raise AssertionError(what)


def settled(browser):
    browser.value("new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))")
    return browser.picture("canvas")


def uses(browser):
    whole = settled(browser)
    browser.value("""document.querySelector('canvas').dispatchEvent(new WheelEvent('wheel',
        { deltaY: -300, clientX: 400, clientY: 400, cancelable: true }))""")
    near = settled(browser)
    check(near != whole, "the wheel zooms")
    browser.drag("canvas", 80, 40)
    check(settled(browser) != near, "a drag moves")
    browser.click(".map-tools span:nth-of-type(2) button:last-child")
    check(settled(browser) == whole, "the whole map is back")
    browser.click(".map-groups button")
    check(settled(browser) != whole, "a group is hidden")
    browser.click(".map-groups button")
    check(settled(browser) == whole, "and shown")
    browser.click(".map-tools span:nth-of-type(3) button")
    check(settled(browser) != whole, "pictures instead of marks")
    browser.click(".map-tools span:nth-of-type(3) button")
    browser.click(".map-tools span:first-of-type button:last-child")
    check(settled(browser) != whole, "another layout")


def tells(browser):
    # The pointer goes over the map until it meets a point.
    browser.value("""(() => { const c = document.querySelector('canvas'); const b = c.getBoundingClientRect();
        for (let x = 0; x < b.width; x += 4) {
          c.dispatchEvent(new PointerEvent('pointermove',
            { clientX: b.x + x, clientY: b.y + b.height / 2, pointerId: 1 }));
          if (!document.querySelector('.map-told').hidden) { return; } } })()""")
    check(browser.value("document.querySelector('.map-told').textContent").startswith("well7:"), "the point is told")


def main():
    program = find_chromium()
    if program is None:
        print("skipped: no Chromium here")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "map.html"
        subprocess.run([sys.argv[1], str(path)], check=True)
        browser = Browser(program)
        try:
            browser.open(path.as_uri())
            tells(browser)
            browser.value("document.querySelector('canvas').dispatchEvent(new PointerEvent('pointerleave'))")
            uses(browser)
            browser.size(390, 800)
            width = browser.value("document.documentElement.scrollWidth")
            check(width <= 390, f"fits a telephone: {width}")
            check(not browser.complaints, browser.complaints)
            check(all(url.startswith(("file:", "data:")) for url in browser.requests), browser.requests)
        finally:
            browser.close()
    return 0


sys.exit(main())
