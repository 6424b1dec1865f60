/// Which elements tell of a person, and how their values are shown.
public enum PersonalData {
  /// Names, identity numbers, telephones and addresses, in every kind of message.
  public static let elements: Set<String> = [
    "buyerName", "buyerIdNumber", "buyerTelephone", "buyerRegNo", "payerName", "payerIdNumber",
    "telephone", "consignee", "consigneeTelephone", "consigneeAddress", "ebcTelephone",
  ]

  public static func contains(_ element: String) -> Bool { elements.contains(element) }

  /// First and last character, a star for each between; of two characters the first, of one none.
  public static func masked(_ value: String) -> String {
    let count = value.count
    if count <= 1 { return String(repeating: "*", count: count) }
    let stars = String(repeating: "*", count: count <= 2 ? 1 : count - 2)
    return String(value.first!) + stars + (count > 2 ? String(value.last!) : "")
  }

  /// Where two values first differ, counted from 1; nil if they are equal.
  static func difference(_ left: String, _ right: String) -> Int? {
    if hasSameBytes(left, right) { return nil }
    let agreeing = zip(left, right).prefix { hasSameBytes(String($0), String($1)) }.count
    return agreeing + 1
  }
}
