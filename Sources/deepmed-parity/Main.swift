import Foundation
import MedCheckpoint

@main struct Main {
  static let usage = """
    usage: deepmed-parity DIR [--class NAME]… [--case ID]… [--data DIR] [--only-failures] [--list]

    Runs every cases.json below DIR through the public API, prints one line a case and a table by class,
    and exits with 1 when a case failed.

      --class NAME      only cases of this class (may be repeated)
      --case ID         only this case (may be repeated)
      --data DIR        the folder of real files that the formats' cases name
      --only-failures   no lines for cases that pass or are unsupported
      --list            the classes that have a runner, and nothing else
    """

  static func main() {
    var options = Options()
    do {
      guard try options.parse(Array(CommandLine.arguments.dropFirst())) else { return print(usage) }
      if options.isList { return print(Registry().classNames.joined(separator: "\n")) }
      guard let folder = options.folder else { throw Unsupported("DIR is missing\n\n\(usage)") }
      let tally = try Session(options: options).run(below: folder)
      print("")
      print(tally.table)
      print("\(tally.passed) passed, \(tally.failed) failed, \(tally.skipped) skipped")
      exit(tally.failed > 0 ? 1 : 0)
    } catch let error as Unsupported {
      fail(error.what, code: 64)
    } catch {
      fail("\(error)", code: 65)
    }
  }

  static func fail(_ text: String, code: Int32) -> Never {
    FileHandle.standardError.write(Data("deepmed-parity: \(text)\n".utf8))
    exit(code)
  }
}

struct Options {
  var folder: URL?
  var classes: Set<String> = []
  var cases: Set<String> = []
  var data: URL?
  var onlyFailures = false
  var isList = false

  /// - Returns: false when help is asked for.
  mutating func parse(_ arguments: [String]) throws -> Bool {
    var rest = arguments[...]
    func value(_ option: String) throws -> String {
      guard let value = rest.popFirst() else { throw Unsupported("\(option) needs a value") }
      return value
    }
    while let argument = rest.popFirst() {
      switch argument {
      case "-h", "--help": return false
      case "--class": classes.insert(try value(argument))
      case "--case": cases.insert(try value(argument))
      case "--data": data = URL(fileURLWithPath: try value(argument))
      case "--only-failures": onlyFailures = true
      case "--list": isList = true
      case _ where argument.hasPrefix("-"): throw Unsupported("unknown option \(argument)\n\n\(Main.usage)")
      case _ where folder == nil: folder = URL(fileURLWithPath: argument).standardizedFileURL
      default: throw Unsupported("expected one folder, found also \(argument)")
      }
    }
    return true
  }

  func includes(id: String, className: String) -> Bool {
    (classes.isEmpty || classes.contains(className)) && (cases.isEmpty || cases.contains(id))
  }
}

/// Goes through the folders.
struct Session {
  let options: Options
  let registry = Registry()

  func run(below root: URL) throws -> Tally {
    var tally = Tally()
    for url in try CaseFolder.find(below: root) {
      let folder = try CaseFolder(url)
      let data = options.data ?? CaseFolder.dataFolder(near: url)
      for fields in folder.cases {
        let className = fields["class"]?.string ?? fields["group"]?.string ?? url.lastPathComponent
        guard options.includes(id: fields["id"]?.string ?? "", className: className) else { continue }
        let test = Case(
          fields: fields, className: className, folder: url, arrays: folder.arrays, dataFolder: data)
        let outcome = Outcome(running: test, with: registry.runner(for: className, in: url))
        tally.add(outcome, className: className)
        report(outcome, test.id)
      }
    }
    return tally
  }

  private func report(_ outcome: Outcome, _ id: String) {
    switch outcome {
    case .fail(let what): print("fail \(id): \(what)")
    case .pass: if !options.onlyFailures { print("pass \(id)") }
    case .unsupported(let what): if !options.onlyFailures { print("unsupported \(id): \(what)") }
    }
    fflush(nil)
  }
}
