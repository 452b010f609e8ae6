import Foundation
import MedCheckpoint

@main struct Main {
  static let usage = """
    usage: deepmed-parity DIR [--class NAME]… [--case ID]… [--data DIR] [--only-failures] [--in-process]
           deepmed-parity --list

    Runs every cases.json below DIR through the public API, prints one line a case and a table by class,
    and exits with 1 when a case failed.

      --class NAME      only cases of this class (may be repeated)
      --case ID         only this case (may be repeated)
      --data DIR        the folder of real files that the formats' cases name
      --only-failures   no lines for cases that pass or are unsupported
      --in-process      run in this process, for a debugger; else a crash is a failure of its case, and the
                        rest goes on
      --limit SECONDS   the time a case may take (120)
      --list            the classes that have a runner, and nothing else
    """

  static func main() {
    var options = Options()
    do {
      guard try options.parse(Array(CommandLine.arguments.dropFirst())) else { return print(usage) }
      if options.isList { return print(Registry().classNames.joined(separator: "\n")) }
      guard let folder = options.folder else { throw Unsupported("DIR is missing\n\n\(usage)") }
      let cases = try CaseList(below: folder, options: options)
      if let worker = options.worker {
        Worker(cases: cases, descriptor: worker.descriptor).run(from: worker.first)
        exit(0)
      }
      var session = Session(cases: cases, options: options)
      let tally = try session.run()
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
  var isInProcess = false
  var limit = 120
  /// Set in the process that runs the cases: where it begins, and where its results go.
  var worker: (first: Int, descriptor: Int32)?

  /// - Returns: false when help is asked for.
  mutating func parse(_ arguments: [String]) throws -> Bool {
    var rest = arguments[...]
    func value(_ option: String) throws -> String {
      guard let value = rest.popFirst() else { throw Unsupported("\(option) needs a value") }
      return value
    }
    func number(_ option: String) throws -> Int {
      guard let number = Int(try value(option)) else { throw Unsupported("\(option) needs a number") }
      return number
    }
    while let argument = rest.popFirst() {
      switch argument {
      case "-h", "--help": return false
      case "--class": classes.insert(try value(argument))
      case "--case": cases.insert(try value(argument))
      case "--data": data = URL(fileURLWithPath: try value(argument))
      case "--only-failures": onlyFailures = true
      case "--list": isList = true
      case "--in-process": isInProcess = true
      case "--limit": limit = max(1, try number(argument))
      case "--worker":
        let first = try number(argument)
        worker = (first, Int32(truncatingIfNeeded: try number(argument)))
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
