import Foundation

/// A CT series of 300 slices, 512×512 pixels of 16 bits, uncompressed and explicit little-endian.
enum DICOMInputs {
  static let (side, slices) = (512, 300)

  static func write(to folder: URL) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    var noise = UInt64(1)
    for k in 0..<slices {
      var pixels = Data(capacity: side * side * 2)
      for j in 0..<side {
        for i in 0..<side {
          noise = noise &* 6_364_136_223_846_793_005 &+ 1
          let tissue = 1000 * sin(Double(i) / 40 + Double(k) / 30) * cos(Double(j) / 50)
          let value = UInt16(bitPattern: Int16(tissue) &+ Int16(noise >> 59))
          pixels.append(contentsOf: [UInt8(value & 0xff), UInt8(value >> 8)])
        }
      }
      let file = file(slice: k, pixels: pixels)
      try file.write(to: folder.appending(path: "slice-\(k).dcm"))
    }
  }

  private static func file(slice k: Int, pixels: Data) -> Data {
    let syntax = element(2, 0x10, "UI", text("1.2.840.10008.1.2.1", 0))
    let meta =
      element(2, 1, "OB", Data([0, 1])) + element(2, 2, "UI", text("1.2.840.10008.5.1.4.1.1.2", 0))
      + element(2, 3, "UI", text("1.2.3.4.\(k)", 0)) + syntax
    var data = Data(count: 128) + Data("DICM".utf8) + element(2, 0, "UL", number(UInt32(meta.count))) + meta
    data += element(8, 0x16, "UI", text("1.2.840.10008.5.1.4.1.1.2", 0))
    data += element(8, 0x18, "UI", text("1.2.3.4.\(k)", 0))
    data += element(8, 0x60, "CS", text("CT"))
    data += element(0x18, 0x50, "DS", text("1.25"))
    data += element(0x20, 0xd, "UI", text("1.2.3", 0)) + element(0x20, 0xe, "UI", text("1.2.3.4", 0))
    data += element(0x20, 0x13, "IS", text("\(k + 1)"))
    data += element(0x20, 0x32, "DS", text("-180\\-180\\\(1.25 * Double(k))"))
    data += element(0x20, 0x37, "DS", text("1\\0\\0\\0\\1\\0"))
    data += element(0x28, 2, "US", number(UInt16(1))) + element(0x28, 4, "CS", text("MONOCHROME2"))
    data += element(0x28, 0x10, "US", number(UInt16(side))) + element(0x28, 0x11, "US", number(UInt16(side)))
    data += element(0x28, 0x30, "DS", text("0.7\\0.7"))
    for (number, value) in [(0x100, 16), (0x101, 16), (0x102, 15), (0x103, 1)] {
      data += element(0x28, UInt16(number), "US", self.number(UInt16(value)))
    }
    data += element(0x28, 0x1052, "DS", text("-1024")) + element(0x28, 0x1053, "DS", text("1"))
    return data + element(0x7fe0, 0x10, "OW", pixels)
  }

  private static func text(_ value: String, _ padding: UInt8 = 32) -> Data {
    Data(value.utf8) + (value.utf8.count % 2 == 0 ? [] : [padding])
  }

  private static func number<T: FixedWidthInteger>(_ value: T) -> Data {
    withUnsafeBytes(of: value.littleEndian) { Data($0) }
  }

  private static func element(_ group: UInt16, _ element: UInt16, _ vr: String, _ value: Data) -> Data {
    let head = number(group) + number(element) + Data(vr.utf8)
    let isLong = vr == "OW" || vr == "OB"
    return head + (isLong ? Data(count: 2) + number(UInt32(value.count)) : number(UInt16(value.count)))
      + value
  }
}
