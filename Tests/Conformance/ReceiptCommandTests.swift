import TernTestSupport
import Testing

/// `tern receipts` and `tern orphans` as a script uses them.
struct ReceiptCommandTests {
  let folder = TemporaryFolder()

  @Test("receipts: a folder per kind and an index; refusals leave nothing and say what to do")
  func receipts() throws {
    let store = folder["store"]
    let early = try tern("receipts", folder["none"], "--out", folder["out"])
    #expect(early.status == 1 && early.error.contains(folder["none"]))
    #expect(try tern("ingest", store, corpus("demo") + "/input").status == 0)
    let unjudged = try tern("receipts", store, "--out", folder["out"])
    #expect(unjudged.status == 1 && unjudged.error.contains("tern reconcile"))
    #expect(!names(in: folder.path).contains("out"))
    #expect(try tern("reconcile", store).status == 0)

    let done = try tern("receipts", store, "--out", folder["out"])
    #expect(done.status == 0 && done.outputBytes.isEmpty && done.error.contains("CEB604"))
    let kinds = ["CEB304", "CEB312", "CEB404", "CEB412", "CEB506", "CEB512", "CEB604", "CEB622"]
    #expect(names(in: folder["out"]) == kinds + ["index.csv"])
    #expect(names(in: folder["out/CEB604"]).first == "CEB604-00000001.xml")
    #expect(lines(folder["out/index.csv"])?.first?.hasPrefix("file,kind,agentCode,copNo,") == true)

    let again = try tern("receipts", store, "--out", folder["out"])
    #expect(again.status == 1 && again.error.contains(folder["out"]))
    let wrapped = try tern(
      "receipts", store, "--out", folder["dxp"], "--spec", "2018", "--dxp", "DXPENT01", "--quiet")
    #expect(wrapped.status == 0 && wrapped.error.isEmpty)
    let message = readText(folder["dxp/CEB604/CEB604-00000001.xml"]) ?? ""
    #expect(message.contains("<SenderId>DXPENT01</SenderId>") && message.contains("<MsgType>CEB604Message<"))
  }

  @Test("receipts: wrong usage is status 2", arguments: [
    ["--spec", "2019"], ["--dxp", ""], ["--dxp", "12345678901234567"], ["--dxp", "a<b"], ["--dxp-to", "X"],
  ])
  func usage(_ options: [String]) throws {
    #expect(try tern(["receipts", "store", "--out", folder["out"]] + options).status == 2)
  }

  @Test("orphans: three formats; age follows --as-of")
  func orphans() throws {
    let store = folder["store"]
    let inputs = filesBelow(corpus("export-clean") + "/input").filter { !$0.contains("603") }
      .map { corpus("export-clean") + "/input/" + $0 }
    #expect(try tern(["ingest", store] + inputs).status == 0)
    #expect(try tern("reconcile", store).status == 0)
    let csv = try tern("orphans", store, "--format", "csv", "--as-of", "20300101")
    #expect(csv.status == 0 && csv.lines.count > 3)
    #expect(csv.lines[0].hasPrefix("kind,platform,orderNo,") && csv.lines[0].hasSuffix(",appTime,ageDays"))
    #expect(csv.lines.dropFirst().allSatisfy { Int($0.split(separator: ",").last!)! > 1000 })
    #expect(try tern("orphans", store).lines.count == csv.lines.count - 1)
    #expect(try tern("orphans", store, "--format", "ndjson").lines.count == csv.lines.count - 1)
    #expect(try tern("orphans", store, "--as-of", "yesterday").status == 2)
  }
}
