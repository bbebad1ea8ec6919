/** A map of maps that holds no empty inner map, so that its keys are exactly what has something in it. */
export class NestedMap<V> {
  readonly #rows = new Map<string, Map<string, V>>();

  get rows(): ReadonlyMap<string, ReadonlyMap<string, V>> {
    return this.#rows;
  }

  get(row: string, key: string): V | undefined {
    return this.#rows.get(row)?.get(key);
  }

  set(row: string, key: string, value: V): void {
    const inner = this.#rows.get(row);
    if (inner === undefined) this.#rows.set(row, new Map([[key, value]]));
    else inner.set(key, value);
  }

  delete(row: string, key: string): void {
    const inner = this.#rows.get(row);
    if (inner === undefined) return;
    inner.delete(key);
    if (inner.size === 0) this.#rows.delete(row);
  }
}

/** Three levels, none of them empty: resource, partition, instance; or instance, session, resource. */
export class DeepMap<V> {
  readonly #tables = new Map<string, NestedMap<V>>();
  readonly #views = new Map<string, ReadonlyMap<string, ReadonlyMap<string, V>>>();

  get tables(): ReadonlyMap<string, ReadonlyMap<string, ReadonlyMap<string, V>>> {
    return this.#views;
  }

  get(table: string, row: string, key: string): V | undefined {
    return this.#tables.get(table)?.get(row, key);
  }

  row(table: string, row: string): ReadonlyMap<string, V> {
    return this.#views.get(table)?.get(row) ?? new Map<string, V>();
  }

  set(table: string, row: string, key: string, value: V): void {
    let rows = this.#tables.get(table);
    if (rows === undefined) {
      rows = new NestedMap();
      this.#tables.set(table, rows);
      this.#views.set(table, rows.rows);
    }
    rows.set(row, key, value);
  }

  delete(table: string, row: string, key: string): void {
    const rows = this.#tables.get(table);
    if (rows === undefined) return;
    rows.delete(row, key);
    if (rows.rows.size > 0) return;
    this.#tables.delete(table);
    this.#views.delete(table);
  }
}
