import MedVoxel

/// One frame of one file.
struct DICOMSlice: Sendable {
  /// Among the instances of the series.
  var file: Int
  var frame: Int
  var acquisition: Int
  var instance: Int
  var place: DICOMFrame

  var position: SIMD3<Double>? { place.position }

  /// The order among slices at one position.
  static func isBefore(_ a: DICOMSlice, _ b: DICOMSlice) -> Bool {
    (a.acquisition, a.instance, a.file, a.frame) < (b.acquisition, b.instance, b.file, b.frame)
  }
}

extension DICOMFrame {
  /// What the images of one volume share: orientation and spacing.
  func fits(_ other: DICOMFrame) -> Bool {
    switch (directions, other.directions) {
    case (nil, nil): break
    case (let a?, let b?): guard Self.near(a.i, b.i), Self.near(a.j, b.j) else { return false }
    default: return false
    }
    switch (spacing, other.spacing) {
    case (nil, nil): return true
    case (let a?, let b?): return abs(a.i - b.i) < 1e-3 && abs(a.j - b.j) < 1e-3
    default: return false
    }
  }

  private static func near(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> Bool {
    let d = a - b
    return abs(d.x) < 1e-3 && abs(d.y) < 1e-3 && abs(d.z) < 1e-3
  }
}
