import { describe, expect, it } from 'vitest';
import { contrastRatio } from './contrast.ts';
import { matrixColours, type Scheme, stateStyles } from './palette.ts';

const STATES = ['MASTER', 'SLAVE', 'THIRD', 'FOURTH', 'OFFLINE', 'DROPPED', 'ERROR'];
const SCHEMES: readonly Scheme[] = ['light', 'dark'];

describe('contrastRatio', () => {
  it('is that of WCAG', () => {
    expect(contrastRatio('#000000', '#ffffff')).toBe(21);
    expect(contrastRatio('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
    expect(contrastRatio('#ffffff', '#777777')).toBeCloseTo(4.48, 2);
  });
});

describe.each(SCHEMES)('the %s palette', (scheme) => {
  const styles = stateStyles(STATES, scheme);
  const fillOf = (name: string): string => styles.find((style) => style.name === name)?.fill ?? '';
  const colours = matrixColours[scheme];

  it('has readable marks on every state', () => {
    for (const { name, fill, ink } of styles) {
      expect(contrastRatio(ink, fill), name).toBeGreaterThanOrEqual(4.5);
    }
  });

  it('has readable names and a visible frame of motion', () => {
    expect(contrastRatio(colours.label, colours.surface)).toBeGreaterThanOrEqual(4.5);
    expect(contrastRatio(colours.motion, colours.surface)).toBeGreaterThanOrEqual(4.5);
    expect(contrastRatio(colours.motion, colours.grid)).toBeGreaterThanOrEqual(3);
  });

  it('tells the top state from the second and from none by lightness alone', () => {
    expect(contrastRatio(fillOf('MASTER'), fillOf('SLAVE'))).toBeGreaterThanOrEqual(3);
    expect(contrastRatio(fillOf('MASTER'), colours.grid)).toBeGreaterThanOrEqual(3);
  });

  it('tells what does not serve by a pattern', () => {
    const patterns = new Map(styles.map(({ name, pattern }) => [name, pattern]));
    expect(patterns.get('OFFLINE')).toBe('hatched');
    expect(patterns.get('ERROR')).toBe('crossed');
    expect(patterns.get('MASTER')).toBe('solid');
  });
});
