import CArchive
import CLiburing
import Glibc

/// Why a ring cannot be had, for people.
struct RingDiagnosis: Sendable {
  var operation: String
  var errno: Int32
  /// Content of the system's switch; nil where there is none (kernels before 6.6).
  var disabledSetting: String? = readSetting("/proc/sys/kernel/io_uring_disabled")

  init(operation: String, errno: Int32) {
    self.operation = operation
    self.errno = errno
  }

  private var facts: String {
    let setting = disabledSetting.map { ", kernel.io_uring_disabled = \($0)" } ?? ""
    return "\(operation) failed with \(errnoText(errno))\(setting)"
  }

  /// For `auto`: one line, reading goes on.
  var note: String { "io_uring is not available (\(facts)); reading with pread" }

  /// For `uring`: why, and what to do.
  var refusal: String { "io_uring is not available (\(facts)). \(advice)" }

  var advice: String {
    if let disabledSetting, disabledSetting != "0", errno == EPERM {
      return "The system administrator has switched it off: sysctl -w kernel.io_uring_disabled=0"
        + " allows it. Or use --io pread."
    }
    switch errno {
    case EPERM, EACCES, ENOSYS:
      return "Container profiles (Docker, containerd) deny it by default and old kernels lack it:"
        + " run with a seccomp profile that allows io_uring_setup, io_uring_enter and"
        + " io_uring_register, or use --io pread."
    case ENOMEM:
      return "The limit of locked memory is too low (ulimit -l), or memory is short."
        + " Or use --io pread."
    case EMFILE, ENFILE: return "Too many files are open (ulimit -n). Or use --io pread."
    default: return "Use --io pread."
    }
  }
}

/// What this machine offers for reading, for `tern doctor`.
public struct IOProbe: Sendable {
  /// A ring was made and a read went through it.
  public var hasRing: Bool
  /// Why not.
  public var ringErrno: Int32?
  public var ringOperation: String?
  /// Content of `/proc/sys/kernel/io_uring_disabled`, where it exists.
  public var disabledSetting: String?
  /// Files are opened, read and closed in one chain, without descriptors of the process.
  public var hasDirectDescriptors: Bool
  /// O_DIRECT works in `folder`.
  public var hasDirectReads: Bool
  /// The folder that was asked about.
  public var folder: String
  /// Kernel release.
  public var kernel: String
  /// One line for each of the above: what it is, and what it means.
  public var lines: [String]

  /// Asks the kernel. Writes and removes one small file in `folder`.
  public init(folder: String = "/tmp") {
    self.folder = folder
    kernel = readSetting("/proc/sys/kernel/osrelease") ?? "unknown"
    disabledSetting = readSetting("/proc/sys/kernel/io_uring_disabled")
    var diagnosis: RingDiagnosis?
    (hasRing, hasDirectDescriptors, diagnosis) = Self.probeRing()
    ringErrno = diagnosis?.errno
    ringOperation = diagnosis?.operation
    let direct = Self.probeDirectReads(folder)
    hasDirectReads = direct == nil
    lines = ["kernel \(kernel)"]
    if let diagnosis {
      lines.append(diagnosis.note)
      lines.append(diagnosis.advice)
    } else {
      lines.append("io_uring works: a trial read went through it")
      lines.append(
        hasDirectDescriptors
          ? "direct descriptors work: small files are opened, read and closed in one request"
          : "no direct descriptors (kernel before 5.19): small files take three requests each")
    }
    lines.append(
      direct.map { "O_DIRECT does not work in \(folder) (\($0)): cold files are read buffered" }
        ?? "O_DIRECT works in \(folder): cold files are read past the page cache")
    lines.append(unsafe archiveLine(tern_archive_version()))
  }

  private static func probeRing() -> (Bool, Bool, RingDiagnosis?) {
    var ring: OpaquePointer?
    let made = unsafe tern_ring_create(&ring, 4)
    if made == 0, let ring = unsafe ring {
      let direct = unsafe tern_ring_reserve_descriptors(ring, 4) == 0
      unsafe tern_ring_destroy(ring)
      do {
        // The back end's own test: a real read, on a thread of its own.
        let backend = try RingBackend(faults: nil) { _ in }
        backend.stop()
        return (true, direct, nil)
      } catch let error as RingBackend.Unavailable {
        return (false, false, RingDiagnosis(operation: error.operation, errno: error.errno))
      } catch {
        return (false, false, RingDiagnosis(operation: "pthread_create", errno: EAGAIN))
      }
    }
    return (false, false, RingDiagnosis(operation: "io_uring_setup", errno: -made))
  }

  /// nil when it works, else why not.
  private static func probeDirectReads(_ folder: String) -> String? {
    var template = Array("\(folder)/tern-probe-XXXXXX".utf8CString)
    let descriptor = unsafe template.withUnsafeMutableBufferPointer {
      unsafe mkstemp($0.baseAddress!)
    }
    guard descriptor >= 0 else { return "no file can be made there: \(errnoText(errno))" }
    defer {
      close(descriptor)
      _ = unsafe template.withUnsafeBufferPointer { unsafe unlink($0.baseAddress!) }
    }
    let buffer = UnsafeMutableRawPointer.allocate(byteCount: pageBytes, alignment: pageBytes)
    defer { unsafe buffer.deallocate() }
    unsafe buffer.initializeMemory(as: UInt8.self, repeating: 1, count: pageBytes)
    guard unsafe pwrite(descriptor, buffer, pageBytes, 0) == pageBytes else {
      return "no file can be written there: \(errnoText(errno))"
    }
    let direct = unsafe template.withUnsafeBufferPointer {
      unsafe openForReading($0.baseAddress!, extraFlags: tern_o_direct())
    }
    guard direct >= 0 else { return errnoText(-direct) }
    defer { close(direct) }
    return unsafe pread(direct, buffer, pageBytes, 0) == pageBytes ? nil : errnoText(errno)
  }
}

private func archiveLine(_ version: UnsafePointer<CChar>?) -> String {
  guard let version = unsafe version else {
    return "no \(unsafe String(cString: tern_archive_library())): zip and tar archives are rejected"
      + " (Debian: apt-get install libarchive13)"
  }
  return "zip and tar archives are read with \(unsafe String(cString: version))"
}

/// First line of a file of /proc, or nil.
private func readSetting(_ path: String) -> String? {
  let descriptor = unsafe openForReading(path, extraFlags: 0)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  var bytes = [UInt8](repeating: 0, count: 256)
  let got = unsafe bytes.withUnsafeMutableBytes {
    unsafe read(descriptor, $0.baseAddress!, $0.count)
  }
  guard got > 0 else { return nil }
  return String(decoding: bytes[..<got].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
}
