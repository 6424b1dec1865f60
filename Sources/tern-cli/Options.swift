import ArgumentParser
import Glibc
import Tern
import TernIO
import TernReference
import TernRules
import TernSettings

/// How to run: the same for every verb that works.
struct RunOptions: ParsableArguments {
  @Option(help: "Worker threads (default: one per processor). Never changes a result.")
  var threads: Int?
  @Option(help: "Memory that the run may take, such as 2G.")
  var memory: ByteCount = ByteCount(2 << 30)
  @Option(help: "How files are read: auto, uring or pread.")
  var io: IOBackend = .auto
  @Option(help: "Progress on standard error: auto (on a terminal), json or none.")
  var progress: ProgressMode = .auto
  @Flag(help: "No progress and no summary on standard error.")
  var quiet = false

  func engine(
    _ rules: RuleSettings = RuleSettings(), _ reference: ReferenceData = ReferenceData(),
    strict: Bool = false, maxRejects: RejectLimit? = nil
  ) throws -> Engine {
    if let threads, threads < 1 || threads > 256 {
      throw Failure.usage("--threads \(threads): 1 to 256 are possible")
    }
    var settings = EngineSettings(threads: threads, memoryBytes: memory.bytes)
    settings.io = io
    settings.strict = strict
    settings.maxRejects = maxRejects
    settings.rules = rules
    settings.reference = reference
    let meter = ProgressMeter(quiet ? .none : progress)
    return Engine(settings: settings, progress: meter.show)
  }
}

/// What `--as-of` says; nil where it is not given.
func asOfSeconds(_ text: String?) throws -> Int64? {
  guard let text else { return nil }
  guard let seconds = timeSeconds(text) else {
    throw Failure.usage("--as-of \(text): a real time YYYYMMDDhhmmss is expected")
  }
  return seconds
}

/// The tables that rules and statistics look things up in.
struct ReferenceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Folder with reference tables: \(ReferenceData.fileNames.joined(separator: ", ")). What has no table is not checked.",
      valueName: "folder"))
  var reference: String?

  func load() throws -> ReferenceData {
    guard let reference else { return ReferenceData() }
    let (data, ignored) = try working { try ReferenceFolder.load(reference) }
    for name in ignored { printError("\(reference)/\(name): not a reference table; passed over") }
    return data
  }
}

/// The rules of a reconciliation.
struct RuleOptions: ParsableArguments {
  @Option(help: "Age is counted up to this time, YYYYMMDDhhmmss (default: the latest appTime).")
  var asOf: String?
  @Option(help: ArgumentHelp("Rules file (see 'tern rules --init').", valueName: "file"))
  var rules: String?
  @Option(help: ArgumentHelp("Key of the inspection draws: 16 bytes or more. Without it nothing is drawn.", valueName: "file"))
  var inspectionKey: String?
  @Option(help: "Days that a list may wait for its documents (default: 30).")
  var windowDays: Int?
  @Option(
    help: ArgumentHelp(
      "Allowed difference of a check, such as amount.paid=0.01 or weight.gross=0.5%; may be repeated.",
      valueName: "check=amount"))
  var tolerance: [String] = []

  func settings() throws -> RuleSettings {
    var rules = RuleSettings()
    if let path = self.rules {
      var alerts = AlertSettings()
      try applyRulesFile(path, to: &rules, alerts: &alerts)
    }
    rules.asOf = try asOfSeconds(asOf)
    if let windowDays {
      guard (0...1_000_000).contains(windowDays) else {
        throw Failure.usage("--window-days \(windowDays): 0 to 1000000 are possible")
      }
      rules.windowDays = windowDays
    }
    if let path = inspectionKey {
      guard let key = InspectionKey(try working { try ReferenceFolder.bytes(path) }) else {
        throw Failure.usage(
          "--inspection-key \(path): a key has \(InspectionKey.byteCountMin) bytes or more; 'head -c 32 /dev/urandom > FILE' makes one")
      }
      rules.inspection.key = key
    }
    for entry in tolerance {
      let parts = entry.split(separator: "=", maxSplits: 1).map(String.init)
      let valid = Finding.allCases.filter(\.hasTolerance)
      guard parts.count == 2, let finding = valid.first(where: { $0.name == parts[0] }) else {
        throw Failure.usage(
          "--tolerance \(entry): the checks with a tolerance are \(valid.map(\.name).joined(separator: ", "))")
      }
      guard let value = Tolerance(parts[1]) else {
        throw Failure.usage("--tolerance \(entry): an amount such as 0.01, 0.5% or 0.01+0.5% is expected")
      }
      rules[tolerance: finding] = value
    }
    return rules
  }
}

/// What a rules file sets.
func applyRulesFile(
  _ path: String, to rules: inout RuleSettings, alerts: inout AlertSettings
) throws {
  let bytes = try working { try ReferenceFolder.bytes(path) }
  guard let text = String(validating: bytes, as: UTF8.self) else {
    throw Failure.usage("\(path): the file is not UTF-8")
  }
  do throws(SettingsError) {
    try RulesFile.apply(text, to: &rules, alerts: &alerts)
  } catch {
    throw Failure.usage("\(path), \(error)")
  }
}

/// Thresholds of alerts: the defaults, changed by a rules file.
func alertSettings(_ path: String?) throws -> AlertSettings {
  var alerts = AlertSettings()
  if let path {
    // Its other settings are those of a reconciliation: they are checked, and change nothing here.
    var others = RuleSettings()
    try applyRulesFile(path, to: &others, alerts: &alerts)
  }
  return alerts
}

/// A size such as `512M` or `2G`.
struct ByteCount: ExpressibleByArgument, CustomStringConvertible {
  var bytes: Int

  init(_ bytes: Int) { self.bytes = bytes }

  init?(argument: String) {
    let units: [Character: Int] = ["K": 10, "M": 20, "G": 30, "T": 40]
    var digits = Substring(argument)
    var shift = 0
    if let last = argument.last, let unit = units[Character(last.uppercased())] {
      shift = unit
      digits = digits.dropLast()
    }
    guard let number = Int(digits), number > 0, number <= Int.max >> (shift + 1) else { return nil }
    bytes = number << shift
  }

  var description: String {
    bytes % (1 << 30) == 0 ? "\(bytes >> 30)G" : bytes % (1 << 20) == 0 ? "\(bytes >> 20)M" : "\(bytes)"
  }
}

extension IOBackend: ExpressibleByArgument {}
extension VerdictFormat: ExpressibleByArgument {}
extension RejectFormat: ExpressibleByArgument {}

/// Runs a verb's work: library errors become exit status 1 and one clear line.
func working<Result>(_ body: () throws -> Result) throws -> Result {
  do {
    return try body()
  } catch TernError.input(.input(let failure)) {
    throw Failure.usage("\(failure)")
  } catch let error as TernError {
    switch error {
    case .table, .reference, .summarySettings: throw Failure.usage("\(error)")
    default: break
    }
    throw Failure(text: "\(error)", status: 1)
  }
}
