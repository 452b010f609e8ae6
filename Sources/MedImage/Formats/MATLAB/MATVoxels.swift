import CDeflate
import MedVoxel

/// Voxels of an array of a level 5 MAT-file, unpacked when they are asked for.
struct MATVoxels: VoxelSource {
  var source: FileSource
  var array: MATArray
  var isBigEndian: Bool

  func stored(_ header: ImageHeader) throws(ImageError) -> StoredVoxels {
    let content = try MATLAB.content(of: array.place, source)
    // Headers alone are copied to be read.
    func elements(_ start: Int, _ count: Int) -> MATElements {
      let end = min(start + count, array.range.upperBound, content.count)
      return MATElements(
        [UInt8](content.bytes[min(start, end)..<end]), isBigEndian: isBigEndian, name: source.name)
    }
    let start = array.range.lowerBound
    let head = elements(start, 4096)
    let matrix = try MATMatrix(head, 0..<array.range.count, isPartial: true)
    let count = matrix.shape.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
    var slabs: [SlabVoxels.Slab] = []
    var position = start + matrix.body
    for _ in 0..<(matrix.isComplex ? 2 : 1) {
      let limit = array.range.upperBound - position
      let tag = try elements(position, 16).tag(at: 0, limit: limit, isPartial: true)
      // A type that is smaller than the array's class, where the values allow it.
      guard let type = MATElements.type(tag.type), count == tag.data.count / type.byteCount,
        tag.data.count % type.byteCount == 0, matrix.shape == array.shape, tag.data.upperBound <= limit
      else {
        throw head.damaged(
          "expected \(count) values, found \(tag.data.count) bytes of type \(tag.type)", position)
      }
      slabs.append(SlabVoxels.Slab(offset: position + tag.data.lowerBound, type: type))
      position += tag.end
    }
    let axes = header.size.asArray + header.shape.dropFirst(3) + (slabs.count == 2 ? [2] : [])
    let order =
      slabs.count == 2 ? [0, 1, 2, axes.count - 1] + Array(3..<axes.count - 1) : Array(axes.indices)
    var raw = header
    raw.type = slabs.allSatisfy { $0.type == slabs[0].type } ? slabs[0].type : .float64
    let stored = try SlabVoxels(
      source: source, slabs: slabs, isSwapped: isBigEndian != isHostBigEndian, axes: axes, order: order,
      content: content
    ).stored(raw)
    return raw.type == header.type ? stored : stored.mapped(to: header.type, .identity)
  }
}

extension SIMD3<Int> {
  fileprivate var asArray: [Int] { [x, y, z] }
}
