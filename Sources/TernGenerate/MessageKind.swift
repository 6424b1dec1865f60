/// The eight messages, in the order they are written within a block.
enum MessageKind: Int, CaseIterable, Sendable {
  case order303, order311, payment403, payment411, waybill505, waybill511, list603, list621

  init(_ role: Role, isExport: Bool) {
    self = Self(rawValue: role.rawValue * 2 + (isExport ? 0 : 1))!
  }

  var role: Role { Role(rawValue: rawValue / 2)! }
  var isExport: Bool { rawValue & 1 == 0 }

  /// `CEB303`: folder, and root element with `Message` behind it.
  var name: StaticString {
    switch self {
    case .order303: "CEB303"
    case .order311: "CEB311"
    case .payment403: "CEB403"
    case .payment411: "CEB411"
    case .waybill505: "CEB505"
    case .waybill511: "CEB511"
    case .list603: "CEB603"
    case .list621: "CEB621"
    }
  }
}
