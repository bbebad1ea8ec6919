import type { NodeFate, NodeView } from './protocol.ts';

/** What the map asks its page. */
export interface NodeMapOptions {
  /** What a click does to a live node. */
  readonly tool: () => Exclude<NodeFate, 'live'>;
  readonly onFate: (node: string, fate: NodeFate) => void;
}

const FATES: Readonly<Record<NodeFate, string>> = { live: 'live', draining: 'draining', offline: 'dead' };
const percent = (value: number): string => `${(value * 100).toFixed(1)} %`;

function band({ state, load, least }: NodeView, tolerance: number): string {
  // Half a per cent of leeway: a cell must not turn for what nobody asked to be closer.
  const slack = tolerance + 0.005;
  if (state !== 'live') return 'none';
  if (load > 1 + slack) return 'over';
  return least < 1 - slack ? 'under' : 'even';
}

/** The nodes as cells, by zone. One of them is in the order of the tabulator; arrows go from there. */
export class NodeMap {
  readonly #element: HTMLElement;
  readonly #options: NodeMapOptions;
  readonly #cells = new Map<string, HTMLButtonElement>();
  #views = new Map<string, NodeView>();
  #focus: string | undefined;

  constructor(element: HTMLElement, options: NodeMapOptions) {
    this.#element = element;
    this.#options = options;
    element.addEventListener('click', (event) => this.#act(this.#nodeOf(event.target), options.tool()));
    element.addEventListener('keydown', (event) => this.#key(event));
    element.addEventListener('focusin', (event) => this.#rove(this.#nodeOf(event.target)));
  }

  /** Draws the nodes as they are now. Cells that stay keep the focus. */
  show(views: readonly NodeView[], tolerance: number): void {
    this.#views = new Map(views.map((view) => [view.name, view]));
    const zones = new Map<string, NodeView[]>();
    for (const view of views) zones.set(view.zone, [...(zones.get(view.zone) ?? []), view]);
    const names = [...zones.keys()].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
    const focused = this.#nodeOf(document.activeElement);
    for (const name of this.#cells.keys()) if (!this.#views.has(name)) this.#cells.delete(name);
    this.#element.replaceChildren(...names.map((zone) => this.#zone(zone, zones.get(zone) ?? [], tolerance)));
    if (focused !== undefined) this.#cells.get(focused)?.focus();
    this.#rove(this.#focus !== undefined && this.#cells.has(this.#focus) ? this.#focus : views[0]?.name);
  }

  #zone(zone: string, views: readonly NodeView[], tolerance: number): HTMLElement {
    const row = document.createElement('section');
    const title = document.createElement('h3');
    const cells = document.createElement('div');
    title.textContent = zone;
    cells.className = 'cells';
    cells.append(...views.map((view) => this.#cell(view, tolerance)));
    row.append(title, cells);
    return row;
  }

  #cell(view: NodeView, tolerance: number): HTMLButtonElement {
    const cell = this.#cells.get(view.name) ?? document.createElement('button');
    this.#cells.set(view.name, cell);
    cell.type = 'button';
    cell.tabIndex = -1;
    cell.dataset.node = view.name;
    cell.dataset.state = view.state;
    cell.dataset.band = band(view, tolerance);
    cell.style.setProperty('--load', String(Math.min(1.4, view.load)));
    const came = view.arrived > 0 ? `, ${view.arrived} came` : '';
    const text = `${view.name}, ${FATES[view.state]}: ${view.replicas} replicas, ${view.leaders} lead, load ${percent(view.load)} of the mean${came}`;
    cell.setAttribute('aria-label', text);
    cell.title = text;
    cell.textContent = view.arrived > 0 ? `+${view.arrived}` : '';
    return cell;
  }

  #nodeOf(target: EventTarget | null): string | undefined {
    const cell = target instanceof Element ? target.closest<HTMLElement>('button[data-node]') : null;
    return cell?.dataset.node;
  }

  /** A node that is not live comes back, whatever the tool. */
  #act(node: string | undefined, tool: Exclude<NodeFate, 'live'>): void {
    const view = node === undefined ? undefined : this.#views.get(node);
    if (view !== undefined) this.#options.onFate(view.name, view.state === 'live' ? tool : 'live');
  }

  #rove(node: string | undefined): void {
    if (node === undefined) return;
    const before = this.#focus === undefined ? undefined : this.#cells.get(this.#focus);
    if (before !== undefined) before.tabIndex = -1;
    const cell = this.#cells.get(node);
    if (cell !== undefined) cell.tabIndex = 0;
    this.#focus = node;
  }

  #key(event: KeyboardEvent): void {
    const node = this.#nodeOf(event.target);
    if (node === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Enter') this.#act(node, 'offline');
    else if (event.key === 'd' || event.key === 'D') this.#act(node, 'draining');
    else if (event.key.startsWith('Arrow')) this.#step(node, event.key);
    else return;
    event.preventDefault();
  }

  /** To the neighbour in the direction of the key, as the cells lie on the screen. */
  #step(node: string, key: string): void {
    const from = this.#cells.get(node)?.getBoundingClientRect();
    if (from === undefined) return;
    const dx = key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0;
    const dy = key === 'ArrowDown' ? 1 : key === 'ArrowUp' ? -1 : 0;
    let best: { readonly cell: HTMLButtonElement; readonly distance: number } | undefined;
    for (const cell of this.#cells.values()) {
      const to = cell.getBoundingClientRect();
      const [x, y] = [to.x - from.x, to.y - from.y];
      const ahead = x * dx + y * dy;
      if (ahead < 1) continue;
      const distance = ahead + 4 * Math.abs(dx === 0 ? x : y);
      if (best === undefined || distance < best.distance) best = { cell, distance };
    }
    best?.cell.focus();
  }
}
