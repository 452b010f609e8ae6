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
    return max(20, min(columns, 160))
  }

  /// Whether text may be colored: on a terminal, unless the user asked for none (NO_COLOR).
  static var usesColor: Bool {
    let environment = ProcessInfo.processInfo.environment
    return isatty(STDOUT_FILENO) != 0 && environment["NO_COLOR"] == nil && environment["TERM"] != "dumb"
  }

  /// The width in characters; 100 where there is no terminal.
  static var columns: Int {
    var size = winsize()
    let isKnown = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    return isKnown ? max(40, Int(size.ws_col)) : 100
  }
}
