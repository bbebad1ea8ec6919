import { stateLetters } from './state-letters.ts';

/** Which of the two looks the page has. */
export type Scheme = 'light' | 'dark';

/** How a state looks: its colour, the ink on it, and a pattern and mark that tell it apart without colour. */
export interface StateStyle {
  readonly name: string;
  readonly letter: string;
  readonly fill: string;
  readonly ink: string;
  readonly pattern: 'solid' | 'hatched' | 'crossed';
}

/** Colours of the matrix besides those of states. */
export interface MatrixColours {
  readonly surface: string;
  readonly grid: string;
  readonly label: string;
  readonly labelStrong: string;
  /** Marks whatever is not yet in the state it is wanted in. */
  readonly motion: string;
  readonly focus: string;
  readonly band: string;
}

type Tone = readonly [fill: string, ink: string];

/** Blue by depth for ranks, vermilion for ERROR, grey for what does not serve: told apart with every common colour blindness. */
const TONES: Readonly<Record<Scheme, { ranks: readonly Tone[]; offline: Tone; error: Tone }>> = {
  light: {
    ranks: [
      ['#14508f', '#ffffff'],
      ['#a5cbf0', '#0b2745'],
      ['#dccbef', '#37205a'],
      ['#c9e6d8', '#0f3d2a'],
    ],
    offline: ['#e2e6eb', '#47525f'],
    error: ['#bd3f0a', '#ffffff'],
  },
  dark: {
    ranks: [
      ['#6db3f2', '#04182b'],
      ['#234b72', '#d8e9fa'],
      ['#513f72', '#ebe1f8'],
      ['#1f5340', '#d5f0e3'],
    ],
    offline: ['#2c3540', '#b6c0cb'],
    error: ['#f5824a', '#260d00'],
  },
};

/** Colours of the matrix in both schemes. */
export const matrixColours: Readonly<Record<Scheme, MatrixColours>> = {
  light: {
    surface: '#ffffff',
    grid: '#eef1f5',
    label: '#5a6675',
    labelStrong: '#16202c',
    motion: '#a15c00',
    focus: '#16202c',
    band: 'rgba(20, 80, 143, 0.10)',
  },
  dark: {
    surface: '#151c25',
    grid: '#1d2631',
    label: '#95a3b3',
    labelStrong: '#e8edf3',
    motion: '#f0b429',
    focus: '#ffffff',
    band: 'rgba(140, 190, 240, 0.14)',
  },
};

/** How each state of a model looks. `states` is by priority, the top state first. */
export function stateStyles(states: readonly string[], scheme: Scheme): readonly StateStyle[] {
  const letters = stateLetters(states);
  const { ranks, offline, error } = TONES[scheme];
  let rank = 0;
  return states.map((name, index) => {
    const letter = letters[index] ?? '?';
    if (name === 'ERROR') {
      return { name, letter, fill: error[0], ink: error[1], pattern: 'crossed' };
    }
    if (name === 'OFFLINE' || name === 'DROPPED') {
      return { name, letter, fill: offline[0], ink: offline[1], pattern: 'hatched' };
    }
    const [fill, ink] = ranks[Math.min(rank, ranks.length - 1)] ?? offline;
    rank += 1;
    return { name, letter, fill, ink, pattern: 'solid' };
  });
}
