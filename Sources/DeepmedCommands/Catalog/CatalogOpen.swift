public import ArgumentParser
import Foundation
public import MedCatalog
import MedDataset
import MedVoxel

extension Deepmed.CatalogCommand {
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
