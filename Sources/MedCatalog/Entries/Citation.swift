/// Who wrote what, where and when; identifiers only where they are known.
public struct Citation: Codable, Hashable, Sendable {
  public enum Medium: String, Codable, CaseIterable, Sendable {
    case article, conference, preprint, thesis, slides, web, image, book
  }

  /// `Family, Given`, or a group's name without a comma, in the work's order.
  public var authors: [String]
  /// Whether there are more authors than are known.
  public var hasMoreAuthors = false
  public var title: String
  public var type: Medium
  public var venue: String?
  public var year: Int?
  public var volume: String?
  public var issue: String?
  /// `first-last`, or an article number.
  public var pages: String?
  public var publisher: String?
  /// Without a resolver: `10.1038/nmeth.3547`.
  public var doi: String?
  /// `1509.09292`.
  public var arxiv: String?
  public var pmid: String?
  public var url: String?

  /// An author's name, taken apart at the comma; a group has no given name.
  public static func parts(of author: String) -> (family: String, given: String?) {
    guard let comma = author.firstIndex(of: ",") else { return (author, nil) }
    let given = author[author.index(after: comma)...].drop { $0 == " " }
    return (String(author[..<comma]), given.isEmpty ? nil : String(given))
  }

  /// One line for people: `Zhou & Troyanskaya (2015). Title. Venue 12(10), 931-934.`
  public var line: String {
    let families = authors.map { Self.parts(of: $0).family }
    let names: String =
      if hasMoreAuthors || families.count > 3 {
        (families.first.map { "\($0) et al." } ?? "")
      } else if families.count > 1 {
        families.dropLast().joined(separator: ", ") + " & " + families[families.count - 1]
      } else {
        families.first ?? ""
      }
    var text = [names, year.map { "(\($0))" }].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: " ")
    if !text.isEmpty, !text.hasSuffix(".") { text += "." }
    text += (text.isEmpty ? "" : " ") + title
    if !".?!".contains(title.last ?? " ") { text += "." }
    if let venue {
      text += " " + venue
      if let volume { text += " " + volume }
      if let issue { text += "(\(issue))" }
      if let pages { text += ", " + pages }
      text += "."
    }
    return text
  }
}
