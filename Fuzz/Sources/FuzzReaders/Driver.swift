/// libFuzzer's entry, for programs that have a `main` of their own.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

// SAFETY: written once before the driver starts, and libFuzzer calls from one thread.
nonisolated(unsafe) private var attempt: ([UInt8]) -> Void = { _ in }

/// Hands inputs to `body` until the time that the command line gives is over; a trap in it is a finding.
func fuzz(_ body: @escaping ([UInt8]) -> Void) {
  attempt = body
  var count = CommandLine.argc
  var arguments = CommandLine.unsafeArgv
  _ = runDriver(&count, &arguments) { data, count in
    attempt(Array(UnsafeBufferPointer(start: data, count: count)))
    return 0
  }
}
