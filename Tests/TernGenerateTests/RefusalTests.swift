import Glibc
import Synchronization
import TernTestSupport
import Testing

@testable import TernGenerate

@Suite("Refusals and failures")
struct RefusalTests {
  @Test("A folder with something in it is refused and left alone")
  func notEmpty() throws {
    let scratch = TemporaryFolder()
    try touch("\(scratch.path)/mine.txt")
    #expect(throws: GenerateError.targetNotEmpty(path: scratch.path)) {
      try generate(GenerateSettings(lists: 1, seed: 1), to: .folder(path: scratch.path))
    }
    #expect(try Folder.names(scratch.path) == ["mine.txt"])
  }

  @Test("An empty folder is taken, missing ones above are made")
  func folders() throws {
    let scratch = TemporaryFolder()
    _ = try generate(GenerateSettings(lists: 1, seed: 1), to: .folder(path: scratch.path))
    #expect(try Folder.names(scratch.path).sorted() == ["messages", "truth"])
    let deep = "\(scratch.path)/truth/a/b"
    _ = try generate(GenerateSettings(lists: 1, seed: 1), to: .folder(path: deep))
    #expect(try Folder.names(deep).sorted() == ["messages", "truth"])
  }

  @Test("A folder that can't be made is an error with its path and reason")
  func cannotCreate() throws {
    let scratch = TemporaryFolder()
    try touch("\(scratch.path)/file")
    let path = "\(scratch.path)/file/corpus"
    #expect(
      throws: GenerateError.system(action: "create the folder", path: path, code: ENOTDIR)
    ) {
      try generate(GenerateSettings(lists: 1, seed: 1), to: .folder(path: path))
    }
    let error = GenerateError.system(action: "create the folder", path: path, code: ENOTDIR)
    #expect(error.description == "\(path): cannot create the folder: Not a directory")
  }

  @Test("A full disk is an error, and the truth written so far is removed")
  func fullDisk() throws {
    let full = unsafe open("/dev/full", O_WRONLY)
    try #require(full >= 0)
    defer { close(full) }
    let scratch = TemporaryFolder()
    let truth = "\(scratch.path)/truth"
    for threads in [1, 4] {
      var settings = GenerateSettings(lists: 3_000, seed: 1)
      settings.listsPerBlock = 100
      settings.threads = threads
      #expect(
        throws: GenerateError.system(action: "write", path: "descriptor \(full)", code: ENOSPC)
      ) {
        try generate(settings, to: .descriptor(full, truthFolder: truth))
      }
      #expect(try Folder.names(scratch.path).isEmpty)
    }
  }

  @Test("Settings out of range are refused by name")
  func settings() {
    func refusal(_ change: (inout GenerateSettings) -> Void) -> String {
      var settings = GenerateSettings(lists: 10, seed: 1)
      change(&settings)
      do {
        _ = try generate(settings, to: .descriptor(-1, truthFolder: nil))
        return "accepted"
      } catch {
        return error.description
      }
    }
    #expect(refusal { $0.lists = 0 } == "lists is 0, must be 1 to 999999999")
    #expect(
      refusal { $0.documentsPerMessage = 101 } == "documentsPerMessage is 101, must be 1 to 100")
    #expect(refusal { $0.exportPercent = 101 }.hasPrefix("exportPercent"))
    #expect(refusal { $0.startDate = 20_260_229 } == "startDate 20260229 is not a date YYYYMMDD")
    #expect(refusal { $0.faultRates[.amountPaid] = -1 }.hasPrefix("rate of amount.paid"))
    #expect(
      refusal { $0.faultRates = .uniform(perMillion: 100_000) }.hasPrefix("sum of fault rates"))
    #expect(refusal { $0.layout = .bundles(bytes: 0) }.hasPrefix("bundle bytes"))
  }

  @Test("Progress grows to the whole, in order")
  func progress() throws {
    let null = unsafe open("/dev/null", O_WRONLY)
    defer { close(null) }
    var settings = GenerateSettings(lists: 950, seed: 1)
    settings.listsPerBlock = 100
    settings.threads = 3
    let seen = Mutex<[(Int, Int)]>([])
    let summary = try generate(settings, to: .descriptor(null, truthFolder: nil)) { bytes, lists in
      seen.withLock { $0.append((bytes, lists)) }
    }
    let steps = seen.withLock { $0 }
    #expect(steps.map(\.1) == [100, 200, 300, 400, 500, 600, 700, 800, 900, 950])
    #expect(zip(steps, steps.dropFirst()).allSatisfy { $0.0 < $1.0 })
    #expect(steps.last?.0 == summary.bytes)
  }

  private func touch(_ path: String) throws {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL, 0o644)
    try #require(descriptor >= 0)
    close(descriptor)
  }
}
