import CArchive
import Glibc

/// A file inside an archive, and where its content begins in the source.
public struct ArchiveMember: Sendable, Equatable {
  /// Index in the plan.
  public var source: Int
  /// Where it begins in the source, as in `Slice.offset`.
  public var offset: UInt64
  /// Its path inside the archive, for people. One that is not UTF-8 is read as GB18030, which zip
  /// writers on Chinese systems use; what is neither is shown with U+FFFD.
  public var name: String

  init(source: Int, offset: UInt64, name: [UInt8]) {
    self.source = source
    self.offset = offset
    self.name = Self.shown(name)
  }

  static func shown(_ name: [UInt8]) -> String {
    if let text = String(validating: name, as: UTF8.self) { return text }
    let room = name.count * 3
    let converted = unsafe name.withUnsafeBytes { bytes in
      unsafe [UInt8](unsafeUninitializedCapacity: room) { target, count in
        let made = unsafe target.withMemoryRebound(to: CChar.self) { target in
          unsafe tern_gb18030_to_utf8(
            bytes.baseAddress!.assumingMemoryBound(to: CChar.self), bytes.count,
            target.baseAddress!, room)
        }
        count = max(made, 0)
      }
    }
    return converted.isEmpty ? shownPath(name) : shownPath(converted)
  }

  /// Whether it is left out as it would be in a folder: by its ending, or because its name or that of a
  /// folder above it begins with a dot.
  static func isIgnored(_ name: [UInt8]) -> Bool {
    let parts = name.split(separator: UInt8(ascii: "/"))
    guard let last = parts.last else { return true }
    return PlanWalk.isIgnored(Array(last))
      || parts.dropLast().contains { $0.first == UInt8(ascii: ".") && $0 != Array("..".utf8)[...] }
  }
}
