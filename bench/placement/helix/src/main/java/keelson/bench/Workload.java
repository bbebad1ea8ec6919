package keelson.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The cluster to place, as the bench hands it over on standard input: the last node of the list is the one that joins later, the
 * node `lost` the one that goes.
 */
record Workload(
    List<String> nodes,
    List<String> zones,
    List<String> partitions,
    List<String> keys,
    int[][] weights,
    Map<String, Integer> capacity,
    String lost,
    List<String> algorithms,
    List<String> cases,
    int runs) {

  static Workload read(InputStream in) throws IOException {
    JsonNode root = new ObjectMapper().readTree(in);
    List<String> keys = strings(root.get("keys"));
    int[][] weights = new int[root.get("weights").size()][keys.size()];
    for (int p = 0; p < weights.length; p++) {
      for (int d = 0; d < keys.size(); d++) {
        weights[p][d] = root.get("weights").get(p).get(d).asInt();
      }
    }
    Map<String, Integer> capacity = new HashMap<>();
    for (int d = 0; d < keys.size(); d++) {
      capacity.put(keys.get(d), root.get("capacity").get(d).asInt());
    }
    return new Workload(strings(root.get("nodes")), strings(root.get("zones")), strings(root.get("partitions")), keys,
        weights, capacity, root.get("lost").asText(), strings(root.get("algorithms")), strings(root.get("cases")),
        root.get("runs").asInt());
  }

  private static List<String> strings(JsonNode array) {
    List<String> values = new ArrayList<>(array.size());
    array.forEach(value -> values.add(value.asText()));
    return values;
  }

  /** The nodes of the beginning: all but the one that joins later. */
  List<String> firstNodes() {
    return nodes.subList(0, nodes.size() - 1);
  }

  /** The weights of one partition, by key, in the order of the keys. */
  Map<String, Integer> weightsOf(int partition) {
    Map<String, Integer> byKey = new LinkedHashMap<>();
    for (int d = 0; d < keys.size(); d++) {
      byKey.put(keys.get(d), weights[partition][d]);
    }
    return byKey;
  }
}
