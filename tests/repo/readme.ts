import { textOf } from './workspace.ts';

/** A fenced block of a Markdown file. */
export interface CodeBlock {
  /** First word behind the fence: `ts`, `sh`, … */
  readonly language: string;
  /** The words after it. */
  readonly marks: readonly string[];
  readonly code: string;
  /** `README.md:12` */
  readonly at: string;
}

/** The fenced blocks of a file, in order. */
export function codeBlocks(path: string): CodeBlock[] {
  const text = textOf(path);
  return [...text.matchAll(/^```(\w+)([^\n]*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    language: match[1] ?? '',
    marks: (match[2] ?? '').trim().split(/\s+/),
    code: match[3] ?? '',
    at: `${path}:${text.slice(0, match.index).split('\n').length}`,
  }));
}

/** The sample of the root README that joins a cluster: the TypeScript block marked `run`. */
export function sdkSample(): CodeBlock {
  const sample = codeBlocks('README.md').find(({ language, marks }) => language === 'ts' && marks.includes('run'));
  if (sample === undefined) throw new Error('README.md has no ```ts run block.');
  return sample;
}

/** What the sample prints, marked by `// prints: …` in it. */
export function expectedOutput(sample: CodeBlock): string[] {
  return [...sample.code.matchAll(/\/\/ prints: (.*)$/gm)].map((match) => match[1] ?? '');
}
