import type { Failure } from '../check/verdict.ts';
import type { Specification } from '../specification.ts';
import { escapeXml } from './escape.ts';
import { type Bar, type Timeline, timelineOf } from './timeline.ts';

const ROW = 34;
const BAR = 24;
const TOP = 12;
const LABEL = 14;

/** Colours, light and dark; the reader's system decides. */
const style: string = `
.k-timeline{--ink:#1b2432;--soft:#5b6675;--line:#e2e7ee;--ok:#dce8ff;--ok-edge:#3567c9;--bad:#ffe1dc;--bad-edge:#c22f1b;--ctx:#f3f5f8;--ctx-edge:#b4bdca;
font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
@media (prefers-color-scheme:dark){.k-timeline{--ink:#e7ecf4;--soft:#9aa6b6;--line:#2b3442;--ok:#1d3157;--ok-edge:#7fa8ff;--bad:#54201a;--bad-edge:#ff8d7c;--ctx:#1f2630;--ctx-edge:#566173}}
.k-timeline text{fill:var(--ink)}.k-timeline .client{fill:var(--soft)}.k-timeline line{stroke:var(--line)}
.k-timeline .failing rect{fill:var(--ok);stroke:var(--ok-edge);stroke-width:1.5}.k-timeline .stuck rect{fill:var(--bad);stroke:var(--bad-edge);stroke-width:2.5}
.k-timeline .context rect{fill:var(--ctx);stroke:var(--ctx-edge)}.k-timeline .context text{fill:var(--soft)}.k-timeline .open rect{stroke-dasharray:5 4}
.k-timeline .place{font-weight:700}.k-timeline .failing .place{fill:var(--ok-edge)}.k-timeline g:focus{outline:none}.k-timeline g:focus rect{stroke-width:3.5}`;

/**
 * The failing part as an SVG image: one line per client, time to the right, a tooltip on every operation, light or dark as the reader's
 * system is. Stands alone: no script, no font, no address.
 */
export function renderSvg<State, Input, Output>(
  specification: Specification<State, Input, Output>,
  failure: Failure<State, Input, Output>,
): string {
  return svgOf(timelineOf(specification, failure));
}

/** The image of a laid out timeline. */
export function svgOf(timeline: Timeline): string {
  const margin = LABEL + 8 * Math.max(...timeline.rows.map((client) => client.length), 3);
  const width = Math.ceil(margin + timeline.width);
  const height = 2 * TOP + timeline.rows.length * ROW;
  const rows = timeline.rows.map((client, row) => rowOf(client === timeline.rows[row - 1] ? '' : client, row, width));
  const bars = timeline.bars.map((bar) => barOf(bar, margin));
  const title = `${timeline.specification}: stuck at ${timeline.stuck}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="k-timeline" role="img" aria-label="${escapeXml(title)}" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    `<style>${style}</style>`,
    ...rows,
    ...bars,
    '</svg>',
  ].join('\n');
}

function rowOf(client: string, row: number, width: number): string {
  const y = TOP + row * ROW + ROW / 2;
  return `<line x1="0" x2="${width}" y1="${y + ROW / 2}" y2="${y + ROW / 2}"/><text class="client" x="4" y="${y + 4}">${escapeXml(client)}</text>`;
}

function barOf(bar: Bar, margin: number): string {
  const x = margin + bar.left;
  const y = TOP + bar.row * ROW + (ROW - BAR) / 2;
  const place = bar.place === undefined ? '' : `<text class="place" x="${x + 6}" y="${y + 16}">${bar.place}</text>`;
  const words = bar.openEnd ? `${bar.role} open` : bar.role;
  return [
    `<g class="${words}" tabindex="0" data-tip="${escapeXml(tipOf(bar))}"><title>${escapeXml(tipOf(bar))}</title>`,
    `<rect x="${x}" y="${y}" width="${bar.right - bar.left}" height="${BAR}" rx="4"/>`,
    `${place}<text x="${x + 26}" y="${y + 16}">${escapeXml(bar.label)}</text></g>`,
  ].join('');
}

/** What the tooltip says. */
export function tipOf(bar: Bar): string {
  const end = bar.endedAt === undefined ? 'nobody knows whether or when' : `${bar.endedAt}`;
  const outcome = bar.returned ? '' : ' (no answer seen)';
  const order =
    bar.place === undefined ? 'in no place of the longest order' : `number ${bar.place} of the longest order`;
  const role = {
    failing: 'one of those that cannot be explained together',
    stuck: 'here every order gets stuck: it had returned, and cannot have taken effect',
    context: 'ran beside; whether it happened or not makes no difference',
  }[bar.role];
  return `${bar.client}: ${bar.label}\nfrom ${bar.invokedAt} to ${end}${outcome}\n${order}\n${role}`;
}
