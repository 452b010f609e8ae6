import FuzzDriver
import MedImage

/// Any bytes as a MAT-file of level 4 or 5: refused, or read to the last voxel.
@main struct Main {
  static func main() {
    fuzzImages(named: "x.mat") { source in
      // Where there are several arrays, one is chosen.
      if let image = try? MATLAB.open(source, options: ReadOptions()) { return image }
      return try MATLAB.open(source, options: ReadOptions(variable: "data(1).image"))
    }
  }
}
