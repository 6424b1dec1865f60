// Tern's decoder doing the work of the other programs in this folder: see common.h.
//
// It does more than they do: numbers, times and dates are parsed and checked, required fields are
// looked for. For the comparison the values are written back as text, outside the time.
import Glibc
import TernCEB

let groupBytes = 16 << 20

guard CommandLine.arguments.count == 3, let rounds = Int(CommandLine.arguments[2]) else {
  print("usage: decode-tern LISTFILE ROUNDS")
  exit(2)
}
let paths = text(of: CommandLine.arguments[1]).split(separator: "\n").map(String.init)
let messages = paths.map(Message.init)
let decoder = UnitDecoder()
let batch = DocumentBatch()
var seconds: [Double] = []
var sum = Checksum()

// The first time does not count.
for round in -1..<rounds {
  sum = Checksum()
  var time = 0.0
  var pending = 0
  var start = processorSeconds()
  for message in messages {
    let rest = unsafe decoder.decode(
      message.bytes, source: 0, sourceOffset: 0, endIsFinal: true, into: batch)
    precondition(rest == nil, "a file ends inside a message")
    pending += message.count
    if pending >= groupBytes {
      time += processorSeconds() - start
      sum.add(batch)
      batch.removeAll()
      pending = 0
      start = processorSeconds()
    }
  }
  time += processorSeconds() - start
  sum.add(batch)
  batch.removeAll()
  if round >= 0 { seconds.append(time) }
}
let bytes = messages.reduce(0) { $0 + $1.count }
print(
  "{\"peer\": \"tern\", \"bytes\": \(bytes), \"documents\": \(sum.documents), \"values\": \(sum.values), \"hash\": \"\(sum.hash)\", \"seconds\": \(seconds)}"
)
