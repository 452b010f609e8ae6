public import MedCatalog
internal import MedRecord

extension SupportTable {
  /// What this toolkit does with the catalog's entries today, told by its registries.
  public static var toolkit: SupportTable {
    SupportTable(
      readers: DatasetReaders.all.map(\.id),
      networks: Dictionary(grouping: NetworkPlan.Family.allCases, by: \.origin).mapValues { $0.map(\.name) })
  }
}
