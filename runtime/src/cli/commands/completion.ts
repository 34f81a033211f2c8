import { Argument, type Command, type Option } from 'commander';

import { shellQuoted } from '../output/formats.js';

const SCRIPTS = { bash, zsh, fish };

export function addCompletionCommand(root: Command): void {
  root
    .command('completion')
    .description('print a shell script that completes commands and options')
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(SCRIPTS)))
    .option('--names', "complete secrets' names, too: each time, this scans the table")
    .addHelpText(
      'after',
      `
Examples, for ~/.bashrc, ~/.zshrc (after compinit) and ~/.config/fish/config.fish:
  $ eval "$(credstash completion bash --names)"
  $ eval "$(credstash completion zsh)"
  $ credstash completion fish | source`,
    )
    .action((shell: keyof typeof SCRIPTS, { names = false }: { names?: boolean }) => {
      process.stdout.write(SCRIPTS[shell](root, names));
    });
}

/** The commands that the help shows, with their options. */
function visible(root: Command): [command: Command, options: Option[]][] {
  const help = root.createHelp();
  return help.visibleCommands(root).map((each) => [each, help.visibleOptions(each)]);
}

/** The names of the commands, and a branch for each command with its flags. */
function words(root: Command): { commands: string; cases: string } {
  const all = visible(root);
  const cases = all.map(([command, options]) => {
    const flags = options.flatMap(({ short, long }) => [short ?? [], long ?? []].flat());
    return `    ${command.name()}) choices='${flags.join(' ')}' ;;\n`;
  });
  return { commands: all.map(([command]) => command.name()).join(' '), cases: cases.join('') };
}

/** Bash ends words at `:` and `=`, too: the line tells what was typed, and what not to repeat. */
const BASH_NAMES = `  local line
  read -ra line <<< "\${COMP_LINE:0:COMP_POINT}."
  word="\${line[\${#line[@]} - 1]%.}"
  [[ $word == -* ]] || while IFS= read -r name; do
    COMPREPLY+=("\${name#"\${word%"\${word##*[:=]}"}"}")
  done < <(credstash complete-names -- "$word" "\${line[@]:1:\${#line[@]}-2}" 2> /dev/null)
`;

function bash(root: Command, names: boolean): string {
  const { commands, cases } = words(root);
  return `_credstash() {
  local word name choices='${commands}'
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do case "$word" in
${cases}  esac; done
  COMPREPLY=($(compgen -W "$choices" -- "\${COMP_WORDS[COMP_CWORD]}"))
${names ? BASH_NAMES : ''}}
complete -o default -F _credstash credstash
`;
}

const ZSH_NAMES = `  [[ $PREFIX == -* ]] ||
    compadd -- \${(f)"$(credstash complete-names -- "$PREFIX" "\${(@Q)words[2,CURRENT-1]}" 2> /dev/null)"}
`;

function zsh(root: Command, names: boolean): string {
  const { commands, cases } = words(root);
  return `#compdef credstash
_credstash() {
  local word choices='${commands}'
  for word in "\${(@)words[2,CURRENT-1]}"; do case "$word" in
${cases}  esac; done
  compadd -- \${=choices}
${names ? ZSH_NAMES : ''}}
compdef _credstash credstash
`;
}

const FISH_NAMES = `function __credstash_names
  set -l word (commandline -ct)
  credstash complete-names -- "$word" (commandline -opc)[2..-1] 2> /dev/null
end
complete -c credstash -a '(__credstash_names)'
`;

function fish(root: Command, names: boolean): string {
  const all = visible(root);
  const lines = all.flatMap(([command, options]) => {
    const name = command.name();
    return [
      `complete -c credstash -n 'not __credstash_command' -f -a ${name} -d ${shellQuoted(command.description())}\n`,
      ...options.map(
        (option) =>
          `complete -c credstash -n '__fish_seen_subcommand_from ${name}' ${fishOption(option)}\n`,
      ),
    ];
  });
  return `function __credstash_command
  __fish_seen_subcommand_from ${words(root).commands}
end
${lines.join('')}${names ? FISH_NAMES : ''}`;
}

function fishOption({ short, long, required, argChoices, description }: Option): string {
  return [
    ...(short === undefined ? [] : [`-s ${short.slice(1)}`]),
    ...(long === undefined ? [] : [`-l ${long.slice(2)}`]),
    ...(argChoices ? [`-x -a ${shellQuoted(argChoices.join(' '))}`] : required ? ['-r'] : []),
    `-d ${shellQuoted(description)}`,
  ].join(' ');
}
