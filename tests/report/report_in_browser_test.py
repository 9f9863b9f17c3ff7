# SPDX-License-Identifier: Apache-2.0
"""report_in_browser_test.py MAKE_FOSSIL_REPORT [COUNT]: opens reports of made-up fossils from file:// in
headless Chromium, in both forms, and uses them. Times are printed, not asserted."""
import json
import pathlib
import subprocess
import sys
import tempfile

from browser import Browser, find_chromium

ROWS = "[...document.querySelectorAll('.rows .row')]"
FIRST = f"{ROWS}.sort((a, b) => a.ariaRowIndex - b.ariaRowIndex)[0]"


def check(is_so, what):
    if not is_so:
        raise AssertionError(what)


def cell(browser, column):
    """What the first row says there, the picture being column 0."""
    return browser.value(f"{FIRST}.children[{column}].textContent")


def sorts(browser, count):
    check(browser.value("document.querySelector('[aria-sort=descending]').textContent") == "doubt", "doubtful first")
    check(browser.value(f"{ROWS}.length") < 60, "only the rows that are seen exist")
    milliseconds = browser.value("""(() => { const begin = performance.now();
        document.querySelector('[data-sort=measure-0]').click();
        document.querySelector('.rows').offsetHeight; return performance.now() - begin; })()""")
    print(f"  sort of {count} rows: {milliseconds:.0f} ms")
    largest = float(cell(browser, 5).replace(",", ""))
    browser.click("[data-sort=measure-0]")
    check(float(cell(browser, 5).replace(",", "")) < largest, "a second click turns the order")
    browser.click("[data-sort=id]")
    check(cell(browser, 1) == "1", "by id")


def search(browser, words):
    browser.value(f"""(() => {{ const s = document.getElementById('search'); s.value = '{words}';
        s.dispatchEvent(new Event('input')); }})()""")


def filters(browser, count):
    search(browser, "ostra")
    shown = browser.value("document.getElementById('shown-count').textContent")
    check(" of " in shown and int(shown.split()[0].replace(",", "")) < count, f"filtered: {shown}")
    check("Ostracoda" in cell(browser, 2), "only ostracods")
    csv = browser.value("""new Promise((resolve) => { const real = URL.createObjectURL;
        URL.createObjectURL = (blob) => { blob.text().then(resolve); return real(blob); };
        document.getElementById('save-csv').click(); })""")
    check(csv.count("\r\n") == int(shown.split()[0].replace(",", "")) + 1, "CSV of what is shown")
    search(browser, "")


def choose_taxon(browser, key):
    browser.value(f"""(() => {{ const s = document.getElementById('taxon'); s.value = '{key}';
        s.dispatchEvent(new Event('change')); }})()""")


def taxa(browser, count):
    choices = browser.value("[...document.querySelectorAll('#taxon option')].map((o) => o.textContent)")
    check([choice.split(" (")[0] for choice in choices] == ["all", "Globigerina bulloides", "Uvigerina", "unsure",
                                                            "like nothing seen", "named by a person",
                                                            "person and model differ", "not named"], f"choices: {choices}")
    choose_taxon(browser, "novel")
    check("like nothing seen" in cell(browser, 3) and "unsure" in cell(browser, 3), "a fossil like nothing seen")
    shown = int(browser.value("document.getElementById('shown-count').textContent").split()[0].replace(",", ""))
    check(abs(shown - count / 7) <= 1, f"a seventh: {shown}")
    choose_taxon(browser, "=Uvigerina")
    check("Uvigerinaby hand; model: Globigerina bulloides 0.93" in cell(browser, 3), cell(browser, 3))
    browser.click(".rows .row")
    browser.wait_for("document.getElementById('card').open")
    facts = browser.value("document.querySelector('.card-facts').textContent")
    check("Uvigerina, by a person" in facts and "Globigerina bulloides 0.93 ± 0.11, Nonion <b> 0.04" in facts, facts)
    browser.key("Escape")
    choose_taxon(browser, "")


def opens_and_turns(browser):
    # Not all have a mesh in the page.
    search(browser, browser.value("""(() => { const f = JSON.parse(document.getElementById('report-data').textContent)
        .fossils; return f.id[f.details.indexOf(2)]; })()"""))
    browser.click(".rows .row")
    browser.wait_for("document.querySelector('#card[open] canvas') && document.querySelectorAll('#card img').length")
    first = browser.picture("#card canvas")
    browser.drag("#card canvas", 120, 30)
    check(browser.picture("#card canvas") != first, "the mesh turns")
    browser.key("Escape")
    browser.wait_for("!document.getElementById('card').open")
    search(browser, "")
    browser.click(".rows .row")
    browser.wait_for("document.getElementById('card').open")
    title = browser.value("document.getElementById('card-title').textContent")
    browser.click("#card-next")
    browser.wait_for(f"document.getElementById('card-title').textContent !== {json.dumps(title)}", 20)
    browser.key("Escape")
    check(not browser.value("document.getElementById('card').open"), "Escape closes the card")


def slices(browser):
    browser.wait_for("document.querySelector('.slice-picture image').href.baseVal.startsWith('data:image/png')")
    browser.value("document.querySelector('.slice-picture polygon').dispatchEvent(new MouseEvent('click'))")
    check(browser.value("document.getElementById('card').open"), "an outline opens its fossil")
    browser.key("Escape")


def prints(browser, fossils):
    """On paper: all slices, the table's head on every page, no list of options in a column too narrow for words."""
    count = browser.value("JSON.parse(document.getElementById('report-data').textContent).slices.length")
    browser.wait_for(f"document.querySelectorAll('.paper-slices image[href^=\"data:image/png\"]').length === {count}")
    browser.size(700, 1000)  # A4 within its margins, at 96 dpi
    browser.call("Emulation.setEmulatedMedia", media="print")
    browser.value("dispatchEvent(new Event('beforeprint'))")
    check(browser.value("[document.querySelectorAll('.paper-table thead').length, "
                        "document.querySelectorAll('.paper-table tbody tr').length]") == [1, fossils], "a table of all")
    check(browser.value("getComputedStyle(document.querySelector('.scroller')).display") == "none", "that doesn't scroll")
    check(browser.value("[...document.querySelectorAll('.paper-slices svg')].every((s) => s.getBoundingClientRect().width > 200)"),
          "every slice is to be seen")
    check(browser.value("document.querySelectorAll('#slice-view > .slice-picture')[0].offsetHeight") == 0, "none of them twice")
    narrowest = browser.value("Math.min(...[...document.querySelectorAll('#made dd')].map((d) => d.getBoundingClientRect().width))")
    check(narrowest > 100, f"values have {narrowest} pixels")
    browser.value("dispatchEvent(new Event('afterprint'))")
    browser.call("Emulation.setEmulatedMedia", media="")


def use(url, count):
    browser = Browser(find_chromium())
    try:
        browser.open(url)
        sorts(browser, count)
        filters(browser, count)
        taxa(browser, count)
        opens_and_turns(browser)
        slices(browser)
        prints(browser, count)
        paint = browser.value("performance.getEntriesByName('first-contentful-paint')[0].startTime")
        print(f"  first paint: {paint:.0f} ms")
        check(not browser.complaints, f"the console is silent: {browser.complaints}")
        outside = [r for r in browser.requests if not r.startswith(("file:", "data:", "blob:", "about:"))]
        check(not outside, f"nothing is fetched: {outside}")
    finally:
        browser.close()


def main():
    if not find_chromium():
        print("skipped: no Chromium here (scripts/install-packages browser)")
        return 77
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 5000
    with tempfile.TemporaryDirectory() as folder:
        for form in ([], ["folder"]):
            out = pathlib.Path(folder, form[0] if form else "file")
            subprocess.run([sys.argv[1], out, str(count), *form], check=True)
            size = sum(f.stat().st_size for f in out.rglob("*") if f.is_file())
            print(f"{'folder' if form else 'one file'}: {size / 1e6:.1f} MB")
            use((out / "index.html").as_uri(), count)
    print("all is well")
    return 0


sys.exit(main())
