import Foundation
import MedImage
import MedVoxel

extension DRIVE {
  /// Small fundi: an orange disc with dark winding vessels. As many cases for training as for the test, up to 20.
  public func mimic(_ writer: MimicWriter) throws {
    for (half, first) in [("test", 1), ("training", 21)] {
      for number in first..<first + min(writer.caseCount, 20) {
        let digits = number < 10 ? "0\(number)" : "\(number)"
        var random = writer.random.stream("\(half) \(digits)")
        let fundus = Fundus(&random)
        try writer.write(
          Data(Raster.encode(fundus.photograph(&random), as: .tiff)),
          to: "\(half)/images/\(digits)_\(half).tif")
        try writer.write(fundus.gif(fundus.vessels), to: "\(half)/1st_manual/\(digits)_manual1.gif")
        try writer.write(fundus.gif(fundus.view), to: "\(half)/mask/\(digits)_\(half)_mask.gif")
        if half == "test" {
          try writer.write(
            fundus.gif(fundus.secondObserver(&random)), to: "\(half)/2nd_manual/\(digits)_manual2.gif")
        }
      }
    }
  }
}

/// A synthetic retina.
private struct Fundus {
  let width = 64
  let height = 66
  /// Row by row: inside of the field of view, and on a vessel.
  var view: [Bool]
  var vessels: [Bool]

  init(_ random: inout RandomStream) {
    view = [Bool](repeating: false, count: 64 * 66)
    vessels = view
    for y in 0..<height {
      for x in 0..<width {
        let (u, v) = (Double(x) - 31.5, Double(y) - 32.5)
        view[x + width * y] = u * u + v * v < 30 * 30
      }
    }
    // Vessels leave the optic disc and wind.
    for _ in 0..<7 {
      var (x, y, angle) = (44.0, 33.0, random.uniform(in: 0...6.283))
      for step in 0..<60 {
        angle += 0.25 * random.normal()
        (x, y) = (x + cos(angle), y + sin(angle))
        draw(x, y, radius: 1.4 - 0.015 * Double(step))
      }
    }
  }

  private mutating func draw(_ x: Double, _ y: Double, radius: Double) {
    let (columns, rows) = (Int(x) - 2...Int(x) + 2, Int(y) - 2...Int(y) + 2)
    for row in rows where row >= 0 && row < height {
      for column in columns where column >= 0 && column < width {
        let (u, v) = (Double(column) - x, Double(row) - y)
        let index = column + width * row
        if view[index], u * u + v * v < radius * radius { vessels[index] = true }
      }
    }
  }

  func photograph(_ random: inout RandomStream) -> StoredImage {
    var planes: [[UInt8]] = [[], [], []]
    for index in view.indices {
      let noise = 4 * random.normal()
      for (channel, color) in [(0, 200.0), (1, 110.0), (2, 60.0)] {
        let light = view[index] ? color * (vessels[index] ? 0.6 : 1) + noise : 4 + noise / 4
        planes[channel].append(UInt8(max(0, min(255, light))))
      }
    }
    return StoredImage(
      header: ImageHeader(
        format: "TIFF", shape: [width, height, 1], components: .rgb, type: .uint8, affine: .identity,
        hasGeometry: false),
      voxels: .uint8(VoxelBuffer(channels: 3, size: [width, height, 1], elements: planes.flatMap { $0 })))
  }

  /// Misses some pixels and adds some, as people do.
  func secondObserver(_ random: inout RandomStream) -> [Bool] {
    vessels.indices.map { index in
      let changes = random.bool(probability: vessels[index] ? 0.1 : 0.01)
      return view[index] && vessels[index] != changes
    }
  }

  func gif(_ mask: [Bool]) -> Data {
    Data(GIFWriter.encode(mask.map { $0 ? 255 : 0 }, width: width, height: height))
  }
}
