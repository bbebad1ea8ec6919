import { type Answer, loadIn } from './answer.ts';
import type { ClusterFacts, PartitionFacts } from './facts.ts';
import { zoneRule } from './fair-shares.ts';

/** Every hard constraint that an answer breaks, in words; empty when it breaks none. What is not placed breaks nothing. */
export function brokenConstraints(facts: ClusterFacts, answer: Answer): string[] {
  const broken: string[] = [];
  const counts = facts.nodes.map(() => 0);
  const loads = facts.nodes.map(() => facts.dimensions.map(() => 0));
  const perResource = new Map<string, { count: number; most: number }>();
  for (const [at, partition] of facts.partitions.entries()) {
    const held = answer[at] ?? new Map<number, string>();
    for (const fault of brokenBy(facts, partition, held))
      broken.push(`${partition.resource}/${partition.name}: ${fault}`);
    for (const [node, role] of held) {
      counts[node] = (counts[node] ?? 0) + 1;
      for (const [dimension, amount] of loadIn(partition, role).entries()) {
        const row = loads[node];
        if (row !== undefined) row[dimension] = (row[dimension] ?? 0) + amount;
      }
      if (facts.nodes[node]?.condition === 'held') continue;
      const key = `${partition.resource} on ${facts.nodes[node]?.name}`;
      perResource.set(key, { count: (perResource.get(key)?.count ?? 0) + 1, most: partition.maxPerNode });
    }
  }
  for (const [key, { count, most }] of perResource)
    if (count > most) broken.push(`${key}: ${count} of at most ${most}`);
  for (const [node, { name, condition, capacity, maxReplicas }] of facts.nodes.entries()) {
    // What an offline node holds on to was there before any rule: it may stand above its room, but nothing may be added.
    if (condition === 'held') continue;
    if ((counts[node] ?? 0) > maxReplicas) broken.push(`${name}: ${counts[node]} replicas of at most ${maxReplicas}`);
    if (!facts.weighted) continue;
    for (const [dimension, room] of capacity.entries()) {
      const load = loads[node]?.[dimension] ?? 0;
      if (load > room * (1 + 1e-9)) broken.push(`${name}: ${load} ${facts.dimensions[dimension]} of ${room}`);
    }
  }
  return broken;
}

function brokenBy(facts: ClusterFacts, partition: PartitionFacts, held: ReadonlyMap<number, string>): string[] {
  const broken: string[] = [];
  const nameOf = (node: number): string => facts.nodes[node]?.name ?? '';
  for (const [node, role] of held) {
    if (!partition.mayStand.includes(node)) broken.push(`must not stand on ${nameOf(node)}`);
    const leads = partition.slots.some((slot) => slot.role === role && slot.leads);
    if (leads && facts.nodes[node]?.condition === 'held') broken.push(`led by ${nameOf(node)}, which is offline`);
    const wanted = partition.mustRole.get(node);
    if (wanted !== undefined && wanted !== role) broken.push(`${role} on ${nameOf(node)}, pinned as ${wanted}`);
  }
  const roles = new Set([...partition.slots.map(({ role }) => role), ...held.values()]);
  for (const role of roles) {
    const most = partition.slots.filter((slot) => slot.role === role).length;
    const there = [...held.values()].filter((one) => one === role).length;
    if (there > most) broken.push(`${there} in role ${role}, ${most} wanted`);
  }
  const { zones, most, crowded } = zoneRule(facts, partition.mayStand, partition.slots.length);
  let above = 0;
  for (const [zone, nodes] of zones) {
    const there = nodes.filter((node) => held.has(node)).length;
    const forced = nodes.filter((node) => partition.mustStand.includes(node)).length;
    above += Math.max(0, there - Math.max(most - 1, forced));
    if (there > Math.max(most, forced)) broken.push(`${there} replicas in ${zone}, ${most} would do`);
  }
  if (above > crowded) broken.push(`${above} replicas share a zone beyond ${most - 1}, ${crowded} would do`);
  return broken;
}
