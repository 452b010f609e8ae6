internal import Foundation

func power(_ base: Double, _ exponent: Double) -> Double { pow(base, exponent) }
/// The cosine of a share of half a turn.
func cosine(_ share: Double) -> Double { cos(.pi * share) }
