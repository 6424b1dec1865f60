import TernCEB
import Testing

@testable import Tern

/// Reading the keys of a rejected document from its bytes.
struct OriginalFieldsTests {
  func fields(_ text: String, _ number: Int = 303) -> OriginalFields? {
    let bytes = Array(text.utf8)
    return unsafe bytes.withUnsafeBufferPointer { unsafe OriginalFields($0, Kind(number: number)!.spec) }
  }

  func text(_ fields: OriginalFields?, _ name: String) -> String? {
    fields.map { String(decoding: $0[name], as: UTF8.self) }
  }

  @Test("prefixes, references, CDATA, comments, white space; the first of its name, in the head alone")
  func reads() {
    let order = """
      <x:Order a="1>2"><x:OrderHead note='/'>
      <!-- <x:orderNo>no</x:orderNo> -->
      <x:orderNo> A&amp;B&#x4E2D;<![CDATA[<1>]]>\t</x:orderNo><x:orderNo>later</x:orderNo>
      <x:ebpCode/><x:deep><x:ebcCode>deeper</x:ebcCode></x:deep>
      </x:OrderHead><x:OrderList><x:itemNo>7</x:itemNo></x:OrderList></x:Order>
      """
    let found = fields(order)
    #expect(text(found, "orderNo") == "A&B中<1>")
    #expect(text(found, "ebpCode") == "" && text(found, "ebcCode") == "" && text(found, "itemNo") == "")
    // Fields of a kind without head stand in the document itself.
    let payment = "<Receipts><orderNo>O1</orderNo><payNo>\u{4ED8}1</payNo></Receipts>"
    #expect(text(fields(payment, 403), "payNo") == "付1")
  }

  @Test("what is no document of the kind, or no legal text, gives nothing", arguments: [
    "", "Order", "<Order>", "<Order><OrderHead></OrderHead>", "<Other></Other>",
    "<CEB303Message><Order></Order></CEB303Message>",
    "<Order><OrderHead><orderNo>&bad;</orderNo></OrderHead></Order>",
    "<Order><OrderHead><orderNo>&#1;</orderNo></OrderHead></Order>",
    "<Order><OrderHead><orderNo>&#xD800;</orderNo></OrderHead></Order>",
    "<Order><OrderHead><orderNo>& </orderNo></OrderHead></Order>",
    "<Order><!-- </Order>", "<Order><![CDATA[ </Order>", "<Order a='></Order>",
    "O1,2026,EBP",
  ])
  func refuses(_ original: String) {
    #expect(fields(original) == nil)
  }

  @Test("bytes that are not UTF-8 give nothing")
  func otherEncodings() {
    let bytes = Array("<Order><OrderHead><orderNo>".utf8) + [0xB6, 0xA9] + Array("</orderNo></OrderHead></Order>".utf8)
    unsafe bytes.withUnsafeBufferPointer {
      #expect(unsafe OriginalFields($0, Kind(number: 303)!.spec) == nil)
    }
  }

  @Test("characters are counted and cut as XML schemas count them")
  func characters() {
    let value = Array("中文A𝄞B".utf8)
    #expect(value.characterCount == 5)
    for (limit, expected) in [(0, "中文A𝄞B"), (1, "中"), (3, "中文A"), (4, "中文A𝄞"), (5, "中文A𝄞B"), (99, "中文A𝄞B")] {
      #expect(String(decoding: value.prefix(characters: limit), as: UTF8.self) == expected)
    }
  }
}
