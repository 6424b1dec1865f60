import ArgumentParser
import Glibc
import Synchronization
import Tern

enum ProgressMode: String, ExpressibleByArgument, CaseIterable {
  case auto, json, none
}

/// Shows progress on standard error, a few times a second.
final class ProgressMeter: Sendable {
  private let mode: ProgressMode
  private let isTerminal: Bool
  private let state = Mutex<(last: Double, width: Int)>((0, 0))

  init(_ mode: ProgressMode) {
    self.mode = mode
    isTerminal = isatty(STDERR_FILENO) == 1
  }

  var show: @Sendable (Progress) -> Void {
    { [self] progress in
      switch mode {
      case .none: break
      case .auto: if isTerminal { draw(progress) }
      case .json: printJSON(progress)
      }
    }
  }

  private func isDue(_ progress: Progress, every interval: Double) -> Bool {
    var now = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &now)
    let seconds = Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9
    let isEnd = progress.done == progress.total
    return state.withLock {
      guard isEnd || seconds - $0.last >= interval else { return false }
      $0.last = seconds
      return true
    }
  }

  private func draw(_ progress: Progress) {
    guard isDue(progress, every: 0.1) else { return }
    var line = "\(progress.stage.rawValue)  "
    if progress.total > 0 {
      line += "\(min(100, progress.done * 100 / max(progress.total, 1)))%  "
    }
    if progress.stage != .reconcile { line += "\(progress.done >> 20) MiB  " }
    if progress.documents > 0 { line += "\(progress.documents) documents" }
    if progress.rejects > 0 { line += "  \(progress.rejects) rejects" }
    state.withLock {
      let padding = String(repeating: " ", count: max(0, $0.width - line.count))
      var text = "\r" + line + padding
      $0.width = line.count
      if progress.done == progress.total {
        text = "\r" + String(repeating: " ", count: line.count + padding.count) + "\r"
        $0.width = 0
      }
      text.withUTF8 { _ = unsafe write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
  }

  private func printJSON(_ progress: Progress) {
    guard isDue(progress, every: 0.5) else { return }
    printError(
      "{\"stage\":\"\(progress.stage.rawValue)\",\"done\":\(progress.done),\"total\":\(progress.total),\"documents\":\(progress.documents),\"rejects\":\(progress.rejects)}"
    )
  }
}
