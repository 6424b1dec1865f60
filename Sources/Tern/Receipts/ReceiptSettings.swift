import TernCEB

/// Which edition of the message specification a receipt keeps to.
public enum ReceiptSpec: String, Sendable, CaseIterable {
  /// 2018 No. 113.
  case of2018 = "2018"
  /// Its revision of May 2022.
  case of202205 = "202205"
}

/// How receipts are written.
public struct ReceiptSettings: Sendable {
  public var spec = ReceiptSpec.of202205
  /// Wraps every message in a `DxpMsg` of this `SenderId`. 1 to 16 characters.
  public var dxpSender: String?
  /// `ReceiverId` of the wrapped messages; nil for the sender, whose node then hands them on.
  public var dxpReceiver: String?

  public init() {}
}

/// What `writeReceipts` wrote.
public struct ReceiptReport: Sendable {
  /// Receipts by kind, where there are any, in the order of their folders.
  public var receipts: [(kind: Kind, count: Int)] = []
  public var messages = 0
}
