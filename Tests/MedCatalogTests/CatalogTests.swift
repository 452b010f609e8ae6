import Foundation
import MedCatalog
import MedTestSupport
import MedVoxel
import Testing

@Suite struct CatalogTests {
  @Test func `the bundled catalog is complete`() throws {
    let statistics = try Catalog.bundled().statistics
    #expect(statistics.references == 108)
    #expect(statistics.uniqueReferences == 104)
    #expect(statistics.datasets == 80)
    #expect(statistics.frameworks == 3)
    #expect(statistics.systems >= 60)
  }

  @Test func `every data set says what users need`() throws {
    for entry in try Catalog.bundled().entries where entry.kind == .dataset {
      #expect(!entry.modality.isEmpty, "\(entry.id)")
      #expect(!entry.links.isEmpty, "\(entry.id)")
      #expect(entry.dataset?.formats.isEmpty == false, "\(entry.id)")
    }
  }

  @Test func `support comes from the code`() throws {
    let catalog = try Catalog.bundled(
      support: SupportTable(readers: ["kits19"], networks: ["monai": ["UNet"]]))
    #expect(catalog["kits19"]?.support.reader == true)
    #expect(catalog["drive"]?.support.isEmpty == true)
    #expect(catalog.statistics.readers == 1)
    #expect(throws: CatalogError.self) { try Catalog.bundled(support: SupportTable(readers: ["kits20"])) }
    #expect(throws: CatalogError.self) { try Catalog.bundled(support: SupportTable(readers: ["monai"])) }
  }

  /// A copy of the catalog with changes to one file; what the check says of it.
  private func problems(_ file: String, _ change: (inout String) -> Void) throws -> [String] {
    let folder = try TemporaryFolder()
    let copy = folder.url.appending(path: "catalog")
    try FileManager.default.copyItem(at: Catalog.resources, to: copy)
    let url = copy.appending(path: file)
    var text = try String(contentsOf: url, encoding: .utf8)
    let before = text
    change(&text)
    try #require(text != before)
    try text.write(to: url, atomically: true, encoding: .utf8)
    do {
      _ = try Catalog(contentsOf: copy)
      return []
    } catch { return error.problems.map(\.description) }
  }

  @Test func `an unchanged copy is well`() throws {
    #expect(try problems("datasets/eye.yaml") { $0 += "\n# a comment\n" } == [])
  }

  @Test func `all problems are told at once with file and line`() throws {
    let found = try problems("datasets/abdomen-pelvis.yaml") { text in
      text = text.replacingOccurrences(of: "modality: [ct]", with: "modality: [cct]")
      text = text.replacingOccurrences(of: "access: open", with: "acess: open")
      text = text.replacingOccurrences(of: "lines: [184]", with: "lines: [151]")
    }
    let text = found.joined(separator: "\n")
    #expect(text.contains("“cct” is no modality"))
    #expect(text.contains("did you mean “ct”?"))
    #expect(text.contains("unknown key `acess`"))
    #expect(text.contains("`access` is missing"))
    #expect(text.contains("line 184 of the list belongs to no entry"))
    #expect(text.contains("line 151 of the list belongs to several"))
    #expect(found.contains { $0.contains(/datasets\/abdomen-pelvis\.yaml:\d+:/) })
  }

  @Test(arguments: [
    ("id: kits19", "id: drive", "stands at"), ("id: kits19", "id: KiTS 19", "is no id"),
    ("kind: dataset", "kind: datset", "did you mean “dataset”?"),
    ("role: primary", "role: home", "known are"),
    ("url: https://", "url: htp://", "is no http or https address"),
    ("related: [", "related: [kits20, ", "unknown entry “kits20”"),
    ("lines: [184]", "lines: [1840]", "is not in the list"),
    ("lines: [184]", "lines: [x]", "expected a whole number"),
    ("entries:", "entries:\n  - nothing", "as a mapping"),
    ("formats: [nifti, json]", "formats: []", "is empty"),
    ("topic: abdomen-pelvis", "topic: [", "abdomen-pelvis.yaml:"),
    (
      "kind: dataset\n    name: KiTS19", "kind: dataset\n    name: ''\n    reader: true",
      "unknown key `reader`"
    ),
  ])
  func `a malformed entry is told`(was: String, now: String, message: String) throws {
    let found = try problems("datasets/abdomen-pelvis.yaml") { text in
      guard let range = text.range(of: was) else { return }
      text.replaceSubrange(range, with: now)
    }
    #expect(found.contains { $0.contains(message) }, "\(found)")
  }

  @Test(arguments: [
    ("doi: 10.", "doi: https://doi.org/10.", "is no DOI"), ("year: 20", "year: 90", "is no year"),
    ("systems: [", "systems: [nothing-like-it, ", "unknown entry"),
  ])
  func `a malformed citation is told`(was: String, now: String, message: String) throws {
    let found = try problems("references/regulatory-genomics.yaml") { text in
      guard let range = text.range(of: was) else { return }
      text.replaceSubrange(range, with: now)
    }
    #expect(found.contains { $0.contains(message) }, "\(found)")
  }

  @Test func `files that are no text are told`() throws {
    let folder = try TemporaryFolder()
    let copy = folder.url.appending(path: "catalog")
    try FileManager.default.copyItem(at: Catalog.resources, to: copy)
    try Data([0xFF, 0xFE, 0x00, 0x80]).write(to: copy.appending(path: "datasets/eye.yaml"))
    let error = #expect(throws: CatalogError.self) { try Catalog(contentsOf: copy) }
    #expect((error.map(\.description) ?? "").contains("datasets/eye.yaml:1"))
    #expect(throws: CatalogError.self) { try Catalog(contentsOf: folder.url.appending(path: "none")) }
  }

  @Test func `the index is kept, and built anew when the support changes`() throws {
    let folder = try TemporaryFolder()
    let cache = folder.url.appending(path: "cache")
    let first = try CatalogIndex.bundled(cache: cache)
    let names = try FileManager.default.contentsOfDirectory(atPath: cache.path)
    #expect(names.count == 1)
    let second = try CatalogIndex.bundled(cache: cache)
    #expect(try first.search("retina").hits == second.search("retina").hits)
    _ = try CatalogIndex.bundled(support: SupportTable(readers: ["drive"]), cache: cache)
    #expect(try FileManager.default.contentsOfDirectory(atPath: cache.path).count == 2)
    // A damaged index is built anew.
    let hits = try first.search("retina").hits
    for name in try FileManager.default.contentsOfDirectory(atPath: cache.path) {
      try Data("no database".utf8).write(to: cache.appending(path: name))
    }
    #expect(try CatalogIndex.bundled(cache: cache).search("retina").hits == hits)
  }

  @Test func `where nothing can be kept, the index stays in memory`() throws {
    let folder = try TemporaryFolder()
    let file = try folder.file("file", containing: [])
    let index = try CatalogIndex.bundled(cache: file.appending(path: "cache"))
    #expect(try index.entry(id: "drive")?.kind == .dataset)
  }
}
