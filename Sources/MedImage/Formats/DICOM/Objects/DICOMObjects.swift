import MedVoxel

/// DICOM objects that are no images, but become some.
enum DICOMObjects {
  /// The image of such an object; nil for what is an image itself.
  /// - Throws: `ImageError` for objects that hold neither pixels nor contours.
  static func open(_ source: FileSource, options: ReadOptions) throws(ImageError) -> OpenImage? {
    // The object's class is said in the file's head, or in the first elements.
    let head = try source.prefix(1024)
    let classes = ["1.2.840.10008.5.1.4.1.1.66.", DICOMStructureSet.storageClass]
    guard classes.contains(where: { !head.places(of: Array($0.utf8)).isEmpty }) else { return nil }
    let data = try DICOMDataSet(source)
    switch data.text(.sopClass) {
    case DICOMSegmentation.storageClass, DICOMSegmentation.labelMapStorageClass:
      return try DICOMSegmentation(source, data, options.reference).openImage()
    case DICOMStructureSet.storageClass:
      return try DICOMStructureSet(data, at: source.name).openImage(on: options.reference)
    default: return nil
    }
  }
}
