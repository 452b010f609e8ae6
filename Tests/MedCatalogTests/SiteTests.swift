import Foundation
import Testing

@testable import MedCatalog

@Suite struct SiteTests {
  static let bundled = Result {
    try Catalog.bundled(
      support: SupportTable(readers: ["kits19", "drive"], scorers: ["kits19"], networks: ["monai": ["UNet"]]))
  }

  @Test func `the page is one small file that asks for nothing, the same each time`() throws {
    let catalog = try Self.bundled.get()
    let page = try catalog.site()
    let again = try catalog.site()
    #expect(page == again)
    #expect(page.count < 1_000_000)
    let text = String(decoding: page, as: UTF8.self)
    let frame = text.replacing(/<script type="application\/json"[^>]*>[^<]*<\/script>/, with: "")
    for sign in [
      "src=", "@import", "url(", "fetch(", "XMLHttpRequest", "innerHTML", "insertAdjacentHTML", "eval(",
    ] {
      #expect(!frame.contains(sign), "\(sign)")
    }
    #expect(text.contains("default-src 'none'; script-src 'sha256-"))
    #expect(!text.contains("unsafe"))
    #expect(text.count(of: "</script>") == 2)
  }

  @Test func `no text ends the data early, and what is filled in is not filled again`() throws {
    var catalog = try Self.bundled.get()
    catalog.entries[0].summary = "</script><script>alert(1)</script><!-- {{script}} &lt;"
    let text = String(decoding: try catalog.site(), as: UTF8.self)
    #expect(text.count(of: "</script>") == 2)
    #expect(text.contains("{{script}}"))
    let filled = CatalogSite.filled("a {{b}} {{c}}", ["b": "{{c}}", "c": "d"])
    #expect(filled == "a {{c}} d")
  }

  /// The examples of FIPS 180-4.
  @Test func `digests are those of the standard`() {
    func hex(_ text: String) -> String {
      SHA256.digest(Array(text.utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
    #expect(hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(
      hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")
        == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
  }
}

/// What people do with the page, in a browser.
@Suite(
  .enabled(
    if: SiteBrowser.program != nil, "no Chromium on this machine; scripts/setup installs one for the tests"),
  .serialized)
struct SiteBrowserTests {
  private func expect(_ checks: [SiteBrowser.Check], atLeast count: Int) {
    #expect(checks.count >= count)
    for check in checks { #expect(check.isFine, "\(check.name): \(check.seen)") }
  }

  @Test func `search finds, forgives and filters`() throws {
    let catalog = try SiteTests.bundled.get()
    let asked = [
      "kidney tumor CT segmentation", "retina vessels", "lung nodules", "seizure prediction EEG",
      "mammografy",
      "regulatory DNA convolution", "PICO", "dysarthria speech", "histology registration landmarks",
      "open ICU records",
      "fingerprints of molecules", "glioblastoma", "cxr", "Alzheimer's disease",
      "word vectors for medical concepts",
      "protein structur", "segmentaton of the hart", "Škoda", "drug discovery review",
    ]
    let index = try CatalogIndex(catalog)
    // A second mention of a work is told from the first by its place alone.
    let answers = try asked.map { question in
      try index.search(question, limit: 12).hits.compactMap { try index.entry(id: $0.id) }
        .filter { $0.reference?.duplicateOf == nil }
        .prefix(5).map(\.id)
    }
    let pairs = String(
      decoding: try JSONEncoder().encode(zip(asked, answers).map { [[$0], $1] }), as: UTF8.self)
    // How many entries each choice of each filter shows, told by the library.
    var counts: [String: Int] = [:]
    for entry in catalog.entries {
      for field in Vocabulary.Field.allCases {
        for term in Set(entry.terms(field).flatMap { catalog.vocabulary.widened(field, $0) }) {
          counts["\(field.rawValue) \(term)", default: 0] += 1
        }
      }
    }
    let expected = String(decoding: try JSONEncoder().encode(counts), as: UTF8.self)
    let checks = try SiteBrowser.checks(
      """
      check('all entries at first', byID('count').textContent === '\(catalog.entries.count) entries', byID('count').textContent);
      for (const button of document.querySelectorAll('.facet-more:not([hidden])')) button.click();
      const expected = \(expected);
      const wrong = [...document.querySelectorAll('.facet-option')].filter((option) => {
        const { field } = option.querySelector('input').dataset;
        const wanted = expected[`${field} ${option.querySelector('input').value}`];
        return wanted !== undefined && wanted !== Number(option.querySelector('.facet-count').textContent);
      });
      check('the counts are the library’s', wrong.length === 0, wrong.map((option) => option.textContent));
      const told = [...document.querySelectorAll('.facet-option input')].filter((input) => `${input.dataset.field} ${input.value}` in expected);
      check('every value can be chosen', told.length === Object.keys(expected).length, told.length);
      const isFirst = (id) => !(catalog.byID.get(id).reference || {}).duplicateOf;
      for (const [[question], wanted] of \(pairs)) {
        type(question);
        const found = ids().filter(isFirst).slice(0, wanted.length);
        check(`the command line’s answers to ${question}`, found.join() === wanted.join(), `${found} for ${wanted}`);
      }
      type('mammografy');
      check('says what it searched', byID('count').textContent.includes('instead of “mammografy”'), byID('count').textContent);
      type('brain tumours');
      const british = ids().join();
      type('brain tumors');
      check('spelling does not matter', british === ids().join() && british !== '', british);
      type('kidney tumor ct segm');
      check('a word in the typing', ids().slice(0, 3).includes('kits19'), ids().slice(0, 5));
      type('zzzzqqqq');
      check('nothing is said', document.querySelector('.empty') !== null && ids().length === 0, ids());
      type('');
      box('kind', 'dataset').click();
      box('modality', 'ct').click();
      const both = catalog.entries.filter((entry) => entry.kind === 'dataset' && entry.modality.includes('ct')).length;
      check('filters hold together', byID('count').textContent.startsWith(`${both} of `), byID('count').textContent);
      check('the address tells', location.hash === '#kind=dataset&modality=ct', location.hash);
      history.back();
      await pause();
      check('back takes one filter off', location.hash === '#kind=dataset' && !box('modality', 'ct').checked, location.hash);
      check('and the list follows', byID('count').textContent.startsWith('\(catalog.statistics.datasets) of'), byID('count').textContent);
      document.querySelector('.chip').click();
      check('a chip takes its filter off', byID('count').textContent === '\(catalog.entries.count) entries', byID('count').textContent);
      byID('sort').value = 'name';
      byID('sort').dispatchEvent(new Event('change'));
      const names = [...document.querySelectorAll('.item-link')].map((link) => link.textContent);
      check('sorted by name', names.every((name, i) => i === 0 || names[i - 1].localeCompare(name, 'en', { sensitivity: 'base', numeric: true }) <= 0), names.slice(0, 4));
      byID('more').click();
      check('all are shown on request', ids().length === \(catalog.entries.count), ids().length);
      """, in: catalog)
    expect(checks, atLeast: 25)
  }

  @Test func `a shared address opens what it tells, and its details are whole`() throws {
    let catalog = try SiteTests.bundled.get()
    let checks = try SiteBrowser.checks(
      """
      check('the query', query.value === 'lung nodules', query.value);
      check('the filters', box('kind', 'dataset').checked && box('modality', 'ct').checked);
      check('unknown values are left out', stateAddress(state) === '#q=lung+nodules&kind=dataset&modality=ct&sort=name&id=lidc-idri', stateAddress(state));
      check('the entry is open', byID('details').open && byID('details-title').textContent.startsWith('LIDC-IDRI'));
      check('its title', document.title.startsWith('LIDC-IDRI'), document.title);
      const shown = byID('details').textContent;
      for (const part of ['CC BY 3.0', 'Not certain:', 'Corrected', 'Related', 'Line ', 'FROC']) check(part, shown.includes(part), shown.slice(0, 400));
      check('BibTeX', document.querySelector('.bibtex').textContent.startsWith('@'), '');
      check('a citation', document.querySelector('.bibtex').textContent.includes('LIDC-IDRI'), document.querySelector('.bibtex').textContent);
      const related = byID('details').querySelector('a[href*="id="]');
      const name = related.textContent;
      related.click();
      check('a related entry opens', byID('details-title').textContent === name, name);
      history.back();
      await pause();
      check('back returns', byID('details-title').textContent.startsWith('LIDC-IDRI'), location.hash);
      const broken = catalog.entries.filter((entry) => {
        go(readState(`#id=${entry.id}`, catalog));
        const text = byID('details').textContent;
        return byID('details-title').textContent !== entry.name || !text.includes(entry.summary) ||
          entry.links.some((link) => ![...byID('details').querySelectorAll('a')].some((a) => a.getAttribute('href') === link.url)) ||
          /undefined|null|NaN|\\[object/.test(text.replace(/null (model|hypothesis)/g, ''));
      });
      check('every entry can be shown', broken.length === 0, broken.map((entry) => entry.id));
      byID('copy-bibtex') && byID('copy-bibtex').click();
      """, in: catalog,
      fragment: "#q=lung+nodules&kind=dataset,nonsense&modality=ct&sort=name&id=lidc-idri&foo=%E0%A4%A")
    expect(checks, atLeast: 15)
  }

  @Test func `the keyboard reaches everything`() throws {
    let checks = try SiteBrowser.checks(
      """
      press('/');
      check('/ goes to the search', document.activeElement === query);
      type('lung');
      press('ArrowDown');
      check('down goes to the first', focused() === ids()[0], focused());
      press('j');
      check('j goes on', focused() === ids()[1], focused());
      press('k');
      press('ArrowDown');
      press('k');
      check('k goes back', focused() === ids()[0], focused());
      const first = focused();
      check('Enter follows a link', document.activeElement.matches('a[href]'));
      document.activeElement.click();
      check('it opens', byID('details').open && state.id === first, state.id);
      check('the title has the focus', document.activeElement === byID('details-title'));
      press('j');
      check('j shows the next', state.id === ids()[1], state.id);
      const second = state.id;
      press('Escape');
      await pause();
      check('Esc closes', !byID('details').open && state.id === '', location.hash);
      check('and returns to the entry', focused() === second, focused());
      press('?');
      check('? helps', byID('help').open);
      byID('help').close();
      query.focus();
      press('Escape');
      check('Esc empties the search', query.value === '' && byID('count').textContent.endsWith('entries'), byID('count').textContent);
      await pause(400);
      check('the address follows', location.hash === '' || location.hash === '#', location.hash);
      const before = ids()[0];
      press('j');
      check('j in the search is a letter', document.activeElement === query);
      const unnamed = [...document.querySelectorAll('button, input, select, a')].filter((element) =>
        !(element.textContent.trim() || element.getAttribute('aria-label') || (element.labels && element.labels.length)));
      check('everything has a name', unnamed.length === 0, unnamed.map((element) => element.outerHTML));
      const all = [...document.querySelectorAll('[id]')].map((element) => element.id);
      check('ids are unique', new Set(all).size === all.length);
      check('the count is announced', byID('count').getAttribute('aria-live') === 'polite' && byID('count').getAttribute('role') === 'status');
      """, in: try SiteTests.bundled.get())
    expect(checks, atLeast: 17)
  }

  @Test func `on a phone the filters are in a drawer and nothing is cut`() throws {
    let checks = try SiteBrowser.checks(
      """
      const fits = () => document.documentElement.scrollWidth <= innerWidth;
      check('the screen is narrow', innerWidth < 500, innerWidth);
      check('the list fits', fits(), document.documentElement.scrollWidth);
      check('the filters are away', getComputedStyle(byID('facets')).visibility === 'hidden');
      byID('facets-open').click();
      check('they open', getComputedStyle(byID('facets')).visibility === 'visible' && byID('facets-open').getAttribute('aria-expanded') === 'true');
      check('the rest waits', byID('main').inert && byID('facets').contains(document.activeElement));
      box('kind', 'system').click();
      press('Escape');
      check('Esc closes them', getComputedStyle(byID('facets')).visibility === 'hidden' && !byID('main').inert);
      check('the button counts', byID('facets-open').textContent === 'Filters (1)', byID('facets-open').textContent);
      check('the list still fits', fits(), document.documentElement.scrollWidth);
      go(readState('#id=lidc-idri', catalog));
      await pause(300);
      check('details fit', byID('details').scrollWidth <= innerWidth && byID('details').getBoundingClientRect().width <= innerWidth, byID('details').scrollWidth);
      """, in: try SiteTests.bundled.get(), width: 390)
    expect(checks, atLeast: 9)
  }

  @Test func `hostile text is text, and nothing else runs`() throws {
    var catalog = try SiteTests.bundled.get()
    let evil =
      "</script><img src=x onerror=\"window.hacked=1\"> \"'`${1}` \u{202E}txet \u{5E9}\u{5DC}\u{5D5}\u{5DD} &lt;b&gt; <!--"
    var entry = try #require(catalog["kits19"])
    entry.id = "a-hostile-entry"
    entry.name = "evilname " + evil
    entry.summary = String(repeating: "long", count: 500) + evil
    entry.keywords = [evil]
    entry.links = [
      .init(role: .primary, url: "javascript:window.hacked=2"),
      .init(role: .paper, url: "https://example.org/\"><b>"),
    ]
    entry.citation = Citation(
      authors: ["Evil, \(evil)"], title: evil, type: .article, venue: evil, year: 2020)
    entry.corrections = [.init(kind: .typo, note: evil, was: evil, now: evil)]
    entry.uncertain = ["layout": evil, "constructor": evil, "__proto__": evil]
    entry.dataset?.layout = evil
    catalog.entries.insert(entry, at: 0)
    catalog.list.title = "deep " + evil
    let checks = try SiteBrowser.checks(
      """
      const violations = [];
      document.addEventListener('securitypolicyviolation', (event) => violations.push(event.violatedDirective));
      type('evilname');
      const link = document.querySelector('.item-link');
      check('the name is text', link.textContent === catalog.entries[0].name, link.textContent);
      check('a long word does not widen the page', document.documentElement.scrollWidth <= innerWidth, document.documentElement.scrollWidth);
      link.click();
      check('the title is text', byID('details-title').textContent === catalog.entries[0].name);
      check('no element came of it', document.querySelectorAll('img, b').length === 0);
      check('only web links are links', document.querySelectorAll('a[href^="javascript"]').length === 0 && byID('details').textContent.includes('javascript:'));
      check('the sheet is not widened', byID('details').scrollWidth <= byID('details').clientWidth, byID('details').scrollWidth);
      location.hash = '#q=%3Cimg%20src=x%20onerror=hacked=3%3E&kind=__proto__,constructor&id=__proto__';
      await pause();
      check('the address is text', document.querySelectorAll('img').length === 0 && state.id === '' && state.filters.kind.size === 0);
      check('nothing was asked for', performance.getEntriesByType('resource').length === 0, performance.getEntriesByType('resource').map((one) => one.name));
      const script = document.createElement('script');
      script.textContent = 'window.hacked = 4';
      document.body.append(script);
      const picture = new Image();
      picture.src = 'https://example.org/picture.png';
      await pause(200);
      check('nothing ran', window.hacked === undefined, window.hacked);
      check('the policy stood in the way', violations.some((name) => name.startsWith('script-src')) && violations.some((name) => name.startsWith('img-src')), violations);
      """, in: catalog)
    expect(checks, atLeast: 10)
  }

  @Test func `text stands out from its ground, light and dark`() throws {
    let checks = try SiteBrowser.checks(
      """
      const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
      const luminance = ([r, g, b]) => [r, g, b].map((value) => value / 255)
        .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
        .reduce((sum, value, i) => sum + value * [0.2126, 0.7152, 0.0722][i], 0);
      const ground = (element) => {
        for (let one = element; one; one = one.parentElement) {
          const color = numbers(getComputedStyle(one).backgroundColor);
          if (color.length === 3 || color[3] === 1) return color;
        }
        return [255, 255, 255];
      };
      const faint = (root) => [...root.querySelectorAll('*')].filter((element) => {
        const isText = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
        if (!isText || !element.checkVisibility() || ['SCRIPT', 'STYLE', 'NOSCRIPT'].includes(element.tagName)) return false;
        const values = [luminance(numbers(getComputedStyle(element).color)), luminance(ground(element))].sort((a, b) => b - a);
        return (values[0] + 0.05) / (values[1] + 0.05) < 4.5;
      }).map((element) => `${element.className} ${element.textContent.slice(0, 30)}`);
      for (const theme of ['light', 'dark']) {
        while (document.documentElement.dataset.theme !== theme) byID('theme-button').click();
        go(readState('#q=brain&kind=dataset,reference,system,framework', catalog));
        await pause(250);
        check(`the list, ${theme}`, faint(document.body).length === 0, faint(document.body).slice(0, 5));
        go(readState('#id=lidc-idri', catalog));
        await pause(250);
        check(`an entry, ${theme}`, faint(byID('details')).length === 0, faint(byID('details')).slice(0, 5));
        go(readState('', catalog));
      }
      check('the theme is on its button', byID('theme-button').textContent === 'Theme: dark', byID('theme-button').textContent);
      """, in: try SiteTests.bundled.get())
    expect(checks, atLeast: 5)
  }
}

extension String {
  fileprivate func count(of part: String) -> Int { ranges(of: part).count }
}
