import { FigureBoard } from './figure-board.ts';
import { NodeMap } from './node-map.ts';
import type { Answer, NodeFate, Request } from './protocol.ts';
import { FIRST, type Settings } from './settings.ts';
import { sliders } from './sliders.ts';

const MOST_LOGGED = 30;

/** The element of the page with this id, as the page was written. */
function byId<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`The page has no #${id}.`);
  return element;
}

const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
/** Requests that were not answered with a state yet: the map is marked busy meanwhile. */
let open = 0;
let settings: Settings = FIRST;

function ask(request: Request): void {
  if (request.type !== 'measure') {
    open++;
    document.body.toggleAttribute('data-busy', true);
  }
  worker.postMessage(request, []);
}

const map = new NodeMap(byId('map', HTMLDivElement), {
  tool: () =>
    document.querySelector<HTMLInputElement>('input[name=tool]:checked')?.value === 'drain' ? 'draining' : 'offline',
  onFate: (node: string, fate: NodeFate) => ask({ type: 'fate', node, fate }),
});
const board = new FigureBoard(byId('figures', HTMLElement), (on) => ask({ type: 'measure', on }));
const log = byId('log', HTMLOListElement);

/** Nodes and tolerance change what stands; anything else is another cluster. */
function changed(key: keyof Settings, value: number): void {
  settings = { ...settings, [key]: value };
  if (key === 'nodes') ask({ type: 'nodes', count: value });
  else if (key === 'tolerance') ask({ type: 'tolerance', percent: value });
  else ask({ type: 'build', settings });
}

function note(text: string): void {
  const item = document.createElement('li');
  item.textContent = text;
  log.prepend(item);
  while (log.children.length > MOST_LOGGED) log.lastElementChild?.remove();
}

worker.addEventListener('message', ({ data }: MessageEvent<Answer>) => {
  if (data.type === 'speed') {
    board.showSpeed(data.perSecond);
    return;
  }
  open--;
  document.body.toggleAttribute('data-busy', open > 0);
  if (data.type === 'fault') note(data.text);
  else {
    map.show(data.nodes, settings.tolerance / 100);
    board.show(data.figures, settings.tolerance / 100);
    note(board.sentence(data.figures));
  }
});
worker.addEventListener('error', (event) => note(`The solver stopped: ${event.message}`));

sliders(byId('sliders', HTMLFormElement), FIRST, changed);
byId('reseed', HTMLButtonElement).addEventListener('click', () => changed('seed', settings.seed + 1));
if (window.matchMedia('(max-width: 720px)').matches) byId('settings', HTMLDetailsElement).open = false;
ask({ type: 'build', settings });
