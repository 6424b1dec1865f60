import TernTestSupport
import Testing

@testable import Tern
@testable import TernStore

/// `run` keeps no store.
struct RunTests {
  let folder = TemporaryFolder()
  let input = corpus("demo") + "/input"

  @Test("a store that goes away is judged alike, and has nothing that finds single documents")
  func passingStore() throws {
    let kept = Engine()
    var passing = Engine()
    passing.isStoreKept = false
    for (name, engine) in [("kept", kept), ("passing", passing)] {
      try engine.ingest([input], into: folder[name])
      try engine.reconcile(folder[name])
    }
    #expect(try verdictRows(folder["passing"]) == verdictRows(folder["kept"]))
    func tables(_ name: String) throws -> Set<TableID> {
      Set(try Store.open(folder[name]).openSegments(threads: 1).flatMap(\.tables))
    }
    let finders = try tables("kept").subtracting(tables("passing"))
    #expect(finders.contains(.numbers))
    #expect(finders.isSuperset(of: KeySpace.allCases.map(\.filter)))
    #expect(try tables("passing").isSubset(of: tables("kept")))
    #expect(Store.verify(folder["passing"]).isSound)
  }

  @Test("run writes its files and leaves nothing else")
  func leavesNothing() throws {
    let report = try Engine().run([input], out: folder["out"])
    #expect(report.files.sorted() == names(in: folder["out"]).map { folder["out"] + "/" + $0 }.sorted())
  }
}
