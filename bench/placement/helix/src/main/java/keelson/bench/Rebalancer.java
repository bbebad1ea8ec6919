package keelson.bench;

import java.util.List;
import java.util.Map;

/** One of Helix' ways to place, in the three situations of the bench. */
interface Rebalancer {
  /** For each partition its nodes, the MASTER first. */
  record Answer(Map<String, List<String>> lists, double modelMs, double solveMs) {}

  /** Everything is placed anew. */
  Answer fresh(Workload workload) throws Exception;

  /** One node of `before` is gone. */
  Answer lost(Workload workload, Map<String, List<String>> before) throws Exception;

  /** One node has joined. */
  Answer added(Workload workload, Map<String, List<String>> before) throws Exception;
}
