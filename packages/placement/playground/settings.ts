/** What the sliders say. */
export interface Settings {
  readonly partitions: number;
  readonly nodes: number;
  readonly zones: number;
  readonly replicas: number;
  /** Sigma of the log-normal weights; 0: all partitions weigh the same. */
  readonly skew: number;
  /** In per cent. */
  readonly tolerance: number;
  /** Room of a node, in per cent of its fair share of all load. */
  readonly room: number;
  readonly seed: number;
}

/** A cluster of the size the solver is judged by. */
export const FIRST: Settings = {
  partitions: 10_000,
  nodes: 100,
  zones: 10,
  replicas: 3,
  skew: 1,
  tolerance: 2,
  room: 140,
  seed: 1,
};

/** One slider: its values by position. */
export interface SliderSpec {
  readonly key: Exclude<keyof Settings, 'seed'>;
  readonly label: string;
  readonly values: readonly number[];
  readonly show: (value: number) => string;
  readonly hint: string;
}

const range = (from: number, to: number, step: number): readonly number[] =>
  Array.from({ length: Math.round((to - from) / step) + 1 }, (_, i) => Math.round((from + i * step) * 100) / 100);
const plain = (value: number): string => value.toLocaleString('en');
const percent = (value: number): string => `${value} %`;

/** The sliders in their order on the page. */
export const SLIDERS: readonly SliderSpec[] = [
  {
    key: 'partitions',
    label: 'Partitions',
    values: [50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000],
    show: plain,
    hint: 'Everything is placed anew.',
  },
  {
    key: 'nodes',
    label: 'Nodes',
    values: [...range(3, 30, 1), ...range(35, 100, 5), ...range(110, 300, 10)],
    show: plain,
    hint: 'Nodes join or leave; what stands moves as little as it must.',
  },
  { key: 'zones', label: 'Fault zones', values: range(1, 20, 1), show: plain, hint: 'Everything is placed anew.' },
  {
    key: 'replicas',
    label: 'Replicas',
    values: range(1, 5, 1),
    show: plain,
    hint: 'One leads, the others follow; no two in one zone, as far as zones suffice.',
  },
  {
    key: 'skew',
    label: 'Skew of weights',
    values: range(0, 2, 0.1),
    show: (value) => (value === 0 ? 'all alike' : `σ ${value}`),
    hint: 'Log-normal weights in three dimensions; all alike: replicas are counted.',
  },
  {
    key: 'tolerance',
    label: 'Tolerance',
    values: range(0, 30, 1),
    show: percent,
    hint: 'How uneven nodes may be: more of it, fewer moves.',
  },
  {
    key: 'room',
    label: 'Room per node',
    values: range(100, 300, 5),
    show: percent,
    hint: 'Of its fair share of all load. Too little, and replicas remain without a place.',
  },
];
