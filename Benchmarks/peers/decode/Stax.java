// Java's StAX (the reader of the JDK), one factory for all messages. The work and the checksum are those of
// common.h; texts become a String each, as in any Java program. java Stax.java LISTFILE ROUNDS
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

public class Stax {
  static final int GROUP_BYTES = 16 << 20;
  /** Until the compiler has done its work, rounds do not count. */
  static final int WARM_ROUNDS = 3;

  /** Columns of heads or of lines: values by row; absent ones are empty. */
  static final class Table {
    int rows;
    final Map<String, ArrayList<String>> columns = new LinkedHashMap<>();

    void add(String name, String value) {
      ArrayList<String> column = columns.get(name);
      if (column == null) columns.put(name, column = new ArrayList<>());
      while (column.size() + 1 < rows) column.add("");
      column.add(value);
    }
  }

  static final class Kind {
    final String document, head, line;
    Table heads = new Table(), lines = new Table();

    Kind(String document, String head, String line) {
      this.document = document;
      this.head = head;
      this.line = line;
    }
  }

  static final Map<Integer, Kind> KINDS = new TreeMap<>(Map.of(
      303, new Kind("Order", "OrderHead", "OrderList"), 403, new Kind("Receipts", null, null),
      505, new Kind("Logistics", null, null), 603, new Kind("Inventory", "InventoryHead", "InventoryList"),
      311, new Kind("Order", "OrderHead", "OrderList"), 411, new Kind("Payment", "PaymentHead", null),
      511, new Kind("Logistics", "LogisticsHead", null),
      621, new Kind("Inventory", "InventoryHead", "InventoryList")));

  static void parse(XMLInputFactory factory, byte[] message) throws XMLStreamException {
    XMLStreamReader reader = factory.createXMLStreamReader(new ByteArrayInputStream(message));
    reader.nextTag();
    Kind kind = KINDS.get(Integer.parseInt(reader.getLocalName().substring(3, 6)));
    int depth = 1, fieldDepth = kind.head == null ? 3 : 4;
    Table table = null;
    while (reader.hasNext()) {
      switch (reader.next()) {
        case XMLStreamConstants.START_ELEMENT -> {
          depth++;
          String name = reader.getLocalName();
          if (depth == fieldDepth && table != null) {
            table.add(name, reader.getElementText().strip());
            depth--;
          } else if (depth == fieldDepth - 1) {
            if (name.equals(kind.head == null ? kind.document : kind.head)) table = kind.heads;
            else if (name.equals(kind.line)) table = kind.lines;
            if (table != null) table.rows++;
          }
        }
        case XMLStreamConstants.END_ELEMENT -> {
          if (--depth == fieldDepth - 2) table = null;
        }
        default -> {}
      }
    }
    reader.close();
  }

  static long hash, values, documents;

  static void sumAndEmpty() {
    for (Map.Entry<Integer, Kind> entry : KINDS.entrySet()) {
      Kind kind = entry.getValue();
      documents += kind.heads.rows;
      sum(entry.getKey() + "/h/", kind.heads);
      sum(entry.getKey() + "/l/", kind.lines);
      kind.heads = new Table();
      kind.lines = new Table();
    }
  }

  static void sum(String prefix, Table table) {
    CRC32 crc = new CRC32();
    table.columns.forEach((name, column) -> {
      for (int row = 0; row < column.size(); row++) {
        if (column.get(row).isEmpty()) continue;
        crc.reset();
        crc.update((prefix + row + "/" + name + "=" + column.get(row)).getBytes(StandardCharsets.UTF_8));
        hash += crc.getValue();
        values++;
      }
    });
  }

  public static void main(String[] arguments) throws IOException, XMLStreamException {
    List<byte[]> messages = new ArrayList<>();
    long bytes = 0;
    for (String path : Files.readAllLines(Path.of(arguments[0]))) messages.add(Files.readAllBytes(Path.of(path)));
    for (byte[] message : messages) bytes += message.length;
    XMLInputFactory factory = XMLInputFactory.newInstance();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_COALESCING, false);
    // Of this thread: what the collector and the compiler take in others is not counted.
    ThreadMXBean clock = ManagementFactory.getThreadMXBean();
    List<String> seconds = new ArrayList<>();
    for (int round = -WARM_ROUNDS; round < Integer.parseInt(arguments[1]); round++) {
      hash = values = documents = 0;
      long time = 0, pending = 0, start = clock.getCurrentThreadCpuTime();
      for (byte[] message : messages) {
        parse(factory, message);
        pending += message.length;
        if (pending >= GROUP_BYTES) {
          time += clock.getCurrentThreadCpuTime() - start;
          sumAndEmpty();
          pending = 0;
          start = clock.getCurrentThreadCpuTime();
        }
      }
      time += clock.getCurrentThreadCpuTime() - start;
      sumAndEmpty();
      if (round >= 0) seconds.add(String.valueOf(time / 1e9));
    }
    System.out.printf("{\"peer\": \"stax\", \"bytes\": %d, \"documents\": %d, \"values\": %d, \"hash\": \"%s\", \"seconds\": %s}%n",
        bytes, documents, values, Long.toUnsignedString(hash), seconds);
  }
}
