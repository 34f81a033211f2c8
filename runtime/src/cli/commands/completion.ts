import { Argument, type Command } from 'commander';

export function addCompletionCommand(root: Command): void {
  root
    .command('completion')
    .description('print a shell script that completes commands and options')
    .addArgument(new Argument('<shell>', 'the shell').choices(['bash', 'zsh']))
    .addHelpText('after', '\nExample, for ~/.bashrc:\n  eval "$(credstash completion bash)"')
    .action((shell: string) => {
      process.stdout.write(shell === 'bash' ? bash(root) : zsh(root));
    });
}

/** The commands, and the flags of each. */
function words(root: Command): [command: string, words: string][] {
  const flags = ({ options }: Command) =>
    options.flatMap(({ short, long }) => [short, long]).filter((flag) => flag !== undefined);
  return root.commands.map((command) => [command.name(), flags(command).join(' ')]);
}

function cases(root: Command): string {
  return words(root)
    .map(([name, flags]) => `    ${name}) words='${flags}' ;;\n`)
    .join('');
}

function bash(root: Command): string {
  const names = words(root).map(([name]) => name);
  return `_credstash() {
  local word words='${names.join(' ')}'
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do case "$word" in
${cases(root)}  esac; done
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _credstash credstash
`;
}

function zsh(root: Command): string {
  const names = words(root).map(([name]) => name);
  return `#compdef credstash
_credstash() {
  local word words='${names.join(' ')}'
  for word in "\${(@)words[2,CURRENT-1]}"; do case "$word" in
${cases(root)}  esac; done
  compadd -- \${=words}
}
compdef _credstash credstash
`;
}
