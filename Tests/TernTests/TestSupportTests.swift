import TernTestSupport
import Testing

/// What the other tests lean on.
struct TestSupportTests {
  @Test("a seed gives the same numbers; they are SplitMix64's")
  func seeds() {
    var generator = SeededGenerator(seed: 1_234_567)
    // Published reference values of SplitMix64.
    let expected: [UInt64] = [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]
    #expect(expected == [generator.next(), generator.next()])
  }

  @Test("a command's status, outputs and signal come through")
  func commands() {
    let folder = TemporaryFolder()
    writeFile(folder["input"], "one\n")
    let result = runCommand(["/bin/sh", "-c", "cat; echo two >&2; exit 7"], input: folder["input"])
    #expect(result.status == 7)
    #expect(result.error == "two\n")
    #expect(result.lines == ["one"])
    #expect(runCommand(["/bin/sh", "-c", "kill -9 $$"]).status == 137)
    #expect(runCommand(["sleep", "30"], seconds: 0).status == 137)
    #expect(isOnPath("sh") && !isOnPath("no-such-program"))
  }

  @Test("a temporary folder goes away with all that is in it")
  func folders() {
    var folder: TemporaryFolder? = TemporaryFolder()
    let path = folder!.path
    makeFolder(folder!["b"])
    writeFile(folder!["b/c"], [0, 255])
    writeFile(folder!["a"], "text\n")
    #expect(filesBelow(path) == ["a", "b/c"])
    #expect(readFile(folder!["b/c"]) == [0, 255] && readText(folder!["a"]) == "text\n")
    folder = nil
    #expect(!isFolder(path) && readFile("\(path)/a") == nil)
  }

  @Test("the repository and the built command are found")
  func repository() throws {
    #expect(readFile("\(repositoryRoot)/Package.swift") != nil)
    #expect(corpora.contains("demo"))
    #expect(runCommand([try #require(builtExecutable("tern")), "--version"]).status == 0)
  }
}
