import MedVoxel

/// AVI videos of Motion-JPEG or plain pixels, such as echocardiograms.
///
/// - Shape: `[C, I, J, 1]`, frames are the time axis; colors are three channels, gray frames one. `ReadOptions.page`
///   takes one frame.
/// - Geometry: as for pictures, without a spacing. The time step is the stream's.
enum AVI: ImageCodec {
  static let name = "AVI"
  static let suffixes = [".avi"]

  static func recognizes(_ head: [UInt8]) -> Bool {
    head.count >= 12 && head.starts(with: Array("RIFF".utf8)) && head[8..<12].elementsEqual("AVI ".utf8)
  }

  static func open(_ source: FileSource, options: ReadOptions) throws(ImageError) -> OpenImage {
    guard recognizes(try source.prefix(12)) else {
      throw ImageError("expected an AVI, found something else", at: source.name)
    }
    let file = try AVIFile(source)
    var wanted = 0..<file.frames.count
    if let page = options.page {
      guard wanted.contains(page) else {
        throw ImageError(
          "expected a frame from 0 to \(file.frames.count - 1), found \(page)", at: source.name,
          remedy: "choose another frame", cause: .usage)
      }
      wanted = page..<page + 1
    }
    let frames = try AVIPixels(file, wanted)
    var header = ImageHeader(
      format: name, shape: [file.width, file.height, 1] + (wanted.count > 1 ? [wanted.count] : []),
      components: frames.components, type: .uint8,
      affine: RasterPixels.affine(spacing: [1, 1, 1]), hasGeometry: false)
    header.timeStep = file.timeStep
    header.facts = [
      .init("frames", "\(file.frames.count)"), .init("codec", file.codec.isEmpty ? "none" : file.codec),
    ]
    if let step = file.timeStep { header.facts.append(.init("frames a second", rounded(1 / step))) }
    let repeated = file.frames[wanted].count { $0.isEmpty }
    if repeated > 0 {
      header.notes.append("\(repeated) frames were dropped in recording; they repeat those before them")
    }
    return OpenImage(header: header, voxels: frames, location: source.name)
  }
}
