import TernTestSupport
import Testing

struct ReadmeTests {
  /// What stands between backticks, outside blocks of code.
  private func names(in text: String) -> Set<String> {
    var names: Set<String> = []
    var isInBlock = false
    for line in textLines(text) {
      if line.hasPrefix("```") { isInBlock.toggle() }
      if isInBlock { continue }
      let parts = line.split(separator: "`", omittingEmptySubsequences: false)
      for place in stride(from: 1, to: parts.count - 1, by: 2) { names.insert(String(parts[place])) }
    }
    return names
  }

  @Test("the Chinese README names every command, option, finding and file that the English one names")
  func inStep() throws {
    let english = names(in: try #require(readText("\(repositoryRoot)/README.md")))
    let chinese = names(in: try #require(readText("\(repositoryRoot)/README.zh-CN.md")))
    #expect(english.count > 250)
    let missing = english.subtracting(chinese).sorted()
    #expect(missing.isEmpty, "README.zh-CN.md lacks \(missing.joined(separator: ", "))")
  }
}
