// The loader of a platform in Java: files of one message each to CSV, by the JDK's StAX reader, on two threads that take
// half of the files each. java Load SPEC LISTFILE OUT_FOLDER   (SPEC: see ../data/load.cpp)
//
// A document's number is that of its file × 1000 + its place in it.
import java.io.BufferedInputStream;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamReader;

public class Load implements Callable<Void> {
  static final int THREADS = 2;

  /** One level of one kind: its columns, and its element's name. */
  record Level(String element, String table, String[] columns, boolean isLine) {}

  final Map<String, List<Level>> levels = new HashMap<>();
  final Map<String, BufferedWriter> writers = new HashMap<>();
  final Map<String, String> values = new HashMap<>();
  final XMLInputFactory factory = XMLInputFactory.newInstance();
  final List<String> paths;
  final int first, last;

  Load(String spec, List<String> paths, Path folder, int number) throws IOException {
    this.paths = paths;
    first = paths.size() * number / THREADS;
    last = paths.size() * (number + 1) / THREADS;
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    for (String text : Files.readAllLines(Path.of(spec))) {
      String[] parts = text.split("\t");
      boolean isLine = !parts[3].equals("-");
      String element = isLine ? parts[3] : parts[2].equals("-") ? parts[1] : parts[2];
      levels.computeIfAbsent("CEB" + parts[0] + "Message", key -> new ArrayList<>())
          .add(new Level(element, parts[4], Arrays.copyOfRange(parts, 5, parts.length), isLine));
      if (!writers.containsKey(parts[4]))
        writers.put(parts[4], Files.newBufferedWriter(folder.resolve(parts[4] + "." + number + ".csv")));
    }
  }

  @Override
  public Void call() throws Exception {
    for (int number = first; number < last; number++) read(number);
    for (BufferedWriter writer : writers.values()) writer.close();
    return null;
  }

  void read(int file) throws Exception {
    try (InputStream input = new BufferedInputStream(Files.newInputStream(Path.of(paths.get(file))), 1 << 16)) {
      XMLStreamReader reader = factory.createXMLStreamReader(input);
      reader.nextTag();
      List<Level> kind = levels.get(reader.getLocalName());
      // Heads come before their lines.
      long document = file * 1000L - 1;
      int line = 0;
      while (reader.hasNext()) {
        if (reader.next() != XMLStreamConstants.START_ELEMENT) continue;
        String name = reader.getLocalName();
        for (Level level : kind) {
          if (!level.element.equals(name)) continue;
          if (level.isLine) line++;
          else {
            document++;
            line = 0;
          }
          row(reader, level, document, line);
          break;
        }
      }
      reader.close();
    }
  }

  void row(XMLStreamReader reader, Level level, long document, int line) throws Exception {
    values.clear();
    while (reader.nextTag() == XMLStreamConstants.START_ELEMENT) {
      String name = reader.getLocalName();
      values.put(name, reader.getElementText().strip());
    }
    BufferedWriter out = writers.get(level.table);
    for (int i = 0; i < level.columns.length; i++) {
      if (i > 0) out.write(',');
      String column = level.columns[i];
      switch (column) {
        case "@doc" -> out.write(Long.toString(document));
        case "@line" -> out.write(Integer.toString(line));
        case "@platform" -> {
          String platform = values.getOrDefault("ebpCode", "");
          quoted(out, platform.isEmpty() || platform.equals("无") ? values.getOrDefault("ebcCode", "") : platform);
        }
        default -> {
          if (column.charAt(0) == '=') {
            out.write(column, 1, column.length() - 1);
            break;
          }
          int bar = column.indexOf('|');
          String value = values.getOrDefault(bar < 0 ? column : column.substring(0, bar), "");
          quoted(out, value.isEmpty() && bar >= 0 ? column.substring(bar + 1) : value);
        }
      }
    }
    out.write('\n');
  }

  static void quoted(BufferedWriter out, String value) throws IOException {
    boolean isPlain = value.indexOf(',') < 0 && value.indexOf('"') < 0 && value.indexOf('\n') < 0 && value.indexOf('\r') < 0;
    out.write(isPlain ? value : '"' + value.replace("\"", "\"\"") + '"');
  }

  public static void main(String[] arguments) throws Exception {
    List<String> paths = Files.readAllLines(Path.of(arguments[1]));
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    List<Future<Void>> parts = new ArrayList<>();
    for (int number = 0; number < THREADS; number++)
      parts.add(threads.submit(new Load(arguments[0], paths, Path.of(arguments[2]), number)));
    threads.shutdown();
    for (Future<Void> part : parts) part.get();
  }
}
