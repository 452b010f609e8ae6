public import ArgumentParser
import Foundation
public import MedCatalog
import MedDataset
import MedVoxel

extension Deepmed.CatalogCommand {
  /// Everything about entries.
  public struct Show: ParsableCommand {
    public static let configuration = CommandConfiguration(abstract: "Everything about an entry.")

    @Argument(help: "Ids, as search and list print them.")
    public var ids: [String]

    @Flag(help: "Print JSON.")
    public var json = false

    public init() {}

    public func run() throws {
      let index = try Deepmed.CatalogCommand.index()
      let entries = try ids.map { try Deepmed.CatalogCommand.entry($0, in: index) }
      if json {
        print(try Deepmed.CatalogCommand.json(entries))
        return
      }
      let style = EntryStyle(vocabulary: try index.vocabulary())
      print(entries.map(style.full).joined(separator: "\n\n"))
    }
  }

  /// Opens an entry's page.
  public struct Open: ParsableCommand {
    public static let configuration = CommandConfiguration(abstract: "Open an entry's page in the browser.")

    @Argument(help: "An id, as search and list print it.")
    public var id: String

    @Option(help: "Which link: primary, paper, code, mirror, archive, documentation or download.")
    public var link: CatalogEntry.Link.Role?

    @Flag(name: .customLong("print"), help: "Print the address instead.")
    public var printsOnly = false

    public init() {}

    public func run() throws {
      let entry = try Deepmed.CatalogCommand.entry(id, in: Deepmed.CatalogCommand.index())
      let found = link.map { role in entry.links.first { $0.role == role } } ?? entry.primaryLink
      guard let found else {
        let known = entry.links.map(\.role.rawValue).joined(separator: ", ")
        throw CatalogError(
          "“\(id)” has no \(link.map { "\($0.rawValue) " } ?? "")link",
          remedy: known.isEmpty ? nil : "it has: \(known)", cause: .usage)
      }
      if let status = found.status, status != .unverified {
        FileHandle.standardError.write(Data("note: this link is marked as \(status.rawValue)\n".utf8))
      }
      if printsOnly || !Browser.open(found.url) { print(found.url) }
    }
  }

  /// How many entries there are.
  public struct Stats: ParsableCommand {
    public static let configuration = CommandConfiguration(
      abstract: "How many entries there are of each kind.")

    @Flag(help: "Print JSON.")
    public var json = false

    public init() {}

    public func run() throws {
      let statistics = try Deepmed.CatalogCommand.index().statistics()
      if json {
        print(try Deepmed.CatalogCommand.json(statistics))
        return
      }
      let rows: [(Int, String)] = [
        (statistics.references, "references (\(statistics.uniqueReferences) different works)"),
        (statistics.datasets, "data sets"), (statistics.frameworks, "frameworks"),
        (statistics.systems, "systems that the references describe"),
        (statistics.readers, "data sets that this toolkit reads"),
        (statistics.scorers, "data sets that it scores with the official metric"),
        (statistics.networks, "entries whose networks it has"),
        (statistics.corrections, "corrections of the list"),
        (statistics.uncertain, "fields marked as uncertain"),
      ]
      for (count, what) in rows {
        print(String(repeating: " ", count: max(0, 5 - "\(count)".count)) + "\(count)  \(what)")
      }
    }
  }

  /// Checks the catalog's files.
  public struct Check: ParsableCommand {
    public static let configuration = CommandConfiguration(
      abstract: "Check the catalog's files: all problems, with file and line.",
      discussion: "Exits with 0 when all is well and with 65 otherwise.")

    @Argument(
      help: "The folder of the YAML files (Sources/MedCatalog/Resources); the built-in catalog by default.",
      completion: .directory, transform: filePath)
    public var folder: String?

    public init() {}

    public func run() throws {
      let url = folder.map { URL(fileURLWithPath: $0) } ?? Catalog.resources
      let catalog = try Catalog(contentsOf: url, support: .toolkit)
      let statistics = catalog.statistics
      print(
        "\(catalog.entries.count) entries are well: \(statistics.references) references, "
          + "\(statistics.datasets) data sets, \(statistics.frameworks) frameworks, \(statistics.systems) systems; "
          + "all \(catalog.list.lineCount) lines of the list are accounted for")
    }
  }
}

extension CatalogEntry.Link.Role: ExpressibleByArgument {}

/// The user's browser.
private enum Browser {
  /// - Returns: whether a program took the address.
  static func open(_ address: String) -> Bool {
    #if canImport(Darwin)
      let opener = "open"
    #else
      guard
        ProcessInfo.processInfo.environment["DISPLAY"] != nil
          || ProcessInfo.processInfo.environment["WAYLAND_DISPLAY"] != nil
      else { return false }
      let opener = "xdg-open"
    #endif
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [opener, address]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }
}
