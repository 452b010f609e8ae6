/// The address of a license whose name an entry's terms begin with.
enum KnownLicense {
  private static let addresses: [(name: String, url: String)] = [
    ("CC0", "https://creativecommons.org/publicdomain/zero/1.0/"),
    ("CC BY-NC-SA 3.0", "https://creativecommons.org/licenses/by-nc-sa/3.0/"),
    ("CC BY-NC-SA 4.0", "https://creativecommons.org/licenses/by-nc-sa/4.0/"),
    ("CC BY-NC 4.0", "https://creativecommons.org/licenses/by-nc/4.0/"),
    ("CC BY-SA 4.0", "https://creativecommons.org/licenses/by-sa/4.0/"),
    ("CC BY 3.0", "https://creativecommons.org/licenses/by/3.0/"),
    ("CC BY 4.0", "https://creativecommons.org/licenses/by/4.0/"),
    ("MIT", "https://spdx.org/licenses/MIT.html"),
    ("Apache-2.0", "https://spdx.org/licenses/Apache-2.0.html"),
    ("Apache 2.0", "https://spdx.org/licenses/Apache-2.0.html"),
  ]

  /// - Parameter terms: such as `CC BY 4.0` or `MIT; abstracts under PubMed terms`. Terms that leave a choice
  ///   ("CC0, CC BY or CC BY-NC", "CC BY 3.0 or 4.0 for most") name no single license.
  static func address(of terms: String) -> String? {
    guard !terms.contains(" or ") else { return nil }
    guard let found = addresses.first(where: { terms.hasPrefix($0.name) }) else { return nil }
    let rest = terms.dropFirst(found.name.count)
    guard let next = rest.first else { return found.url }
    if next == ";" || rest.hasPrefix(" 1.0") || rest.hasPrefix(" (") || rest.hasPrefix(" on ") {
      return found.url
    }
    return nil
  }
}
