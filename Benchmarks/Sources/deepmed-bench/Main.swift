import DeepMedicine
import Foundation

/// `deepmed-bench inputs FOLDER`, `run FOLDER [NAME…]`, `table OURS PEERS`; `scripts/bench` calls all three.
@main struct Main {
  static func main() {
    let arguments = CommandLine.arguments
    do {
      switch (arguments.dropFirst().first, arguments.count) {
      case ("inputs", 3): try Inputs.write(to: URL(filePath: arguments[2]))
      case ("run", 3...): try run(URL(filePath: arguments[2]), Array(arguments.dropFirst(3)))
      case ("predict-once", 3): try Works.predictOnce(URL(filePath: arguments[2]))
      case ("table", 4):
        print(Table.text(ours: try Table.read(arguments[2]), peers: try Table.read(arguments[3])))
      default:
        print("usage: deepmed-bench inputs FOLDER | run FOLDER [NAME…] | table OURS PEERS")
        exit(64)
      }
    } catch {
      FileHandle.standardError.write(Data("deepmed-bench: \(error)\n".utf8))
      exit(1)
    }
  }

  /// Works whose name begins with one of the names, or all.
  private static func run(_ folder: URL, _ names: [String]) throws {
    Torch.threadCount = 2
    for (work, body) in Works.all where names.isEmpty || names.contains(where: { work.hasPrefix($0) }) {
      try body(folder)
    }
  }
}
