internal import Foundation

/// The toolkit's own version, as every result names it.
public enum Toolkit {
  public static let version = "0.1.0"
}

/// What a result was computed with.
public struct EnvironmentRecord: Codable, Hashable, Sendable {
  public var toolkit: String
  public var libtorch: String?
  public var system: String
  public var processor: String
  public var threads: Int

  public init(libtorch: String?, threads: Int) {
    toolkit = Toolkit.version
    self.libtorch = libtorch
    system = ProcessInfo.processInfo.operatingSystemVersionString
    processor = EnvironmentRecord.processorName
    self.threads = threads
  }

  private static var processorName: String {
    let lines = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.split(separator: "\n") ?? []
    let name = lines.first { $0.hasPrefix("model name") }?.split(separator: ":").last
    return name.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown"
  }
}
