import DeepMedicine
import Foundation

/// Runs a program to its end with as little around it as possible, and gives what it printed.
@discardableResult func spawn(_ program: URL, _ arguments: [String]) throws -> String {
  let output = FileManager.default.temporaryDirectory.appending(path: "spawned-\(getpid())")
  defer { try? FileManager.default.removeItem(at: output) }
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output.path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
  var words: [UnsafeMutablePointer<CChar>?] = ([program.path] + arguments).map { strdup($0) }
  defer { for word in words { free(word) } }
  words.append(nil)
  var child = pid_t()
  var status = Int32()
  guard posix_spawn(&child, program.path, &actions, nil, words, environ) == 0,
    waitpid(child, &status, 0) == child, status == 0
  else {
    throw EngineError("\(program.path) \(arguments) failed with status \(status)")
  }
  return try String(contentsOf: output, encoding: .utf8)
}
