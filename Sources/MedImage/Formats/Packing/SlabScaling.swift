import MedVoxel

extension ImageHeader {
  /// Says how slabs are scaled: all alike by the header's rescale, else by doubles of real values.
  ///
  /// - Returns: whether slabs keep their own scaling.
  mutating func scale(_ scales: [Rescale], unit: String) -> Bool {
    guard let first = scales.first else { return false }
    if scales.allSatisfy({ $0 == first }) {
      rescale = first
      return false
    }
    type = .float64
    notes.append("\(unit) are scaled differently; their real values are kept")
    return true
  }
}
