import Glibc
import Synchronization

/// Where the messages and the truth go.
final class Output: Sendable {
  private let settings: GenerateSettings
  private let messagesFolder: String?
  private let descriptor: Int32
  private let truthFolder: String?
  /// Where the tables go, if any are wanted.
  private let referenceFolder: String?
  /// Folders that were not there before, or were empty: removed after a failure.
  private let created: [String]
  private let state: Mutex<State>

  private struct State: ~Copyable {
    var bundle: File?
    var bundleBytes = 0
    var bundleCount = 0
    var rows: File?
    /// Sorted runs of rows in the file.
    var runs: [Range<Int>] = []
  }

  init(
    _ settings: GenerateSettings, _ destination: GenerateSettings.Destination
  ) throws(GenerateError) {
    self.settings = settings
    var created: [String] = []
    switch destination {
    case .folder(let path):
      let path = Self.withoutTrailingSlash(path)
      created = ["\(path)/messages", "\(path)/truth"]
      if try Self.claim(path) { created.append(path) }
      messagesFolder = "\(path)/messages"
      truthFolder = "\(path)/truth"
      referenceFolder = "\(path)/reference"
      created.append("\(path)/reference")
      descriptor = -1
    case .descriptor(let open, let folder):
      descriptor = open
      // A pipe of 64 KiB wakes the reader for every few lists. What is no pipe, or may not grow,
      // stays as it is.
      _ = fcntl(descriptor, Self.setPipeSize, 1 << 20)
      messagesFolder = nil
      truthFolder = folder.map(Self.withoutTrailingSlash)
      referenceFolder = truthFolder.map { "\($0)/reference" }
      if let folder = truthFolder {
        created = [
          "\(folder)/verdicts.csv", "\(folder)/summary.json", "\(folder)/reference",
        ]
        if try Self.claim(folder) { created.append(folder) }
      }
    }
    self.created = created
    state = Mutex(State())
    do {
      if let messagesFolder { try Folder.create(messagesFolder) }
      if let truthFolder {
        try Folder.create(truthFolder)
        let rows = try File(creating: Self.runsPath(truthFolder))
        // Ownership of a file can't pass through a closure: it moves by way of an optional.
        var moving: File? = rows
        state.withLock { $0.rows = moving.take() }
      }
    } catch {
      undo()
      throw error
    }
  }

  /// F_SETPIPE_SZ, which the C library shows only under _GNU_SOURCE.
  private static let setPipeSize: Int32 = 1031

  /// Whether rows of the truth are wanted.
  var keepsTruth: Bool { truthFolder != nil }

  /// What needs no order: the files of layout `messages`. Called by many threads.
  func writeUnordered(_ maker: borrowing BlockMaker, block: Int) throws(GenerateError) {
    guard let messagesFolder, settings.layout == .messages else { return }
    let width = max(4, String(settings.blockCount - 1).utf8.count)
    let folderNumber = Self.padded(block, width)
    var kind: MessageKind?
    var folder = ""
    var number = 0
    for message in maker.messages {
      if message.kind != kind {
        kind = message.kind
        number = 0
        folder = "\(messagesFolder)/\(message.kind.name)/\(folderNumber)"
        try Folder.create(folder)
      }
      var file = try File(creating: "\(folder)/\(Self.padded(number, 6)).xml")
      try file.write(maker.writer.out, message.range)
      try file.close()
      number += 1
    }
  }

  /// Streams, bundles and rows of the truth. Called for one block after the other.
  func writeInOrder(_ maker: borrowing BlockMaker) throws(GenerateError) {
    if messagesFolder == nil {
      if let code = maker.writer.out.write(0..<maker.writer.out.count, to: descriptor) {
        throw .system(action: "write", path: "descriptor \(descriptor)", code: code)
      }
    } else if case .bundles(let bytes) = settings.layout {
      try writeBundles(maker, bytes)
    }
    if truthFolder != nil { try writeRows(maker.rows) }
  }

  private func writeRows(_ rows: borrowing ByteBuffer) throws(GenerateError) {
    let failure: GenerateError? = state.withLock { state in
      do throws(GenerateError) {
        try state.rows?.write(rows, 0..<rows.count)
      } catch {
        return error
      }
      let start = state.runs.last?.upperBound ?? 0
      state.runs.append(start..<start + rows.count)
      return nil
    }
    if let failure { throw failure }
  }

  private func writeBundles(_ maker: borrowing BlockMaker, _ limit: Int) throws(GenerateError) {
    guard let messagesFolder else { return }
    let failure: GenerateError? = state.withLock { state in
      do throws(GenerateError) {
        var place = 0
        while place < maker.messages.count {
          // As many messages as fit are one write.
          let start = maker.messages[place].range.lowerBound
          var end = start
          while place < maker.messages.count {
            let message = maker.messages[place].range
            let isFull = state.bundleBytes + message.upperBound - start > limit
            if isFull && state.bundleBytes + end - start > 0 { break }
            end = message.upperBound
            place += 1
          }
          if end > start {
            if state.bundle == nil {
              let name = "bundle-\(Self.padded(state.bundleCount, 5)).xml"
              state.bundle = try File(creating: "\(messagesFolder)/\(name)")
              state.bundleCount += 1
            }
            try state.bundle?.write(maker.writer.out, start..<end)
            state.bundleBytes += end - start
          }
          if place < maker.messages.count {
            try state.bundle?.close()
            state.bundle = nil
            state.bundleBytes = 0
          }
        }
      } catch {
        return error
      }
      return nil
    }
    if let failure { throw failure }
  }

  /// Completes the truth. `summary.json` comes last: where it is, all is.
  func finish(_ summary: GenerateSummary) throws(GenerateError) {
    var bundle: File?
    var rows: File?
    var runs: [Range<Int>] = []
    state.withLock { state in
      bundle = state.bundle.take()
      rows = state.rows.take()
      runs = state.runs
    }
    try bundle?.close()
    if settings.ruleBook == .full, let referenceFolder {
      try ReferenceTables(World(settings)).write(to: referenceFolder)
    }
    guard let truthFolder else { return }
    try rows?.close()
    try TruthMerge.merge(
      runs: runs, of: Self.runsPath(truthFolder), into: "\(truthFolder)/verdicts.csv",
      scratch: Self.runsPath(truthFolder))
    var json = ByteBuffer()
    json.append(string: summary.json)
    var file = try File(creating: "\(truthFolder)/summary.json")
    try file.write(json, 0..<json.count)
    try file.close()
  }

  /// Removes what was written to folders.
  func undo() {
    if let truthFolder, let names = try? Folder.names(truthFolder) {
      for name in names where name.hasPrefix(Self.runsName) {
        Folder.removeTree("\(truthFolder)/\(name)")
      }
    }
    for path in created { Folder.removeTree(path) }
  }

  // MARK: Paths

  private static let runsName = ".verdicts.runs"

  private static func runsPath(_ folder: String) -> String { "\(folder)/\(runsName)" }

  /// Makes the folder, or takes it if it is empty. True if it was made.
  private static func claim(_ path: String) throws(GenerateError) -> Bool {
    if unsafe access(path, F_OK) == 0 {
      guard try Folder.names(path).isEmpty else { throw .targetNotEmpty(path: path) }
      return false
    }
    try Folder.create(path)
    return true
  }

  private static func withoutTrailingSlash(_ path: String) -> String {
    var path = path
    while path.utf8.count > 1 && path.hasSuffix("/") { path.removeLast() }
    return path
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
  }
}
