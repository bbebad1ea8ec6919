import { checkDistinct, checkNodeName, checkRoleName, type Names, type RoleCounts, UniqueNames } from './context.ts';
import type { Inspection } from './inspection.ts';
import { checkPinned } from './pins.ts';
import { checkAmount, checkAmounts, checkFields, type Fields, isFields, itemsOf, nameOf, shown } from './values.ts';

/** From this length on, duplicates are looked for with a set instead of pair by pair. */
const MANY = 16;

/** Looks at the partitions of one resource, one after the other. */
export class PartitionCheck {
  readonly #inspection: Inspection;
  readonly #names: Names;
  readonly #roles: RoleCounts;
  #before: string | undefined;
  #ascending = true;
  #shortFirst = true;

  constructor(inspection: Inspection, names: Names, roles: RoleCounts) {
    this.#inspection = inspection;
    this.#names = names;
    this.#roles = roles;
  }

  /** Everything about one partition but that its name is its own. */
  item(key: string | number, partition: unknown): void {
    const inspection = this.#inspection;
    inspection.enter(key);
    if (checkFields(inspection, partition)) {
      const name = nameOf(inspection, 'name', partition.name);
      if (name !== undefined) this.#follow(name);
      checkAmounts(inspection, 'weight', partition.weight, this.#names.dimensions);
      if (partition.bytes !== undefined) checkAmount(inspection, 'bytes', partition.bytes);
      if (partition.current !== undefined) this.#checkCurrent(partition);
      if (partition.forbidden !== undefined) this.#checkNodes(partition, 'forbidden');
      if (partition.preferredLeaders !== undefined) this.#checkPreferred(partition);
      if (partition.pinned !== undefined) checkPinned(inspection, partition, this.#names, this.#roles);
    }
    inspection.leave();
  }

  /**
   * That no two partitions seen have one name. Names that rise, letter by letter or, like p9 and p10, by length first, are all
   * different: these orders are what partitions come in, and spare a set of all names.
   */
  uniqueness(partitions: readonly unknown[]): void {
    if (this.#ascending || this.#shortFirst) return;
    const unique = new UniqueNames();
    for (const [i, partition] of partitions.entries()) {
      if (!isFields(partition) || typeof partition.name !== 'string') continue;
      this.#inspection.enter(i);
      unique.add(this.#inspection, 'name', partition.name, i);
      this.#inspection.leave();
    }
  }

  #follow(name: string): void {
    const before = this.#before;
    this.#before = name;
    if (before === undefined) return;
    const rises = before < name;
    this.#ascending &&= rises;
    this.#shortFirst &&= name.length === before.length ? rises : name.length > before.length;
  }

  #checkCurrent(partition: Fields): void {
    const inspection = this.#inspection;
    const current = itemsOf(inspection, partition, 'current');
    inspection.enter('current');
    for (let i = 0; i < current.length; i++) {
      const at = current[i];
      inspection.enter(i);
      if (checkFields(inspection, at)) {
        nameOf(inspection, 'node', at.node);
        checkRoleName(inspection, this.#roles, at.role);
        if (current.length < MANY) this.#checkNotBefore(current, i, at.node);
      }
      inspection.leave();
    }
    if (current.length >= MANY) checkDistinct(inspection, current, 'node');
    inspection.leave();
  }

  #checkNotBefore(items: readonly unknown[], i: number, node: unknown): void {
    for (let j = 0; j < i; j++) {
      const earlier = items[j];
      if (isFields(earlier) && earlier.node === node) {
        this.#inspection.faultAt('node', `has a replica of the partition already, in item ${j}: ${shown(node)}`);
        return;
      }
    }
  }

  /** A list of nodes that exist. */
  #checkNodes(partition: Fields, key: string): readonly unknown[] {
    const nodes = itemsOf(this.#inspection, partition, key);
    this.#inspection.enter(key);
    for (const [i, node] of nodes.entries()) checkNodeName(this.#inspection, this.#names, i, node);
    this.#inspection.leave();
    return nodes;
  }

  #checkPreferred(partition: Fields): void {
    const nodes = this.#checkNodes(partition, 'preferredLeaders');
    const unique = new UniqueNames();
    this.#inspection.enter('preferredLeaders');
    for (const [i, node] of nodes.entries()) if (typeof node === 'string') unique.add(this.#inspection, i, node, i);
    this.#inspection.leave();
  }
}
