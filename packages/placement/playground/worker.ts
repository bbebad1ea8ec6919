import { solve } from '@keelson/placement';
import { problemOf, weightsOf } from './cluster.ts';
import type { Answer, Request } from './protocol.ts';
import { type Move, Session } from './session.ts';
import { FIRST, type Settings } from './settings.ts';

/** The solver's thread: the page stays quick whatever is solved. */
let settings: Settings = FIRST;
let session: Session | undefined;
let measuring: ReturnType<typeof setTimeout> | undefined;

const REPORT_MS = 500;

function answer(message: Answer): void {
  postMessage(message);
}

function show({ nodes, figures }: Move): void {
  answer({ type: 'state', nodes, figures });
}

function build(next: Settings): void {
  settings = next;
  session = new Session(settings);
  show(session.first());
}

/** Solves the whole first placement, from the problem object on, for a while; then reports, and goes on unless it is told to stop. */
function measure(): void {
  const problem = problemOf(settings, weightsOf(settings));
  const begun = performance.now();
  let solves = 0;
  do {
    solve(problem);
    solves++;
  } while (performance.now() - begun < REPORT_MS);
  answer({ type: 'speed', perSecond: (solves * 1_000) / (performance.now() - begun), solves });
  measuring = setTimeout(measure, 0);
}

function act(request: Request): void {
  if (request.type === 'build') build(request.settings);
  else if (request.type === 'measure') {
    clearTimeout(measuring);
    measuring = request.on ? setTimeout(measure, 0) : undefined;
  } else if (session !== undefined) {
    if (request.type === 'fate') show(session.fate(request.node, request.fate));
    else if (request.type === 'nodes') show(session.resize(request.count));
    else show(session.tolerate(request.percent));
  }
}

addEventListener('message', ({ data }: MessageEvent<Request>) => {
  try {
    act(data);
  } catch (error) {
    answer({ type: 'fault', text: error instanceof Error ? error.message : String(error) });
  }
});
