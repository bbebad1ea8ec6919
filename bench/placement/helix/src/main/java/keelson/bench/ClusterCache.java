package keelson.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.helix.controller.dataproviders.ResourceControllerDataProvider;
import org.apache.helix.model.ClusterConfig;
import org.apache.helix.model.IdealState;
import org.apache.helix.model.InstanceConfig;
import org.apache.helix.model.LiveInstance;
import org.apache.helix.model.MasterSlaveSMD;
import org.apache.helix.model.ResourceConfig;

/** The controller's cache of a cluster, filled by hand where a controller would read ZooKeeper. */
final class ClusterCache {
  static final String RESOURCE = "db";

  private ClusterCache() {}

  static ResourceControllerDataProvider of(Workload workload, List<String> nodes, List<String> live) throws IOException {
    ResourceControllerDataProvider cache = new ResourceControllerDataProvider("bench");
    cache.setClusterConfig(clusterConfig(workload));
    cache.setStateModelDefMap(Map.of(MasterSlaveSMD.name, MasterSlaveSMD.build()));
    cache.setInstanceConfigMap(instanceConfigs(workload, nodes));
    cache.setResourceConfigMap(Map.of(RESOURCE, resourceConfig(workload)));
    cache.setIdealStates(List.of(idealState(workload)));
    List<LiveInstance> alive = new ArrayList<>();
    for (String node : live) {
      LiveInstance instance = new LiveInstance(node);
      instance.setSessionId("session-" + node);
      alive.add(instance);
    }
    cache.setLiveInstances(alive);
    return cache;
  }

  private static ClusterConfig clusterConfig(Workload workload) {
    ClusterConfig config = new ClusterConfig("bench");
    config.setTopologyAwareEnabled(true);
    config.setTopology("/zone/instance");
    config.setFaultZoneType("zone");
    config.setInstanceCapacityKeys(workload.keys());
    config.setDefaultInstanceCapacityMap(workload.capacity());
    return config;
  }

  private static Map<String, InstanceConfig> instanceConfigs(Workload workload, List<String> nodes) {
    Map<String, InstanceConfig> configs = new HashMap<>();
    for (int n = 0; n < nodes.size(); n++) {
      InstanceConfig config = new InstanceConfig(nodes.get(n));
      config.setDomain("zone=" + workload.zones().get(n) + ",instance=" + nodes.get(n));
      configs.put(nodes.get(n), config);
    }
    return configs;
  }

  private static ResourceConfig resourceConfig(Workload workload) throws IOException {
    Map<String, Map<String, Integer>> weights = new HashMap<>();
    weights.put(ResourceConfig.DEFAULT_PARTITION_KEY, workload.weightsOf(0));
    for (int p = 0; p < workload.partitions().size(); p++) {
      weights.put(workload.partitions().get(p), workload.weightsOf(p));
    }
    ResourceConfig config = new ResourceConfig(RESOURCE);
    config.setPartitionCapacityMap(weights);
    return config;
  }

  private static IdealState idealState(Workload workload) {
    IdealState ideal = new IdealState(RESOURCE);
    ideal.setRebalanceMode(IdealState.RebalanceMode.FULL_AUTO);
    ideal.setStateModelDefRef(MasterSlaveSMD.name);
    ideal.setNumPartitions(workload.partitions().size());
    ideal.setReplicas("3");
    for (String partition : workload.partitions()) {
      ideal.getRecord().setListField(partition, new ArrayList<>());
    }
    return ideal;
  }
}
