extension CatalogEntry {
  /// The address to follow today: the listed one, or what took its place where that one is gone or has moved.
  var currentLink: Link? {
    guard let listed = links.first(where: { $0.role == .primary }) ?? links.first else { return nil }
    guard listed.status == .broken || listed.status == .moved else { return listed }
    let successors = corrections.compactMap(\.now)
    let alive = links.filter { $0.status != .broken && $0.url != listed.url }
    return alive.first { successors.contains($0.url) }
      ?? alive.first { [.mirror, .download, .archive].contains($0.role) && $0.status == nil }
      ?? alive.first { [.mirror, .download, .archive].contains($0.role) }
      ?? (listed.status == .moved ? listed : alive.first)
  }

  /// Further addresses of the same thing that are not known to be gone.
  var otherPlaces: [String] {
    links.filter { $0.url != currentLink?.url && $0.status != .broken }
      .filter { [.primary, .mirror, .archive, .download].contains($0.role) }.map(\.url)
  }
}
