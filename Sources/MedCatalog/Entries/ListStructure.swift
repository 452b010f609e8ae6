/// The list the catalog grew from, as far as it is no entry: so that every line is accounted for.
public struct ListStructure: Codable, Hashable, Sendable {
  public struct Part: Codable, Hashable, Sendable {
    public enum Role: String, Codable, CaseIterable, Sendable { case heading, intro, stray }

    public var lines: [Int]
    public var role: Role
    public var text: String
    public var note: String?
  }

  public var title: String
  public var source: String
  public var lineCount: Int
  /// Lines with nothing on them.
  public var blank: [Int]
  public var structure: [Part]
}
