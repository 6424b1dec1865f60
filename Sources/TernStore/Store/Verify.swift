import Glibc
import TernCEB

let existsErrno = EEXIST
let missingErrno = ENOENT

/// What `Store.verify` found.
public struct VerifyReport: Sendable {
  /// Each damage, with file and byte range.
  public var damages: [StoreError] = []
  /// Files in the folder that the store does not know. A writer at work, or a dead one, may have
  /// left them.
  public var unknownFiles: [String] = []
  public var fileCount = 0
  /// Bytes read.
  public var byteCount: UInt64 = 0

  public var isSound: Bool { damages.isEmpty }
}

extension Store {
  /// Reads every byte of every file that the manifest names, checks every checksum and decodes
  /// every block. Goes on after a damage. If the manifest itself is damaged, every file in the
  /// folder that looks like one of a store is checked by itself.
  ///
  /// - Parameter progress: bytes checked, and all bytes.
  public static func verify(
    _ path: String, system: SystemCalls = .live,
    progress: (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in }
  ) -> VerifyReport {
    var report = VerifyReport()
    var decoder = ColumnDecoder()
    var work: [(file: FileSummary?, name: String, kind: FileKind)] = [
      (nil, StoreFolder.manifest, .manifest)
    ]
    var manifest: Manifest?
    let names: [String]
    do throws(StoreError) {
      names = try system.list(path)
      guard names.contains(StoreFolder.manifest) else { throw .missing(path: path) }
    } catch {
      report.damages.append(error)
      return report
    }
    do throws(StoreError) {
      let found = try Manifest.read(system: system, folder: path)
      manifest = found
      work += found.segments.map { ($0.file, $0.file.name, .segment) }
      work += found.ledgers.map { ($0.file, $0.file.name, .ledger) }
      work += found.results.map { ($0.file, $0.file.name, .results) }
      _ = try StoreKey.read(system: system, folder: path, checksum: found.keyChecksum)
      report.fileCount += 1
      report.byteCount += UInt64(StoreKey.size)
    } catch {
      report.damages.append(error)
    }
    if manifest == nil {
      // Its damage is already reported.
      work = []
      for name in names where StoreFolder.isOurs(name) && name.hasSuffix(".tern") {
        let kind: FileKind =
          name.hasPrefix("segment-") ? .segment : name.hasPrefix("ledger-") ? .ledger : .results
        work.append((nil, name, kind))
      }
    }
    let total = manifest?.files.reduce(UInt64(0)) { $0 &+ $1.size } ?? 0
    for item in work {
      report.fileCount += 1
      do throws(StoreError) {
        let reader = try SegmentReader(
          system: system, folder: path, name: item.name, kind: item.kind,
          store: manifest?.store, expected: item.file)
        let before = report.damages.count
        reader.check(decoder: &decoder) { size in
          report.byteCount += UInt64(size)
          progress(report.byteCount, max(total, report.byteCount))
        } damaged: {
          report.damages.append($0)
        }
        report.byteCount += reader.summary.size - (reader.directory.listsOffset - UInt64(FileFormat.headerSize))
        guard report.damages.count == before else { continue }
        if let segment = manifest?.segments.first(where: { $0.file.name == item.name }) {
          try check(segment, reader)
        } else if item.kind == .ledger {
          _ = try Ledger.read(reader)
        }
      } catch {
        report.damages.append(error)
      }
      progress(report.byteCount, max(total, report.byteCount))
    }
    let known = Set(work.map(\.name) + [StoreFolder.key, StoreFolder.manifest])
    report.unknownFiles = names.filter { !known.contains($0) }
    return report
  }

  /// The manifest counts what the segment holds.
  private static func check(_ info: SegmentInfo, _ reader: SegmentReader) throws(StoreError) {
    let documents = Kind.allCases.map { reader.rowCount(of: .heads($0)) }
    guard documents == info.documents, reader.rowCount(of: .rejects) == info.rejects else {
      throw .corrupt(
        file: reader.path, range: reader.directory.listsOffset..<reader.summary.size,
        what: "the manifest counts other documents")
    }
  }
}
