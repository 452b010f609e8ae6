public import Foundation
import MedVoxel

extension Catalog {
  /// The catalog as one HTML file: search, filters and details, without a server and without any request.
  ///
  /// - Returns: UTF-8 text; the same catalog always gives the same bytes.
  /// - Throws: `CatalogError` when the library's own templates can't be read.
  public func site() throws -> Data { try CatalogSite(self).page() }
}

/// Puts the page together from its templates and the data.
struct CatalogSite {
  private static let styles = ["theme.css", "layout.css", "sheet.css"]
  private static let scripts = [
    "words.js", "search.js", "catalog.js", "state.js", "dom.js", "facets.js", "results.js", "details.js",
    "app.js",
  ]

  let catalog: Catalog

  init(_ catalog: Catalog) { self.catalog = catalog }

  /// - Parameter trial: a script that runs after the page's own, for tests.
  func page(trial: String = "") throws -> Data {
    let style = try Self.styles.map(Self.template).joined()
    let script =
      "(() => {\n'use strict';\n" + (try Self.scripts.map(Self.template).joined(separator: "\n")) + trial
      + "})();\n"
    let values = [
      "title": HTMLText.escaped(catalog.list.title),
      "policy": Self.policy(style: style, script: script),
      "style": style,
      "script": script,
      "data": try data(),
    ]
    return Data(Self.filled(try Self.template("page.html"), values).utf8)
  }

  /// Only this page's own style and script run, and nothing is fetched.
  private static func policy(style: String, script: String) -> String {
    [
      "default-src 'none'", "script-src 'sha256-\(SHA256.base64(of: script))'",
      "style-src 'sha256-\(SHA256.base64(of: style))'", "img-src data:", "base-uri 'none'",
      "form-action 'none'",
    ].joined(separator: "; ")
  }

  /// Fills `{{name}}` places in one pass: what is put in is not looked at again.
  static func filled(_ template: String, _ values: [String: String]) -> String {
    var result = ""
    var rest = template[...]
    while let start = rest.range(of: "{{"),
      let end = rest.range(of: "}}", range: start.upperBound..<rest.endIndex)
    {
      result += rest[..<start.lowerBound]
      result += values[String(rest[start.upperBound..<end.lowerBound])] ?? ""
      rest = rest[end.upperBound...]
    }
    return result + rest
  }

  private static func template(_ name: String) throws(CatalogError) -> String {
    let file = ResourceFolders.url("SiteResources").appending(path: name)
    if let text = try? String(contentsOf: file, encoding: .utf8) { return text }
    throw CatalogError(
      "the library's template \(name) can't be read", at: file.path,
      remedy: "install the library's resources beside it", cause: .environment)
  }
}
