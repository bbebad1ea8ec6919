import type { Command } from 'commander';

/** Shells there is a completion script for. */
export const shells = ['bash', 'zsh', 'fish'] as const;

/** One of them. */
export type Shell = (typeof shells)[number];

interface Node {
  /** Words before it: `cluster create`. */
  readonly path: string;
  readonly words: readonly { readonly word: string; readonly help: string }[];
}

/** A script for `shell` that completes every command and option of `program`. It asks nobody: it holds all words itself. */
export function completionScript(program: Command, shell: Shell): string {
  const nodes = collect(program, '');
  if (shell === 'fish') return fish(program.name(), nodes);
  const cases = nodes
    .map((node) => `    '${node.path}') candidates='${node.words.map(({ word }) => word).join(' ')}' ;;`)
    .join('\n');
  return shell === 'bash' ? bash(program.name(), cases) : zsh(program.name(), cases);
}

function collect(command: Command, path: string): Node[] {
  const commands = command.commands.filter((child) => child.name() !== 'help');
  const words = [
    ...commands.map((child) => ({ word: child.name(), help: child.description() })),
    ...command.options
      .filter((option) => !option.hidden)
      .map((option) => ({ word: option.long ?? option.short ?? '', help: option.description })),
    { word: '--help', help: 'show help' },
  ];
  return [{ path, words }, ...commands.flatMap((child) => collect(child, `${path} ${child.name()}`.trim()))];
}

function bash(name: string, cases: string): string {
  return `# ${name} completion for bash: source <(${name} completion bash)
_${name}() {
  local candidates='' path='' word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) path="\${path:+$path }$word" ;; esac
  done
  while :; do
    candidates=''
    case "$path" in
${cases}
    esac
    [[ -n "$candidates" || -z "$path" ]] && break
    [[ "$path" == *' '* ]] && path="\${path% *}" || path=''
  done
  COMPREPLY=($(compgen -W "$candidates" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _${name} ${name}
`;
}

function zsh(name: string, cases: string): string {
  return `#compdef ${name}
# ${name} completion for zsh: ${name} completion zsh > "\${fpath[1]}/_${name}"
_${name}() {
  local candidates='' typed='' word
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$word" in -*) ;; *) typed="\${typed:+$typed }$word" ;; esac
  done
  while true; do
    candidates=''
    case "$typed" in
${cases}
    esac
    [[ -n "$candidates" || -z "$typed" ]] && break
    [[ "$typed" == *' '* ]] && typed="\${typed% *}" || typed=''
  done
  compadd -- \${=candidates}
}
compdef _${name} ${name}
`;
}

function fish(name: string, nodes: readonly Node[]): string {
  const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const lines = nodes.flatMap((node) => {
    const parents = node.path === '' ? [] : node.path.split(' ');
    const condition =
      parents.length === 0
        ? '__fish_use_subcommand'
        : parents.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ');
    return node.words.map(({ word, help }) => {
      const what = word.startsWith('--') ? `-l ${word.slice(2)}` : `-f -a ${quoted(word)}`;
      return `complete -c ${name} -n ${quoted(condition)} ${what} -d ${quoted(help)}`;
    });
  });
  return `# ${name} completion for fish: ${name} completion fish | source\n${lines.join('\n')}\n`;
}
