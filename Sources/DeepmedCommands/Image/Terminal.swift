import Foundation

/// What standard output is connected to.
enum Terminal {
  /// The width in characters for pictures; nil where there is no terminal with 24-bit colors, or the user asked
  /// for none (NO_COLOR).
  static var pictureColumns: Int? {
    let environment = ProcessInfo.processInfo.environment
    guard isatty(STDOUT_FILENO) != 0, environment["NO_COLOR"] == nil, environment["TERM"] != "dumb" else {
      return nil
    }
    let depth = environment["COLORTERM"] ?? ""
    guard depth == "truecolor" || depth == "24bit" || environment["TERM"]?.contains("direct") == true else {
      return nil
    }
    var size = winsize()
    let columns = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 ? Int(size.ws_col) : 80
    return max(20, min(columns, 160))
  }
}
