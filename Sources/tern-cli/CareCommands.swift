import ArgumentParser
import Glibc
import Tern
import TernCEB
import TernIO
import TernStore

struct Verify: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Reads every byte of a store and checks every checksum.")
  @Argument(help: "The store's folder.") var store: String
  @OptionGroup var options: RunOptions

  func run() throws {
    let meter = ProgressMeter(options.quiet ? .none : options.progress)
    let report = Store.verify(store) { done, total in
      meter.show(
        Progress(stage: .verify, done: done, total: total, documents: 0, rejects: 0))
    }
    if report.fileCount == 0, report.damages.count == 1 {
      // Nothing could be read at all: no store, rather than a damaged one.
      throw Failure(text: "\(report.damages[0])", status: 1)
    }
    for damage in report.damages { printError("tern: \(damage)") }
    for name in report.unknownFiles {
      printError("\(store)/\(name): not part of the store")
    }
    guard report.isSound else {
      throw Failure(
        text: "\(store): damaged (\(report.damages.count)); restore these files from a copy, or ingest the sources into a new store",
        status: 1)
    }
    if !options.quiet {
      printError("\(store): \(report.fileCount) files, \(report.byteCount) bytes, all sound")
    }
  }
}

struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Says what this machine offers, and what it means.")
  @Option(help: "Folder to try direct reads in.") var folder = "/tmp"

  func run() throws {
    print("tern \(TernCommand.configuration.version)")
    print("processors: \(sysconf(Int32(_SC_NPROCESSORS_ONLN)))")
    let pages = sysconf(Int32(_SC_PHYS_PAGES))
    print("memory: \((pages * sysconf(Int32(_SC_PAGESIZE))) >> 20) MiB")
    let kernels = Kernel.allCases.map {
      $0 == Kernel.best ? "\($0.rawValue) (in use)" : $0.isAvailable ? $0.rawValue : "no \($0.rawValue)"
    }
    print("vector kernels: \(kernels.joined(separator: ", "))")
    for line in IOProbe(folder: folder).lines { print("reading: \(line)") }
    var limit = rlimit()
    if unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
      print("open files: \(limit.rlim_cur)")
    }
  }
}
