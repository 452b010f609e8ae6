import Foundation

/// DICOM files put together element by element: explicit VR, little-endian.
struct RawDICOM {
  var series = "1.2.3"
  var identity = "1.2.3.4"
  /// Left out where nil.
  var study: String?
  var frameOfReference: String?
  var rows: UInt16 = 2
  var columns: UInt16 = 3
  var position: [Double]? = [0, 0, 0]
  var orientation: [Double] = [1, 0, 0, 0, 1, 0]
  var spacing: [Double] = [2, 1]
  var slope: Double = 1
  var intercept: Double = 0
  var instance = 1
  var bitsStored: UInt16 = 16
  var isSigned = true
  var photometric = "MONOCHROME2"
  var pixels: [Int16] = [0, 1, 2, 3, 4, 5]

  var file: [UInt8] {
    let syntax = element(2, 0x10, "UI", text("1.2.840.10008.1.2.1", 0))
    let meta = element(2, 0, "UL", RawNIfTI.bytes(UInt32(syntax.count), false)) + syntax
    var data: [UInt8] = []
    data += element(8, 0x16, "UI", text("1.2.840.10008.5.1.4.1.1.2", 0))
    data += element(8, 0x18, "UI", text(identity, 0))
    data += element(8, 0x60, "CS", text("CT"))
    if let study { data += element(0x20, 0xd, "UI", text(study, 0)) }
    data += element(0x20, 0xe, "UI", text(series, 0))
    data += element(0x20, 0x13, "IS", text("\(instance)"))
    if let position {
      data += element(0x20, 0x32, "DS", text(list(position)))
      data += element(0x20, 0x37, "DS", text(list(orientation)))
    }
    if let frameOfReference { data += element(0x20, 0x52, "UI", text(frameOfReference, 0)) }
    data += element(0x28, 2, "US", short(1))
    data += element(0x28, 4, "CS", text(photometric))
    data += element(0x28, 0x10, "US", short(rows))
    data += element(0x28, 0x11, "US", short(columns))
    data += element(0x28, 0x30, "DS", text(list(spacing)))
    data += element(0x28, 0x100, "US", short(16))
    data += element(0x28, 0x101, "US", short(bitsStored))
    data += element(0x28, 0x102, "US", short(bitsStored - 1))
    data += element(0x28, 0x103, "US", short(isSigned ? 1 : 0))
    data += element(0x28, 0x1052, "DS", text("\(intercept)"))
    data += element(0x28, 0x1053, "DS", text("\(slope)"))
    data += element(0x7fe0, 0x10, "OW", pixels.flatMap { RawNIfTI.bytes($0, false) })
    return [UInt8](repeating: 0, count: 128) + Array("DICM".utf8) + meta + data
  }

  private func short(_ value: UInt16) -> [UInt8] { RawNIfTI.bytes(value, false) }

  private func list(_ numbers: [Double]) -> String { numbers.map { "\($0)" }.joined(separator: "\\") }

  private func text(_ value: String, _ padding: UInt8 = 32) -> [UInt8] {
    Array(value.utf8) + (value.utf8.count % 2 == 0 ? [] : [padding])
  }

  private func element(_ group: UInt16, _ number: UInt16, _ vr: String, _ value: [UInt8]) -> [UInt8] {
    let head = short(group) + short(number) + Array(vr.utf8)
    let length =
      vr == "OW" ? [0, 0] + RawNIfTI.bytes(UInt32(value.count), false) : short(UInt16(value.count))
    return head + length + value
  }
}
