import Glibc

/// Why reading could not begin, or had to end as a whole. What goes wrong with one source is not
/// here: it is a `SourceFailure` beside the data of the others.
public enum InputError: Error, Equatable, CustomStringConvertible {
  /// A named input does not exist or cannot be looked at.
  case input(SystemFailure)
  /// Too many inputs for the plan.
  case tooManyInputs(limit: Int)
  /// `--io uring` was asked for and no ring can be had.
  case ringUnavailable(String)
  /// A thread or memory could not be had.
  case resources(SystemFailure)
  /// `cancel()` was called.
  case cancelled

  public var description: String {
    switch self {
    case .input(let failure), .resources(let failure): failure.description
    case .tooManyInputs(let limit): "more than \(limit) input files"
    case .ringUnavailable(let why): why
    case .cancelled: "reading was cancelled"
    }
  }
}

/// A system call that failed in operation: what was called, on what, and the kernel's answer.
public struct SystemFailure: Error, Sendable, Equatable, CustomStringConvertible {
  /// The call, as in its manual page.
  public var operation: String
  /// The path or thing that it was called on.
  public var path: String
  public var errno: Int32

  public init(operation: String, path: String, errno: Int32) {
    // These two are mistakes of the program; going on would hide them.
    precondition(
      errno != EBADF && errno != EFAULT, "\(operation) of \(path): \(errnoName(errno))")
    self.operation = operation
    self.path = path
    self.errno = errno
  }

  public var description: String { "\(path): \(operation): \(errnoText(errno))" }
}

/// `ENOENT (No such file or directory)`.
func errnoText(_ number: Int32) -> String {
  var text = [CChar](repeating: 0, count: 128)
  let message = unsafe text.withUnsafeMutableBufferPointer { buffer -> String in
    guard unsafe strerror_r(number, buffer.baseAddress!, buffer.count) == 0 else { return "" }
    return unsafe String(cString: buffer.baseAddress!)
  }
  let name = errnoName(number)
  return message.isEmpty ? name : "\(name) (\(message))"
}

/// The constant's name, for the errnos that files and rings give.
func errnoName(_ number: Int32) -> String {
  switch number {
  case EPERM: "EPERM"
  case ENOENT: "ENOENT"
  case EINTR: "EINTR"
  case EIO: "EIO"
  case ENXIO: "ENXIO"
  case EBADF: "EBADF"
  case EAGAIN: "EAGAIN"
  case ENOMEM: "ENOMEM"
  case EACCES: "EACCES"
  case EFAULT: "EFAULT"
  case EBUSY: "EBUSY"
  case ENODEV: "ENODEV"
  case ENOTDIR: "ENOTDIR"
  case EISDIR: "EISDIR"
  case EINVAL: "EINVAL"
  case ENFILE: "ENFILE"
  case EMFILE: "EMFILE"
  case ENOSPC: "ENOSPC"
  case ELOOP: "ELOOP"
  case ENAMETOOLONG: "ENAMETOOLONG"
  case ENOSYS: "ENOSYS"
  case EOPNOTSUPP: "EOPNOTSUPP"
  case ESTALE: "ESTALE"
  case ECANCELED: "ECANCELED"
  case ETIMEDOUT: "ETIMEDOUT"
  default: "errno \(number)"
  }
}
