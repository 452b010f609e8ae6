import Foundation
import Testing

@testable import MedCatalog

/// Opens the catalog's page in headless Chromium and lets a script try it.
struct SiteBrowser {
  /// One thing that the script looked at.
  struct Check: Decodable {
    var name: String
    var isFine: Bool
    var seen: String
  }

  static let program = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
    .first { FileManager.default.isExecutableFile(atPath: $0) }

  /// Helpers that the scripts of the tests use.
  private static let tools = #"""

    const checks = [];
    const check = (name, isFine, seen) => checks.push({ name, isFine: Boolean(isFine), seen: String(seen ?? '') });
    const pause = (time = 60) => new Promise((done) => { setTimeout(done, time); });
    const type = (text) => {
      query.value = text;
      query.dispatchEvent(new Event('input', { bubbles: true }));
    };
    const press = (key) => (document.activeElement || document.body).dispatchEvent(
      new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    const ids = () => [...document.querySelectorAll('.item')].map((item) => item.dataset.id);
    const box = (field, value) => document.querySelector(`input[data-field="${field}"][value="${value}"]`);
    const focused = () => (document.activeElement.closest('.item') || { dataset: {} }).dataset.id;

    """#

  /// Runs the script in the page and tells what it checked.
  ///
  /// - Parameter fragment: the part of the address that holds the state, with its sign.
  static func checks(
    _ script: String, in catalog: Catalog, fragment: String = "", width: Int = 1280
  ) throws -> [Check] {
    let trial =
      tools + """
        window.trial = async () => {
          try {
            \(script)
          } catch (error) {
            check('the script runs to its end', false, error.stack);
          }
          return JSON.stringify(checks);
        };

        """
    let folder = FileManager.default.temporaryDirectory.appending(path: "catalog-site-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let page = folder.appending(path: "catalog.html")
    try CatalogSite(catalog).page(trial: trial).write(to: page)
    let chromium = try Chromium(try #require(program), profile: folder.appending(path: "profile"))
    defer { chromium.end() }
    try chromium.open(page.absoluteString + fragment, width: width, height: 844)
    let json = try chromium.value(of: "window.trial()")
    return try JSONDecoder().decode([Check].self, from: Data(json.utf8))
  }
}
