import Foundation

/// A headless browser that is spoken to over its debugging pipe.
///
/// - Source: the Chrome DevTools Protocol, version 1.3.
final class Chromium {
  struct Failure: Error, CustomStringConvertible { var description: String }

  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()
  private let guardian: DispatchWorkItem
  private var received = Data()
  private var lastID = 0
  private var session: String?

  /// - Parameter program: the browser; it is ended after a minute, whatever happens.
  init(_ program: String, profile: URL) throws {
    // A browser that ends early is an error to be told, not the end of the tests.
    signal(SIGPIPE, SIG_IGN)
    // The browser reads commands from file 3 and answers on file 4.
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = [
      "-c", "exec \"$0\" \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>&1", program,
      "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
      "--remote-debugging-pipe", "--user-data-dir=\(profile.path)", "about:blank",
    ]
    process.standardInput = input
    process.standardOutput = output
    let process = process
    guardian = DispatchWorkItem { process.terminate() }
    try process.run()
    DispatchQueue.global().asyncAfter(deadline: .now() + 60, execute: guardian)
  }

  func end() {
    _ = try? send("Browser.close")
    process.waitUntilExit()
    guardian.cancel()
  }

  /// Opens an address in a new page and waits until it is loaded.
  func open(_ address: String, width: Int, height: Int) throws {
    let target = try send("Target.createTarget", ["url": "about:blank"])["targetId"] as? String
    guard let target else { throw Failure(description: "the browser opens no page") }
    session =
      try send("Target.attachToTarget", ["targetId": target, "flatten": true])["sessionId"] as? String
    _ = try send("Page.enable")
    _ = try send(
      "Emulation.setDeviceMetricsOverride",
      ["width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600])
    _ = try send("Page.navigate", ["url": address])
    while try next()["method"] as? String != "Page.loadEventFired" {}
  }

  /// The text that an expression, or the promise it gives, comes to.
  func value(of expression: String) throws -> String {
    let answer = try send(
      "Runtime.evaluate", ["expression": expression, "awaitPromise": true, "returnByValue": true])
    guard let text = (answer["result"] as? [String: Any])?["value"] as? String else {
      throw Failure(description: "\(expression) gave \(answer)")
    }
    return text
  }

  private func send(_ method: String, _ parameters: [String: Any] = [:]) throws -> [String: Any] {
    lastID += 1
    var message: [String: Any] = ["id": lastID, "method": method, "params": parameters]
    if let session { message["sessionId"] = session }
    try input.fileHandleForWriting.write(contentsOf: JSONSerialization.data(withJSONObject: message) + [0])
    while true {
      let answer = try next()
      guard answer["id"] as? Int == lastID else { continue }
      if let error = answer["error"] { throw Failure(description: "\(method): \(error)") }
      return answer["result"] as? [String: Any] ?? [:]
    }
  }

  /// The next answer or event; messages end in a zero byte.
  private func next() throws -> [String: Any] {
    while true {
      if let end = received.firstIndex(of: 0) {
        let message = received[..<end]
        received = Data(received[received.index(after: end)...])
        return try JSONSerialization.jsonObject(with: message) as? [String: Any] ?? [:]
      }
      let more = output.fileHandleForReading.availableData
      guard !more.isEmpty else { throw Failure(description: "the browser ended early") }
      received.append(more)
    }
  }
}
