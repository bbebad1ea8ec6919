package keelson.bench;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.helix.HelixConstants.ChangeType;
import org.apache.helix.controller.dataproviders.ResourceControllerDataProvider;
import org.apache.helix.controller.rebalancer.waged.RebalanceAlgorithm;
import org.apache.helix.controller.rebalancer.waged.constraints.ConstraintBasedAlgorithmFactory;
import org.apache.helix.controller.rebalancer.waged.model.ClusterModel;
import org.apache.helix.controller.rebalancer.waged.model.ClusterModelProvider;
import org.apache.helix.model.ClusterConfig;
import org.apache.helix.model.Partition;
import org.apache.helix.model.Resource;
import org.apache.helix.model.ResourceAssignment;

/**
 * WAGED: the global baseline for a first placement and for a node that joins, as its controller runs it when an instance's config
 * appears; the emergency pass, which places again only what stood on the lost node, for a loss.
 */
final class Waged implements Rebalancer {
  private final RebalanceAlgorithm algorithm =
      ConstraintBasedAlgorithmFactory.getInstance(ClusterConfig.DEFAULT_GLOBAL_REBALANCE_PREFERENCE);

  @Override
  public Answer fresh(Workload workload) throws Exception {
    List<String> nodes = workload.firstNodes();
    ResourceControllerDataProvider cache = ClusterCache.of(workload, nodes, nodes);
    return calculate(workload, () -> ClusterModelProvider.generateClusterModelForBaseline(
        cache, resources(workload), new HashSet<>(nodes), new HashMap<>(), new HashMap<>()));
  }

  @Override
  public Answer lost(Workload workload, Map<String, List<String>> before) throws Exception {
    List<String> live = new ArrayList<>(workload.firstNodes());
    live.remove(workload.lost());
    ResourceControllerDataProvider cache = ClusterCache.of(workload, workload.firstNodes(), live);
    return calculate(workload, () -> ClusterModelProvider.generateClusterModelForEmergencyRebalance(
        cache, resources(workload), new HashSet<>(live), assignment(before)));
  }

  @Override
  public Answer added(Workload workload, Map<String, List<String>> before) throws Exception {
    List<String> nodes = workload.nodes();
    String joined = nodes.get(nodes.size() - 1);
    ResourceControllerDataProvider cache = ClusterCache.of(workload, nodes, nodes);
    return calculate(workload, () -> ClusterModelProvider.generateClusterModelForBaseline(cache, resources(workload),
        new HashSet<>(nodes), Map.of(ChangeType.INSTANCE_CONFIG, Set.of(joined)), assignment(before)));
  }

  private interface ModelSource {
    ClusterModel build() throws Exception;
  }

  private Answer calculate(Workload workload, ModelSource source) throws Exception {
    long begun = System.nanoTime();
    ClusterModel model = source.build();
    long built = System.nanoTime();
    Map<String, ResourceAssignment> result = algorithm.calculate(model).getOptimalResourceAssignment();
    long done = System.nanoTime();
    ResourceAssignment placed = result.get(ClusterCache.RESOURCE);
    Map<String, List<String>> lists = new HashMap<>();
    for (String partition : workload.partitions()) {
      Map<String, String> states = placed.getReplicaMap(new Partition(partition));
      List<String> list = new ArrayList<>(states.keySet());
      list.sort((a, b) -> states.get(a).compareTo(states.get(b))); // MASTER before SLAVE
      lists.put(partition, list);
    }
    return new Answer(lists, (built - begun) / 1e6, (done - built) / 1e6);
  }

  private static Map<String, Resource> resources(Workload workload) {
    Resource resource = new Resource(ClusterCache.RESOURCE);
    workload.partitions().forEach(resource::addPartition);
    return Map.of(ClusterCache.RESOURCE, resource);
  }

  private static Map<String, ResourceAssignment> assignment(Map<String, List<String>> lists) {
    ResourceAssignment assignment = new ResourceAssignment(ClusterCache.RESOURCE);
    lists.forEach((partition, list) -> assignment.addReplicaMap(new Partition(partition), Lists.states(list)));
    Map<String, ResourceAssignment> byResource = new HashMap<>();
    byResource.put(ClusterCache.RESOURCE, assignment);
    return byResource;
  }
}
