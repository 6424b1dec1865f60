import Glibc
import TernCEB
import TernTestSupport
import Testing

/// The customs' own sample messages of 2018. They stand outside the repository.
@Suite struct SampleTests {
  private static let folder = "\(repositoryRoot)/../shared/ceb/samples-2018-113"

  private static func read(_ kind: Kind) -> [UInt8]? {
    let part = kind.direction == .export ? "export" : "import"
    return readFile("\(folder)/\(part)/\(kind.name)Message.xml")
  }

  @Test(
    "the official samples give what libxml2's tree says", .enabled(if: read(.list603) != nil, "no samples in ../shared"),
    arguments: Kind.allCases.filter { read($0) != nil })
  func samples(kind: Kind) throws {
    let source = try #require(Self.read(kind))
    let expectation = Expectation(source)
    for kernel in kernels {
      let decoder = UnitDecoder(kernel: kernel)
      // The second time with what the first has taught.
      for _ in 0..<2 {
        let batch = decode(source, with: decoder)
        #expect(expectation.difference(from: batch) == nil)
        #expect(batch.documentCount + batch.rejects.rowCount > 0)
      }
    }
    let batch = decode(source)
    print("SampleTests: \(kind.name) has \(batch.documentCount) documents, rejects \(batch.rejects.values("message"))")
    #expect(batch.documentCount > 0)
    #expect(batch.rejects.rowCount == 0)
  }
}
