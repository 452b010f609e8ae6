import Foundation
import MedTestSupport

/// A small CT series with all that objects refer to.
enum RawSeries {
  /// Three columns, five rows (so that frames of bits end within bytes), six slices of 2.5 mm, oblique.
  static func write(
    to folder: TemporaryFolder, columns: UInt16 = 3, rows: UInt16 = 5, slices: Int = 6
  ) throws -> URL {
    let place = try folder.folder("ct")
    for k in 0..<slices {
      var file = RawDICOM()
      (file.columns, file.rows) = (columns, rows)
      (file.study, file.frameOfReference) = ("1.2", "1.9")
      file.orientation = [0.8, 0.6, 0, -0.6, 0.8, 0]
      file.position = [10, 20, -30 + 2.5 * Double(k)]
      file.identity = "1.2.3.\(k + 1)"
      file.instance = k
      file.pixels = [Int16](repeating: Int16(k), count: Int(columns) * Int(rows))
      try Data(file.file).write(to: place.appendingPathComponent("\(k).dcm"))
    }
    return place
  }
}
