import type { Figures } from './protocol.ts';

interface Card {
  readonly value: HTMLElement;
  readonly note: HTMLElement;
}

function card(parent: HTMLElement, id: string, label: string): Card {
  const box = document.createElement('div');
  const name = document.createElement('h2');
  const value = document.createElement('output');
  const note = document.createElement('p');
  box.className = 'card';
  name.textContent = label;
  value.id = id;
  value.textContent = '–';
  note.id = `${id}-note`;
  box.append(name, value, note);
  parent.append(box);
  return { value, note };
}

const plain = (value: number): string => value.toLocaleString('en');
const times = (value: number): string => value.toFixed(value < 1.1 ? 4 : 2);
const ms = (value: number): string => `${value < 10 ? value.toFixed(1) : plain(Math.round(value))} ms`;
const many = (count: number, one: string): string => `${plain(count)} ${one}${count === 1 ? '' : 's'}`;

/** The figures above the map. */
export class FigureBoard {
  readonly #moves: Card;
  readonly #balance: Card;
  readonly #leaders: Card;
  readonly #time: Card;
  readonly #speed: Card;

  constructor(element: HTMLElement, onMeasure: (on: boolean) => void) {
    this.#moves = card(element, 'moves', 'Copies');
    this.#balance = card(element, 'balance', 'Fullest ÷ mean');
    this.#leaders = card(element, 'leaders', 'Leaders ÷ mean');
    this.#time = card(element, 'time', 'Solved in');
    this.#speed = card(element, 'speed', 'Solves per second');
    const button = document.createElement('button');
    button.type = 'button';
    button.id = 'measure';
    button.textContent = 'Measure';
    button.addEventListener('click', () => {
      const on = button.getAttribute('aria-pressed') !== 'true';
      button.setAttribute('aria-pressed', String(on));
      button.textContent = on ? 'Stop' : 'Measure';
      onMeasure(on);
    });
    this.#speed.note.append(button);
  }

  show(figures: Figures, tolerance: number): void {
    this.#moves.value.textContent = plain(figures.moves);
    this.#moves.note.innerHTML = '';
    const bound = document.createElement('b');
    bound.id = 'bound';
    bound.textContent = plain(figures.bound);
    const rest = figures.unplaced > 0 ? `, ${plain(figures.unplaced)} without a place` : '';
    this.#moves.note.append('at least ', bound, ' needed', rest);
    this.#moves.value.toggleAttribute('data-bad', figures.unplaced > 0);
    this.#balance.value.textContent = times(figures.maxOverMean);
    this.#balance.note.textContent = `asked: ${(1 + tolerance).toFixed(2)}`;
    this.#leaders.value.textContent = times(figures.leadersMaxOverMean);
    this.#leaders.note.textContent = `${plain(figures.leaderChanges)} changed though alive`;
    this.#time.value.textContent = ms(figures.ms);
    this.#time.note.textContent = figures.first ? 'first placement' : 'from what stood';
  }

  showSpeed(perSecond: number): void {
    this.#speed.value.textContent = perSecond.toFixed(perSecond < 100 ? 1 : 0);
  }

  /** One change for the log. */
  sentence(figures: Figures): string {
    const moved = `${many(figures.moves, 'copy').replace(/copys$/, 'copies')}, at least ${plain(figures.bound)} needed`;
    const leaders = figures.leaderChanges > 0 ? `; ${many(figures.leaderChanges, 'leader')} changed` : '';
    const missing = figures.unplaced > 0 ? `; ${plain(figures.unplaced)} without a place` : '';
    return `${figures.what}: ${moved}${leaders}${missing}; ${ms(figures.ms)}`;
  }
}
