import Glibc

/// What a command left.
public struct CommandResult: Sendable {
  /// Exit status, or 128 + the signal that ended it.
  public var status: Int32
  public var outputBytes: [UInt8]
  public var error: String

  public var output: String { String(decoding: outputBytes, as: UTF8.self) }
  /// Lines of standard output.
  public var lines: [String] { textLines(output) }
}

/// The lines of a text; its last line feed begins no further line.
public func textLines(_ text: String) -> [String] {
  var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  if lines.last == "" { lines.removeLast() }
  return lines
}

/// Runs a command and waits for its end. `command[0]` is a path, or a name on PATH. Both outputs go
/// through files, so that no full pipe can block it. A command that takes longer than `seconds` is
/// killed.
public func runCommand(
  _ command: [String], input: String = "/dev/null", seconds: Int = 300
) -> CommandResult {
  let folder = TemporaryFolder()
  let (output, error) = (folder["output"], folder["error"])
  var actions = unsafe posix_spawn_file_actions_t()
  _ = unsafe posix_spawn_file_actions_init(&actions)
  defer { _ = unsafe posix_spawn_file_actions_destroy(&actions) }
  _ = unsafe posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
  _ = unsafe posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT, 0o600)
  _ = unsafe posix_spawn_file_actions_addopen(&actions, 2, error, O_WRONLY | O_CREAT, 0o600)

  var environment = ["LC_ALL=C.UTF-8", "SWIFT_BACKTRACE=enable=no"]
  for name in ["PATH", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "ASAN_OPTIONS", "TSAN_OPTIONS"] {
    if let value = unsafe getenv(name) { environment.append(unsafe "\(name)=\(String(cString: value))") }
  }
  var arguments = unsafe command.map { unsafe strdup($0) } + [nil]
  var variables = unsafe environment.map { unsafe strdup($0) } + [nil]
  defer {
    for unsafe pointer in unsafe arguments + variables { unsafe free(pointer) }
  }
  var process = pid_t()
  let failure = unsafe posix_spawnp(&process, command[0], &actions, nil, &arguments, &variables)
  precondition(failure == 0, "\(command[0]): errno \(failure)")

  var status: Int32 = 0
  var waited_ms = 0
  while unsafe waitpid(process, &status, WNOHANG) == 0 {
    usleep(2000)
    waited_ms += 2
    if waited_ms > seconds * 1000 { _ = kill(process, SIGKILL) }
  }
  let signal = status & 0x7F
  return CommandResult(
    status: signal == 0 ? status >> 8 & 0xFF : 128 + signal,
    outputBytes: readFile(output) ?? [], error: readText(error) ?? "")
}

/// Whether a program of this name is on PATH.
public func isOnPath(_ program: String) -> Bool {
  runCommand(["/bin/sh", "-c", "command -v \"$1\"", "sh", program]).status == 0
}
