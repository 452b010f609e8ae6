package import MedVoxel

/// Dice of each foreground class, from 1 on; nil where neither map has the class.
package func diceByClass(
  _ prediction: VoxelBuffer<UInt16>, _ truth: VoxelBuffer<UInt16>, classes: Int
) -> [Double?] {
  var (both, predicted, real) = ([Int](repeating: 0, count: classes), [Int](repeating: 0, count: classes), [Int](repeating: 0, count: classes))
  prediction.withUnsafeBuffer { a in
    truth.withUnsafeBuffer { b in
      for (x, y) in zip(a, b) {
        if Int(x) < classes { predicted[Int(x)] += 1 }
        if Int(y) < classes { real[Int(y)] += 1 }
        if x == y, Int(x) < classes { both[Int(x)] += 1 }
      }
    }
  }
  return (1..<classes).map { number in
    let total = predicted[number] + real[number]
    return total == 0 ? nil : 2 * Double(both[number]) / Double(total)
  }
}
