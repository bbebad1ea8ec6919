package keelson.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.helix.controller.rebalancer.strategy.AutoRebalanceStrategy;
import org.apache.helix.controller.rebalancer.strategy.CrushEdRebalanceStrategy;

/**
 * Reads a {@link Workload} from standard input and writes, for each algorithm and case, the times of every run and the placement of
 * the last one, as indices of nodes. What is good about a placement is counted by the reader, as it counts its own.
 */
public final class Main {
  private static final Map<String, Rebalancer> REBALANCERS = Map.of(
      "WAGED", new Waged(),
      "CrushEd", new ByStrategy(CrushEdRebalanceStrategy::new),
      "AutoRebalance", new ByStrategy(AutoRebalanceStrategy::new));

  private static final ObjectMapper JSON = new ObjectMapper();

  private Main() {}

  public static void main(String[] args) throws Exception {
    Workload workload = Workload.read(System.in);
    Map<String, Integer> indices = new HashMap<>();
    for (String node : workload.nodes()) {
      indices.put(node, indices.size());
    }
    ObjectNode out = JSON.createObjectNode();
    out.put("java", System.getProperty("java.version"));
    ArrayNode results = out.putArray("results");
    for (String name : workload.algorithms()) {
      Map<String, List<String>> before = Map.of();
      for (String situation : workload.cases()) {
        ObjectNode result = results.addObject();
        result.put("algorithm", name).put("case", situation);
        try {
          Map<String, List<String>> lists = run(workload, name, situation, before, result);
          if (situation.equals("fresh")) {
            before = lists;
          }
          writePlacement(workload, lists, indices, result.putArray("placement"));
        } catch (Exception failure) {
          // A case that Helix cannot solve is a result too: the reader shows its reason.
          result.put("error", String.valueOf(failure.getMessage()));
        }
      }
    }
    JSON.writeValue(System.out, out);
    System.exit(0); // Helix leaves threads behind
  }

  private static Map<String, List<String>> run(Workload workload, String name, String situation,
      Map<String, List<String>> before, ObjectNode result) throws Exception {
    Rebalancer rebalancer = REBALANCERS.get(name);
    ArrayNode modelMs = result.putArray("modelMs");
    ArrayNode solveMs = result.putArray("solveMs");
    Map<String, List<String>> lists = Map.of();
    for (int run = 0; run < workload.runs(); run++) {
      Rebalancer.Answer answer = switch (situation) {
        case "fresh" -> rebalancer.fresh(workload);
        case "lost" -> rebalancer.lost(workload, before);
        default -> rebalancer.added(workload, before);
      };
      modelMs.add(answer.modelMs());
      solveMs.add(answer.solveMs());
      lists = answer.lists();
    }
    return lists;
  }

  private static void writePlacement(Workload workload, Map<String, List<String>> lists, Map<String, Integer> indices,
      ArrayNode out) {
    for (String partition : workload.partitions()) {
      ArrayNode row = out.addArray();
      lists.getOrDefault(partition, List.of()).forEach(node -> row.add(indices.get(node)));
    }
  }
}
