import Glibc
import TernTestSupport
import Testing

@testable import TernIO

@Suite struct InputPlanTests {
  func paths(_ plan: InputPlan) -> [String] { (0..<plan.count).map { plan.path(of: $0) } }

  @Test func sortsOverAllArgumentsAndKeepsAPathOnce() throws {
    let folder = TemporaryFolder()
    folder.folder("b")
    folder.file("b/2.xml", [1, 2])
    folder.file("b/1.xml", [1])
    folder.file("a.xml", [1, 2, 3])
    folder.file("b.xml", [])
    let root = folder.path
    let expected = ["-", "\(root)/a.xml", "\(root)/b.xml", "\(root)/b/1.xml", "\(root)/b/2.xml"]
    let inputs = ["\(root)/b", root, "-", "\(root)/b/2.xml", "\(root)//b/./1.xml", "-"]
    let plan = try InputPlan(inputs: inputs)
    #expect(paths(plan) == expected)
    #expect(paths(try InputPlan(inputs: inputs.reversed())) == expected)
    #expect(plan.totalBytes == 6)
    #expect((0..<5).map { plan.size(of: $0) } == [0, 3, 0, 1, 2])
    #expect(plan.isStream(0) && !plan.isStream(1))
    #expect(plan.duplicateCount == 5)
    #expect(plan.failures.isEmpty)
  }

  @Test func namesWhatItIgnoresInFolders() throws {
    let folder = TemporaryFolder()
    for name in ["x.csv", "x.ndjson", "x.json", "x.md", ".hidden", "x.xml", "csv", "x.CSV"] {
      folder.file(name, [1])
    }
    folder.folder("sub")
    folder.folder(".git")
    folder.file(".git/object.xml", [1])
    folder.file("sub/y", [1])
    #expect(unsafe symlink("\(folder.path)/sub", "\(folder.path)/circle") == 0)
    #expect(unsafe symlink("\(folder.path)/sub/y", "\(folder.path)/link.xml") == 0)
    #expect(unsafe mkfifo("\(folder.path)/pipe", 0o600) == 0)
    let root = folder.path
    let plan = try InputPlan(inputs: [root])
    #expect(
      paths(plan)
        == ["x.CSV", "csv", "link.xml", "sub/y", "x.xml"].map { "\(root)/\($0)" }.sorted())
    let reasons = plan.ignored.map { "\($0.path.dropFirst(root.count + 1)) \($0.reason)" }
    #expect(
      reasons == [
        ".git name", ".hidden name", "circle linkedFolder", "pipe notAFile", "x.csv name",
        "x.json name", "x.md name", "x.ndjson name",
      ])
    #expect(plan.ignoredCount == 8)
    // Named by the user, it counts.
    #expect(try InputPlan(inputs: ["\(root)/x.csv"]).count == 1)
  }

  @Test func refusesANamedInputThatDoesNotExist() throws {
    let folder = TemporaryFolder()
    for name in ["\(folder.path)/none", ""] {
      let error = #expect(throws: InputError.self) { try InputPlan(inputs: [name]) }
      guard case .input(let failure)? = error else {
        Issue.record("another error: \(String(describing: error))")
        continue
      }
      #expect(failure.errno == ENOENT && failure.operation == "stat" && failure.path == name)
    }
  }

  @Test func aFolderThatVanishesIsAFailureAndNoError() throws {
    let folder = TemporaryFolder()
    for name in ["gone", "kept"] {
      folder.folder(name)
      folder.file("\(name)/1.xml", [1])
    }
    #expect(unsafe symlink("\(folder.path)/nowhere", "\(folder.path)/dangling") == 0)
    var walk = PlanWalk()
    walk.beforeFolder = { path in
      if path.suffix(5) == Array("/gone".utf8)[...] {
        removeFolder(folder["gone"])
      }
    }
    try walk.add(input: Array(folder.path.utf8))
    #expect(walk.entries.count == 1)
    let failures = walk.failures.sorted { $0.path < $1.path }
    #expect(failures.map(\.path) == ["\(folder.path)/dangling", "\(folder.path)/gone"])
    #expect(failures.map(\.operation) == ["stat", "opendir"])
    #expect(failures.allSatisfy { $0.errno == ENOENT && $0.description.contains("ENOENT") })
    #expect(try InputPlan(inputs: [folder.path]).failures.count == 1)
  }

  @Test func namesNeedNotBeUTF8() throws {
    let folder = TemporaryFolder()
    let name = Array(folder.path.utf8) + [UInt8(ascii: "/"), 0xC4, 0xE3, 0xFF]
    let descriptor = unsafe (name + [0]).withUnsafeBytes {
      unsafe open(
        $0.baseAddress!.assumingMemoryBound(to: CChar.self), O_WRONLY | O_CREAT, 0o644)
    }
    writeAll([5, 6], to: descriptor)
    close(descriptor)
    let plan = try InputPlan(inputs: [folder.path])
    #expect(plan.count == 1 && plan.pathBytes(of: 0) == name)
    for backend in bothBackends {
      #expect(try readAll(plan, testOptions(backend)).contents(1) == [[5, 6]])
    }
    #expect(try DigestKey(seed: 1).digestOfFile(name).rawBytes == 2)
    // Gone again before the folder is removed, which knows only UTF-8 names.
    _ = unsafe (name + [0]).withUnsafeBytes {
      unsafe unlink($0.baseAddress!.assumingMemoryBound(to: CChar.self))
    }
  }

  @Test(arguments: [
    ("a//b/./c/", "a/b/c"), ("./a", "a"), (".", "."), ("./", "."), ("/", "/"), ("//x", "/x"),
    ("../a/..", "../a/.."),
  ])
  func normalises(_ path: String, _ expected: String) {
    #expect(shownPath(normalised(Array(path.utf8))) == expected)
  }
}
