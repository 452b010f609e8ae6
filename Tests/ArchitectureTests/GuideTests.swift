import Foundation
import Testing

/// What the guides say must be true: their code is compiled, their commands and links exist.
struct GuideTests {
  private static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// README.md and every Markdown file below Documentation.
  private static let pages: [Page] = {
    let files = [root.appending(path: "README.md")] + below("Documentation", suffix: ".md")
    return files.compactMap(Page.init)
  }()

  @Test func pagesAreThere() { #expect(Self.pages.count > 10) }

  @Test func swiftBlocksAreCompiledCode() throws {
    let sources = try (Self.below("Examples", suffix: ".swift") + Self.below("Sources", suffix: ".swift"))
      .map { try String(contentsOf: $0, encoding: .utf8).split(separator: "\n").map(Self.trimmed) }
    for page in Self.pages {
      for block in page.blocks where block.language == "swift" {
        let lines = block.lines.map { Self.trimmed($0[...]) }.filter { !$0.isEmpty }
        #expect(
          sources.contains { Self.contains($0, lines) },
          "\(page.name): no file below Examples or Sources holds the block that begins with “\(lines.first ?? "")”"
        )
      }
    }
  }

  @Test func commandsExist() throws {
    let commands = try Self.commands()
    #expect(commands.isSuperset(of: ["image", "image info", "plan", "train", "predict"]))
    for page in Self.pages {
      for block in page.blocks where block.language == "sh" {
        for line in block.lines {
          let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
          guard let start = words.firstIndex(of: "deepmed"), start + 1 < words.count else { continue }
          let first = words[start + 1]
          guard !first.hasPrefix("-") else { continue }
          #expect(commands.contains(first), "\(page.name): there is no “deepmed \(first)”")
          let hasSubcommands = commands.contains { $0.hasPrefix(first + " ") }
          guard hasSubcommands, start + 2 < words.count, !words[start + 2].hasPrefix("-") else { continue }
          let both = "\(first) \(words[start + 2])"
          #expect(commands.contains(both), "\(page.name): there is no “deepmed \(both)”")
        }
      }
    }
  }

  @Test func linksResolve() {
    for page in Self.pages {
      for link in page.links where !link.contains("://") && !link.hasPrefix("#") && !link.hasPrefix("mailto:")
      {
        let path = String(link.prefix { $0 != "#" })
        let target = page.url.deletingLastPathComponent().appending(path: path)
        #expect(FileManager.default.fileExists(atPath: target.path), "\(page.name): \(link) leads nowhere")
      }
    }
  }

  @Test func symbolsOfLandingPagesExist() throws {
    let pages = Self.below("Sources", suffix: ".md").filter { $0.path.contains(".docc/") }
    #expect(pages.count > 10)
    for page in pages {
      let folder = page.deletingLastPathComponent().deletingLastPathComponent()
      let library = folder.lastPathComponent
      let code = try Self.below("Sources/\(library)", suffix: ".swift")
        .map { try String(contentsOf: $0, encoding: .utf8) }.joined(separator: "\n")
      let declared = code.matches(of: #/public (?:final |indirect )*(?:struct|enum|class|protocol) (\w+)/#)
      let names = Set(declared.map { String($0.1) }).union([library])
      for match in try String(contentsOf: page, encoding: .utf8).matches(of: #/``(\w+)``/#) {
        #expect(
          names.contains(String(match.1)), "\(page.lastPathComponent): there is no public type \(match.1)")
      }
    }
  }

  /// Subcommands as their declarations name them: “image”, “image info” …
  ///
  /// A command is a struct in an extension of `Deepmed` or of another command; its name is the declared
  /// `commandName`, else the type's name in lower case.
  private static func commands() throws -> Set<String> {
    struct Command {
      var type: String
      var parent: String
      var name: String
    }
    var commands: [Command] = []
    for file in below("Sources/DeepmedCommands", suffix: ".swift") {
      var parent = ""
      let first = commands.count
      for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
        if let match = line.firstMatch(of: #/^extension Deepmed(?:\.(\w+))? \{/#) {
          parent = match.1.map(String.init) ?? ""
        } else if let match = line.firstMatch(
          of: #/^  public struct (\w+): (?:Async)?(?:Parsable|Tensor)Command/#)
        {
          commands.append(Command(type: String(match.1), parent: parent, name: match.1.lowercased()))
        } else if let match = line.firstMatch(of: #/^ .*commandName: "([\w-]+)"/#), commands.count > first {
          commands[commands.count - 1].name = String(match.1)
        }
      }
    }
    return Set(
      commands.map { command in
        let parent = commands.first { $0.type == command.parent && $0.parent.isEmpty }
        return parent.map { "\($0.name) \(command.name)" } ?? command.name
      })
  }

  private static func below(_ folder: String, suffix: String) -> [URL] {
    let base = root.appending(path: folder)
    let names = (try? FileManager.default.subpathsOfDirectory(atPath: base.path)) ?? []
    return names.filter { $0.hasSuffix(suffix) }.sorted().map { base.appending(path: $0) }
  }

  private static func trimmed(_ line: Substring) -> String { line.trimmingCharacters(in: .whitespaces) }

  /// Whether the lines stand in the source one after the other, blank lines aside.
  private static func contains(_ source: [String], _ lines: [String]) -> Bool {
    let source = source.filter { !$0.isEmpty }
    guard let first = lines.first, lines.count <= source.count else { return false }
    return (0...(source.count - lines.count)).contains { start in
      source[start] == first && source[start..<start + lines.count].elementsEqual(lines)
    }
  }
}

/// A Markdown file: its fenced blocks, and its links outside of them.
private struct Page {
  struct Block {
    var language: String
    var lines: [String] = []
  }

  let url: URL
  var blocks: [Block] = []
  var links: [String] = []
  var name: String { url.lastPathComponent }

  init?(_ url: URL) {
    guard let text = try? String(contentsOf: url, encoding: .utf8) else { return nil }
    self.url = url
    var open: Block?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      if line.hasPrefix("```") {
        if let block = open {
          blocks.append(block)
          open = nil
        } else {
          open = Block(language: String(line.dropFirst(3)))
        }
      } else if open != nil {
        open?.lines.append(line)
      } else {
        links += line.matches(of: #/\]\(([^)\s]+)\)/#).map { String($0.1) }
      }
    }
  }
}
