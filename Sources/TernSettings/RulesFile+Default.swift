import Tern
import TernRules

extension RulesFile {
  /// A rules file with every setting at its default, and what it means.
  public static var defaultText: String {
    var text = """
      # Rules of a reconciliation: tern reconcile STORE --rules FILE (run, judge and explain take it too).
      # This file has every setting at its default: delete what you do not change. Unknown names and senseless
      # values are errors.

      # Days that a list may wait for missing documents (severity P) before it is rejected.
      windowDays: 30

      # Amounts in yuan; exactly so much still passes.
      limits:
        single: 5000       # regime.limit_single: one import list
        annual: 26000      # regime.limit_annual: one buyer in a calendar year
        simplified: 5000   # regime.simplified: goods value of a list

      # Share of the released lists that is drawn for inspection, by credit class of the seller as enterprises.csv
      # spells it. Without --inspection-key FILE nothing is drawn.
      inspection:
        rates: {}          # such as {高级认证: 0.1%, 失信: 20%}
        otherRate: 0%      # sellers of other classes, and those that are not in the register

      # Credit classes of sellers whose lists come first with 'verdicts --order priority', the first first; at most 7.
      priority: []

      # Each finding: severity R reject, P pending while young and reject after the window, V review, W warning;
      # enabled: false switches the check off; tolerance where the check compares amounts or weights: an amount in
      # the unit of the field (0.01), a share of the triplet's value (0.5%), or both (0.01+0.5%: the larger one is
      # allowed).
      findings:

      """
    for finding in Finding.allCases {
      text += "\n  # \(finding.rule(.english))\n  # \(finding.rule(.chinese))\n  \(finding.name):\n"
      text += "    severity: \(finding.defaultSeverity.letter)\n    enabled: true\n"
      if !finding.hasTolerance { continue }
      let fields = finding.toleranceFields
      text +=
        fields.isEmpty
        ? "    tolerance: 0\n"
        : "    tolerance: {\(fields.map { "\($0): 0" }.joined(separator: ", "))}\n"
    }
    text += """

      # The same by direction and trade mode: export, import, export.9610, import.1210 … (9610, 1210, 1239, 9710,
      # 9810, other). What is set for a trade mode stands before what is set for its direction, and that before the
      # settings above. Such as:
      #   scopes:
      #     import:
      #       party.consignee: {severity: W}
      #     import.1210:
      #       weight.gross: {tolerance: 0.5%}
      scopes: {}

      # Thresholds of tern alerts STORE --rules FILE. A level whose threshold is 0 never alerts.
      alerts:

      """
    for setting in AlertSetting.allCases {
      let description = setting.description
      text += "  \(setting.rawValue): \(description.defaultValue)   # \(description.unit): \(description.meaning)\n"
    }
    return text
  }
}
