import Foundation
import MedImage
import MedVoxel

/// The image readers by name.
var imageReaders: [String: () throws -> Void] {
  [
    "AFNI": { fuzzImages("x.HEAD", partner: "x.BRIK") { try AFNI.open($0, options: $1) } },
    "AVI": { fuzzImages("x.avi") { try ImageFile.open($0, options: $1) } },
    "DICOM": {
      fuzzImages("x.dcm") { source, options in
        var other = options
        other.dicom = DICOMOptions(splitsMosaics: true, appliesPalettes: true)
        _ = try? DICOM.open(source, options: other).stored()
        return try DICOM.open(source, options: options)
      }
    },
    "DICOMObjects": fuzzObjects,
    "ECAT": { fuzzImages("x.v") { try ECAT.open($0, options: $1) } },
    "HDF5": { fuzzImages("x.h5", variable: "b") { try HDF5.open($0, options: $1) } },
    "MATLAB": { fuzzImages("x.mat", variable: "data(1).image") { try MATLAB.open($0, options: $1) } },
    "MGH": { fuzzImages("x.mgz") { try MGH.open($0, options: $1) } },
    "MINC": { fuzzImages("x.mnc") { try MINC.open($0, options: $1) } },
    "MetaImage": { fuzzImages("x.mha") { try MetaImage.open($0, options: $1) } },
    "NIfTI": { fuzzImages("x.nii") { try NIfTI.open($0, options: $1) } },
    "NPZ": { fuzzImages("x.npz", variable: "affine") { try NPZ.open($0, options: $1) } },
    "NRRD": { fuzzImages("x.nrrd") { try NRRD.open($0, options: $1) } },
    "NumPy": { fuzzImages("x.npy") { try NumPy.open($0, options: $1) } },
    "PARREC": { fuzzImages("x.PAR", partner: "x.REC") { try PARREC.open($0, options: $1) } },
    "PNG": { fuzz { bytes in _ = try? PNG.decode(Data(bytes)) } },
    "Raster": { fuzzImages("x.png") { try Raster.open($0, options: $1) } },
    "Slide": fuzzSlides,
    "TIFF": { fuzzImages("x.tif") { try ImageFile.open($0, options: $1) } },
    "Zip": { fuzzImages("x.zip") { try ImageFile.open($0, options: $1) } },
  ]
}

/// Hands inputs to an image reader, from memory where it needs no other file, and reads what it finds: whole, as
/// labels, and a region.
///
/// - Parameters:
///   - partner: the name of a file beside it that stays.
///   - variable: an array's name, where a file holds several.
private func fuzzImages(
  _ name: String, partner: String? = nil, variable: String? = nil,
  _ open: @escaping (FileSource, ReadOptions) throws -> OpenImage
) {
  let choices = [ReadOptions()] + (variable.map { [ReadOptions(variable: $0)] } ?? [])
  func read(_ source: FileSource) {
    guard let image = choices.lazy.compactMap({ try? open(source, $0) }).first else { return }
    _ = try? image.stored()
    _ = try? image.labelMap()
    let size = image.header.size
    _ = try? image.stored(GridBox(lower: [size.x / 2, size.y / 2, size.z / 2], upper: size))
  }
  guard let partner else {
    return fuzz { bytes in
      if let source = try? FileSource(memory: bytes, name: name) { read(source) }
    }
  }
  // In memory where the system has such a place.
  let shared = URL(fileURLWithPath: "/dev/shm")
  let base =
    FileManager.default.isWritableFile(atPath: shared.path) ? shared : FileManager.default.temporaryDirectory
  let url = base.appendingPathComponent("fuzz-\(getpid())-\(name)")
  let other = base.appendingPathComponent("fuzz-\(getpid())-\(partner)")
  guard (try? Data(repeating: 7, count: 1 << 12).write(to: other)) != nil else { return }
  fuzz { bytes in
    let file = Foundation.open(url.path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    precondition(file >= 0 && write(file, bytes, bytes.count) == bytes.count, "the input can't be written")
    close(file)
    defer { unlink(url.path) }
    if let source = try? FileSource(url) { read(source) }
  }
}

/// DICOM segmentations, structure sets and reports, and what files tell of the patient.
private func fuzzObjects() {
  let grid = Grid(size: [3, 2, 2], affine: Affine(i: [-1, 0, 0], j: [0, -1, 0], k: [0, 0, 2.5]))
  fuzz { bytes in
    guard let source = try? FileSource(memory: bytes, name: "x.dcm"), let data = try? DICOMDataSet(source)
    else { return }
    _ = DICOMIdentityCheck([data], withValues: true).lines
    _ = try? DICOMReport(source)
    if let structures = try? DICOMStructureSet(source) { _ = try? structures.masks(on: grid) }
    if let object = try? DICOMSegmentation(source) {
      _ = try? object.labelMap()
      _ = try? object.masks()
      _ = try? object.overlaps()
    }
    _ = try? DICOM.open(source, options: ReadOptions(reference: grid)).stored()
  }
}

/// Slides: their levels, a region of each, and the pictures beside them.
private func fuzzSlides() {
  fuzz { bytes in
    guard let source = try? FileSource(memory: bytes, name: "x.tif"), let slide = try? Slide(source) else {
      return
    }
    for level in slide.levels.indices.prefix(4) {
      _ = try? slide.region(x: -3, y: 5, width: 40, height: 40, level: level)
    }
    for name in slide.associatedImages.prefix(4) { _ = try? slide.associatedImage(name) }
  }
}
