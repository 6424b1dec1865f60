import TernCEB

/// The tables that rules and statistics look things up in. What is not given is nil, and is not checked.
public struct ReferenceData: Sendable {
  /// The plain code tables.
  public enum Codes: Int, Sendable, CaseIterable {
    case country, currency, unit, customsDistrict, transportMode, tradeMode

    /// Name of the file.
    public var file: String {
      switch self {
      case .country: "countries.csv"
      case .currency: "currencies.csv"
      case .unit: "units.csv"
      case .customsDistrict: "customs_districts.csv"
      case .transportMode: "transport_modes.csv"
      case .tradeMode: "trade_modes.csv"
      }
    }
  }

  /// A table that was read, for the provenance of a result.
  public struct File: Sendable, Equatable {
    public var name: String
    public var rows: Int
    /// SHA-256 of its bytes, in hexadecimal, as `sha256sum` prints it.
    public var sha256: String
  }

  private var codeTables: [CodeTable?] = Codes.allCases.map { _ in nil }
  public internal(set) var headings: HeadingTable?
  public internal(set) var tariff: Tariff?
  public internal(set) var rates: RateTable?
  public internal(set) var enterprises: EnterpriseRegister?
  /// In byte order of their names.
  public internal(set) var files: [File] = []

  /// No table at all.
  public init() {}

  public internal(set) subscript(codes: Codes) -> CodeTable? {
    get { codeTables[codes.rawValue] }
    set { codeTables[codes.rawValue] = newValue }
  }

  public func codes(_ codes: Codes) -> CodeTable? { self[codes] }

  public var isEmpty: Bool { files.isEmpty }

  /// The files that a reference folder may hold.
  public static let fileNames =
    Codes.allCases.map(\.file) + ["hs2022.csv", "tariff.csv", "rates.csv", "enterprises.csv"]

  /// SHA-256 over the lines `sha256  name` of all files; empty without files. The same as
  /// `sha256sum *.csv | sha256sum` in the folder.
  public var contentHash: String {
    if files.isEmpty { return "" }
    let lines = files.map { "\($0.sha256)  \($0.name)\n" }.joined()
    return sha256Text(Array(lines.utf8))
  }
}
