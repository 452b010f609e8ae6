internal import Foundation
public import MedImage
public import MedRecord
internal import MedVoxel

/// Slices of a case in three planes, with the predicted and the true labels over the scan.
public struct CasePictures: Sendable {
  /// The longer side of a picture, in pixels.
  public var size = 320

  public init() {}

  /// Six pictures: three planes, predicted and true.
  ///
  /// The slices are those with the most foreground in the truth.
  /// - Throws: `ImageError` where a file can't be read, or scan and labels have different grids.
  public func pictures(of image: ScalarImage, predicted: LabelMap, truth: LabelMap) throws(ImageError) -> [Report.Picture] {
    let window = SlicePicture.window(of: image)
    var pictures: [Report.Picture] = []
    for (title, labels) in [("predicted", predicted), ("truth", truth)] {
      for plane in AnatomicalPlane.allCases {
        let index = SlicePicture.bestIndex(of: image, overlay: truth, plane: plane)
        let bitmap = try SlicePicture.picture(
          of: image, overlay: labels, plane: plane, index: index, window: window)
        pictures.append(
          Report.Picture(caption: "\(title), \(plane.rawValue)", png: try PNG.encode(enlarged(bitmap))))
      }
    }
    return pictures
  }

  /// The pictures of an evaluated case, its files read.
  /// - Parameter images: the scan's files, as the prediction's record names them.
  public func pictures(
    of scored: EvaluationRecord.Case, images: [String]
  ) throws(ImageError) -> [Report.Picture] {
    guard let file = images.first else { return [] }
    let image = try ScalarImage(contentsOf: URL(filePath: file))
    let predicted = try LabelMap(contentsOf: URL(filePath: scored.prediction))
    let truth = try LabelMap(contentsOf: URL(filePath: scored.truth))
    return try pictures(of: image, predicted: predicted, truth: truth)
  }

  private func enlarged(_ bitmap: Bitmap) -> Bitmap {
    let factor = Double(size) / Double(max(bitmap.width, bitmap.height, 1))
    return bitmap.scaled(
      width: max(1, Int(Double(bitmap.width) * factor)), height: max(1, Int(Double(bitmap.height) * factor)))
  }
}
