import FuzzDriver
import MedImage
import MedVoxel

/// Any bytes as a DICOM segmentation, structure set or report: refused, or read to the last voxel.
@main struct Main {
  static func main() {
    let grid = Grid(size: [3, 2, 2], affine: Affine(i: [-1, 0, 0], j: [0, -1, 0], k: [0, 0, 2.5]))
    fuzz { bytes in
      guard let source = try? FileSource(memory: bytes, name: "x.dcm"),
        let data = try? DICOMDataSet(source)
      else { return }
      _ = DICOMIdentityCheck([data], withValues: true).lines
      _ = try? DICOMReport(source)
      if let structures = try? DICOMStructureSet(source) { _ = try? structures.masks(on: grid) }
      if let object = try? DICOMSegmentation(source) {
        _ = try? object.labelMap()
        _ = try? object.masks()
        _ = try? object.overlaps()
      }
      let options = ReadOptions(reference: grid)
      _ = try? DICOM.open(source, options: options).stored()
    }
  }
}
