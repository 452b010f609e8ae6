import Foundation
public import MedVoxel

/// How tissue is told from glass.
public struct TissueDetection: Hashable, Codable, Sendable {
  /// What is thresholded.
  public enum Signal: String, Codable, Sendable {
    /// Stained tissue has color and glass has none: the saturation of HSV.
    case saturation
    /// Tissue is darker than glass: luma. Also finds pale or black structures, such as pen and folds.
    case gray
  }

  public var signal: Signal
  /// The size of the mask's pixels, at least; slides without microns are reduced to `largestSide`.
  public var micronsPerPixel: Double
  /// The most pixels of the mask's longer side.
  public var largestSide: Int
  /// Pieces of less than so many square micrometers are no tissue, and smaller holes are filled.
  public var smallestArea: Double

  public init(
    signal: Signal = .saturation, micronsPerPixel: Double = 8, largestSide: Int = 4096,
    smallestArea: Double = 10_000
  ) {
    self.signal = signal
    self.micronsPerPixel = micronsPerPixel
    self.largestSide = largestSide
    self.smallestArea = smallestArea
  }
}

extension Slide {
  /// Where there is tissue: 1, else 0.
  ///
  /// The slide is reduced while it is read block by block; Otsu's threshold parts the signal; specks and gaps of a pixel
  /// go by opening and closing, and small pieces and holes by their area. A slide without contrast has no tissue.
  ///
  /// - Returns: `[1, width, height, 1]`, its affine like that of `region`, so that it lies over every level.
  /// - Source: Otsu, "A threshold selection method from gray-level histograms", 1979; thresholding the saturation as
  ///   in CLAM (Lu et al., Nature Biomedical Engineering 2021).
  /// - Complexity: O(pixels of the level that is read); memory O(pixels of the mask).
  public func tissueMask(_ detection: TissueDetection = TissueDetection()) throws(ImageError) -> LabelMap {
    guard detection.micronsPerPixel > 0, (16...16384).contains(detection.largestSide) else {
      throw ImageError(
        "expected microns above 0 and a side from 16 to 16384, found \(detection.micronsPerPixel) and "
          + "\(detection.largestSide)", at: url.path, cause: .usage)
    }
    let finest = levels[0]
    let fitting = Double(max(finest.width, finest.height)) / Double(detection.largestSide)
    let wanted = finest.micronsPerPixel.map { detection.micronsPerPixel / $0.x } ?? fitting
    let reduction = SlideReduction(self, scale: max(1, fitting, wanted))
    // The reduced picture goes before masks are made.
    let affine = affine(spacing: reduction.spacing, x: 0, y: 0)
    var mask = try signal(reduction, detection.signal).mask()
    // A cross; the picture's border and the missing neighbor slices must not erode.
    mask = mask.eroded(isSetOutside: true).dilated().closed()
    let pixelArea =
      finest.micronsPerPixel == nil
      ? detection.micronsPerPixel * detection.micronsPerPixel
      : reduction.spacing.x * reduction.spacing.y * 1e6
    let least = Int((detection.smallestArea / pixelArea).rounded(.up))
    var labels = VoxelBuffer<UInt16>(mask, inverted: false)
    labels = labels.removingSmallComponents(below: least, connectivity: .edges)
    return LabelMap(voxels: labels.fillingHoles(below: least), affine: affine)
  }

  private func signal(
    _ reduction: SlideReduction, _ signal: TissueDetection.Signal
  ) throws(ImageError) -> TissueSignal {
    let image = try reduction.image()
    guard case .uint8(let pixels) = image.voxels else {
      throw ImageError(
        "tissue is found in slides of 8 bits, this one has \(image.header.type.rawValue)", at: url.path)
    }
    return TissueSignal(pixels, signal)
  }
}

extension VoxelBuffer where Element == UInt16 {
  /// 1 where the mask is set (or is not), else 0.
  fileprivate init<Mask: VoxelScalar>(_ mask: VoxelBuffer<Mask>, inverted: Bool) {
    self.init(size: mask.size) { target in
      mask.withUnsafeBuffer { source in
        for index in target.indices { target[index] = (source[index] != 0) != inverted ? 1 : 0 }
      }
    }
  }

  /// The mask with the gaps of fewer pixels that don't reach the border.
  fileprivate func fillingHoles(below least: Int) -> VoxelBuffer<UInt16> {
    let gaps = VoxelBuffer(self, inverted: true).connectedComponents(.faces)
    let fills =
      [false]
      + gaps.components.map { gap in
        let (lower, upper) = (gap.box.lower, gap.box.upper)
        let isInside = lower.x > 0 && lower.y > 0 && upper.x < size.x && upper.y < size.y
        return isInside && gap.voxelCount < least
      }
    guard fills.contains(true) else { return self }
    var result = self
    result.withUnsafeMutableBuffer { target in
      gaps.map.withUnsafeBuffer { numbers in
        for index in target.indices where fills[Int(numbers[index])] { target[index] = 1 }
      }
    }
    return result
  }
}

/// The signal of each pixel in 0…255; high for tissue.
struct TissueSignal {
  private let values: [UInt8]
  private let size: GridSize
  private let least: Int

  init(_ pixels: VoxelBuffer<UInt8>, _ signal: TissueDetection.Signal) {
    let plane = pixels.voxelCount
    let channels = pixels.channels
    size = pixels.size
    // Below this there is no color to speak of (CLAM takes 8), and no shadow.
    least = signal == .saturation ? 8 : 12
    values = pixels.withUnsafeBuffer { source in
      (0..<plane).map { index in
        let color =
          channels >= 3
          ? SIMD3(Int(source[index]), Int(source[plane + index]), Int(source[2 * plane + index]))
          : SIMD3(repeating: Int(source[index]))
        if signal == .gray {
          return UInt8(255 - (299 * color.x + 587 * color.y + 114 * color.z + 500) / 1000)
        }
        let (high, low) = (color.max(), color.min())
        return high == 0 ? 0 : UInt8(((high - low) * 255 + high / 2) / high)
      }
    }
  }

  /// The largest value of the lower class.
  var threshold: Int {
    var counts = [Int](repeating: 0, count: 256)
    for value in values { counts[Int(value)] += 1 }
    return max(least, Self.otsu(counts))
  }

  func mask() -> VoxelBuffer<UInt8> {
    let limit = threshold
    return VoxelBuffer(size: size) { target in
      for (index, value) in values.enumerated() { target[index] = Int(value) > limit ? 1 : 0 }
    }
  }

  /// The threshold that makes the variance between the classes the largest; of several, the lowest.
  static func otsu(_ counts: [Int]) -> Int {
    let total = Double(counts.reduce(0, +))
    let sum = counts.enumerated().reduce(0.0) { $0 + Double($1.offset) * Double($1.element) }
    var (below, sumBelow, best, threshold) = (0.0, 0.0, -1.0, 0)
    for (value, count) in counts.enumerated() {
      below += Double(count)
      sumBelow += Double(value) * Double(count)
      guard below > 0, below < total else { continue }
      let difference = sumBelow / below - (sum - sumBelow) / (total - below)
      let variance = below * (total - below) * difference * difference
      if variance > best { (best, threshold) = (variance, value) }
    }
    return threshold
  }
}
