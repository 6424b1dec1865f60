/// Why a reference table cannot be used: nothing of the folder is then, since a verdict by half a table
/// would be wrong without saying so.
public struct ReferenceError: Error, Equatable, CustomStringConvertible {
  /// Name within the folder.
  public var file: String
  /// From 1; nil where it is about the file as a whole.
  public var line: Int?
  public var what: String

  public init(file: String, line: Int? = nil, _ what: String) {
    self.file = file
    self.line = line
    self.what = what
  }

  public var description: String {
    line.map { "\(file), line \($0): \(what)" } ?? "\(file): \(what)"
  }
}
