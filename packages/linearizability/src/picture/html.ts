import type { Failure } from '../check/verdict.ts';
import type { Specification } from '../specification.ts';
import { escapeXml } from './escape.ts';
import { svgOf } from './svg.ts';
import { type Bar, type Timeline, timelineOf } from './timeline.ts';

const style: string = `
:root{color-scheme:light dark}
body{margin:0;padding:24px;font:15px/1.5 system-ui,sans-serif;background:#fff;color:#1b2432}
h1{font-size:20px;margin:0 0 8px}h2{font-size:16px;margin:28px 0 8px}p{max-width:75ch;margin:6px 0}code{font:13px ui-monospace,Consolas,monospace}
.scroll{overflow-x:auto;border:1px solid #d5dbe4;border-radius:8px;margin:16px 0}
.legend span{display:inline-block;margin-right:20px}.legend i{display:inline-block;width:14px;height:14px;border:2px solid;border-radius:3px;margin-right:6px;vertical-align:-3px}
table{border-collapse:collapse}td,th{text-align:left;padding:3px 14px 3px 0;border-bottom:1px solid #d5dbe4;font-weight:400}th{font-weight:600}
#tip{position:fixed;display:none;white-space:pre-line;max-width:46ch;padding:8px 12px;border-radius:6px;background:#1b2432;color:#fff;font-size:13px;pointer-events:none;z-index:1}
@media (prefers-color-scheme:dark){body{background:#12171f;color:#e7ecf4}.scroll,td,th{border-color:#2b3442}#tip{background:#e7ecf4;color:#12171f}}`;

/** Shows each operation's tip beside the pointer or the focused bar. Without scripts the tips of the image itself remain. */
const script: string = `
const tip=document.getElementById('tip');
for(const bar of document.querySelectorAll('[data-tip]')){
bar.querySelector('title').remove();
const show=(x,y)=>{tip.textContent=bar.dataset.tip;tip.style.display='block';const box=tip.getBoundingClientRect();
tip.style.left=Math.max(8,Math.min(x+14,innerWidth-box.width-8))+'px';tip.style.top=Math.max(8,y+18+box.height>innerHeight?y-box.height-12:y+18)+'px'};
const hide=()=>{tip.style.display='none'};
bar.addEventListener('pointermove',(event)=>show(event.clientX,event.clientY));bar.addEventListener('pointerleave',hide);
bar.addEventListener('focus',()=>{const box=bar.getBoundingClientRect();show(box.left,box.top)});bar.addEventListener('blur',hide)}`;

/** How the page is made. */
export interface HtmlOptions {
  /** Heading of the page. Default: "Not linearizable". */
  readonly title?: string;
}

/** The failing part as a page of one file: the picture with tooltips, what it got stuck at, and the operations as a table. */
export function renderHtml<State, Input, Output>(
  specification: Specification<State, Input, Output>,
  failure: Failure<State, Input, Output>,
  options: HtmlOptions = {},
): string {
  const timeline = timelineOf(specification, failure);
  const title = escapeXml(options.title ?? 'Not linearizable');
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${style}</style></head>
<body>
<h1>${title}</h1>
${sentences(timeline)}
<div class="scroll">
${svgOf(timeline)}
</div>
<p class="legend"><span><i style="background:#dce8ff;border-color:#3567c9"></i>cannot be explained together</span><span><i style="background:#ffe1dc;border-color:#c22f1b"></i>where every order gets stuck</span><span><i style="background:#f3f5f8;border-color:#b4bdca"></i>ran beside, makes no difference</span><span><i style="background:none;border-style:dashed"></i>no end known</span><span>numbers: the longest order</span></p>
<h2>Operations</h2>
${table(timeline.bars)}
<div id="tip" role="status"></div>
<script>${script}</script>
</body>
</html>
`;
}

function sentences({ specification, keys, states, stuck, minimal }: Timeline): string {
  const where = keys.filter((key) => key !== '').join(', ');
  const could = states.map((state) => `<code>${escapeXml(state)}</code>`).join(', ');
  return [
    `<p>Specification: ${escapeXml(specification)}${where === '' ? '' : `, key ${escapeXml(where)}`}. Time runs to the right, by the order of events; one line per client.</p>`,
    `<p>Every order of these operations gets stuck at <code>${escapeXml(stuck)}</code>: it had returned, but when it had to take effect the object could only have been ${could}.</p>`,
    minimal ? '' : '<p>The limits were reached before everything was tried: fewer operations may fail already.</p>',
  ].join('\n');
}

function table(bars: readonly Bar[]): string {
  const rows = bars
    .filter(({ role }) => role !== 'context')
    .map(({ client, label, invokedAt, endedAt, role }) =>
      [client, label, String(invokedAt), endedAt === undefined ? '?' : String(endedAt), role === 'stuck' ? 'stuck' : '']
        .map((cell) => `<td>${escapeXml(cell)}</td>`)
        .join(''),
    );
  const head = ['client', 'operation', 'invoked', 'ended', ''].map((name) => `<th>${name}</th>`).join('');
  return `<table><tr>${head}</tr>${rows.map((row) => `<tr>${row}</tr>`).join('')}</table>`;
}
