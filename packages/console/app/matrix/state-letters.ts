/** Marks of states that mean the same in every model. */
const FIXED: Readonly<Record<string, string>> = { ERROR: '!', DROPPED: '×', OFFLINE: '–' };

/**
 * One mark for each state, no two alike, so that a matrix can be read without colour: the first letter of the name that
 * is still free, a digit when none is.
 *
 * @example
 * stateLetters(['MASTER', 'SLAVE', 'OFFLINE']); // ['M', 'S', '–']
 */
export function stateLetters(states: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return states.map((state, index) => {
    const candidates = [FIXED[state] ?? '', ...state.toUpperCase().split('')].filter((letter) =>
      /^[A-Z!×–]$/.test(letter),
    );
    const letter = candidates.find((candidate) => !taken.has(candidate)) ?? String(index % 10);
    taken.add(letter);
    return letter;
  });
}
