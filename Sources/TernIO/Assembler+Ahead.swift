import CLiburing
import Glibc

/// Scheduling: keeps `blocksAhead` extents with the back end, in the order of the plan.
extension Assembler {
  func schedule() throws(InputError) {
    while extentsAhead < options.blocksAhead, !waitsForStream {
      guard let step = layout.next() else { return }
      switch step {
      case .pack(let pieces):
        let extent = Extent(
          block: try pool.take(), file: nil, plan: plan, key: options.digestKey, pieces: pieces)
        extent.isDirect = isColdPack(pieces)
        begin(extent, .pack(extent))
      case .stretch(let source, let offset, let count, let isLast):
        try scheduleStretch(source, offset: offset, count: count, isLast: isLast)
      case .stream(let source):
        // How long it is shows when it ends; what comes behind it waits.
        turns.append(.stream(source: source))
        waitsForStream = true
      }
    }
  }

  private func begin(_ extent: Extent, _ turn: Turn) {
    turns.append(turn)
    extentsAhead += 1
    backend.fill(extent)
  }

  private func scheduleStretch(_ source: Int, offset: UInt64, count: Int, isLast: Bool)
    throws(InputError)
  {
    if offset == 0 {
      do throws(SystemFailure) {
        openFile = try LargeFile(source: source, plan: plan)
      } catch {
        openFile = nil
        turns.append(.unopenable(source: source, error))
      }
      if let file = openFile {
        let packing = try packing(of: file)
        if packing.container != .none {
          // The archive asks for its bytes by itself.
          openFile = nil
          layout.skipRest(of: source)
          turns.append(.archive(file, packing))
          extentsAhead += 1
          return
        }
      }
    }
    guard let file = openFile else { return }
    if isLast { openFile = nil }
    var pieces: [Piece] = []
    for start in stride(from: 0, to: count, by: Tuning.readBytes) {
      pieces.append(
        Piece(
          source: source, offset: offset + UInt64(start),
          planned: min(Tuning.readBytes, count - start), start: MemoryBlock.headroom + start))
    }
    let extent = Extent(
      block: try pool.take(), file: file, plan: plan, key: options.digestKey, pieces: pieces)
    extent.isCached = !isCold(file, offset: offset, count: count)
    extent.isDirect = !extent.isCached && file.openDirectly()
    begin(extent, .stretch(extent, file, offset: offset, count: count, isLast: isLast))
  }

  private func packing(of file: LargeFile) throws(InputError) -> Packing {
    let room = UnsafeMutableRawBufferPointer.allocate(
      byteCount: Packing.headBytes, alignment: pageBytes)
    defer { unsafe room.deallocate() }
    func head(of count: Int) -> UnsafeRawBufferPointer {
      let got = unsafe pread(file.descriptor, room.baseAddress!, count, 0)
      return unsafe UnsafeRawBufferPointer(rebasing: room[..<max(got, 0)])
    }
    var first = unsafe head(of: Container.headBytes)
    if unsafe Compression(head: first) != .none { unsafe first = head(of: room.count) }
    return unsafe try Packing(head: first, maxWindowLog: options.maxWindowLog)
  }

  /// Four bytes of the stretch: enough to tell a cached file from a cold one.
  private func isCold(_ file: LargeFile, offset: UInt64, count: Int) -> Bool {
    if options.faults?.cold == true { return true }
    let last = UInt64(count - 1)
    let places = [0, last / 3, last / 3 * 2, last].map { offset + $0 }
    return !isCached(file.descriptor, places: places)
  }

  /// Three of the small files that O_DIRECT could read stand for all of the extent.
  private func isColdPack(_ pieces: [Piece]) -> Bool {
    let readable = pieces.filter { $0.planned >= Tuning.pageAlignedBytes }
    guard !readable.isEmpty else { return false }
    var (cold, asked) = (0, 0)
    for place in Set([0, readable.count / 2, readable.count - 1]).sorted() {
      let path = unsafe plan.cPath(of: readable[place].source)
      // Opened directly: where the file system refuses that, buffered reading is all there is.
      let descriptor = unsafe openForReading(path, extraFlags: tern_o_direct())
      guard descriptor >= 0 else { continue }
      defer { close(descriptor) }
      _ = fcntl(descriptor, F_SETFL, 0)
      asked += 1
      if options.faults?.cold == true || !isCached(descriptor, places: [0]) { cold += 1 }
    }
    return cold * 2 > asked
  }
}
