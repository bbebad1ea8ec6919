package keelson.bench;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.helix.controller.dataproviders.ResourceControllerDataProvider;
import org.apache.helix.controller.rebalancer.strategy.RebalanceStrategy;

/** The strategies that know no weights: CrushEd, and AutoRebalance, which knows no zones either. */
final class ByStrategy implements Rebalancer {
  private final Supplier<? extends RebalanceStrategy<ResourceControllerDataProvider>> strategies;

  ByStrategy(Supplier<? extends RebalanceStrategy<ResourceControllerDataProvider>> strategies) {
    this.strategies = strategies;
  }

  @Override
  public Answer fresh(Workload workload) throws Exception {
    return compute(workload, workload.firstNodes(), workload.firstNodes(), Map.of());
  }

  @Override
  public Answer lost(Workload workload, Map<String, List<String>> before) throws Exception {
    List<String> live = new ArrayList<>(workload.firstNodes());
    live.remove(workload.lost());
    return compute(workload, workload.firstNodes(), live, before);
  }

  @Override
  public Answer added(Workload workload, Map<String, List<String>> before) throws Exception {
    return compute(workload, workload.nodes(), workload.nodes(), before);
  }

  private Answer compute(Workload workload, List<String> nodes, List<String> live, Map<String, List<String>> before)
      throws Exception {
    ResourceControllerDataProvider cache = ClusterCache.of(workload, nodes, live);
    Map<String, Map<String, String>> current = new HashMap<>();
    for (String partition : workload.partitions()) {
      Map<String, String> states = Lists.states(before.getOrDefault(partition, List.of()));
      states.keySet().retainAll(live); // what a lost node held is in no current state any more
      current.put(partition, states);
    }
    LinkedHashMap<String, Integer> counts = new LinkedHashMap<>();
    counts.put("MASTER", 1);
    counts.put("SLAVE", 2);
    long begun = System.nanoTime();
    RebalanceStrategy<ResourceControllerDataProvider> strategy = strategies.get();
    strategy.init(ClusterCache.RESOURCE, workload.partitions(), counts, Integer.MAX_VALUE);
    Map<String, List<String>> lists = strategy
        .computePartitionAssignment(new ArrayList<>(nodes), new ArrayList<>(live), current, cache).getListFields();
    return new Answer(lists, 0, (System.nanoTime() - begun) / 1e6);
  }
}
