import Foundation
import MedVoxel

/// PubMedQA, the 1,000 questions labeled by experts (PQA-L): yes, no or maybe from an abstract.
///
/// Layout: `data/ori_pqal.json` (an object by PubMed id) and `data/test_ground_truth.json` (the 500 test answers).
///
/// - Source: Jin et al., "PubMedQA: A Dataset for Biomedical Research Question Answering", EMNLP 2019;
///   github.com/pubmedqa/pubmedqa.
public struct PubMedQA: DatasetReader {
  public let id = "pubmedqa"
  public let form = DatasetForm(
    kind: .text, classes: ["yes", "no", "maybe"], target: "final_decision", group: "article")

  public init() {}

  public func recognizes(_ folder: DatasetFolderView) -> Bool {
    folder.holding(["ori_pqal.json"], in: ["data", ""]) != nil
  }

  public func cases(in folder: DatasetFolderView, log: DatasetLog) throws -> [DatasetCase] {
    guard let base = folder.holding(["ori_pqal.json"], in: ["data", ""], log: log) else { return [] }
    func place(_ name: String) -> String { base.isEmpty ? name : "\(base)/\(name)" }
    guard let path = folder.find(place("ori_pqal.json"), log: log) else { return [] }
    let url = folder.url(path)
    guard let articles = try JSONFile.read(url, log: log).members else {
      throw DatasetError("expected an object of questions by PubMed id", at: url.path)
    }
    let truth = truth(folder, place("test_ground_truth.json"), log)
    var cases: [DatasetCase] = []
    for (id, article) in articles {
      guard let members = article.members else {
        log.error("expected a question with its contexts", at: "\(url.path): \(id)")
        continue
      }
      var item = DatasetCase(id: id, split: truth.isEmpty ? nil : truth[id] == nil ? .training : .test)
      let order = ["QUESTION", "CONTEXTS", "LABELS", "MESHES", "YEAR", "LONG_ANSWER", "final_decision"]
      let named = Dictionary(members.map { ($0.name, $0.value) }) { first, _ in first }
      for name in order where named[name] != nil { item.add(name, named[name]?.field ?? .missing) }
      item.fields += JSONFile.fields(members.filter { !order.contains($0.name) })
      check(item, truth[id], "\(url.path): \(id)", log)
      cases.append(item)
    }
    for id in truth.keys.sorted() where articles.first(where: { $0.name == id }) == nil {
      log.error("test_ground_truth.json answers \(id), which is no question", at: url.path)
    }
    return cases
  }

  private func truth(_ folder: DatasetFolderView, _ name: String, _ log: DatasetLog) -> [String: String] {
    guard let path = folder.find(name, log: log) else {
      log.error("test_ground_truth.json is missing: there is no official test set", at: folder.url(name).path)
      return [:]
    }
    do {
      let members = try JSONFile.read(folder.url(path), log: log).members ?? []
      return Dictionary(members.map { ($0.name, $0.value.text ?? "") }) { first, _ in first }
    } catch {
      log.error(error, at: folder.url(path).path)
      return [:]
    }
  }

  private func check(_ item: DatasetCase, _ truth: String?, _ place: String, _ log: DatasetLog) {
    if item[field: "QUESTION"]?.text?.isEmpty ?? true { log.error("QUESTION is missing", at: place) }
    let decision = item[field: "final_decision"]?.text
    if let decision, !form.classes.contains(decision) {
      log.error("expected yes, no or maybe, found “\(decision)”", at: place)
    }
    if decision == nil { log.error("final_decision is missing", at: place) }
    if let truth, let decision, truth != decision {
      log.error("test_ground_truth.json says “\(truth)”, the question says “\(decision)”", at: place)
    }
    if case .list(let contexts)? = item[field: "CONTEXTS"], case .list(let labels)? = item[field: "LABELS"],
      contexts.count != labels.count
    {
      log.error("\(contexts.count) contexts have \(labels.count) section labels", at: place)
    }
  }

  public func mimic(_ writer: MimicWriter) throws {
    var (articles, truth): ([String], [String]) = ([], [])
    for index in 0..<writer.caseCount {
      let id = String(90_000_001 + index)
      var random = writer.random.stream(id)
      let answer = form.classes[random.integer(below: 3)]
      articles.append(
        """
            "\(id)": {
                "QUESTION": "Does treatment \(index + 1) help in synthetic condition \(1 + random.integer(below: 9))?",
                "CONTEXTS": [
                    "Made-up background.",
                    "\(20 + random.integer(below: 300)) made-up patients were followed."
                ],
                "LABELS": [
                    "BACKGROUND",
                    "RESULTS"
                ],
                "MESHES": [
                    "Humans"
                ],
                "YEAR": "\(2000 + random.integer(below: 20))",
                "reasoning_required_pred": "\(answer)",
                "reasoning_free_pred": "\(answer)",
                "final_decision": "\(answer)",
                "LONG_ANSWER": "A made-up conclusion."
            }
        """)
      if index % 2 == 1 { truth.append("    \"\(id)\": \"\(answer)\"") }
    }
    try writer.write("{\n\(articles.joined(separator: ",\n"))\n}", to: "data/ori_pqal.json")
    try writer.write("{\n\(truth.joined(separator: ",\n"))\n}", to: "data/test_ground_truth.json")
  }
}
